"""Subnets: their VPC, their addresses and their zone.

Source: Amazon VPC User Guide, "Subnets for your VPC" and "Subnet CIDR blocks".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..findings import placement
from ..graph import tokens
from ..graph.zones import is_local, region_of_zone
from ..ranges import IPV4, IPV6, PRIVATE, Ranges, addresses, union
from ..values import ABSENT, UNKNOWN, Truth, Unknown, Value
from ..verdict import PASSES, Origin, Outcome, all_of
from .entity import Entity
from .vpc import Vpc, Vpcs, addresses_of, blocks_of, name_of

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
        is_local: whether it is outside the region's Availability Zones: in a Local Zone, a Wavelength Zone or
            on an Outpost.
    """

    vpc: Ref[Vpc]
    ipv4: Ranges | Unknown
    ipv6: Ranges | Unknown
    ipv6_only: bool
    zone: Value
    zone_id: Value
    dns64: Truth
    is_local: bool

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

    @property
    def zone_name(self) -> str:
        """Its zone for a person."""
        known = (zone for zone in (self.zone, self.zone_id) if isinstance(zone, str))
        return next(known, "not known")

    def names_zone_of(self, other: Subnet) -> bool:
        """Whether both name one zone, which means the same within an account and a region."""
        zones = ((self.zone, other.zone), (self.zone_id, other.zone_id))
        return any(isinstance(one, str) and one == another for one, another in zones)

    def shares_zone(self, other: Subnet) -> bool:
        """Whether both are certainly in one zone."""
        return self.names_zone_of(other) and self.resource.in_place_of(other.resource) is True

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
        self._created: dict[Subnet, Outcome] = {}
        self._beside: dict[str | None, Outcome] = {}

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
            is_local=_is_local(subnet),
        )

    def can_create(self, subnet: Subnet) -> Outcome:
        """Whether AWS creates a subnet of the program, by its block and its zone."""
        if subnet.origin is Origin.ACCOUNT or subnet.type == tokens.DEFAULT_SUBNET:
            return PASSES
        if subnet not in self._created:
            parts = (_is_in_region(subnet), _is_inside(subnet), *self._overlaps(subnet))
            self._created[subnet] = all_of(parts)
        return self._created[subnet]

    def can_create_all_beside(self, subnet: Subnet) -> Outcome:
        """Warnings of the subnets of its VPC that AWS refuses to create, which ends an update half-way."""
        vpc = subnet.vpc.identity
        if vpc not in self._beside:
            found = all_of(map(self.can_create, self._by_vpc.get(vpc, ())))
            self._beside[vpc] = found.as_warnings()
        return self._beside[vpc]

    def _overlaps(self, subnet: Subnet) -> Iterator[Outcome]:
        """Which of two that overlap AWS creates depends on their order; a program may replace an old one."""
        block = subnet.ipv4
        for other in self._by_vpc.get(subnet.vpc.identity, ()):
            if other == subnet or isinstance(block, Unknown) or isinstance(other.ipv4, Unknown):
                continue
            if block & other.ipv4:
                first, second = sorted((subnet, other), key=lambda each: each.key)
                yield placement.SUBNETS_OVERLAP(first, other=second)

    @cached_property
    def _by_vpc(self) -> dict[str | None, list[Subnet]]:
        """The subnets that are certainly of a VPC, by what tells it."""
        found: dict[str | None, list[Subnet]] = {}
        for subnet in self:
            if subnet.vpc.identity is not None:
                found.setdefault(subnet.vpc.identity, []).append(subnet)
        return found


def unread(owner: Subject, called: str, ref: Ref[Subnet]) -> Outcome:
    """The subnet `ref` of `owner`, which is `called` so, may be one that the graph does not hold."""
    if ref.candidates:
        return placement.SUBNET_MAYBE_READ_ONLY(owner, called=called)
    return placement.UNREAD_SUBNET(owner, place=ref.place, called=called)


def _is_inside(subnet: Subnet) -> Outcome:
    """Whether the block of a subnet is one of its VPC's, or a part of one."""
    blocks = blocks_of(subnet.vpc)
    if isinstance(subnet.ipv4, Unknown) or not all(isinstance(block.cidr, str) for block in blocks):
        return PASSES
    possible = union(addresses(block.cidr) for block in blocks)
    return (
        PASSES if subnet.ipv4 <= possible else placement.SUBNET_OUTSIDE_VPC(subnet, vpc=name_of(subnet.vpc))
    )


def _is_in_region(subnet: Subnet) -> Outcome:
    region = region_of_zone(subnet.zone)
    if region is None or subnet.region in (UNKNOWN, region):
        return PASSES
    return placement.ZONE_OF_OTHER_REGION(subnet, zone=subnet.zone)


def _is_local(subnet: Resource) -> bool:
    outpost = subnet.declared("outpostArn")
    zones = (subnet.get("availabilityZone"), subnet.get("availabilityZoneId"))
    on_outpost = outpost is UNKNOWN or str(outpost).startswith("arn:")
    return on_outpost or any(map(is_local, zones))


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
