"""Availability Zones: whether AWS places a thing in the zone of its subnet.

Sources: AWS App Runner Developer Guide, "Enabling VPC access for outgoing traffic"; Amazon ECS Developer
Guide, "Supported Regions for Amazon ECS on AWS Fargate"; Amazon VPC User Guide, "Troubleshoot NAT gateways"
(constrained zones, which are not listed) and "Extend your VPC resources to AWS Local Zones".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from ..findings import assumptions, placement
from ..graph import tokens
from ..graph.zones import WITHOUT_CONNECTORS, WITHOUT_FARGATE
from ..values import UNKNOWN, Truth, Value, elements
from ..verdict import PASSES, Origin, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..findings.code import Statement
    from ..graph.resource import Resource
    from ..graph.zones import ZoneAvailability
    from .subnet import Subnet, Subnets


@dataclass(frozen=True)
class ZonalService:
    """Something that AWS places in zones, though not in all of them.

    Attributes:
        what: how its documents call it.
        types: the resources that are of it.
        path: where such a resource names its subnets.
        lacking: the ids of the zones that do not take it; none where AWS lists none.
        refused: what is said of a subnet in one of these.
    """

    what: str
    types: tuple[str, ...]
    path: tuple[str, ...]
    lacking: frozenset[str] = frozenset()
    refused: Statement = placement.ZONE_WITHOUT_CONNECTORS


CONNECTORS: Final = ZonalService(
    "App Runner VPC connectors", tokens.VPC_CONNECTOR, ("subnets",), WITHOUT_CONNECTORS
)
NAT_GATEWAYS: Final = ZonalService("NAT gateways", tokens.NAT_GATEWAY, ("subnetId",))
FARGATE_TASKS: Final = ZonalService(
    "tasks on Fargate",
    (*tokens.ECS_SERVICE, *tokens.ECS_EXPRESS_SERVICE),
    ("networkConfiguration", "subnets"),
    WITHOUT_FARGATE,
    placement.ZONE_WITHOUT_FARGATE,
)
FUNCTIONS: Final = ZonalService("Lambda functions", tokens.LAMBDA_FUNCTION, ("vpcConfig", "subnetIds"))

_SERVICES: Final = (CONNECTORS, NAT_GATEWAYS, FARGATE_TASKS, FUNCTIONS)
_BY_TYPE: Final = {token: service for service in _SERVICES for token in service.types}


class AvailabilityZones:
    """What the zones of one graph take."""

    def __init__(self, subnets: Subnets, zones: ZoneAvailability) -> None:
        self.subnets = subnets
        self.graph = subnets.graph
        self.zones = zones

    def take(self, thing: Resource, subnet: Subnet) -> Outcome:
        """Whether AWS places `thing` in `subnet`; what the account shows has been placed."""
        service = _BY_TYPE.get(thing.type)
        if service is None or thing.origin is Origin.ACCOUNT:
            return PASSES
        if subnet.is_local:
            return placement.SUBNET_IN_LOCAL_ZONE(subnet, what=service.what)
        zone_id = self.zones.id_of(subnet.resource)
        offered = self._offered(service, subnet, zone_id)
        if offered is False:
            return service.refused(subnet, zone=subnet.zone_name)
        assumed = self.zones.assumes(service.lacking, subnet.region, zone_id)
        taken = (offered is True and not assumed) or any(map(subnet.shares_zone, self._holding[service]))
        return PASSES if taken else assumptions.ZONE_TAKES(subnet, what=service.what)

    def _offered(self, service: ZonalService, subnet: Subnet, zone_id: Value) -> Truth:
        if not service.lacking:
            return UNKNOWN
        return self.zones.offered(service.lacking, subnet.region, subnet.zone, zone_id, subnet.account)

    @cached_property
    def _holding(self) -> Mapping[ZonalService, tuple[Subnet, ...]]:
        """The subnets where the account has some of each."""
        return {service: tuple(self._held(service)) for service in _SERVICES}

    def _held(self, service: ZonalService) -> Iterator[Subnet]:
        prop, *path = service.path
        for thing in self.graph.of_type(*service.types):
            if thing.origin is Origin.ACCOUNT:
                for ref in self.subnets.refs(thing, elements(thing.declared(prop), *path), prop):
                    yield from ref.candidates
