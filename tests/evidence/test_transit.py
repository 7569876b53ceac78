"""Transit gateways: read as a whole with the VPC that they lead to, or left open."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import pytest

from evidence.live import Action
from reachability import Verdict
from tests.evidence.account import RELAY, Account
from tests.evidence.conftest import Command, empty
from tests.evidence.front import Front
from tests.evidence.told import Told, read

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
OTHER = "210987654321"
OF_TRANSIT = [action for action in Action if action.name.startswith("TRANSIT_")]


@dataclass(frozen=True)
class Hub:
    """Centralised egress as it was read.

    Attributes:
        spoke: the VPC of the service; `egress` is that with the NAT gateway.
        there: the transit gateway route table of the way there; `back` that of the way back.
    """

    told: Told
    spoke: str
    egress: str
    gateway: str
    there: str
    back: str
    entry: str
    exit: str

    def route(self, table: str, block: str | None, attachment: str | None, **more: Any) -> dict[str, Any]:
        found = {
            "TransitGatewayRouteTableId": table,
            "Type": "static",
            "State": "active",
            "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": attachment}] if attachment else [],
            **more,
        }
        return {**found, "DestinationCidrBlock": block} if block else found

    def routed(self, *routes: dict[str, Any]) -> Told:
        """With these routes on the way there, instead of the default route to the exit."""
        kept = [
            item
            for item in self.told.answers[Action.TRANSIT_ROUTES]
            if item["TransitGatewayRouteTableId"] == self.back
        ]
        return self.told.but(TRANSIT_ROUTES=[*kept, *routes])

    def returned(self, *routes: dict[str, Any]) -> Told:
        """With these routes on the way back, beside what the spoke propagates."""
        return self.told.but(TRANSIT_ROUTES=[*self.told.answers[Action.TRANSIT_ROUTES], *routes])


@pytest.fixture(scope="module")
def hub(shared_front: Front, tmp_path_factory: pytest.TempPathFactory) -> Hub:
    with pytest.MonkeyPatch.context() as patch:
        account = Account(empty(shared_front, patch, tmp_path_factory.mktemp("aws")))
        made = account.hub()
        return Hub(read(account), account.vpc, made.vpc, made.gateway, *made.tables, *made.attachments)


def unread(told: Told) -> list[str]:
    return [f"{failure['action']}: {failure['reason']}" for failure in told.document()["unread"]]


def test_the_vpc_that_it_leads_to_is_read_as_well(hub: Hub) -> None:
    document = hub.told.document()
    assert document["vpcs"] == sorted([hub.spoke, hub.egress])
    assert document["unread"] == []
    assert hub.told.verdict(RELAY) is REACHABLE
    shown = {
        (resource["type"].rpartition(":")[2], resource["id"]): resource["properties"]
        for resource in document["resources"]
        if resource["type"].startswith("aws:ec2transitgateway/")
    }
    assert shown["Route", f"{hub.there}_0.0.0.0/0"] == {
        "destinationCidrBlock": "0.0.0.0/0",
        "blackhole": False,
        "transitGatewayAttachmentId": hub.exit,
        "transitGatewayRouteTableId": hub.there,
    }
    assert shown["RouteTablePropagation", f"{hub.back}_{hub.entry}"] == {
        "transitGatewayAttachmentId": hub.entry,
        "transitGatewayRouteTableId": hub.back,
    }
    # What a VPC that was read propagates follows from its blocks.
    assert [identity for kind, identity in shown if kind == "Route"] == [f"{hub.there}_0.0.0.0/0"]
    assert shown["VpcAttachment", hub.entry]["transitGatewayDefaultRouteTableAssociation"] is False


@pytest.mark.parametrize("action", OF_TRANSIT, ids=lambda action: action.operation)
def test_one_part_that_was_not_read_leaves_all_of_it_open(hub: Hub, action: Action) -> None:
    assert hub.told.verdict(RELAY, action) is UNDETERMINED
    dropped = hub.routed(hub.route(hub.there, "0.0.0.0/0", None, State="blackhole"))
    assert dropped.verdict(RELAY) is UNREACHABLE
    assert dropped.verdict(RELAY, action) is UNDETERMINED


def test_a_gateway_of_another_account_shows_no_tables(hub: Hub) -> None:
    (gateway,) = hub.told.answers[Action.TRANSIT_GATEWAYS]
    told = hub.told.but(TRANSIT_GATEWAYS=[{**gateway, "OwnerId": OTHER}], TRANSIT_TABLES=[])
    assert told.verdict(RELAY) is UNDETERMINED
    assert unread(told) == [
        f"ec2:SearchTransitGatewayRoutes: {hub.gateway} is of account {OTHER}, "
        "which alone sees its route tables"
    ]


def test_two_default_tables_are_left_open(hub: Hub) -> None:
    (gateway,) = hub.told.answers[Action.TRANSIT_GATEWAYS]
    options = {**gateway["Options"], "PropagationDefaultRouteTableId": hub.back}
    told = hub.told.but(TRANSIT_GATEWAYS=[{**gateway, "Options": options}])
    assert told.verdict(RELAY) is UNDETERMINED
    assert "has two default route tables" in unread(told)[0]


def test_a_vpc_of_another_account_is_named(hub: Hub) -> None:
    attachments = [
        {**item, "VpcOwnerId": OTHER} if item["VpcId"] == hub.egress else item
        for item in hub.told.answers[Action.TRANSIT_ATTACHMENTS]
    ]
    own = {
        action.name: [item for item in items if item.get("VpcId") != hub.egress]
        for action, items in hub.told.answers.items()
    }
    told = replace(hub.told.but(**{**own, "TRANSIT_ATTACHMENTS": attachments}), vpcs=frozenset([hub.spoke]))
    assert told.verdict(RELAY) is UNDETERMINED
    assert unread(told) == [
        f"ec2:DescribeTransitGatewayVpcAttachments: {hub.exit} leads to {hub.egress} of account {OTHER}"
    ]


def test_routes_decide(hub: Hub) -> None:
    default = hub.route(hub.there, "0.0.0.0/0", hub.exit)
    half = hub.route(hub.there, "128.0.0.0/1", None, State="blackhole")
    nowhere = hub.route(hub.there, "0.0.0.0/1", None)
    listed = hub.route(hub.there, None, hub.exit, PrefixListId="pl-1")
    vpn = hub.route(hub.there, "0.0.0.0/0", "tgw-attach-vpn", Type="propagated")
    assert hub.routed().verdict(RELAY) is UNREACHABLE
    assert hub.routed(default).verdict(RELAY) is REACHABLE
    assert hub.routed(default, half).verdict(RELAY) is UNDETERMINED
    assert hub.routed(default, nowhere).verdict(RELAY) is UNDETERMINED
    assert hub.routed(listed).verdict(RELAY) is UNDETERMINED
    assert hub.routed(vpn).verdict(RELAY) is UNDETERMINED
    for routes in ((default, vpn), (vpn, default)):  # a static route wins
        assert hub.routed(*routes).verdict(RELAY) is REACHABLE


def test_what_a_vpc_that_was_not_read_propagates_is_listed(hub: Hub) -> None:
    attachment = {
        "TransitGatewayAttachmentId": "tgw-attach-third",
        "TransitGatewayId": hub.gateway,
        "VpcId": "vpc-third",
        "VpcOwnerId": OTHER,
        "State": "available",
    }
    link = {
        "TransitGatewayAttachmentId": "tgw-attach-third",
        "TransitGatewayRouteTableId": hub.back,
        "State": "enabled",
    }
    for block, verdict in (("10.40.0.0/16", REACHABLE), ("10.20.1.0/24", UNREACHABLE)):
        told = hub.returned(hub.route(hub.back, block, "tgw-attach-third", Type="propagated")).but(
            TRANSIT_ATTACHMENTS=[*hub.told.answers[Action.TRANSIT_ATTACHMENTS], attachment],
            TRANSIT_PROPAGATIONS=[*hub.told.answers[Action.TRANSIT_PROPAGATIONS], link],
        )
        assert told.verdict(RELAY) is verdict, block
    assert hub.told.but(TRANSIT_PROPAGATIONS=[]).verdict(RELAY) is not REACHABLE


def test_what_is_being_deleted_carries_nothing(hub: Hub) -> None:
    for name, state in (("TRANSIT_ATTACHMENTS", "deleting"), ("TRANSIT_GATEWAYS", "deleted")):
        items = [{**item, "State": state} for item in hub.told.answers[Action[name]]]
        assert hub.told.but(**{name: items}).verdict(RELAY) is UNDETERMINED


def test_a_vpc_that_peers_is_read_where_it_can_be(account: Account, mailroute: Command) -> None:
    elsewhere = account.of_another(OTHER)
    peers = {account.new_vpc("10.40.0.0/16"): account.ec2}
    peers[elsewhere.create_vpc(CidrBlock="10.50.0.0/16")["Vpc"]["VpcId"]] = elsewhere
    for vpc, accepter in peers.items():
        owner = {} if accepter is account.ec2 else {"PeerOwnerId": OTHER}
        answer = account.ec2.create_vpc_peering_connection(VpcId=account.vpc, PeerVpcId=vpc, **owner)
        accepter.accept_vpc_peering_connection(
            VpcPeeringConnectionId=answer["VpcPeeringConnection"]["VpcPeeringConnectionId"]
        )
    result = mailroute("snapshot", "--vpc", account.vpc, "-o", "-")
    assert json.loads(result.stdout)["vpcs"] == sorted([account.vpc, next(iter(peers))])
