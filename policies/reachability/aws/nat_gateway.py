"""NAT gateways: what it takes for one to translate to a public address.

Source: Amazon VPC User Guide, "NAT gateways", "NAT gateway basics" and "Regional NAT gateways".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..findings import assumptions, gateways, routing
from ..graph import tokens
from ..graph.provider_scope import place_of
from ..graph.references import Ref
from ..ranges import PRIVATE, Ranges, addresses
from ..values import ABSENT, UNKNOWN, Unknown, Value, is_known
from ..verdict import PASSES, Origin, Outcome, across_possibilities, all_of
from .elastic_ip import ElasticIps
from .entity import Entity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..graph.refusals import Refusals
    from ..graph.resource import Resource
    from .availability_zone import AvailabilityZones
    from .subnet import Subnet
    from .vpc import Vpc


@dataclass(frozen=True, eq=False)
class NatGateway(Entity):
    """A NAT gateway.

    Attributes:
        regional: whether it serves all zones of its VPC from no subnet.
        subnet: where it is; a regional one has none.
        private_ip: its own address in that subnet.
        connectivity: `public`, `private`, `ABSENT` for the default, or `UNKNOWN`.
        has_address: whether it has an address to translate to, as far as it tells itself.
        gets_address: what keeps it from getting the Elastic IP address that it names.
        is_placed: whether AWS places it where it is to be.
    """

    regional: bool
    subnet: Ref[Subnet]
    vpc: Ref[Vpc]
    private_ip: Value
    connectivity: Value
    state: Value
    has_address: bool
    gets_address: Outcome
    is_placed: Outcome

    def translates(self) -> Outcome:
        """Whether it by itself can translate to a public address: its kind, address, place and state."""
        return all_of(
            [self._is_public(), self._has_address(), self.gets_address, self.is_placed, self._is_available()]
        )

    def where(self, subnet: Subnet) -> Ranges:
        """Where its interface in `subnet` can be."""
        if isinstance(self.private_ip, str):
            return addresses(self.private_ip)
        return PRIVATE if isinstance(subnet.ipv4, Unknown) else subnet.ipv4

    def _is_public(self) -> Outcome:
        if self.connectivity is UNKNOWN:
            return gateways.MAYBE_PRIVATE_NAT_GATEWAY(self)
        return gateways.PRIVATE_NAT_GATEWAY(self) if self.connectivity == "private" else PASSES

    def _has_address(self) -> Outcome:
        private = self.connectivity == "private"  # It takes none, which is said of it already.
        return PASSES if self.has_address or private else gateways.NO_ELASTIC_IP(self)

    def _is_available(self) -> Outcome:
        if not is_known(self.state) or self.state in ("available", "pending"):
            return PASSES
        return routing.NAT_GATEWAY_BAD_STATE(self, state=self.state)


class NatGateways:
    """The NAT gateways of one graph."""

    def __init__(self, availability_zones: AvailabilityZones, refusals: Refusals) -> None:
        self.availability_zones = availability_zones
        self.refusals = refusals
        self.subnets = availability_zones.subnets
        self.graph = self.subnets.graph
        self.elastic_ips = ElasticIps(self.graph)
        self._read: dict[str, NatGateway] = {}

    def __iter__(self) -> Iterator[NatGateway]:
        return map(self.read, self.graph.of_type(*tokens.NAT_GATEWAY))

    def read(self, nat: Resource) -> NatGateway:
        if nat.key not in self._read:
            self._read[nat.key] = self._make(nat)
        return self._read[nat.key]

    def _make(self, nat: Resource) -> NatGateway:
        regional = _is_regional(nat)
        subnet = self.subnets.ref(nat, nat.declared("subnetId"), "subnetId")
        unknown: Ref[Vpc] = Ref((), UNKNOWN, open=True)
        vpc = self.subnets.vpcs.of(nat) if regional else subnet.target.vpc if subnet.target else unknown
        return NatGateway(
            nat,
            regional=regional,
            subnet=subnet,
            vpc=vpc,
            private_ip=nat.get("privateIp"),
            connectivity=nat.declared("connectivityType"),
            state=nat.get("state"),
            has_address=regional or _names_address(nat),  # In automatic mode AWS brings the addresses.
            gets_address=self.elastic_ips.given_to(nat),
            is_placed=self._is_placed(nat, subnet),
        )

    def _is_placed(self, nat: Resource, subnet: Ref[Subnet]) -> Outcome:
        if nat.origin is Origin.ACCOUNT:
            return PASSES
        places = [
            self.subnets.can_create(place) + self.availability_zones.take(nat, place)
            for place in subnet.candidates
        ]
        room = assumptions.ROOM_IN_QUOTAS(nat, place=place_of(nat))
        return (across_possibilities(places) if places else PASSES) + self.refusals.of(nat) + room


def _is_regional(nat: Resource) -> bool:
    mode = nat.declared("availabilityMode")
    return mode == "regional" or (mode is UNKNOWN and nat.declared("subnetId") is ABSENT)


def _names_address(nat: Resource) -> bool:
    given = any(is_known(nat.get(name)) for name in ("allocationId", "publicIp"))
    return given or nat.declared("allocationId") is UNKNOWN
