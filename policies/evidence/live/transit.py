"""Transit gateways: each one as a whole or not at all, since the proof takes what is not shown for not there.

Sources: Amazon EC2 API Reference, "SearchTransitGatewayRoutes", "DescribeTransitGatewayVpcAttachments"; AWS
Transit Gateway Guide, "Transit gateway route tables".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from typing import Final

from . import shapes
from .actions import Action
from .api import Answers, Api
from .request import Request, filtered
from .shapes import Answer, Entry, entry

_OF_GATEWAYS: Final = (Action.TRANSIT_GATEWAYS, Action.TRANSIT_ATTACHMENTS, Action.TRANSIT_TABLES)
_OF_TABLES: Final = (Action.TRANSIT_ASSOCIATIONS, Action.TRANSIT_PROPAGATIONS, Action.TRANSIT_ROUTES)
_FILTERS: Final = {Action.TRANSIT_ROUTES: {"Filters": [{"Name": "state", "Values": ["active", "blackhole"]}]}}
_THERE: Final = frozenset({"available", "modifying"})
_LINKED: Final = frozenset({"associated", "enabled"})


def read(api: Api, gateways: Iterable[str]) -> Answers:
    """What AWS tells of `gateways`: three calls for all of them, and three for each of their route tables."""
    wanted = sorted(set(gateways))
    answers = dict(
        api.fetch(
            request for action in _OF_GATEWAYS for request in filtered(action, "transit-gateway-id", wanted)
        )
    )
    tables = [{"TransitGatewayRouteTableId": table} for table in _ids_of_tables(answers)]
    answers.update(
        api.fetch(
            Request(action, {**table, **_FILTERS.get(action, {})}, table)
            for action in _OF_TABLES
            for table in tables
        )
    )
    return answers


def _ids_of_tables(answers: Answers) -> Iterator[str]:
    return (table["TransitGatewayRouteTableId"] for table in answers.get(Action.TRANSIT_TABLES, ()))


def gateways_of(answers: Answers) -> set[str]:
    """The transit gateways that the VPCs which were read are attached to."""
    return {item["TransitGatewayId"] for item in _attachments(answers)}


def beyond(answers: Answers, account: str) -> set[str]:
    """The VPCs of `account` that static routes lead to: those whose way out others may share."""
    targets = set(_targets(answers))
    return {
        item["VpcId"]
        for item in _attachments(answers)
        if item["TransitGatewayAttachmentId"] in targets and item.get("VpcOwnerId") == account
    }


def hidden(answers: Answers, account: str) -> Iterator[tuple[Action, str]]:
    """What is not shown though no call failed, as the action that would show it and why it does not."""
    for item in answers.get(Action.TRANSIT_GATEWAYS, ()):
        reason = _why_left_out(item, account)
        if reason:
            yield Action.TRANSIT_ROUTES, f"{item['TransitGatewayId']} {reason}"
    targets = set(_targets(answers))
    for item in _attachments(answers):
        name, owner = item["TransitGatewayAttachmentId"], item.get("VpcOwnerId")
        if name in targets and owner != account:
            yield Action.TRANSIT_ATTACHMENTS, f"{name} leads to {item['VpcId']} of account {owner}"


def _why_left_out(gateway: Answer, account: str) -> str:
    """Why a gateway that was read is not shown; empty where it is."""
    if gateway.get("OwnerId") != account:
        return f"is of account {gateway.get('OwnerId')}, which alone sees its route tables"
    options = gateway.get("Options", {})
    if options.get("AssociationDefaultRouteTableId") != options.get("PropagationDefaultRouteTableId"):
        return "has two default route tables, which the proof takes for one"
    return ""


def _attachments(answers: Answers) -> Iterator[Answer]:
    return (item for item in answers.get(Action.TRANSIT_ATTACHMENTS, ()) if item.get("State") in _THERE)


def _targets(answers: Answers) -> Iterator[str]:
    for route in answers.get(Action.TRANSIT_ROUTES, ()):
        if route.get("Type") == "static":
            yield from _attachments_of(route)


def _attachments_of(route: Answer) -> Iterator[str]:
    return (given["TransitGatewayAttachmentId"] for given in route.get("TransitGatewayAttachments") or ())


def resources(answers: Answers, vpcs: Set[str], account: str) -> Iterator[Entry]:
    """The transit gateways of `account` that were read as a whole, with their attachments and tables.

    A VPC that was read propagates its blocks; the routes that anything else propagates are listed one by one.

    Args:
        vpcs: those that were read.
    """
    if not all(action in answers for action in (*_OF_GATEWAYS, *_OF_TABLES)):
        return
    own = {
        item["TransitGatewayId"]: item
        for item in answers[Action.TRANSIT_GATEWAYS]
        if item.get("State") in _THERE and not _why_left_out(item, account)
    }
    tables = {
        item["TransitGatewayRouteTableId"]: item
        for item in answers[Action.TRANSIT_TABLES]
        if item["TransitGatewayId"] in own and item.get("State") == "available"
    }
    attachments = {
        item["TransitGatewayAttachmentId"]: item
        for item in _attachments(answers)
        if item["TransitGatewayId"] in own
    }
    propagating = {name for name, item in attachments.items() if item["VpcId"] in vpcs}
    links = {
        action: list(_links(answers[action], tables))
        for action in (Action.TRANSIT_ASSOCIATIONS, Action.TRANSIT_PROPAGATIONS)
    }
    yield from map(_gateway, own.values())
    yield from map(_table, tables.values())
    for name, item in attachments.items():
        defaults = own[item["TransitGatewayId"]].get("Options", {})
        yield _attachment(
            item,
            associated=(defaults.get("AssociationDefaultRouteTableId"), name)
            in links[Action.TRANSIT_ASSOCIATIONS],
            propagates=name in propagating
            and (defaults.get("PropagationDefaultRouteTableId"), name) in links[Action.TRANSIT_PROPAGATIONS],
        )
    for table, name in links[Action.TRANSIT_ASSOCIATIONS]:
        yield _link("routeTableAssociation:RouteTableAssociation", table, name)
    for table, name in links[Action.TRANSIT_PROPAGATIONS]:
        if name in propagating:
            yield _link("routeTablePropagation:RouteTablePropagation", table, name)
    yield from _routes(answers, tables.keys(), propagating)


def _links(items: Iterable[Answer], tables: Iterable[str]) -> Iterator[tuple[str, str]]:
    known = frozenset(tables)
    for item in items:
        if item["TransitGatewayRouteTableId"] in known and item.get("State") in _LINKED:
            yield item["TransitGatewayRouteTableId"], item["TransitGatewayAttachmentId"]


def _routes(answers: Answers, tables: Set[str], propagating: Set[str]) -> Iterator[Entry]:
    """The routes of `tables`, static ones in place of propagated ones to the same block."""
    routes: defaultdict[str, list[Answer]] = defaultdict(list)
    for item in answers[Action.TRANSIT_ROUTES]:
        if item["TransitGatewayRouteTableId"] in tables:
            routes[item.get("Type", "static")].append(item)
    for item in routes["propagated"]:
        if propagating.isdisjoint(_attachments_of(item)):
            yield _route(item)
    yield from map(_route, routes["static"])


def _gateway(item: Answer) -> Entry:
    options = item.get("Options", {})
    return entry(
        "aws:ec2transitgateway/transitGateway:TransitGateway",
        item["TransitGatewayId"],
        arn=item.get("TransitGatewayArn"),
        description=item.get("Description"),
        associationDefaultRouteTableId=options.get("AssociationDefaultRouteTableId"),
        propagationDefaultRouteTableId=options.get("PropagationDefaultRouteTableId"),
        defaultRouteTableAssociation=options.get("DefaultRouteTableAssociation"),
        defaultRouteTablePropagation=options.get("DefaultRouteTablePropagation"),
        dnsSupport=options.get("DnsSupport"),
        ownerId=item.get("OwnerId"),
        tags=shapes.tags(item),
    )


def _table(item: Answer) -> Entry:
    return entry(
        "aws:ec2transitgateway/routeTable:RouteTable",
        item["TransitGatewayRouteTableId"],
        transitGatewayId=item["TransitGatewayId"],
        defaultAssociationRouteTable=item.get("DefaultAssociationRouteTable"),
        defaultPropagationRouteTable=item.get("DefaultPropagationRouteTable"),
        tags=shapes.tags(item),
    )


def _attachment(item: Answer, *, associated: bool, propagates: bool) -> Entry:
    options = item.get("Options", {})
    return entry(
        "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
        item["TransitGatewayAttachmentId"],
        transitGatewayId=item["TransitGatewayId"],
        vpcId=item["VpcId"],
        vpcOwnerId=item.get("VpcOwnerId"),
        subnetIds=sorted(item.get("SubnetIds") or ()),
        applianceModeSupport=options.get("ApplianceModeSupport"),
        dnsSupport=options.get("DnsSupport"),
        transitGatewayDefaultRouteTableAssociation=associated,
        transitGatewayDefaultRouteTablePropagation=propagates,
        tags=shapes.tags(item),
    )


def _link(kind: str, table: str, attachment: str) -> Entry:
    return entry(
        f"aws:ec2transitgateway/{kind}",
        f"{table}_{attachment}",
        transitGatewayRouteTableId=table,
        transitGatewayAttachmentId=attachment,
    )


def _route(item: Answer) -> Entry:
    table, block = item["TransitGatewayRouteTableId"], item.get("DestinationCidrBlock")
    dropped = item.get("State") == "blackhole"
    return entry(
        "aws:ec2transitgateway/route:Route",
        f"{table}_{block or item.get('PrefixListId')}",
        destinationCidrBlock=block,
        blackhole=dropped,
        # A route that is in force and names no attachment leads to one that is not known, and drops nothing.
        transitGatewayAttachmentId=None if dropped else next(_attachments_of(item), ""),
        transitGatewayRouteTableId=table,
    )
