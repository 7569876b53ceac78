"""What a person is told of two resources that claim one slot, whatever the verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reachability import UNKNOWN, Finding, Graph, Verdict, prove
from tests.reachability.claims import (
    ACL_LINK,
    ACL_RULE,
    ADOPTED,
    ASSOCIATION,
    ENTRY,
    OPEN,
    ROUTE,
    SLOTS,
    TO_NAT,
    adopt,
    claim,
    claimed,
    verdict,
    warned,
)
from tests.reachability.stacks import GATEWAY, PRIVATE, PRIVATE_TABLE, PUBLIC, VPC, Stack, either, ref


@pytest.fixture
def stack() -> Stack:
    return claimed()


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

    stack.add(ACL_LINK, "unsure", subnetId=either("private", "public"), networkAclId=ref("closed-acl"))
    assert warned(stack) == set()


def test_subnets_that_aws_shows_alone_are_no_claim(stack: Stack) -> None:
    """The provider read them before another resource took the subnet over."""
    stack["closed-acl"]["subnetIds"] = [ref("private")]
    stack.add(ACL_LINK, "link", subnetId=ref("private"), networkAclId=ref("open-acl"))
    assert verdict(stack, preview=False) is Verdict.UNDETERMINED

    assert shown_by_aws(stack, "subnetIds") == (Verdict.REACHABLE, ())


def test_entries_that_aws_shows_alone_are_no_claim(stack: Stack) -> None:
    """The provider reads what is declared apart as if the ACL or the table listed it."""
    stack["private-table"]["routes"] = [{"cidrBlock": "0.0.0.0/0", "natGatewayId": ref("nat")}]
    stack.add(ACL_LINK, "link", subnetId=ref("private"), networkAclId=ref("open-acl"))
    rule = {"networkAclId": ref("open-acl"), **ENTRY, "ruleAction": "allow", "ruleNumber": 1}
    for name, egress in (("in", False), ("out", True)):
        stack.add(ACL_RULE, name, **rule, egress=egress)
    assert len(warned(stack)) == 4

    assert shown_by_aws(stack, "ingress", "egress", "routes") == (Verdict.REACHABLE, ())


def shown_by_aws(stack: Stack, *props: str) -> tuple[Verdict, tuple[Finding, ...]]:
    """The verdict and the warnings after an update, if the program sets none of these properties."""
    resources = stack.resources(preview=False)
    shown = [replace(each, inputs=(each.inputs or frozenset()).difference(props)) for each in resources]
    (egress,) = prove(Graph(shown))
    return egress.verdict, egress.outcome.warnings


def test_what_the_account_has_is_no_claim(nat: Stack) -> None:
    """The association that AWS shows may be the stack's own."""
    nat.add(ASSOCIATION, "link", subnetId=PRIVATE[0], routeTableId=PRIVATE_TABLE)

    assert warned(nat) == set()
    assert verdict(nat, preview=True) is Verdict.REACHABLE


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
def test_aws_refuses_a_second_table_beside_the_accounts(nat: Stack, preview: bool) -> None:
    """Until the update has made the association: then the account shows what was there before."""
    nat.add("aws:ec2/routeTable:RouteTable", "other", vpcId=VPC, routes=[TO_NAT])
    nat.remove("default")
    for number, subnet in enumerate(PRIVATE):
        nat.add(ASSOCIATION, f"link-{number}", subnetId=subnet, routeTableId=ref("other"))

    assert verdict(nat, preview) is (Verdict.UNDETERMINED if preview else Verdict.REACHABLE)
    told = {
        f"link-{number} associates subnet {subnet} with a route table, and AWS refuses that while the subnet "
        f"is associated with {PRIVATE_TABLE}"
        for number, subnet in enumerate(PRIVATE)
    }
    assert warned(nat) == told


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
def test_aws_refuses_a_second_route_beside_the_accounts(nat: Stack, preview: bool) -> None:
    nat[PRIVATE_TABLE]["routes"] = [{"cidrBlock": "0.0.0.0/0", "gatewayId": "igw-04d7b8f12ce3a6905"}]

    assert verdict(nat, preview) is (Verdict.UNDETERMINED if preview else Verdict.REACHABLE)
    (egress,) = nat.prove(preview=preview)
    told = (
        f"default declares a route of {PRIVATE_TABLE} to 0.0.0.0/0, and AWS refuses that while the table has "
        "one"
    )
    assert [warning.message for warning in egress.outcome.warnings] == ([told] if preview else [])


