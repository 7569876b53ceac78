"""Replies: whether they find the way back that the packets have come by.

Sources: Amazon VPC User Guide, "Route priority"; AWS Transit Gateway Guide, "Example: Appliance in a shared
services VPC"; Amazon VPC Peering Guide, "Update your route tables for a VPC peering connection".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .crossing import Transit
from .middleboxes import Middlebox
from .outcomes import blocked, open_question, whichever
from .references import refers
from .values import UNKNOWN, Unknown
from .verdict import Outcome

if TYPE_CHECKING:
    from .crossing import Client, Crossing
    from .graph import Ref, Resource
    from .ranges import Ranges
    from .routing import Route
    from .transit import TransitGateways

_NO_WAY: Final = frozenset({"natGatewayId", "gatewayId", "egressOnlyGatewayId", "local"})
"""The targets that take no packet from one VPC to another."""


class Replies:
    """The ways back of one graph."""

    def __init__(self, crossing: Crossing, transit: TransitGateways) -> None:
        self.network = crossing.network
        self.routes = crossing.routes
        self.middleboxes = crossing.middleboxes
        self.transit = transit

    def go_back(self, client: Client, subnet: Resource) -> Outcome:
        """Whether replies in `subnet` go back by what has handed the client's packets on."""
        via, source, name = client.via, client.source, client.holder.label
        if isinstance(via, Middlebox):
            return self.middleboxes.returns(via, subnet, client.vpc, source, name)
        if via is not None:
            to_gateway = self.lead_to("transitGatewayId", via.gateway, subnet, client.vpc, source, name)
            onward = self.transit.onward(via.gateway, via.exit, source, name)
            return to_gateway + whichever([_leaves_back(*way, via, name) for way in onward])
        if subnet == client.subnet:
            return Outcome()
        return self.routes.is_local(subnet, client.vpc, source)

    def lead_to(
        self, target: str, resource: Resource, subnet: Resource, vpc: Ref, source: Ranges, name: str
    ) -> Outcome:
        """Whether the tables of `subnet` send replies to `source` to `resource`, a route's `target`."""
        return whichever(
            self.routes.each_table(
                subnet, lambda table: self._leads_to(target, resource, table, vpc, source, name)
            )
        )

    def _leads_to(
        self, target: str, resource: Resource, table: Resource, vpc: Ref, source: Ranges, name: str
    ) -> Outcome:
        shares = self.routes.lookup(table, vpc, source)
        answers = [_takes(route, target, resource) for share in shares for route in share.routes]
        if all(answer is True for answer in answers):
            return Outcome()
        code, remedy = "NO_ROUTE_TO_DESTINATION", f"route the addresses of {name} to {resource.label}"
        if all(answer is False for answer in answers):
            message = f"{table.label} does not route replies to {name} back to {resource.label}"
            return blocked(code, table.key, message, remedy)
        message = f"{table.label} may not route replies to {name} back to {resource.label}"
        return open_question(code, table.key, message, remedy)

    def interfaces(self, entry: Resource, client: Client) -> tuple[Resource, ...]:
        """The subnets of the attachment `entry` in which the replies to a client may come back to its VPC.

        Without appliance mode, replies come in the zone that they are sent from.
        """
        if not isinstance(client.via, Middlebox):
            return self.transit.interfaces(entry, client.subnet)
        found = self.transit.all_interfaces(entry)
        kept = self.transit.in_appliance_mode(entry) is True and client.behind[-1] in found
        return (client.behind[-1],) if kept else found


def _takes(route: Route | None, target: str, resource: Resource) -> bool | Unknown:
    """Whether `route` leads to `resource`; by another connection replies may find their way too."""
    if route is None or route.blackhole:
        return False
    if route.via == target:
        return refers(route.target, resource)
    return False if route.via in _NO_WAY or route.target.absent else UNKNOWN


def _leaves_back(leaving: Resource | None, step: Outcome, transit: Transit, name: str) -> Outcome:
    if leaving is None or leaving == transit.entry:
        return Outcome(findings=step.findings)
    message = f"the transit gateway sends replies to {name} to attachment {leaving.label}"
    remedy = "propagate the attachment of the client's VPC to the table of the way back"
    return blocked("NO_ROUTE_TO_DESTINATION", transit.gateway.key, message, remedy)
