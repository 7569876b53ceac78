"""NAT instances, and others that a route sends packets to by a network interface.

What runs on one is not in AWS: that it forwards and translates packets is assumed. What AWS itself asks for
is looked at: the source/destination check, a public address, and the groups of the interface.

Sources: Amazon VPC User Guide, "NAT instances"; Amazon EC2 User Guide, "Elastic network interfaces" and
"Amazon EC2 instance IP addressing".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from ..findings import assumptions, gateways
from ..graph import tokens
from ..graph.references import Links, Ref, given_by
from ..ranges import Ranges, addresses
from ..values import ABSENT, UNKNOWN, Truth, elements, get, items
from ..verdict import Outcome, all_of
from .entity import Entity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..graph.refusals import Refusals
    from ..graph.resource import Resource
    from .security_group import SecurityGroup, SecurityGroups
    from .subnet import Subnet, Subnets

_FIRST: Final = "primaryNetworkInterfaceId"
"""What an instance calls the interface that AWS makes with it."""
_ADDRESSES: Final = (
    (tokens.EIP, "instance", tokens.INSTANCE),
    (tokens.EIP, "networkInterface", tokens.ROUTED_INTERFACE),
    (tokens.EIP_ASSOCIATION, "instanceId", tokens.INSTANCE),
    (tokens.EIP_ASSOCIATION, "networkInterfaceId", tokens.ROUTED_INTERFACE),
)
"""What gives an Elastic IP address away, the property that says to what, and what that can be."""


@dataclass(frozen=True, eq=False)
class NatInstance(Entity):
    """An instance by its first interface, or another network interface, that a route sends packets to.

    Attributes:
        subnet: where its interface is.
        security_groups: those on it; none stands for the VPC's default group.
        attached: whether an instance certainly has it.
        checked: whether AWS drops what is neither from it nor for it.
        public_address: whether an internet gateway has a public address for it.
        refused: why AWS refuses it, or may; or the instances with it, where it is attached to another one.
    """

    subnet: Ref[Subnet]
    security_groups: tuple[Ref[SecurityGroup], ...]
    attached: bool
    checked: Truth
    public_address: Truth
    refused: Outcome

    def forwards(self) -> Outcome:
        """Whether packets that are not its own come through."""
        if not self.attached:
            return gateways.INTERFACE_MAYBE_NOT_ATTACHED(self)
        if self.checked is UNKNOWN:
            return gateways.SOURCE_MAYBE_CHECKED(self)
        forwards = gateways.SOURCE_CHECKED(self) if self.checked else assumptions.INSTANCE_FORWARDS(self)
        return forwards + self.refused

    def where(self, subnet: Subnet) -> Ranges:
        """Its address, or where in `subnet` that can be."""
        address = self.resource.get("privateIp")
        return addresses(address) if isinstance(address, str) and address else subnet.where()


class NatInstances:
    """The instances of one graph that routes send packets to."""

    def __init__(self, subnets: Subnets, groups: SecurityGroups, refusals: Refusals) -> None:
        self.subnets = subnets
        self.groups = groups
        self.refusals = refusals
        self.graph = subnets.graph
        self._read: dict[str, NatInstance] = {}

    def named(self, target: Ref[Resource], user: Resource) -> Ref[NatInstance]:
        """What the target of a route that `user` declares is."""
        return self.graph.or_maker(target, user, tokens.INSTANCE, _FIRST).map(self.read)

    def read(self, interface: Resource) -> NatInstance:
        if interface.key not in self._read:
            self._read[interface.key] = self._make(interface)
        return self._read[interface.key]

    def _make(self, interface: Resource) -> NatInstance:
        is_instance = interface.type in tokens.INSTANCE
        owners = (interface,) if is_instance else tuple(dict.fromkeys(self._instances_of(interface)))
        group = "securityGroupId"
        subnet = self.subnets.ref(interface, interface.declared("subnetId"), "subnetId")
        return NatInstance(
            interface,
            subnet=subnet,
            security_groups=(
                *self._groups_of(interface),
                *given_by(self._group_links.to(interface), group, self.groups.ref),
            ),
            attached=bool(owners),
            checked=interface.is_on("sourceDestCheck", default=True),
            public_address=self._has_public_address(interface, subnet, owners),
            refused=self._refused(interface, owners),
        )

    def _groups_of(self, interface: Resource) -> Iterator[Ref[SecurityGroup]]:
        """Those that it names itself: an instance in a subnet by either argument, as its provider has it."""
        props = ["securityGroups"]
        if interface.type in tokens.INSTANCE:
            # Of an instance that is there, this one holds names.
            by_id = interface.sets("securityGroups") and interface.declared("subnetId") is not ABSENT
            props = ["vpcSecurityGroupIds", *(props if by_id else ())]
        for prop in props:
            yield from self.groups.refs(interface, items(interface.declared(prop)), prop)

    def _refused(self, interface: Resource, owners: tuple[Resource, ...]) -> Outcome:
        own = self.refusals.of(interface)
        if own.findings:
            return own
        refused = [self.refusals.of(owner) for owner in owners]
        return all_of(refused) if len(refused) == 1 else all_of(refused).as_undetermined()

    def _has_public_address(
        self, interface: Resource, subnet: Ref[Subnet], owners: tuple[Resource, ...]
    ) -> Truth:
        """An Elastic IP address, or for an instance's own interface one that AWS gives at launch."""
        links = [link for held in {interface, *owners} for link in self._addresses.to(held)]
        if any(link.certain for link in links):
            return True
        given = _address_at_launch(interface, subnet)
        return UNKNOWN if links and given is False else given

    @cached_property
    def _addresses(self) -> Links[Resource]:
        """What gives Elastic IP addresses, by the instance or interface that gets one."""
        return Links(
            (owner, self._interface(owner, prop, types))
            for owners, prop, types in _ADDRESSES
            for owner in self.graph.of_type(*owners)
        )

    @cached_property
    def _group_links(self) -> Links[Resource]:
        prop, types = "networkInterfaceId", tokens.ROUTED_INTERFACE
        found = self.graph.of_type(*tokens.INTERFACE_GROUP)
        return Links((link, self._interface(link, prop, types)) for link in found)

    def _interface(self, user: Resource, prop: str, types: tuple[str, ...]) -> Ref[Resource]:
        named = self.graph.ref(user, user.declared(prop), prop, types)
        return self.graph.or_maker(named, user, tokens.INSTANCE, _FIRST)

    def _instances_of(self, interface: Resource) -> Iterator[Resource]:
        """The instances that certainly have `interface`."""
        for instance in self.graph.of_type(*tokens.INSTANCE):
            for prop in ("networkInterfaces", "primaryNetworkInterface"):
                for held in elements(instance.declared(prop)):
                    value = get(held, "networkInterfaceId")
                    ref = self.graph.ref(instance, value, prop, tokens.NETWORK_INTERFACE)
                    if ref.stands_for(interface) is True:
                        yield instance
        for held in elements(interface.declared("attachments")):
            ref = self.graph.ref(interface, get(held, "instance"), "attachments", tokens.INSTANCE)
            if ref.target is not None:
                yield ref.target
        for link in self.graph.of_type(*tokens.INTERFACE_ATTACHMENT):
            there = self.graph.named(link, "networkInterfaceId", tokens.NETWORK_INTERFACE)
            owner = self.graph.named(link, "instanceId", tokens.INSTANCE).target
            if there.stands_for(interface) is True and owner is not None:
                yield owner


def _address_at_launch(interface: Resource, subnet: Ref[Subnet]) -> Truth:
    """Whether AWS gives an instance a public address by itself; an interface made apart from it gets none."""
    if interface.type not in tokens.INSTANCE:
        return False
    asked, shown = interface.declared("associatePublicIpAddress"), interface.get("publicIp")
    if asked is not ABSENT:
        return UNKNOWN if asked is UNKNOWN else asked is True
    if isinstance(shown, str) and shown:
        return True
    if subnet.target is None or subnet.target.type == tokens.DEFAULT_SUBNET:
        return UNKNOWN
    return subnet.target.resource.is_on("mapPublicIpOnLaunch", default=False)
