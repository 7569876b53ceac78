"""A firewall that inspects what a NAT gateway has translated: in its subnet, and on its way back."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import Verdict
from tests.reachability.firewalled import (
    ASSOCIATION,
    CLIENTS,
    FIREWALL,
    NAT_BLOCK,
    ROUTE,
    SUBNET,
    TABLE,
    route_to_firewall,
    rule,
    stack_with_firewall_behind_nat,
    stateful,
)
from tests.reachability.shown import judged, said, walked
from tests.reachability.stacks import ACL, ANYWHERE, GATEWAY, PUBLIC, PUBLIC_TABLE, VPC, Stack, either, ref

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
PASSED: tuple[Verdict, set[str]] = (REACHABLE, set())
ASYMMETRIC = (UNDETERMINED, {"FIREWALL_ASYMMETRIC_ROUTING"})
OUTER_BLOCK = "172.31.202.0/28"


@pytest.fixture
def behind() -> Stack:
    """The subnet of the NAT gateway sends to a firewall, whose own leads on to the internet gateway."""
    return stack_with_firewall_behind_nat()


@pytest.fixture
def two(behind: Stack) -> Stack:
    """A second firewall between the first and the internet gateway, and the replies by both."""
    behind.add(SUBNET, "outer-subnet", vpcId=VPC, cidrBlock=OUTER_BLOCK, availabilityZone="us-east-1a")
    behind.add(TABLE, "outer-table", vpcId=VPC)
    behind.add(ASSOCIATION, "outer-link", subnetId=ref("outer-subnet"), routeTableId=ref("outer-table"))
    behind.add(
        FIREWALL,
        "outer",
        vpcId=VPC,
        firewallPolicyArn=ref("policy"),
        subnetMappings=[{"subnetId": ref("outer-subnet")}],
    )
    out = {"destinationCidrBlock": ANYWHERE, "gatewayId": GATEWAY}
    behind.add(ROUTE, "outer-default", routeTableId=ref("outer-table"), **out)
    behind["fw-default"].pop("gatewayId")
    behind["fw-default"]["vpcEndpointId"] = behind["edge-back"]["vpcEndpointId"] = ref("outer")
    route_to_firewall(behind, "outer-back", ref("outer-table"), NAT_BLOCK)
    return behind


def test_the_path_shows_the_firewall_and_its_subnet(behind: Stack) -> None:
    assert walked(behind, "nat-subnet", "network-firewall", "subnet", "internet-gateway")[1:] == [
        ("nat-subnet", PUBLIC[0], f"route table {PUBLIC_TABLE}", "account"),
        ("network-firewall", "firewall", "by its endpoint in fw-subnet", "program"),
        ("subnet", "fw-subnet", "route table fw-table", "program"),
        ("internet-gateway", GATEWAY, "attached to the VPC", "account"),
    ]


def test_the_subnet_of_the_firewall_must_lead_out(behind: Stack) -> None:
    behind.remove("fw-default")

    message = (
        "NAT gateway nat sends through the endpoint firewall in fw-subnet, which is in subnet fw-subnet, "
        "whose route table fw-table has no route to the internet"
    )
    remedy = "put it in a public subnet, or route 0.0.0.0/0 of fw-table to an internet gateway"
    assert said(behind) == [("NAT_SUBNET_NOT_PUBLIC", "nat", message, remedy)]


@pytest.mark.parametrize(("source", "passes"), [(NAT_BLOCK, True), (CLIENTS[0], False)])
def test_the_firewall_sees_the_addresses_of_the_nat_gateway(behind: Stack, source: str, passes: bool) -> None:
    behind["group"]["ruleGroup"] = stateful(rule(source=source))

    assert judged(behind) == (PASSED if passes else (UNREACHABLE, {"FIREWALL_RULES_RESTRICTION"}))


def test_the_firewall_subnets_acl_must_admit_the_nat_gateway(behind: Stack) -> None:
    entry = {"ruleNo": 1, "protocol": "6", "fromPort": 587, "toPort": 587, "cidrBlock": NAT_BLOCK}
    behind[ACL]["ingress"].append({**entry, "action": "deny"})

    messages = [message for _, _, message, _ in said(behind)]
    assert f"network ACL {ACL} of subnet fw-subnet denies ingress: TCP 587 from NAT gateway nat" in messages


def test_two_firewalls_behind_nat_must_both_see_the_replies(two: Stack) -> None:
    assert judged(two) == PASSED

    two["outer-back"]["vpcEndpointId"] = ref("outer")
    message = "outer-table does not send replies to nat back by the endpoint firewall in fw-subnet"
    remedy = "route the addresses of nat in outer-table to the endpoint of firewall"
    assert said(two) == [("FIREWALL_ASYMMETRIC_ROUTING", "outer-table", message, remedy)]


def test_two_firewalls_that_lead_to_each_other_are_a_loop(two: Stack) -> None:
    two["outer-default"].pop("gatewayId")
    two["outer-default"]["vpcEndpointId"] = ref("firewall")

    found, codes = judged(two)
    assert found is UNREACHABLE
    assert "ROUTING_LOOP" in codes


@pytest.mark.parametrize(
    ("block", "address", "expected"),
    [
        ("172.31.0.7/32", "172.31.0.7", PASSED),
        ("172.31.0.7/32", "172.31.0.8", ASYMMETRIC),
        ("172.31.0.7/32", None, ASYMMETRIC),
        (NAT_BLOCK, None, PASSED),
    ],
)
def test_replies_go_to_the_private_address_of_the_nat_gateway(
    behind: Stack, block: str, address: str | None, expected: tuple[Verdict, set[str]]
) -> None:
    behind["nat"]["privateIp"] = address
    behind["edge-back"]["destinationCidrBlock"] = block

    assert judged(behind) == expected


def test_a_subnet_of_unknown_block_may_have_any_private_address(behind: Stack) -> None:
    behind["group"]["ruleGroup"] = stateful(rule(source="ANY"))
    assert judged(behind) == PASSED

    del behind[PUBLIC[0]]["cidrBlock"]
    assert judged(behind) == ASYMMETRIC


@pytest.mark.parametrize(
    "table", [either("edge", "spare"), "rtb-unread", None], ids=["one of two", "not read", "none"]
)
def test_replies_reach_the_firewall_by_a_gateway_route_table(behind: Stack, table: Any) -> None:
    behind.add(TABLE, "spare", vpcId=VPC)
    behind["edge-association"]["routeTableId"] = table
    if table is None:
        behind.remove("edge-association")

    message = (
        f"internet gateway {GATEWAY} has no route table that certainly sends replies to nat back by the "
        "endpoint firewall in fw-subnet"
    )
    remedy = f"associate a route table with {GATEWAY} that routes them to the endpoint"
    assert said(behind) == [("FIREWALL_ASYMMETRIC_ROUTING", GATEWAY, message, remedy)]
