"""What AWS refuses of internet gateways and NAT gateways.

Sources: Amazon EC2 API Reference, "AttachInternetGateway", "CreateNatGateway", "CreateNetworkInterface" and
"SubnetConfiguration"; Amazon VPC User Guide, "NAT gateway basics", "Troubleshoot NAT gateways" and "Subnet
CIDR blocks".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..findings import conflicts, refusals
from ..graph import tokens
from ..graph.claims import called, follows
from ..graph.refusals import one_of
from ..ranges import Ranges, addresses
from ..values import ABSENT, UNKNOWN, Unknown, elements, get
from ..verdict import PASSES, across_possibilities, all_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..aws.subnet import Subnet, Subnets
    from ..graph.refusals import Row
    from ..graph.resource import Resource
    from ..verdict import Outcome

_FIRST_RESERVED: Final = 4
"""How many of a subnet's first addresses are Amazon's; its last one is too."""
_WITH_ADDRESSES: Final = (
    *tokens.NAT_GATEWAY,
    *tokens.INSTANCE,
    *tokens.NETWORK_INTERFACE,
    *tokens.VPC_ENDPOINT,
)
_ADDRESSES: Final = ("privateIp", "privateIps", "privateIpLists", "secondaryPrivateIpAddresses")
"""Where NAT gateways, instances and interfaces ask for private addresses."""
_OF_SUBNETS: Final = "subnetConfigurations"
"""Where an endpoint does, for each of its subnets."""


@dataclass(frozen=True)
class _Rules:
    subnets: Subnets

    def gateway_has_one_vpc(self, attachment: Resource) -> Outcome:
        """An internet gateway is attached to one VPC at a time ("AttachInternetGateway")."""
        graph, vpcs = self.subnets.graph, self.subnets.vpcs
        prop, types = "internetGatewayId", tokens.INTERNET_GATEWAY
        gateway = graph.named(attachment, prop, types).target
        if gateway is None:
            return PASSES
        what = f"attach internet gateway {gateway.label} to a VPC"
        if gateway.declared("vpcId") is not ABSENT:
            if not vpcs.of(gateway).differs_from(vpcs.of(attachment)):
                return PASSES
            first, second = called(gateway), called(attachment)
            return conflicts.SECOND_REFUSED(attachment, first=first, second=second, what=what)
        others = (
            other
            for other in graph.naming(gateway, prop, types, tokens.INTERNET_GATEWAY_ATTACHMENT)
            if vpcs.of(other).differs_from(vpcs.of(attachment))
        )
        return one_of(graph, attachment, others, what)

    def private_ip_is_free(self, owner: Resource) -> Outcome:
        """An interface's own addresses are free ones of its subnet ("CreateNatGateway", "RunInstances")."""
        return all_of(
            across_possibilities([self._is_free(owner, address, subnet) for subnet in subnets])
            for address, subnets in self._addresses_of(owner)
        )

    def _is_free(self, owner: Resource, address: str, subnet: Subnet) -> Outcome:
        where = addresses(address)
        if isinstance(subnet.ipv4, Unknown):
            return PASSES
        if not where <= subnet.ipv4:
            return refusals.PRIVATE_IP_OUTSIDE(owner, address=address, subnet=subnet)
        ((first, last),) = subnet.ipv4.spans
        if where & Ranges.of((first, first + _FIRST_RESERVED - 1), (last, last)):
            return refusals.PRIVATE_IP_RESERVED(owner, address=address, subnet=subnet)
        others = (
            other
            for other in self.subnets.graph.of_type(*_WITH_ADDRESSES)
            if (address, (subnet,)) in self._addresses_of(other)
        )
        what = f"have the address {address} of subnet {subnet.label}"
        return one_of(self.subnets.graph, owner, others, what)

    def _addresses_of(self, owner: Resource) -> Iterator[tuple[str, tuple[Subnet, ...]]]:
        """The private addresses that `owner` asks for, each with the subnets that it may be for.

        Of subnets that are listed side by side that is the one whose block it is in.
        """
        if owner.type in tokens.VPC_ENDPOINT:
            entries = elements(owner.declared(_OF_SUBNETS))
            asked = [(get(entry, "ipv4"), get(entry, "subnetId"), _OF_SUBNETS) for entry in entries]
        else:
            given = [each for prop in _ADDRESSES for each in elements(owner.declared(prop))]
            asked = [(address, owner.declared("subnetId"), "subnetId") for address in given]
        for address, place, prop in asked:
            ref = self.subnets.ref(owner, place, prop)
            if isinstance(address, str) and address and not ref.unread:
                around = [subnet for subnet in ref.candidates if _may_hold(subnet, address)]
                yield address, ref.candidates if ref.computed or not around else tuple(around[:1])

    def gateway_is_attached_first(self, nat: Resource) -> Outcome:
        """A VPC has an internet gateway before a public NAT gateway ("Troubleshoot NAT gateways")."""
        graph, vpcs = self.subnets.graph, self.subnets.vpcs
        subnet = self._subnet_of(nat)
        vpc = vpcs.of(nat) if subnet is None else subnet.vpc
        private = nat.declared("connectivityType") in ("private", UNKNOWN)
        if private or not vpcs.covers(vpc, "ec2:DescribeInternetGateways"):
            return PASSES
        attaching = [
            each
            for each in graph.of_type(*tokens.INTERNET_GATEWAY, *tokens.INTERNET_GATEWAY_ATTACHMENT)
            if each.declared("vpcId") is not ABSENT and vpcs.of(each).same_as(vpc) is not False
        ]
        if any(each.id is not UNKNOWN or follows(graph, nat, each) for each in attaching):
            return PASSES
        beside = [each for each in attaching if not follows(graph, each, nat)]
        if beside:
            return refusals.NAT_MAYBE_BEFORE_GATEWAY(nat, gateway=beside[0])
        return refusals.NAT_BEFORE_GATEWAY(nat, gateway=attaching[0]) if attaching else PASSES

    def subnet_has_ipv4(self, nat: Resource) -> Outcome:
        """It has a private IPv4 address of its subnet ("NAT gateway basics")."""
        subnet = self._subnet_of(nat)
        return refusals.NAT_WITHOUT_IPV4(nat, subnet=subnet) if subnet and subnet.ipv6_only else PASSES

    @staticmethod
    def regional_is_in_no_subnet(nat: Resource) -> Outcome:
        """A regional one has neither a subnet nor one address (Registry, `aws.ec2.NatGateway`)."""
        given = [name for name in ("subnetId", "allocationId") if nat.declared(name) is not ABSENT]
        if nat.declared("availabilityMode") != "regional" or not given:
            return PASSES
        return refusals.REGIONAL_WITH_PLACE(nat, arguments=" and ".join(map(_argument, given)))

    def address_is_of_the_zone(self, nat: Resource) -> Outcome:
        """An Elastic IP address is of the network border group of its zone ("NAT gateway basics")."""
        prop = "allocationId"
        address = self.subnets.graph.ref(nat, nat.declared(prop), prop, tokens.EIP).target
        subnet = self._subnet_of(nat)
        group = address.declared("networkBorderGroup") if address else ABSENT
        if address is None or subnet is None or subnet.is_local or not isinstance(group, str):
            return PASSES
        if not isinstance(nat.region, str) or group == nat.region:
            return PASSES
        return refusals.ADDRESS_OF_OTHER_GROUP(nat, address=address, group=group)

    def _subnet_of(self, owner: Resource) -> Subnet | None:
        return self.subnets.ref(owner, owner.declared("subnetId"), "subnetId").target


def rows(subnets: Subnets) -> Iterator[Row]:
    rules = _Rules(subnets)
    yield tokens.INTERNET_GATEWAY_ATTACHMENT, rules.gateway_has_one_vpc
    yield _WITH_ADDRESSES, rules.private_ip_is_free
    yield tokens.NAT_GATEWAY, rules.gateway_is_attached_first
    yield tokens.NAT_GATEWAY, rules.subnet_has_ipv4
    yield tokens.NAT_GATEWAY, rules.regional_is_in_no_subnet
    yield tokens.NAT_GATEWAY, rules.address_is_of_the_zone


def _argument(prop: str) -> str:
    """A property as a program writes it."""
    return prop.replace("Id", "_id")


def _may_hold(subnet: Subnet, address: str) -> bool:
    return isinstance(subnet.ipv4, Unknown) or addresses(address) <= subnet.ipv4