def test_a_route_beside_others_of_the_account_is_its_own(nat: Stack) -> None:
    others = [{"cidrBlock": "192.0.2.0/24", "gatewayId": GATEWAY}, {"gatewayId": GATEWAY}]
    nat[PRIVATE_TABLE]["routes"] = others
    nat.add(
        ROUTE, "unsure", routeTableId=PRIVATE_TABLE, destinationCidrBlock=UNKNOWN, natGatewayId=ref("nat")
    )

    assert warned(nat) == set()


def another_endpoint(stack: Stack, **changed: Any) -> None:
    """A second endpoint with private DNS for SES's SMTP in the VPC."""
    given = {**stack["endpoint"], "subnetIds": [PUBLIC[0]], **changed}
    stack.add("aws:ec2/vpcEndpoint:VpcEndpoint", "again", **given)


_SES: Any = "com.amazonaws.us-east-1.email-smtp"
_BOTH = f"both have private DNS for {_SES} in VPC {VPC}, {_REFUSES}"


def test_two_endpoints_for_one_service_are_named(ses: Stack) -> None:
    assert warned(ses) == set()
    another_endpoint(ses)

    assert warned(ses) == {f"VpcEndpoint again and VpcEndpoint endpoint {_BOTH}"}
    assert verdict(ses, preview=True) is Verdict.REACHABLE


def test_endpoints_for_any_service_are_named(ses: Stack) -> None:
    logs = "com.amazonaws.us-east-1.logs"
    for name in ("one", "two"):
        another_endpoint(ses, serviceName=logs)
        ses.program[name] = ses.program.pop("again")

    assert warned(ses) == {f"VpcEndpoint one and VpcEndpoint two {_BOTH.replace(_SES, logs)}"}


def test_an_endpoint_beside_the_accounts_is_named(ses: Stack) -> None:
    endpoint = {**ses["endpoint"], "securityGroupIds": ["sg-1"]}
    ses.hold("aws:ec2/vpcEndpoint:VpcEndpoint", "vpce-1", **endpoint)
    ses.hold("aws:ec2/vpcEndpoint:VpcEndpoint", "vpce-2", **endpoint, state="deleted")
    assert warned(ses) == {f"VpcEndpoint endpoint and VpcEndpoint vpce-1 {_BOTH}"}

    for each in ("endpoint", "vpce-1"):
        ses[each]["serviceName"] = "com.amazonaws.us-east-1.logs"
    ses["endpoint"]["serviceName"] = _SES
    assert warned(ses) == set()


@pytest.mark.parametrize(
    "changed",
    [
        {"privateDnsEnabled": False},
        {"privateDnsEnabled": UNKNOWN},
        {"vpcEndpointType": "Gateway"},
        {"serviceName": "com.amazonaws.us-east-1.logs"},
        {"serviceName": UNKNOWN},
        {"vpcId": "vpc-elsewhere"},
        {"vpcId": either("vpc-a", "vpc-b")},
    ],
)
def test_endpoints_that_share_no_name_are_no_conflict(ses: Stack, changed: dict[str, Any]) -> None:
    for name in ("vpc-a", "vpc-b"):
        ses.add("aws:ec2/vpc:Vpc", name, cidrBlock="10.0.0.0/16")
    another_endpoint(ses, **changed)

    assert warned(ses) == set()


