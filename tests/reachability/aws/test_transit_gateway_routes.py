"""Which attachment a transit gateway's route tables lead to, whoever gave them their routes."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import UNKNOWN, Graph, Proof, Resource
from tests.reachability.transited import SPOKE, centralised, egress_of, entry, judge, properties_of


@pytest.fixture
def account() -> dict[str, Any]:
    return centralised()


@pytest.fixture
def own_tables(account: dict[str, Any]) -> dict[str, Any]:
    """The same with a route table for each attachment; neither uses the gateway's default table."""
    gateway = {"defaultRouteTableAssociation": "disable", "defaultRouteTablePropagation": "disable"}
    properties_of(account, "tgw-1").update(gateway)
    for table, attachment, learns in (("out", "spoke", "hub"), ("in", "hub", "spoke")):
        ids = {"transitGatewayRouteTableId": f"tgw-rtb-{table}"}
        account["resources"] += [
            entry(
                "aws:ec2transitgateway/routeTable:RouteTable", f"tgw-rtb-{table}", transitGatewayId="tgw-1"
            ),
            entry(
                "aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation",
                f"association-{table}",
                transitGatewayAttachmentId=f"tgw-attach-{attachment}",
                **ids,
            ),
            entry(
                "aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation",
                f"propagation-{table}",
                transitGatewayAttachmentId=f"tgw-attach-{learns}",
                **ids,
            ),
        ]
    properties_of(account, "tgw-route")["transitGatewayRouteTableId"] = "tgw-rtb-out"
    return account


def test_tables_of_their_own_are_followed(own_tables: dict[str, Any]) -> None:
    assert judge(own_tables) == ("reachable", [])


@pytest.mark.parametrize(
    ("identity", "prop", "value", "verdict"),
    [
        ("propagation-in", "transitGatewayRouteTableId", "tgw-rtb-out", "unreachable"),
        ("propagation-in", "transitGatewayRouteTableId", UNKNOWN, "undetermined"),
        ("propagation-in", "transitGatewayAttachmentId", "tgw-attach-hub", "unreachable"),
        ("propagation-in", "transitGatewayAttachmentId", UNKNOWN, "undetermined"),
        ("association-out", "transitGatewayRouteTableId", "tgw-rtb-in", "unreachable"),
        ("association-out", "transitGatewayRouteTableId", UNKNOWN, "undetermined"),
        ("association-out", "transitGatewayAttachmentId", UNKNOWN, "undetermined"),
        ("tgw-route", "transitGatewayRouteTableId", "tgw-rtb-in", "unreachable"),
    ],
)
def test_a_link_to_another_table_leads_elsewhere(
    own_tables: dict[str, Any], identity: str, prop: str, value: Any, verdict: str
) -> None:
    properties_of(own_tables, identity)[prop] = value

    assert judge(own_tables)[0] == verdict


def test_routes_of_the_propagation_table_alone_are_not_used(account: dict[str, Any]) -> None:
    properties_of(account, "tgw-1")["propagationDefaultRouteTableId"] = "tgw-rtb-other"
    properties_of(account, "tgw-route")["transitGatewayRouteTableId"] = "tgw-rtb-other"

    (out, *_) = egress_of(account).outcome.findings
    assert out.code == "NO_ROUTE_TO_DESTINATION"
    assert out.message == "the default route table of tgw-1 has no route to relay.example.com"


def test_the_default_association_table_is_used(
    account: dict[str, Any],
) -> None:
    properties_of(account, "tgw-1")["propagationDefaultRouteTableId"] = "tgw-rtb-other"
    account["resources"].append(
        entry(
            "aws:ec2transitgateway/route:Route",
            "tgw-route-back",
            destinationCidrBlock="10.1.0.0/16",
            transitGatewayAttachmentId="tgw-attach-spoke",
            transitGatewayRouteTableId="tgw-rtb-default",
        )
    )

    assert judge(account) == ("reachable", [])


def test_a_table_of_its_own_is_named_where_it_leads(own_tables: dict[str, Any]) -> None:
    path = egress_of(own_tables).outcome.path
    assert [hop.fact for hop in path if hop.kind == "transit-gateway"] == ["tgw-rtb-out to tgw-attach-hub"]


@pytest.mark.parametrize(
    ("block", "verdict"),
    [
        ("10.1.0.0/16", "unreachable"),
        ("10.1.1.0/24", "unreachable"),
        ("10.1.0.0/15", "reachable"),
        ("10.0.0.0/8", "reachable"),
        ("10.1.9.0/24", "reachable"),
    ],
)
@pytest.mark.parametrize("first", [True, False], ids=["first", "last"])
def test_a_static_route_comes_before_a_propagated_one(
    account: dict[str, Any], first: bool, block: str, verdict: str
) -> None:
    blackhole = entry(
        "aws:ec2transitgateway/route:Route",
        "tgw-blackhole",
        destinationCidrBlock=block,
        blackhole=True,
        transitGatewayRouteTableId="tgw-rtb-default",
    )
    account["resources"].insert(0 if first else len(account["resources"]), blackhole)

    assert judge(account)[0] == verdict


def test_each_block_of_a_vpc_is_propagated_by_itself(account: dict[str, Any]) -> None:
    properties_of(account, SPOKE)["cidrBlock"] = "10.1.0.0/17"
    account["resources"] += [
        entry(
            "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation",
            "vpc-cidr-assoc-1",
            vpcId=SPOKE,
            cidrBlock="10.1.128.0/17",
        ),
        entry(
            "aws:ec2transitgateway/route:Route",
            "tgw-blackhole",
            destinationCidrBlock="10.1.0.0/16",
            blackhole=True,
            transitGatewayRouteTableId="tgw-rtb-default",
        ),
    ]

    assert judge(account) == ("reachable", [])


