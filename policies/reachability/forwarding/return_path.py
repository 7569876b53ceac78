"""The way back: whether replies find the hops that the packets have come by.

Sources: Amazon VPC User Guide, "Route priority" and "Gateway route tables"; AWS Transit Gateway Guide,
"Example: Appliance in a shared services VPC"; Amazon VPC Peering Guide, "Update your route tables for a VPC
peering connection"; AWS Network Firewall Developer Guide, "Avoiding asymmetric routing with AWS Network
Firewall".
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from ..aws.middlebox import Middlebox
from ..aws.route_table import LOCAL
from ..findings import routing
from ..values import UNKNOWN, Truth
from ..verdict import PASSES, Outcome, across_possibilities

if TYPE_CHECKING:
    from ..aws import Network
    from ..aws.internet_gateway import InternetGateway
    from ..aws.route_table import Route, RouteTable
    from ..aws.subnet import Subnet
    from ..aws.transit_gateway import Attachment
    from ..aws.vpc import Vpc
    from ..graph.references import Ref
    from ..graph.resource import Resource
    from .leg import Leg, Transit

_NO_WAY: Final = frozenset({"natGatewayId", "gatewayId", "egressOnlyGatewayId", LOCAL})
"""The targets that take no packet from one VPC to another."""


class ReturnPath:
    """The ways back of one network."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.tables = network.route_tables

    def go_back(self, leg: Leg, subnet: Subnet) -> Outcome:
        """Whether replies in `subnet` go back by what has handed the packets of `leg` on."""
        via, source = leg.came_by, leg.packet.source
        if isinstance(via, Middlebox):
            symmetric = partial(self._symmetric, via, leg)
            return across_possibilities(self.tables.each(subnet, symmetric))
        if via is not None:
            to_gateway = self.lead_to("transitGatewayId", via.gateway, subnet, leg.vpc, leg)
            onward = self.network.transit_gateways.onward(via.gateway, via.exit, source, leg.owner)
            return to_gateway + across_possibilities([_leaves_back(*way, via, leg) for way in onward])
        return PASSES if subnet == leg.subnet else self.tables.leave_local(subnet, leg.vpc, source)

    def lead_to(self, target: str, thing: Resource, subnet: Subnet, vpc: Ref[Vpc], leg: Leg) -> Outcome:
        """Whether the tables of `subnet` send replies to `leg` to `thing`, a route's `target`."""
        leads = partial(_leads_to, target, thing, vpc, leg)
        return across_possibilities(self.tables.each(subnet, leads))

    def interfaces(self, entry: Attachment, leg: Leg) -> tuple[Subnet, ...]:
        """The subnets of the attachment `entry` in which the replies to `leg` may come back to its VPC.

        Without appliance mode, replies come in the zone that they are sent from.
        """
        if not isinstance(leg.came_by, Middlebox):
            return entry.interfaces(leg.subnet)
        found, last = entry.all_interfaces, leg.crossed[-1]
        return (last,) if entry.appliance_mode is True and last in found else found

    def come_in_by(self, gateway: InternetGateway, leg: Leg) -> Outcome:
        """Whether replies that come in by `gateway` go the way that the packets of `leg` have come."""
        tables, via = self.tables.behind(gateway), leg.came_by
        if isinstance(via, Middlebox):
            known = [table for table, certain in tables if table is not None and certain]
            if len(known) == 1:
                return self._symmetric(via, leg, known[0])
            return routing.NO_GATEWAY_ROUTE_TABLE(gateway, name=leg.owner, middlebox=via)
        if any(table is None or _redirects(table, leg) for table, _ in tables):
            return routing.REPLIES_REDIRECTED(gateway, name=leg.owner)
        return PASSES

    def _symmetric(self, middlebox: Middlebox, leg: Leg, table: RouteTable) -> Outcome:
        """Whether `table` sends replies back by the endpoint that the packets came by.

        AWS Network Firewall does not support other ways; what becomes of such a connection is not documented.
        """
        routes = table.taking(leg.vpc, leg.packet.source)
        answers = [self.network.middleboxes.takes(route, middlebox) for route in routes]
        if all(answer is True for answer in answers):
            return PASSES
        if all(route is None or route.blackhole for route in routes):
            return routing.NO_ROUTE_FOR_REPLIES(table, name=leg.owner, middlebox=middlebox)
        sure = all(answer is False for answer in answers)
        says = routing.REPLIES_PAST_THE_FIREWALL if sure else routing.REPLIES_MAYBE_PAST_THE_FIREWALL
        return says(table, name=leg.owner, middlebox=middlebox)


def _leads_to(target: str, thing: Resource, vpc: Ref[Vpc], leg: Leg, table: RouteTable) -> Outcome:
    answers = [_takes(route, target, thing) for route in table.taking(vpc, leg.packet.source)]
    if all(answer is True for answer in answers):
        return PASSES
    sure = all(answer is False for answer in answers)
    says = routing.NO_ROUTE_BACK if sure else routing.MAYBE_NO_ROUTE_BACK
    return says(table, name=leg.owner, via=thing)


def _takes(route: Route | None, target: str, thing: Resource) -> Truth:
    """Whether `route` leads to `thing`; by another connection replies may find their way too."""
    if route is None or route.blackhole:
        return False
    if route.via == target:
        return route.target.stands_for(thing)
    return False if route.via in _NO_WAY or route.target.absent else UNKNOWN


def _redirects(table: RouteTable, leg: Leg) -> bool:
    """Whether a gateway route table may send what comes in for the packets' source elsewhere than there."""
    routes = table.taking(leg.vpc, leg.packet.source)
    return any(route is not None and route.via != LOCAL for route in routes)


def _leaves_back(leaving: Attachment | None, step: Outcome, transit: Transit, leg: Leg) -> Outcome:
    if leaving is None or leaving == transit.entry:
        return step.without_path()
    return routing.REPLIES_LEAVE_ELSEWHERE(transit.gateway, name=leg.owner, attachment=leaving)
