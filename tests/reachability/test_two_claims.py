"""Two resources of a program that claim one slot: the last one stands, and without an order either may."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reachability import Graph, Verdict, prove
from tests.reachability.stacks import PRIVATE, VPC, Stack, either, own_network, ref

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


previews = pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])


@previews
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("slot", SLOTS)
def test_either_of_two_claims_may_stand(slot: str, first: int, preview: bool, stack: Stack) -> None:
    claim(stack, slot, first, preview)

    assert verdict(stack, preview) is Verdict.UNDETERMINED


@previews
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("slot", SLOTS.keys() - {"table of a subnet"})
def test_the_last_of_two_claims_stands(slot: str, first: int, preview: bool, stack: Stack) -> None:
    claim(stack, slot, first, preview)
    stack.depends_on["claim-1"] = ("claim-0",)

    assert verdict(stack, preview) is (Verdict.REACHABLE if first == 1 else Verdict.UNREACHABLE)


@pytest.mark.parametrize("first", [0, 1])
def test_aws_refuses_the_last_table_of_a_subnet(first: int, stack: Stack) -> None:
    claim(stack, "table of a subnet", first, preview=True)
    stack.depends_on["claim-1"] = ("claim-0",)

    assert verdict(stack, preview=True) is Verdict.UNDETERMINED


@pytest.mark.parametrize("slot", SLOTS)
def test_two_claims_that_both_let_the_mail_out(slot: str, stack: Stack) -> None:
    claim(stack, slot, 0, preview=True)
    type_, properties = SLOTS[slot][0]
    stack.add(type_, "claim-1", **properties)

    assert verdict(stack, preview=True) is Verdict.REACHABLE


def test_a_claim_on_one_of_two_slots_is_none_on_the_other(stack: Stack) -> None:
    """The one that may be last elsewhere may be last here: only what certainly claims the slot replaces."""
    claim(stack, "main table", 0, preview=True)
    stack.add("aws:ec2/vpc:Vpc", "other-vpc", cidrBlock="10.1.0.0/16")
    stack["claim-1"]["vpcId"] = either("vpc", "other-vpc")
    stack.depends_on["claim-1"] = ("claim-0",)
    assert verdict(stack, preview=True) is Verdict.UNDETERMINED

    stack.depends_on = {"claim-0": ("claim-1",)}
    assert verdict(stack, preview=True) is Verdict.REACHABLE


@pytest.mark.parametrize(
    ("type_", "halves"),
    [
        (DEFAULT_ACL, ({"ingress": [OPEN]}, {"egress": [OPEN]})),
        (
            DEFAULT_TABLE,
            (
                {"routes": [{**TO_NAT, "cidrBlock": "0.0.0.0/1"}]},
                {"routes": [{**TO_NAT, "cidrBlock": "128.0.0.0/1"}]},
            ),
        ),
    ],
)
def test_of_two_adoptions_at_one_time_both_may_leave_a_part(
    type_: str, halves: tuple[dict[str, Any], dict[str, Any]], stack: Stack
) -> None:
    stack.remove("private-link")
    stack.add(MAIN, "main", vpcId=ref("vpc"), routeTableId=ref("private-table"))
    named = "defaultNetworkAclId"
    if type_ == DEFAULT_TABLE:
        stack.remove("main")
        named = "defaultRouteTableId"
    for number, half in enumerate(halves):
        stack.add(type_, f"claim-{number}", **{named: ref("vpc")}, **half)
    assert verdict(stack, preview=True) is Verdict.UNDETERMINED

    stack.depends_on["claim-1"] = ("claim-0",)
    assert verdict(stack, preview=True) is not Verdict.REACHABLE


# What is put into a default object that something adopts --------------------------------------------

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


@pytest.mark.parametrize("what", ADOPTED)
def test_adoption_may_remove_what_is_put_in_by_the_vpc(what: str, stack: Stack) -> None:
    parts = adopt(stack, what, "vpc")
    assert verdict(stack, preview=True) is Verdict.UNDETERMINED

    stack.depends_on = dict.fromkeys(parts, ("adoption",))
    assert verdict(stack, preview=True) is Verdict.REACHABLE

    stack.depends_on = {"adoption": tuple(parts)}
    assert verdict(stack, preview=True) is Verdict.UNDETERMINED


@previews
@pytest.mark.parametrize("what", ADOPTED)
def test_what_names_the_adoption_comes_after_it(what: str, preview: bool, stack: Stack) -> None:
    if not preview:
        for name in ("defaultRouteTableId", "defaultNetworkAclId", "defaultSecurityGroupId"):
            stack["vpc"][name] = "id-vpc"
    adopt(stack, what, "adoption")

    assert verdict(stack, preview) is Verdict.REACHABLE


@pytest.mark.parametrize("what", ADOPTED)
def test_what_names_one_of_two_adoptions_is_in_the_last(what: str, stack: Stack) -> None:
    parts = adopt(stack, what, "adoption")
    (type_, properties), _, _ = ADOPTED[what]
    stack.add(type_, "last", **properties)
    stack.depends_on = {"last": ("adoption",)}
    assert verdict(stack, preview=True) is Verdict.UNDETERMINED

    stack.depends_on |= dict.fromkeys(parts, ("last",))
    assert verdict(stack, preview=True) is Verdict.REACHABLE


# Entries of an ACL with one number ------------------------------------------------------------------


ENTRY: Any = {"protocol": "-1", "cidrBlock": "0.0.0.0/0"}
NUMBERED = [
    ({"action": "allow"}, {"action": "deny"}, Verdict.UNDETERMINED),
    ({"action": "deny"}, {"action": "allow"}, Verdict.UNDETERMINED),
    ({"action": "allow"}, {"action": "allow"}, Verdict.REACHABLE),
    ({"action": "deny"}, {"action": "deny"}, Verdict.UNREACHABLE),
    ({"action": "allow"}, {"action": "deny", "protocol": "udp"}, Verdict.UNDETERMINED),
    ({"action": "allow"}, {"action": "allow", "cidrBlock": "192.0.2.0/24"}, Verdict.UNDETERMINED),
]


@pytest.mark.parametrize(("first", "second", "expected"), NUMBERED)
@pytest.mark.parametrize("inline", [True, False], ids=["inline", "separate"])
def test_either_of_two_acl_entries_with_one_number_may_stand(
    first: dict[str, Any], second: dict[str, Any], expected: Verdict, inline: bool, nat: Stack
) -> None:
    entries = [{**ENTRY, **first}, {**ENTRY, **second}]
    nat.add(ACL, "acl", vpcId=VPC, subnetIds=list(PRIVATE))
    if inline:
        nat["acl"].update(ingress=[OPEN], egress=[{**entry, "ruleNo": 100} for entry in entries])
    else:
        rule = {"networkAclId": ref("acl"), "ruleNumber": 100}
        nat.add(ACL_RULE, "in", **rule, **ENTRY, ruleAction="allow", egress=False)
        for number, entry in enumerate(entries):
            action = entry.pop("action")
            nat.add(ACL_RULE, f"out-{number}", **rule, **entry, ruleAction=action, egress=True)

    assert verdict(nat, preview=True) is expected


# What a person is told, whatever the verdict --------------------------------------------------------

_REFUSES = "and AWS refuses the second"
_TABLES = f"both associate subnet private with a route table, {_REFUSES}"
_MAIN = "both set the main route table of VPC vpc, and the later one counts"
_ACLS = "both set the network ACL of subnet private, and the later one counts"
_ADOPT = "adopt the same resource of AWS, and the later one removes what the other put in"
TOLD = {
    "table of a subnet": ("RouteTableAssociation claim-0", "RouteTableAssociation claim-1", _TABLES),
    "main table": ("MainRouteTableAssociation claim-0", "MainRouteTableAssociation claim-1", _MAIN),
    "ACL of a subnet": ("NetworkAclAssociation claim-0", "NetworkAclAssociation claim-1", _ACLS),
    "ACL of a subnet, listed": ("NetworkAcl claim-0", "NetworkAcl claim-1", _ACLS),
    "ACL of a subnet, both ways": ("NetworkAcl claim-1", "NetworkAclAssociation claim-0", _ACLS),
    "default table": ("DefaultRouteTable claim-0", "DefaultRouteTable claim-1", _ADOPT),
    "default group": ("DefaultSecurityGroup claim-0", "DefaultSecurityGroup claim-1", _ADOPT),
    "default ACL": ("DefaultNetworkAcl claim-0", "DefaultNetworkAcl claim-1", _ADOPT),
}


def warned(stack: Stack) -> set[str]:
    """The messages of the warnings, each of which names a fault that the verdict does not depend on."""
    (egress,) = stack.prove()
    assert {warning.code for warning in egress.outcome.warnings} <= {"CONFLICTING_RESOURCES"}
    return {warning.message for warning in egress.outcome.warnings}


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("slot", SLOTS)
def test_both_claims_are_named(slot: str, ordered: bool, stack: Stack) -> None:
    assert warned(stack) == set()

    claim(stack, slot, 0, preview=True)
    stack.depends_on["claim-1"] = ("claim-0",) if ordered else ()
    first, second, what = TOLD[slot]
    assert warned(stack) == {f"{first} and {second} {what}"}


@pytest.mark.parametrize("slot", SLOTS)
def test_one_claim_is_no_conflict(slot: str, stack: Stack) -> None:
    claim(stack, slot, 0, preview=True)
    stack.remove("claim-1")

    assert warned(stack) == set()


def test_an_acl_that_two_resources_give_a_subnet_is_one(stack: Stack) -> None:
    stack["open-acl"]["subnetIds"] = [ref("private")]
    stack.add(ACL_LINK, "link", subnetId=ref("private"), networkAclId=ref("open-acl"))

    assert warned(stack) == set()
    assert verdict(stack, preview=True) is Verdict.REACHABLE


def test_subnets_that_aws_shows_alone_are_no_claim(stack: Stack) -> None:
    """The provider read them before another resource took the subnet over."""
    stack["closed-acl"]["subnetIds"] = [ref("private")]
    stack.add(ACL_LINK, "link", subnetId=ref("private"), networkAclId=ref("open-acl"))
    assert verdict(stack, preview=False) is Verdict.UNDETERMINED

    resources = stack.resources(preview=False)
    shown = [replace(each, inputs=(each.inputs or frozenset()) - {"subnetIds"}) for each in resources]
    (egress,) = prove(Graph(shown))
    assert egress.verdict is Verdict.REACHABLE
    assert egress.outcome.warnings == ()


def test_what_only_may_claim_a_slot_is_not_told(stack: Stack) -> None:
    claim(stack, "main table", 0, preview=True)
    stack.add("aws:ec2/vpc:Vpc", "other-vpc", cidrBlock="10.1.0.0/16")
    stack["claim-1"]["vpcId"] = either("vpc", "other-vpc")

    assert warned(stack) == set()


@pytest.mark.parametrize("what", ADOPTED)
def test_what_adoption_removes_is_named(what: str, stack: Stack) -> None:
    parts = adopt(stack, what, "vpc")
    adoption = ADOPTED[what][0][0].rpartition(":")[2]
    assert warned(stack) == {
        f"{part.rpartition(':')[2]} {name} may be made before {adoption} adoption, which removes what is "
        "there when it adopts a resource of AWS"
        for name, (part, _) in parts.items()
    }

    stack.depends_on = dict.fromkeys(parts, ("adoption",))
    assert warned(stack) == set()


def test_entries_with_one_number_are_named(stack: Stack) -> None:
    stack.add(ACL_LINK, "link", subnetId=ref("private"), networkAclId=ref("open-acl"))
    rule = {"networkAclId": ref("open-acl"), **ENTRY, "ruleAction": "allow"}
    stack.add(ACL_RULE, "in", **rule, ruleNumber=5, egress=False)
    stack.add(ACL_RULE, "out", **rule, ruleNumber=5, egress=True)
    assert warned(stack) == set()

    stack.add(ACL_RULE, "again", **rule, ruleNumber="5", egress=True)
    of_rules = (
        "NetworkAclRule again and NetworkAclRule out both declare egress entry 5 of network ACL open-acl"
    )
    assert warned(stack) == {f"{of_rules}, {_REFUSES}"}

    stack.remove("again")
    stack["in"]["ruleNumber"] = 1
    of_both = "NetworkAcl open-acl and NetworkAclRule in both declare ingress entry 1 of network ACL open-acl"
    assert warned(stack) == {f"{of_both}, {_REFUSES}"}

    stack.remove("in")
    stack["open-acl"]["egress"] = [OPEN, {**OPEN, "protocol": "udp"}]
    assert warned(stack) == {f"network ACL open-acl lists egress entry 1 more than once, {_REFUSES}"}
