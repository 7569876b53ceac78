"""The VPCs that the paths of a report pass: their subnets, the gateways, and which subnet leaves by which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reachability.ranges import IPV4, PUBLIC
from reachability.values import UNKNOWN

from .model import ShownGateway, ShownSubnet, ShownVpc

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reachability import Egress
    from reachability.aws import Network
    from reachability.aws.route_table import Route, RouteTable
    from reachability.aws.subnet import Subnet
    from reachability.aws.vpc import Vpc
    from reachability.values import Value

_NOT_KNOWN = "not known yet"


def topology(network: Network, egresses: Iterable[Egress]) -> tuple[ShownVpc, ...]:
    """The VPCs with a subnet that one of `egresses` passes, by their names."""
    passed = {hop.resource for egress in egresses for hop in egress.outcome.path}
    subnets = [subnet for subnet in network.subnets if subnet.vpc.target is not None]
    vpcs = {subnet.vpc.target for subnet in subnets if subnet.key in passed}
    shown = (_vpc(network, vpc, [s for s in subnets if s.vpc.target == vpc]) for vpc in vpcs if vpc)
    return tuple(sorted(shown, key=lambda vpc: (vpc.name, vpc.key)))


def _vpc(network: Network, vpc: Vpc, subnets: list[Subnet]) -> ShownVpc:
    shown = sorted((_subnet(network, subnet) for subnet in subnets), key=lambda each: (each.zone, each.name))
    return ShownVpc(
        vpc.key,
        vpc.label,
        ", ".join(_text(block.cidr) for block in vpc.blocks(IPV4)),
        tuple(shown),
        tuple(sorted(_gateways(network, vpc, subnets), key=lambda gateway: (gateway.kind, gateway.name))),
    )


def _subnet(network: Network, subnet: Subnet) -> ShownSubnet:
    tables = network.route_tables.in_force(subnet)
    (table,) = tables if len(tables) == 1 else (None,)
    return ShownSubnet(
        subnet.key,
        subnet.label,
        _text(subnet.resource.get("cidrBlock")),
        subnet.zone_name,
        table.label if table else _NOT_KNOWN,
        table.key if table else "",
        _targets(table, subnet) if table else (_NOT_KNOWN,),
    )


def _targets(table: RouteTable, subnet: Subnet) -> tuple[str, ...]:
    """What its table gives packets for public addresses to: its key, or its name where it is not read."""
    taking = table.taking(subnet.vpc, PUBLIC)
    return tuple(dict.fromkeys(target for route in taking for target in _target(route)))


def _target(route: Route | None) -> Iterator[str]:
    if route is None:
        return
    if route.target.target is not None:
        yield route.target.target.key
    else:
        yield route.target.place


def _gateways(network: Network, vpc: Vpc, subnets: list[Subnet]) -> Iterator[ShownGateway]:
    inside = {subnet.key for subnet in subnets}
    for gateway in network.internet_gateways:
        if any(each.target == vpc for each, _ in gateway.attachments):
            yield ShownGateway(gateway.key, "internet gateway", gateway.label)
    for nat in network.nat_gateways:
        place = nat.subnet.target
        if (place is not None and place.key in inside) or nat.vpc.target == vpc:
            yield ShownGateway(nat.key, "NAT gateway", nat.label, (place.key,) if place else ())
    for endpoint in network.vpc_endpoints.smtp:
        if endpoint.vpc.target == vpc:
            places = tuple(ref.target.key for ref in endpoint.subnets if ref.target is not None)
            yield ShownGateway(endpoint.key, "SMTP endpoint", endpoint.label, places)


def _text(value: Value) -> str:
    return value if isinstance(value, str) and value is not UNKNOWN else _NOT_KNOWN