def test_endpoints_of_the_account_alone_are_no_conflict(ses: Stack) -> None:
    for name in ("vpce-1", "vpce-2"):
        ses.hold("aws:ec2/vpcEndpoint:VpcEndpoint", name, **{**ses["endpoint"], "securityGroupIds": ["sg-1"]})
    ses.remove("endpoint")

    assert warned(ses) == set()


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

    stack.depends_on |= dict.fromkeys(parts, ("adoption",))
    assert warned(stack) == set()


def test_routes_to_one_destination_are_named(stack: Stack) -> None:
    to_nat = {"routeTableId": ref("private-table"), "natGatewayId": ref("nat")}
    stack.add(ROUTE, "again", **to_nat, destinationCidrBlock="0.0.0.0/0")
    told = "Route again and Route private-out both declare the route of private-table to 0.0.0.0/0"
    assert warned(stack) == {f"{told}, {_REFUSES}"}
    assert verdict(stack, preview=True) is Verdict.REACHABLE

    stack["again"]["destinationCidrBlock"] = "192.0.2.0/24"
    assert warned(stack) == set()

    stack["private-table"]["routes"] = [{"cidrBlock": "192.0.2.0/24", "natGatewayId": ref("nat")}]
    told = "Route again and RouteTable private-table both declare the route of private-table to 192.0.2.0/24"
    removed = {
        "route table private-table lists routes of its own, and the next update of it removes route "
        f"{name}, which is declared beside it"
        for name in ("again", "private-out")
    }
    assert warned(stack) == {f"{told}, {_REFUSES}", *removed}

    stack["again"]["destinationCidrBlock"] = stack["private-out"]["destinationCidrBlock"] = UNKNOWN
    assert warned(stack) == removed


@pytest.mark.parametrize(
    ("prop", "destination"),
    [("destinationIpv6CidrBlock", "64:ff9b::/96"), ("destinationPrefixListId", "pl-1")],
)
def test_routes_may_share_other_destinations(prop: str, destination: str, stack: Stack) -> None:
    for name in ("one", "two"):
        given = {"routeTableId": ref("private-table"), "natGatewayId": ref("nat"), prop: destination}
        stack.add(ROUTE, name, **given)

    told = f"Route one and Route two both declare the route of private-table to {destination}"
    assert warned(stack) == {f"{told}, {_REFUSES}"}


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
    stack["open-acl"].update({key: [OPEN, {**OPEN, "protocol": "udp"}] for key in ("ingress", "egress")})
    assert warned(stack) == {
        f"network ACL open-acl lists {direction} entry 1 more than once, {_REFUSES}"
        for direction in ("ingress", "egress")
    }


ZONE = "aws:route53/zone:Zone"


def test_a_zone_of_an_endpoints_private_name_is_named(ses: Stack) -> None:
    """The central endpoint's zone, with private DNS of an endpoint left on."""
    ses.add(ZONE, "names", name="email-smtp.us-east-1.amazonaws.com.", vpcs=[{"vpcId": VPC}])
    said = "VPC endpoint endpoint with private DNS and private hosted zone names are both for"
    assert warned(ses) == {f"{said} email-smtp.us-east-1.amazonaws.com in VPC {VPC}, {_REFUSES}"}

    ses["endpoint"]["privateDnsEnabled"] = False
    assert warned(ses) == set()


@pytest.mark.parametrize(
    "changed", [{"name": "us-east-1.amazonaws.com"}, {"name": UNKNOWN}, {"vpcs": []}, {"vpcs": UNKNOWN}]
)
def test_a_zone_of_another_name_is_no_conflict(ses: Stack, changed: dict[str, Any]) -> None:
    zone = {"name": "email-smtp.us-east-1.amazonaws.com", "vpcs": [{"vpcId": VPC}], **changed}
    ses.add(ZONE, "names", **zone)

    assert warned(ses) == set()
