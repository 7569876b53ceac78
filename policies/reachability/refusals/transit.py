"""What AWS refuses of transit gateways: their attachments, associations and routes.

Sources: Amazon EC2 API Reference, "CreateTransitGatewayVpcAttachment", "AssociateTransitGatewayRouteTable",
"CreateTransitGatewayRoute" and "CreateRoute"; Pulumi Registry,
`aws.ec2transitgateway.RouteTableAssociation`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

from ..aws.vpc import name_of
from ..findings import conflicts, refusals
from ..graph import tokens
from ..graph.claims import called, follows
from ..graph.references import members, vpc_of
from ..graph.refusals import one_of
from ..values import ABSENT, UNKNOWN, items
from ..verdict import PASSES, all_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..aws.subnet import Subnet, Subnets
    from ..graph.refusals import Row
    from ..graph.resource import Resource
    from ..verdict import Outcome

_ATTACHMENT: Final = "transitGatewayAttachmentId"
_TABLE: Final = "transitGatewayRouteTableId"
_GATEWAY: Final = "transitGatewayId"
_BY_DEFAULT: Final = "transitGatewayDefaultRouteTableAssociation"


@dataclass(frozen=True)
class _Rules:
    subnets: Subnets

    def attachment_has_a_subnet_of_each_zone(self, attachment: Resource) -> Outcome:
        """An attachment has one subnet in a zone ("CreateTransitGatewayVpcAttachment")."""
        for first, second in combinations(self._subnets_of(attachment), 2):
            if first.names_zone_of(second):
                return refusals.ATTACHED_TWICE_IN_ZONE(
                    attachment, first=first, second=second, zone=first.zone_name
                )
        return PASSES

    def subnets_are_of_the_vpc(self, attachment: Resource) -> Outcome:
        """The subnets of an attachment are its VPC's ("CreateTransitGatewayVpcAttachment")."""
        vpc = self.subnets.vpcs.of(attachment)
        return all_of(
            refusals.ATTACHED_SUBNET_ELSEWHERE(
                attachment, vpc=name_of(vpc), subnet=subnet, other=name_of(subnet.vpc)
            )
            for subnet in self._subnets_of(attachment)
            if subnet.vpc.differs_from(vpc)
        )

    def subnets_are_in_availability_zones(self, attachment: Resource) -> Outcome:
        """No subnet of a Local Zone, and none with IPv6 alone ("Amazon VPC attachments")."""
        certain = self._subnets_of(attachment)
        return all_of(
            refusals.ATTACHED_OUTSIDE_THE_ZONES(attachment, subnet=subnet, zone=subnet.zone_name)
            for subnet in certain
            if subnet.is_local
        ) + all_of(
            refusals.ATTACHED_BY_IPV6_ALONE(attachment, subnet=subnet)
            for subnet in certain
            if subnet.ipv6_only
        )

    def _subnets_of(self, attachment: Resource) -> tuple[Subnet, ...]:
        """The subnets that an attachment certainly has."""
        listed = self.subnets.refs(attachment, items(attachment.get("subnetIds")), "subnetIds")
        return members(listed)[0]

    def vpc_is_attached_once(self, attachment: Resource) -> Outcome:
        """A VPC has one attachment to a gateway ("CreateTransitGatewayVpcAttachment")."""
        graph, vpcs = self.subnets.graph, self.subnets.vpcs
        gateway, vpc = graph.named(attachment, _GATEWAY, tokens.TRANSIT_GATEWAY), vpcs.of(attachment)
        others = (
            other
            for other in graph.of_type(*tokens.TGW_ATTACHMENT)
            if vpcs.of(other).same_as(vpc) is True
            and graph.named(other, _GATEWAY, tokens.TRANSIT_GATEWAY).same_as(gateway) is True
        )
        return one_of(graph, attachment, others, f"attach VPC {name_of(vpc)} to one transit gateway")

    def attachment_has_one_table(self, association: Resource) -> Outcome:
        """An attachment is associated with one table ("AssociateTransitGatewayRouteTable")."""
        graph = self.subnets.graph
        attachment = graph.named(association, _ATTACHMENT, tokens.TGW_ATTACHMENT).target
        replaces = association.declared("replaceExistingAssociation")
        if attachment is None or replaces is True:
            return PASSES
        what = f"associate attachment {attachment.label} with a route table"
        if self._is_by_default(attachment):
            first, second = called(attachment), called(association)
            found = conflicts.SECOND_REFUSED(association, first=first, second=second, what=what)
            return found.as_undetermined() if replaces is UNKNOWN else found
        others = graph.naming(attachment, _ATTACHMENT, tokens.TGW_ATTACHMENT, tokens.TGW_ASSOCIATION)
        return one_of(graph, association, others, what)

    def _is_by_default(self, attachment: Resource) -> bool:
        """Whether an attachment is certainly associated with its gateway's default table by itself."""
        gateway = self.subnets.graph.named(attachment, _GATEWAY, tokens.TRANSIT_GATEWAY).target
        if gateway is None:
            return False
        if attachment.in_account_of(gateway) is not True:
            return False  # Whoever accepts it says so.
        setting, own = gateway.get("defaultRouteTableAssociation"), attachment.get(_BY_DEFAULT)
        return setting in (ABSENT, "enable") and own in (ABSENT, True)

    def destination_is_new(self, route: Resource) -> Outcome:
        """A table has one static route for a destination ("CreateTransitGatewayRoute")."""
        graph, block = self.subnets.graph, route.get("destinationCidrBlock")
        table = self._table_of(route)
        others = (
            other
            for other in graph.of_type(*tokens.TGW_ROUTE)
            if table is not None and isinstance(block, str) and other.get("destinationCidrBlock") == block
            if self._table_of(other) == table
        )
        return one_of(graph, route, others, f"declare the route of one table to {block}")

    def _table_of(self, route: Resource) -> str | None:
        types = tokens.TGW_ROUTE_TABLE + tokens.TRANSIT_GATEWAY
        return self.subnets.graph.named(route, _TABLE, types).identity

    def route_follows_attachment(self, route: Resource) -> Outcome:
        """A route to a gateway needs the VPC's attachment to it ("CreateRoute")."""
        graph = self.subnets.graph
        gateway = graph.ref(route, route.declared(_GATEWAY), _GATEWAY, tokens.TRANSIT_GATEWAY)
        table = graph.named(route, "routeTableId", tokens.ROUTE_TABLE).target
        vpc = vpc_of(graph, table) if table is not None else None
        if gateway.target is None or vpc is None:
            return PASSES
        attachments = [
            attachment
            for attachment in graph.of_type(*tokens.TGW_ATTACHMENT)
            if self.subnets.vpcs.of(attachment).identity == vpc.key
            and graph.named(attachment, _GATEWAY, tokens.TRANSIT_GATEWAY).same_as(gateway) is True
        ]
        if any(each.id is not UNKNOWN or follows(graph, route, each) for each in attachments):
            return PASSES
        return all_of(refusals.ROUTE_BEFORE_ATTACHMENT(route, attachment=each) for each in attachments[:1])

    def parts_are_of_one_gateway(self, part: Resource) -> Outcome:
        """What is in a table is attached to its gateway ("AssociateTransitGatewayRouteTable")."""
        graph = self.subnets.graph
        attachment = graph.named(part, _ATTACHMENT, tokens.TGW_ATTACHMENT).target
        table = graph.named(part, _TABLE, tokens.TGW_ROUTE_TABLE).target
        if attachment is None or table is None:
            return PASSES
        here, there = (graph.named(each, _GATEWAY, tokens.TRANSIT_GATEWAY) for each in (attachment, table))
        return refusals.TABLE_OF_OTHER_GATEWAY(part, table=table) if here.differs_from(there) else PASSES


def rows(subnets: Subnets) -> Iterator[Row]:
    rules = _Rules(subnets)
    yield tokens.TGW_ATTACHMENT, rules.attachment_has_a_subnet_of_each_zone
    yield tokens.TGW_ATTACHMENT, rules.subnets_are_of_the_vpc
    yield tokens.TGW_ATTACHMENT, rules.subnets_are_in_availability_zones
    yield tokens.TGW_ATTACHMENT, rules.vpc_is_attached_once
    yield tokens.TGW_ASSOCIATION, rules.attachment_has_one_table
    yield tokens.TGW_ROUTE, rules.destination_is_new
    yield (
        (*tokens.TGW_ASSOCIATION, *tokens.TGW_ROUTE),
        rules.parts_are_of_one_gateway,
    )
    yield tokens.ROUTE, rules.route_follows_attachment
