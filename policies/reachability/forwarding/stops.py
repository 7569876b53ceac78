"""What stops a packet on the walk; behind a NAT gateway, that is the gateway's own fault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..findings import gateways, names, routing
from ..ranges import IPV4, NAT64, UNROUTED
from ..verdict import PASSES

if TYPE_CHECKING:
    from ..aws.route_table import Route, RouteTable
    from ..findings.code import Subject
    from ..values import Unknown
    from ..verdict import Outcome
    from .leg import Leg

BLOCKED_PORT: Final = 25


def port_25(owner: Subject, port: int | Unknown | None) -> Outcome:
    """Whether AWS blocks what goes to public addresses.

    Source: Amazon EC2 User Guide, "Restriction on email sent using port 25".
    """
    return names.PORT_25(owner) if port == BLOCKED_PORT else PASSES


def is_private(leg: Leg) -> bool:
    """Whether a NAT gateway has translated packets that go to no public address."""
    return leg.nat is not None and bool(leg.packet.destination & UNROUTED)


def no_route(table: RouteTable, leg: Leg) -> Outcome:
    if leg.nat is None:
        wanted = leg.packet.destination
        says = (
            routing.NO_NAT64_ROUTE
            if wanted <= NAT64
            else routing.NO_ROUTE
            if wanted & IPV4
            else routing.NO_IPV6_ROUTE
        )
        return says(table, subnet=leg.subnet, name=leg.packet.name)
    if is_private(leg):
        return not_public(table, leg)
    return gateways.NAT_SUBNET_WITHOUT_ROUTE(leg.nat, where=_where(leg), table=table)


def blackhole(table: RouteTable, leg: Leg) -> Outcome:
    if leg.nat is None:
        return routing.BLACKHOLE(table, name=leg.packet.name)
    return not_public(table, leg) if is_private(leg) else routing.BLACKHOLE_BEHIND_NAT(table, table=table)


def no_exit(table: RouteTable, leg: Leg) -> Outcome:
    """A target that takes nothing that a NAT gateway has translated."""
    if leg.nat is None or is_private(leg):
        return not_public(table, leg)
    return gateways.NAT_SUBNET_LEADS_ELSEWHERE(leg.nat, where=_where(leg), table=table)


def unknown_target(route: Route, table: RouteTable, leg: Leg) -> Outcome:
    nat = next(iter(route.target.candidates), None)
    if nat is not None or isinstance(route.target.id, str):
        named = route.target.place if nat is None else nat.label
        return routing.NAT_BY_GATEWAY_ID(table, route=route.source, nat=named, name=leg.packet.name)
    if table.learns and all(other.via for other in table.routes):
        return routing.LEARNED_TARGET(table, name=leg.packet.name)
    if leg.nat is None:
        return routing.UNKNOWN_TARGET(table, name=leg.packet.name)
    if is_private(leg):
        return routing.UNKNOWN_PRIVATE_TARGET(table, name=leg.packet.name)
    return routing.UNKNOWN_TARGET_BEHIND_NAT(table, table=table)


def not_public(table: RouteTable, leg: Leg) -> Outcome:
    return gateways.DESTINATION_NOT_PUBLIC(leg.sent_by or table, name=leg.packet.name)


def _where(leg: Leg) -> str:
    """Where a NAT gateway sends its packets from, for a person."""
    through = f"sends through the endpoint {leg.inspected[-1].label}, which is" if leg.inspected else "is"
    return f"{through} in subnet {leg.subnet.label}"