@pytest.mark.parametrize("value", ["disable", "enable"])
@pytest.mark.parametrize("what", ["Association", "Propagation"])
def test_a_gateway_without_default_tables_needs_links(account: dict[str, Any], what: str, value: str) -> None:
    properties_of(account, "tgw-1")[f"defaultRouteTable{what}"] = value

    assert (judge(account)[0] == "reachable") is (value == "enable")


def test_an_unread_vpcs_attachment_may_take_private_addresses(
    account: dict[str, Any],
) -> None:
    account["resources"].insert(
        0,
        entry(
            "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
            "tgw-attach-other",
            transitGatewayId="tgw-1",
            vpcId="vpc-unread",
            subnetIds=["subnet-unread"],
        ),
    )

    assert judge(account)[0] == "undetermined"


@pytest.mark.parametrize(
    "unknown",
    [
        {"destinationCidrBlock": UNKNOWN, "transitGatewayRouteTableId": "tgw-rtb-default"},
        {"destinationCidrBlock": "10.0.0.0/8", "transitGatewayRouteTableId": UNKNOWN},
        {
            "destinationCidrBlock": "10.1.1.0/24",
            "transitGatewayRouteTableId": "tgw-rtb-default",
            "transitGatewayAttachmentId": "tgw-attach-spoke",
            "blackhole": UNKNOWN,
        },
    ],
    ids=["where to", "of which table", "whether it drops"],
)
def test_one_more_route_that_is_not_known_may_take_the_packets(
    account: dict[str, Any], unknown: dict[str, Any]
) -> None:
    unknown = {"blackhole": True, **unknown}
    route = entry("aws:ec2transitgateway/route:Route", "tgw-unknown", **unknown)
    account["resources"].append(route)

    assert judge(account)[0] == "undetermined"


def test_an_attachment_that_propagates_nothing_takes_nothing(account: dict[str, Any]) -> None:
    account["resources"].insert(
        0,
        entry(
            "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
            "tgw-attach-silent",
            transitGatewayId="tgw-1",
            vpcId="vpc-silent",
            subnetIds=["subnet-silent"],
            transitGatewayDefaultRouteTablePropagation=False,
        ),
    )

    assert judge(account) == ("reachable", [])


@pytest.mark.parametrize(
    ("drops", "static", "block", "verdict"),
    [
        (False, False, "0.0.0.0/1", "reachable"),
        (True, False, "0.0.0.0/1", "unreachable"),
        (True, True, "0.0.0.0/1", "unreachable"),
        (True, True, "0.0.0.0/0", "reachable"),
        (True, True, UNKNOWN, "undetermined"),
    ],
)
def test_a_prefix_list_reference_is_a_route_for_each_entry(
    account: dict[str, Any], drops: bool, static: bool, block: Any, verdict: str
) -> None:
    entries = [{"cidr": block}, *([{"cidr": "128.0.0.0/1"}] if block == "0.0.0.0/1" else [])]
    target = {"blackhole": True} if drops else {"transitGatewayAttachmentId": "tgw-attach-hub"}
    reference = entry(
        "aws:ec2transitgateway/prefixListReference:PrefixListReference",
        "tgw-list",
        prefixListId="pl-1",
        transitGatewayRouteTableId="tgw-rtb-default",
        **target,
    )
    kept = [entry for entry in account["resources"] if static or entry["id"] != "tgw-route"]
    listed = entry("aws:ec2/managedPrefixList:ManagedPrefixList", "pl-1", entries=entries)
    account["resources"] = [reference, listed, *kept]

    assert judge(account)[0] == verdict


@pytest.mark.parametrize("what", ["Association", "Propagation"])
def test_another_default_table_leaves_earlier_attachments_open(account: dict[str, Any], what: str) -> None:
    kind = f"DefaultRouteTable{what}"
    token = f"aws:ec2transitgateway/{kind[0].lower()}{kind[1:]}:{kind}"
    account["resources"].append(
        entry(token, "moved", transitGatewayId="tgw-1", transitGatewayRouteTableId="tgw-rtb-new")
    )

    assert judge(account)[0] == "undetermined"


@pytest.mark.parametrize(
    ("owner", "accepted", "automatic", "open_"),
    [
        ("1", False, None, False),
        ("2", False, None, True),
        ("2", False, "disable", True),
        ("2", False, "enable", False),
        ("2", True, None, False),
    ],
)
def test_the_attachment_of_another_account_waits_to_be_accepted(
    owner: str, accepted: bool, automatic: str | None, open_: bool
) -> None:
    automatically = {} if automatic is None else {"autoAcceptSharedAttachments": automatic}
    kinds = "aws:ec2transitgateway/{}:{}".format
    gateway = Resource(
        "tgw", kinds("transitGateway", "TransitGateway"), "tgw", automatically, "tgw-1", account="1"
    )
    attachment = Resource(
        "own", kinds("vpcAttachment", "VpcAttachment"), "own", {}, "attach-1", account=owner
    )
    accepter = Resource(
        "accepter",
        kinds("vpcAttachmentAccepter", "VpcAttachmentAccepter"),
        "accepter",
        {"transitGatewayAttachmentId": "attach-1" if accepted else "attach-2"},
    )
    transit = Proof(Graph([gateway, attachment, accepter])).network.transit_gateways

    codes = [finding.code for finding in transit.has_accepted(gateway, transit.read(attachment)).findings]
    assert codes == (["BAD_STATE_ATTACHMENT"] if open_ else [])
