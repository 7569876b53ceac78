"""Centralised egress through a transit gateway: the way out and the way back."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from reachability import UNKNOWN, Origin
from tests.reachability.transited import (
    HUB,
    OPEN_ACL,
    SPOKE,
    centralised,
    egress_of,
    entry,
    judge,
    parts_of_subnet,
    properties_of,
)


@pytest.fixture
def account() -> dict[str, Any]:
    return centralised()


def test_centralised_egress_is_followed_to_the_internet_and_back(account: dict[str, Any]) -> None:
    assert judge(account) == ("reachable", [])


def _no_route_in_gateway(account: dict[str, Any]) -> None:
    account["resources"] = [entry for entry in account["resources"] if entry["id"] != "tgw-route"]


def _blackhole_in_gateway(account: dict[str, Any]) -> None:
    route = properties_of(account, "tgw-route")
    del route["transitGatewayAttachmentId"]
    route["blackhole"] = True


def _no_way_back(account: dict[str, Any]) -> None:
    properties_of(account, "rtb-subnet-nat")["routes"].pop()


def _no_propagation(account: dict[str, Any]) -> None:
    properties_of(account, "tgw-attach-spoke")["transitGatewayDefaultRouteTablePropagation"] = False


def _propagation_into_another_table(account: dict[str, Any]) -> None:
    properties_of(account, "tgw-1")["propagationDefaultRouteTableId"] = "tgw-rtb-other"


def _attachment_in_other_zone(account: dict[str, Any]) -> None:
    account["resources"] += parts_of_subnet("subnet-b", SPOKE, "10.1.2.0/24", [])
    properties_of(account, "subnet-b")["availabilityZone"] = "us-east-1b"
    properties_of(account, "tgw-attach-spoke")["subnetIds"] = ["subnet-b"]


def _hub_acl_denies(account: dict[str, Any]) -> None:
    properties_of(account, f"acl-{HUB}")["ingress"] = [
        {
            "ruleNo": 100,
            "action": "allow",
            "protocol": "tcp",
            "fromPort": 443,
            "toPort": 443,
            "cidrBlock": "0.0.0.0/0",
        }
    ]


@pytest.mark.parametrize(
    ("break_it", "code"),
    [
        (_no_route_in_gateway, "NO_ROUTE_TO_DESTINATION"),
        (_blackhole_in_gateway, "NO_ROUTE_TO_DESTINATION"),
        (_no_way_back, "NO_ROUTE_TO_DESTINATION"),
        (_no_propagation, "NO_ROUTE_TO_DESTINATION"),
        (_propagation_into_another_table, "NO_ROUTE_TO_DESTINATION"),
        (_attachment_in_other_zone, "TGW_ROUTE_AZ_RESTRICTION"),
        (_hub_acl_denies, "SUBNET_ACL_RESTRICTION"),
    ],
)
def test_each_missing_piece_is_named(account: dict[str, Any], break_it: Any, code: str) -> None:
    broken = copy.deepcopy(account)
    break_it(broken)
    verdict, codes = judge(broken)
    assert verdict == "unreachable"
    assert code in codes


def test_a_vpc_that_is_perhaps_not_attached_leaves_it_open(account: dict[str, Any]) -> None:
    properties_of(account, "tgw-attach-spoke")["vpcId"] = "vpc-unread"

    assert judge(account) == ("undetermined", ["BAD_STATE_ATTACHMENT"])


@pytest.mark.parametrize(("entries", "verdict"), [(OPEN_ACL, "reachable"), ([], "unreachable")])
def test_the_acl_of_the_attachments_own_subnet_counts(
    account: dict[str, Any], entries: list[dict[str, Any]], verdict: str
) -> None:
    account["resources"] += parts_of_subnet("subnet-attach", SPOKE, "10.1.9.0/28", [])
    own = {"ingress": entries, "egress": entries, "subnetIds": ["subnet-attach"]}
    account["resources"].append(entry("aws:ec2/networkAcl:NetworkAcl", "acl-own", vpcId=SPOKE, **own))
    properties_of(account, "tgw-attach-spoke")["subnetIds"] = ["subnet-attach"]

    assert judge(account)[0] == verdict


@pytest.mark.parametrize("vpc", [SPOKE, HUB])
def test_either_vpc_may_enforce_encryption(account: dict[str, Any], vpc: str) -> None:
    control = "aws:ec2/vpcEncryptionControl:VpcEncryptionControl"
    account["resources"].append(entry(control, "vpcec-1", vpcId=vpc, mode="enforce"))

    assert judge(account) == ("undetermined", ["VPC_ENCRYPTION_ENFORCED"])


def test_a_reply_into_a_blackhole_is_lost(account: dict[str, Any]) -> None:
    properties_of(account, "rtb-subnet-nat")["routes"][-1]["state"] = "blackhole"

    assert judge(account)[0] == "unreachable"


def test_replies_need_a_route_from_a_shared_subnet_too(
    account: dict[str, Any],
) -> None:
    properties_of(account, "tgw-attach-hub")["subnetIds"] = ["subnet-nat"]
    out, back = properties_of(account, "rtb-subnet-nat")["routes"]
    properties_of(account, "rtb-subnet-nat")["routes"] = [
        {"cidrBlock": "0.0.0.0/1", "natGatewayId": "nat-1"},
        out,
    ]

    assert judge(account)[0] == "unreachable"
    properties_of(account, "rtb-subnet-nat")["routes"].append(back)
    assert "NO_ROUTE_TO_DESTINATION" not in judge(account)[1]


def test_packets_keep_to_their_zone(account: dict[str, Any]) -> None:
    """A subnet of the attachment in another zone, whose ACL lets nothing through, is not on the way."""
    closed = "acl-closed"
    for name, vpc, block in (("subnet-spoke-b", SPOKE, "10.1.9.0/24"), ("subnet-hub-b", HUB, "10.2.9.0/24")):
        account["resources"] += parts_of_subnet(name, vpc, block, [])
        properties_of(account, name)["availabilityZone"] = "us-east-1b"
        acl = entry(
            "aws:ec2/networkAcl:NetworkAcl", closed + name, vpcId=vpc, ingress=[], egress=[], subnetIds=[name]
        )
        account["resources"].append(acl)
    properties_of(account, "tgw-attach-spoke")["subnetIds"].append("subnet-spoke-b")
    properties_of(account, "tgw-attach-hub")["subnetIds"].append("subnet-hub-b")

    assert judge(account) == ("reachable", [])


def test_the_attachment_and_the_gateway_are_hops_of_the_account(account: dict[str, Any]) -> None:
    found = [
        (hop.kind, hop.as_json()["resource"], hop.fact, hop.origin)
        for hop in egress_of(account).outcome.path
        if hop.kind.startswith("transit-gateway")
    ]

    leads = "the default route table of tgw-1 to tgw-attach-hub"
    assert found == [
        ("transit-gateway-attachment", "tgw-attach-spoke", "", Origin.ACCOUNT),
        ("transit-gateway", "tgw-1", leads, Origin.ACCOUNT),
    ]


@pytest.mark.parametrize(
    ("identity", "unknown", "code"),
    [
        ("tgw-route", "destinationCidrBlock", "TGW_RTB_ROUTES_ARE_UNKNOWN"),
        ("tgw-route", "transitGatewayAttachmentId", "TGW_RTB_ROUTES_ARE_UNKNOWN"),
        ("tgw-route", "transitGatewayRouteTableId", "TGW_RTB_ROUTES_ARE_UNKNOWN"),
        ("tgw-1", "defaultRouteTableAssociation", "TGW_RTB_ROUTES_ARE_UNKNOWN"),
        ("tgw-1", "defaultRouteTablePropagation", "TGW_RTB_ROUTES_ARE_UNKNOWN"),
        ("tgw-attach-spoke", "transitGatewayDefaultRouteTableAssociation", "TGW_RTB_ROUTES_ARE_UNKNOWN"),
        ("tgw-attach-spoke", "transitGatewayDefaultRouteTablePropagation", "TGW_RTB_ROUTES_ARE_UNKNOWN"),
        ("tgw-attach-spoke", "subnetIds", "TGW_ROUTE_AZ_RESTRICTION"),
    ],
)
def test_what_is_not_known_of_a_gateway_leaves_it_open(
    account: dict[str, Any], identity: str, unknown: str, code: str
) -> None:
    properties_of(account, identity)[unknown] = UNKNOWN

    egress = egress_of(account)

    assert egress.verdict.value == "undetermined"
    assert code in {finding.code for finding in egress.outcome.findings}
    assert all(finding.remedy for finding in egress.outcome.findings)


@pytest.mark.parametrize("missing", ["availabilityZone of the attachment", "availabilityZone of the client"])
def test_zones_that_are_not_known_leave_it_open(account: dict[str, Any], missing: str) -> None:
    account["resources"] += parts_of_subnet("subnet-b", SPOKE, "10.1.2.0/24", [])
    properties_of(account, "tgw-attach-spoke")["subnetIds"] = ["subnet-b"]
    properties_of(account, "subnet-b")["availabilityZone"] = "us-east-1b"
    subnet = "subnet-b" if missing.endswith("attachment") else "subnet-app"
    del properties_of(account, subnet)["availabilityZone"]

    assert judge(account) == ("undetermined", ["TGW_ROUTE_AZ_RESTRICTION"])


@pytest.mark.parametrize(
    ("mode", "verdict"), [("disable", "reachable"), (UNKNOWN, "undetermined"), ("enable", "undetermined")]
)
def test_in_appliance_mode_packets_may_leave_in_any_zone(
    account: dict[str, Any], mode: Any, verdict: str
) -> None:
    account["resources"] += parts_of_subnet("subnet-hub-b", HUB, "10.2.9.0/24", [])
    properties_of(account, "subnet-hub-b")["availabilityZone"] = "us-east-1b"
    properties_of(account, "tgw-attach-hub").update(
        subnetIds=["subnet-tgw", "subnet-hub-b"], applianceModeSupport=mode
    )

    assert judge(account)[0] == verdict


def test_the_subnet_that_packets_leave_the_gateway_by_is_a_hop(account: dict[str, Any]) -> None:
    found = [hop for hop in egress_of(account).outcome.path if hop.kind == "subnet"]

    assert [(hop.as_json()["resource"], hop.fact, hop.origin) for hop in found][1:] == [
        ("subnet-tgw", "of attachment tgw-attach-hub", Origin.ACCOUNT)
    ]


@pytest.mark.parametrize(
    ("subnets", "named"),
    [(["subnet-unread"], "subnet-unread"), ([], "not known yet"), (None, "not known yet")],
)
def test_an_exit_that_has_not_been_read_leaves_it_open(
    account: dict[str, Any], subnets: Any, named: str
) -> None:
    properties_of(account, "tgw-attach-hub")["subnetIds"] = subnets

    found = [finding for finding in egress_of(account).outcome.findings if finding.code == "SUBNET_NOT_READ"]
    assert [(finding.message, finding.remedy) for finding in found] == [
        (
            f"subnet {named} of attachment tgw-attach-hub is neither in the program nor in the evidence",
            "give the account's evidence (mailroute snapshot), or create the subnet in the program",
        )
    ]


def test_no_acl_applies_to_an_attachment_in_the_same_subnet(
    account: dict[str, Any],
) -> None:
    """Within a subnet no ACL applies: this one lets out what is for the host, and in the replies alone."""
    acl = "aws:ec2/networkAcl:NetworkAcl"
    replies = [{**OPEN_ACL[0], "protocol": "tcp", "fromPort": 1024, "toPort": 65535}]
    own = {"subnetIds": ["subnet-app"], "ingress": replies, "egress": OPEN_ACL}
    account["resources"].append(entry(acl, "acl-own", vpcId=SPOKE, **own))

    assert judge(account) == ("reachable", [])


def test_no_route_applies_to_an_attachment_in_the_same_subnet(account: dict[str, Any]) -> None:
    more_specific = {"cidrBlock": "10.1.1.0/24", "networkInterfaceId": "eni-1"}
    properties_of(account, "rtb-subnet-app")["routes"].append(more_specific)

    assert judge(account) == ("reachable", [])
