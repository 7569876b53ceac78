"""Where a service sends from: its VPC, the subnets of its connector, and the ways out that are there.

Source: Amazon VPC User Guide, "Subnet route tables" and "Route priority".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reachability import Graph, ZoneAvailability
from reachability.aws.network import Network
from reachability.aws.route_table import RouteTable
from reachability.aws.ses import smtp_service
from reachability.aws.subnet import Subnet
from reachability.ranges import IPV4

from .part import AdoptionError, Part, given

_ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"


@dataclass(frozen=True)
class Placement:
    """Where the connector of a service is.

    Attributes:
        tables: the route tables that are in force in `subnets`, each once.
        unread: the subnets whose route table was not read.
        on_main: those without a table of their own.
    """

    vpc: str
    subnets: tuple[str, ...]
    tables: tuple[RouteTable, ...]
    unread: tuple[str, ...]
    on_main: tuple[str, ...]

    @property
    def leads_out(self) -> bool:
        """Whether packets may leave the VPC: a table has a route beside the local ones, or was not read."""
        return bool(self.unread) or any(table.resource.get("routes") for table in self.tables)


def placement(graph: Graph, connector: Mapping[str, Any]) -> Placement:
    """
    Raises:
        AdoptionError: the subnets of the connector were not read.
    """
    network = Network(graph, ZoneAvailability())
    by_id = {subnet.id: subnet for subnet in network.subnets}
    ids = [str(subnet) for subnet in connector["subnets"]]
    missing = [subnet for subnet in ids if subnet not in by_id]
    if missing:
        raise AdoptionError(f"{', '.join(missing)}: these subnets of its VPC connector were not read")
    in_force = {subnet: _table(network, by_id[subnet]) for subnet in ids}
    tables = {table.key: table for table in in_force.values() if table is not None}
    associated = {
        link.get("subnetId")
        for table in tables.values()
        for link in table.resource.properties.get("associations") or ()
    }
    return Placement(
        str(by_id[ids[0]].resource.get("vpcId")),
        tuple(ids),
        tuple(tables.values()),
        tuple(subnet for subnet, table in in_force.items() if table is None),
        tuple(subnet for subnet in ids if subnet not in associated),
    )


def _table(network: Network, subnet: Subnet) -> RouteTable | None:
    tables = network.route_tables.in_force(subnet)
    return tables[0] if len(tables) == 1 else None


def part(place: Placement, resources: Sequence[Mapping[str, Any]], region: str) -> Part:
    """The network of the stack, with the NAT gateways and the SMTP endpoint that it uses as they are."""
    adopt: list[str] = []
    left_out: list[str] = []
    gateways = [_default_target(table) for table in place.tables]
    if gateways and not place.unread and all(target.startswith("nat-") for target in gateways):
        if place.on_main:
            left_out.append(
                f"route nat: {', '.join(place.on_main)} use the VPC's main route table: give them one of "
                "their own, or a preview refuses that route"
            )
        else:
            adopt.append("nat")
    else:
        left_out += [
            f"route nat: {table.id} sends 0.0.0.0/0 to {target}, no NAT gateway: a preview refuses that route"
            for table, target in zip(place.tables, gateways, strict=True)
            if target
        ]
    for endpoint in smtp_endpoints(place, resources, region):
        if endpoint["properties"].get("privateDnsEnabled"):
            adopt.append("endpoint")
        else:
            left_out.append(
                f"adopt endpoint: {endpoint['id']} has private DNS off: the stack creates another one"
            )
    config = given(adopt=sorted(set(adopt)), vpcId=place.vpc, privateSubnetIds=list(place.subnets))
    return Part(config, tuple(left_out))


def smtp_endpoints(
    place: Placement, resources: Sequence[Mapping[str, Any]], region: str
) -> list[Mapping[str, Any]]:
    """The VPC endpoints of SES's SMTP interface in the service's VPC."""
    return [
        each
        for each in resources
        if each["type"] == _ENDPOINT
        and each["properties"].get("vpcId") == place.vpc
        and each["properties"].get("serviceName") == smtp_service(region)
    ]


def _default_target(table: RouteTable) -> str:
    """What the default route leads to; empty where there is none."""
    for route in table.routes:
        if route.destination >= IPV4 and not route.blackhole:
            return str(route.target.id)
    return ""
