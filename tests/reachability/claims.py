"""Programs of which two resources claim one slot, or put things into what another one adopts."""

from __future__ import annotations

from typing import Any

from reachability import Verdict
from tests.reachability.stacks import Stack, own_network, ref

ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
MAIN = "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation"
DEFAULT_TABLE = "aws:ec2/defaultRouteTable:DefaultRouteTable"
DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
DEFAULT_ACL = "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"
ACL, ACL_RULE = "aws:ec2/networkAcl:NetworkAcl", "aws:ec2/networkAclRule:NetworkAclRule"
ROUTE, EGRESS_RULE = "aws:ec2/route:Route", "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
GROUP_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
ACL_LINK = "aws:ec2/networkAclAssociation:NetworkAclAssociation"
OPEN: Any = {"ruleNo": 1, "action": "allow", "protocol": "-1", "cidrBlock": "0.0.0.0/0"}
OPENED: Any = {"ingress": [OPEN], "egress": [OPEN]}
OUT: Any = {"egress": [{"protocol": "-1", "cidrBlocks": ["0.0.0.0/0"]}]}

TO_NAT: Any = {"cidrBlock": "0.0.0.0/0", "natGatewayId": ref("nat")}
OF_TABLES = ("table of a subnet", "main table", "default table")
DEFAULTS = {"default table": "defaultRouteTableId", "default ACL": "defaultNetworkAclId"}

Claims = tuple[tuple[str, dict[str, Any]], tuple[str, dict[str, Any]]]


ENTRY: Any = {"protocol": "-1", "cidrBlock": "0.0.0.0/0"}


def claimed() -> Stack:
    """A function in the private subnet of a network of the program, without explicit association."""
    stack = Stack()
    own_network(stack)
    stack.add("aws:ec2/routeTable:RouteTable", "empty", vpcId=ref("vpc"))
    stack.add(ACL, "open-acl", vpcId=ref("vpc"), **OPENED)
    stack.add(ACL, "closed-acl", vpcId=ref("vpc"))
    return stack


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
    "ACL of a subnet, both ways": (
        (ACL_LINK, {"subnetId": ref("private"), "networkAclId": ref("open-acl")}),
        (ACL, {"vpcId": ref("vpc"), "subnetIds": [ref("private")]}),
    ),
    "default table": (
        (DEFAULT_TABLE, {"defaultRouteTableId": ref("vpc"), "routes": [TO_NAT]}),
        (DEFAULT_TABLE, {"defaultRouteTableId": ref("vpc"), "routes": []}),
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


def claim(stack: Stack, slot: str, first: int, preview: bool) -> None:
    """Both claims on `slot`, that of this index first: the one with index 0 lets the mail out."""
    if slot in DEFAULTS and not preview:
        stack["vpc"][DEFAULTS[slot]] = "id-vpc"  # After the update an id names the default one, not the VPC.
    if slot in OF_TABLES:
        stack.remove("private-link")
    for number, index in enumerate((first, 1 - first)):
        type_, properties = SLOTS[slot][index]
        stack.add(type_, f"claim-{number}", **properties)


ANYWHERE: Any = {"protocol": "-1", "cidrBlock": "0.0.0.0/0", "ruleAction": "allow", "ruleNumber": 7}
Parts = dict[str, tuple[str, dict[str, Any]]]
ADOPTED: dict[str, tuple[tuple[str, dict[str, Any]], str, Parts]] = {
    "table": (
        (DEFAULT_TABLE, {"defaultRouteTableId": ref("vpc")}),
        "routeTableId",
        {"part": (ROUTE, {"destinationCidrBlock": "0.0.0.0/0", "natGatewayId": ref("nat")})},
    ),
    "group": (
        (DEFAULT_GROUP, {"vpcId": ref("vpc")}),
        "securityGroupId",
        {"part": (EGRESS_RULE, {"ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"})},
    ),
    "group, by the older resource": (
        (DEFAULT_GROUP, {"vpcId": ref("vpc")}),
        "securityGroupId",
        {"part": (GROUP_RULE, {"type": "egress", "protocol": "-1", "cidrBlocks": ["0.0.0.0/0"]})},
    ),
    "ACL": (
        (DEFAULT_ACL, {"defaultNetworkAclId": ref("vpc")}),
        "networkAclId",
        {
            "part": (ACL_RULE, {**ANYWHERE, "egress": True}),
            "part-in": (ACL_RULE, {**ANYWHERE, "egress": False}),
        },
    ),
}


def adopt(stack: Stack, what: str, named: str) -> dict[str, Any]:
    """Adopt a default object of the VPC and put parts into it, by an id that `named` gives."""
    (type_, properties), prop, parts = ADOPTED[what]
    if what == "table":
        stack.remove("private-link")
    for name, (part, given) in parts.items():
        stack.add(part, name, **{prop: ref(named)}, **given)
    stack.add(type_, "adoption", **properties)
    return parts


def verdict(stack: Stack, preview: bool) -> Verdict:
    (egress,) = stack.prove(preview=preview)
    return egress.verdict


def warned(stack: Stack) -> set[str]:
    """The messages of the warnings, each of which names a fault that the verdict does not depend on."""
    (egress,) = stack.prove()
    assert {warning.code for warning in egress.outcome.warnings} <= {"CONFLICTING_RESOURCES"}
    messages = [warning.message for warning in egress.outcome.warnings]
    assert len(messages) == len(set(messages))
    return set(messages)
