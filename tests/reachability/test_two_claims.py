"""Two resources of a program that claim one slot: AWS takes one of them, and either may be the one."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import Verdict
from tests.reachability.stacks import PRIVATE, VPC, Stack, own_network, ref

ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
MAIN = "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation"
DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
DEFAULT_ACL = "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"
ACL, ACL_RULE = "aws:ec2/networkAcl:NetworkAcl", "aws:ec2/networkAclRule:NetworkAclRule"
ACL_LINK = "aws:ec2/networkAclAssociation:NetworkAclAssociation"
OPEN: Any = {"ruleNo": 1, "action": "allow", "protocol": "-1", "cidrBlock": "0.0.0.0/0"}
OPENED: Any = {"ingress": [OPEN], "egress": [OPEN]}
OUT: Any = {"egress": [{"protocol": "-1", "cidrBlocks": ["0.0.0.0/0"]}]}

Claims = tuple[tuple[str, dict[str, Any]], tuple[str, dict[str, Any]]]


@pytest.fixture
def stack() -> Stack:
    """A function in the private subnet of a network of the program, without explicit association."""
    stack = Stack()
    own_network(stack)
    stack.add("aws:ec2/routeTable:RouteTable", "empty", vpcId=ref("vpc"))
    stack.add(ACL, "open-acl", vpcId=ref("vpc"), **OPENED)
    stack.add(ACL, "closed-acl", vpcId=ref("vpc"))
    return stack


def verdict(stack: Stack, preview: bool) -> Verdict:
    (egress,) = stack.prove(preview=preview)
    return egress.verdict


SLOTS: dict[str, Claims] = {
    "table of a subnet": (
        (ASSOCIATION, {"subnetId": ref("private"), "routeTableId": ref("private-table")}),
        (ASSOCIATION, {"subnetId": ref("private"), "routeTableId": ref("empty")}),
    ),
    "main table": (
        (MAIN, {"vpcId": ref("vpc"), "routeTableId": ref("private-table")}),
        (MAIN, {"vpcId": ref("vpc"), "routeTableId": ref("empty")}),
    ),
    "ACL of a subnet": (
        (ACL_LINK, {"subnetId": ref("private"), "networkAclId": ref("open-acl")}),
        (ACL_LINK, {"subnetId": ref("private"), "networkAclId": ref("closed-acl")}),
    ),
    "ACL of a subnet, listed": (
        (ACL, {"vpcId": ref("vpc"), "subnetIds": [ref("private")], **OPENED}),
        (ACL, {"vpcId": ref("vpc"), "subnetIds": [ref("private")]}),
    ),
    "default group": (
        (DEFAULT_GROUP, {"vpcId": ref("vpc"), **OUT}),
        (DEFAULT_GROUP, {"vpcId": ref("vpc")}),
    ),
    "default ACL": (
        (DEFAULT_ACL, {"defaultNetworkAclId": ref("vpc"), **OPENED}),
        (DEFAULT_ACL, {"defaultNetworkAclId": ref("vpc")}),
    ),
}


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("slot", SLOTS)
def test_either_of_two_claims_may_stand(slot: str, first: int, preview: bool, stack: Stack) -> None:
    if slot == "default ACL" and not preview:
        stack["vpc"]["defaultNetworkAclId"] = "id-vpc"  # After the update an id names the ACL, not the VPC.
    if slot in ("table of a subnet", "main table"):
        stack.remove("private-link")
    for number, claim in enumerate((first, 1 - first)):
        type_, properties = SLOTS[slot][claim]
        stack.add(type_, f"claim-{number}", **properties)

    assert verdict(stack, preview) is Verdict.UNDETERMINED


@pytest.mark.parametrize("actions", [("allow", "deny"), ("deny", "allow")])
def test_either_of_two_acl_rules_with_one_number_may_stand(actions: tuple[str, str], nat: Stack) -> None:
    nat.add(ACL, "acl", vpcId=VPC, subnetIds=list(PRIVATE))
    rule = {"networkAclId": ref("acl"), "ruleNumber": 100, "protocol": "-1", "cidrBlock": "0.0.0.0/0"}
    nat.add(ACL_RULE, "in", **rule, ruleAction="allow", egress=False)
    for action in actions:
        nat.add(ACL_RULE, action, **rule, ruleAction=action, egress=True)

    assert verdict(nat, preview=True) is Verdict.UNDETERMINED
