"""Subnets: their VPC, their addresses and their zone.

Source: Amazon VPC User Guide, "Subnets for your VPC" and "Subnet CIDR blocks".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..findings import placement
from ..graph import tokens
from ..ranges import IPV4, IPV6, PRIVATE, Ranges, addresses
from ..values import ABSENT, UNKNOWN, Truth, Unknown, Value
from ..verdict import Origin, Outcome
from .entity import Entity
from .vpc import Vpc, Vpcs, addresses_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..findings.code import Subject
    from ..graph.references import Ref
    from ..graph.resource import Resource


@dataclass(frozen=True, eq=False)
class Subnet(Entity):
    """A subnet.

    Attributes:
        ipv4, ipv6: its addresses of each family; no IPv6 ones where it asks for none.
        ipv6_only: whether it has no IPv4 addresses.
        zone, zone_id: its Availability Zone, by the account's name for it and by AWS's id.
        dns64: whether Amazon's resolver makes IPv6 addresses for hosts that have none.
    """

    vpc: Ref[Vpc]
    ipv4: Ranges | Unknown
    ipv6: Ranges | Unknown
    ipv6_only: bool
    zone: Value
    zone_id: Value
    dns64: Truth

    def addresses(self, family: Ranges = IPV4) -> Ranges | Unknown:
        """Its addresses of one family."""
        return self.ipv6 if family == IPV6 else self.ipv4

    def where(self, family: Ranges = IPV4) -> Ranges:
        """Where an interface in it can be: in its block, or where that is not known, in its VPC's."""
        block = self.addresses(family)
        if isinstance(block, Unknown):
            block = addresses_of(self.vpc, family)
        assumed = PRIVATE if family == IPV4 else family
        return assumed if isinstance(block, Unknown) else block

    @cached_property
    def possible_ipv6(self) -> Ranges:
        """Its IPv6 addresses: all where they are not known, none where it has none."""
        return IPV6 if isinstance(self.ipv6, Unknown) else self.ipv6


class Subnets:
    """The subnets of one graph."""

    def __init__(self, vpcs: Vpcs) -> None:
        self.vpcs = vpcs
        self.graph = vpcs.graph
        self._read: dict[str, Subnet] = {}

    def __iter__(self) -> Iterator[Subnet]:
        return map(self.read, self.graph.of_type(*tokens.SUBNET))

    def ref(self, resource: Resource, value: Value, prop: str) -> Ref[Subnet]:
        """The subnet that `value` stands for, in the property `prop` of `resource`."""
        return self.graph.ref(resource, value, prop, tokens.SUBNET).map(self.read)

    def refs(
        self, resource: Resource, values: tuple[Value, ...] | Unknown, prop: str
    ) -> tuple[Ref[Subnet], ...]:
        """The subnets that `resource` lists as `values` in its property `prop`."""
        return tuple(ref.map(self.read) for ref in self.graph.refs(resource, values, prop, tokens.SUBNET))

    def read(self, resource: Resource) -> Subnet:
        if resource.key not in self._read:
            self._read[resource.key] = self._make(resource)
        return self._read[resource.key]

    def _make(self, subnet: Resource) -> Subnet:
        block = subnet.get("cidrBlock")
        return Subnet(
            subnet,
            vpc=self.vpcs.of(subnet),
            ipv4=addresses(block) if isinstance(block, str) else UNKNOWN,
            ipv6=_ipv6_of(subnet),
            ipv6_only=_is_ipv6_only(subnet),
            zone=subnet.get("availabilityZone"),
            zone_id=subnet.get("availabilityZoneId"),
            dns64=subnet.is_on("enableDns64", default=False),
        )


def unread(owner: Subject, called: str, ref: Ref[Subnet]) -> Outcome:
    """The subnet `ref` of `owner`, which is `called` so, may be one that the graph does not hold."""
    if ref.candidates:
        return placement.SUBNET_MAYBE_READ_ONLY(owner, called=called)
    return placement.UNREAD_SUBNET(owner, place=ref.place, called=called)


def _is_ipv6_only(subnet: Resource) -> bool:
    if subnet.declared("ipv6Native") is True:
        return True
    shown = subnet.origin is Origin.ACCOUNT and subnet.get("ipv6CidrBlock") is not ABSENT
    return shown and subnet.get("cidrBlock") is ABSENT


def _ipv6_of(subnet: Resource) -> Ranges | Unknown:
    given = [subnet.declared(prop) for prop in ("ipv6CidrBlock", "ipv6IpamPoolId", "ipv6NetmaskLength")]
    if isinstance(given[0], str) and given[0]:
        return addresses(given[0])
    asked = any(value not in (ABSENT, "", 0) for value in given)
    return UNKNOWN if asked or _is_ipv6_only(subnet) else Ranges()
