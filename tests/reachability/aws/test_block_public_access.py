"""VPC Block Public Access: what the account keeps from the internet, whatever the routes say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reachability import Verdict, combine, merge, parse, prove
from tests.reachability.firewalled import firewall_stack, stack_with_firewall_behind_nat
from tests.reachability.shown import judged, said
from tests.reachability.stacks import (
    ANYWHERE,
    PRIVATE,
    PUBLIC,
    PUBLIC_TABLE,
    VPC,
    Stack,
    either,
    incident,
    name_host,
    own_network,
    ref,
)

NAT = "aws:ec2/natGateway:NatGateway"
OPTIONS = "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions"
EXCLUSION = "aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion"
CODE = "VPC_BLOCK_PUBLIC_ACCESS_ENABLED"
REMEDY = "exclude the VPC (aws.ec2.VpcBlockPublicAccessExclusion), or use the SMTP endpoint"
REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
BLOCKED = (UNREACHABLE, {CODE})
OPEN = (UNDETERMINED, {CODE})
PASSED: tuple[Verdict, set[str]] = (REACHABLE, set())


def block_public_access(stack: Stack, mode: Any, excluded: Any, **what: Any) -> None:
    """Let the account block public access, but for VPC or subnet `what`."""
    stack.add(OPTIONS, "options", internetGatewayBlockMode=mode)
    stack.add(EXCLUSION, "exclusion", internetGatewayExclusionMode=excluded, **what)


def test_it_stops_what_leaves_by_an_internet_gateway(nat: Stack) -> None:
    nat.hold(OPTIONS, "us-east-1", internetGatewayBlockMode="block-bidirectional")
    assert judged(nat) == BLOCKED

    nat[PUBLIC_TABLE]["routes"] = [{"cidrBlock": ANYWHERE, "transitGatewayId": "tgw-1", "state": "active"}]
    assert judged(nat) == (UNDETERMINED, {"NOT_MODELLED"})


@pytest.mark.parametrize(
    ("place", "mode", "expected"),
    [
        ("nowhere", "block-bidirectional", PASSED),
        ("before", "block-bidirectional", OPEN),
        ("behind", "block-bidirectional", OPEN),
        ("nowhere", "block-ingress", PASSED),
        ("before", "block-ingress", PASSED),
        ("behind", "block-ingress", OPEN),
    ],
)
def test_an_exclusion_behind_a_firewall_is_undetermined(
    nat: Stack, place: str, mode: str, expected: tuple[Verdict, set[str]]
) -> None:
    stacks = {"before": firewall_stack, "behind": stack_with_firewall_behind_nat}
    stack = stacks[place]() if place in stacks else nat
    assert judged(stack) == PASSED

    block_public_access(stack, mode, "allow-bidirectional", vpcId=VPC)
    assert judged(stack) == expected

    stack.remove("exclusion")
    assert judged(stack) == (expected if mode == "block-ingress" else BLOCKED)


def test_every_subnet_on_the_way_is_excluded_or_the_vpc(nat: Stack) -> None:
    """Whether that of the NAT gateway alone would do, the documents do not say."""
    block_public_access(nat, "block-bidirectional", "allow-egress", subnetId=PUBLIC[0])
    assert judged(nat) == OPEN

    for number, subnet in enumerate(PRIVATE):
        nat.add(EXCLUSION, f"more-{number}", internetGatewayExclusionMode="allow-egress", subnetId=subnet)
    assert judged(nat) == PASSED

    nat.remove("exclusion")
    assert judged(nat) == OPEN


def test_block_public_access_stops_a_regional_nat_gateway_too(nat: Stack) -> None:
    nat.program["nat"] = (NAT, {"vpcId": VPC, "availabilityMode": "regional"})
    block_public_access(nat, "block-bidirectional", "allow-egress", vpcId="vpc-other")
    assert judged(nat) == BLOCKED

    nat["exclusion"]["vpcId"] = VPC
    assert judged(nat) == PASSED


@pytest.mark.parametrize("mode", ["block-bidirectional", "block-ingress"])
@pytest.mark.parametrize(
    ("excluded", "expected"),
    [("allow-bidirectional", PASSED), ("allow-egress", BLOCKED), (ref("later"), OPEN)],
)
def test_an_egress_exclusion_is_none_for_a_public_address(
    nat: Stack, mode: str, excluded: Any, expected: tuple[Verdict, set[str]]
) -> None:
    for name in ("connector", "service", "nat", "default", "address"):
        nat.remove(name)
    containers = [{"environment": [{"name": "SMTP_HOST", "value": "smtp.example.com"}]}]
    nat.add(
        "aws:ecs/taskDefinition:TaskDefinition",
        "task",
        networkMode="awsvpc",
        containerDefinitions=json.dumps(containers),
    )
    network = {"subnets": [PUBLIC[0]], "securityGroups": [ref("connector-group")], "assignPublicIp": True}
    nat.add(
        "aws:ecs/service:Service",
        "tasks",
        launchType="FARGATE",
        taskDefinition=ref("task"),
        networkConfiguration=network,
    )
    assert judged(nat) == PASSED

    block_public_access(nat, mode, excluded, vpcId=VPC)
    assert judged(nat) == expected


@pytest.mark.parametrize(
    ("mode", "message"),
    [
        (
            "block-bidirectional",
            "VPC Block Public Access (block-bidirectional) stops traffic to the internet gateway",
        ),
        (ref("later"), "VPC Block Public Access (not known) may stop traffic to the internet gateway"),
    ],
)
def test_the_mode_that_stops_traffic_is_named(nat: Stack, mode: Any, message: str) -> None:
    nat.add(OPTIONS, "options", internetGatewayBlockMode=mode)

    assert said(nat) == [(CODE, "options", message, REMEDY)]


def test_unread_options_leave_it_open_at_the_vpc(nat: Stack) -> None:
    unread(nat, "ec2:DescribeVpcBlockPublicAccessOptions")

    message = "whether VPC Block Public Access stops traffic to the internet gateway has not been read"
    remedy = "allow ec2:DescribeVpcBlockPublicAccessOptions (mailroute iam-policy)"
    assert (CODE, VPC, message, remedy) in said(nat)
    assert judged(nat) == (UNDETERMINED, {CODE, "NOT_READ"})


def test_unread_options_may_stop_a_planned_vpc_too() -> None:
    stack = Stack(account=incident())
    own_network(stack)
    assert judged(stack) == PASSED

    unread(stack, "ec2:DescribeVpcBlockPublicAccessOptions")
    assert judged(stack) == (UNDETERMINED, {CODE, "NOT_READ"})


def unread(stack: Stack, action: str) -> None:
    """Let the account refuse this to whoever reads it."""
    assert stack.account is not None
    stack.account["unread"] = [{"action": action, "reason": "AccessDenied"}]


def test_the_account_of_an_unread_vpc_may_block_public_access(nat: Stack) -> None:
    name_host(nat, "8.8.8.8")
    assert nat.account is not None
    nat.account["vpcs"] = []
    assert judged(nat) == OPEN

    nat.add(OPTIONS, "options", internetGatewayBlockMode="off")
    assert judged(nat) == PASSED


def test_what_the_program_sets_replaces_what_the_account_shows(nat: Stack) -> None:
    nat.hold(OPTIONS, "us-east-1", internetGatewayBlockMode="off")
    assert judged(nat) == PASSED
    nat.add(OPTIONS, "options", internetGatewayBlockMode="block-bidirectional")
    assert judged(nat) == BLOCKED

    nat["us-east-1"]["internetGatewayBlockMode"] = "block-bidirectional"
    nat["options"]["internetGatewayBlockMode"] = "off"
    assert judged(nat) == PASSED


def test_what_is_set_where_the_region_is_not_known_may_hold_here(nat: Stack) -> None:
    nat.add(OPTIONS, "options", internetGatewayBlockMode="block-bidirectional")
    nat.providers["options"] = {}

    message = "VPC Block Public Access (block-bidirectional) may stop traffic to the internet gateway"
    assert said(nat) == [(CODE, "options", message, REMEDY)]


def test_there_may_be_an_unread_exclusion(nat: Stack) -> None:
    nat.add(OPTIONS, "options", internetGatewayBlockMode="block-bidirectional")
    unread(nat, "ec2:DescribeInternetGateways")
    assert judged(nat) == BLOCKED

    unread(nat, "ec2:DescribeVpcBlockPublicAccessExclusions")
    assert judged(nat) == (UNDETERMINED, {CODE, "NOT_READ"})


def test_what_another_region_has_unread_does_not_matter(nat: Stack) -> None:
    assert _unread_elsewhere(nat, "ec2:DescribeVpcBlockPublicAccessOptions") is REACHABLE

    nat.add(OPTIONS, "options", internetGatewayBlockMode="block-bidirectional")
    assert _unread_elsewhere(nat, "ec2:DescribeVpcBlockPublicAccessExclusions") is UNREACHABLE


def _unread_elsewhere(stack: Stack, action: str) -> Verdict:
    """The verdict beside evidence of another region, where `action` was refused."""
    account = {"version": 1, "accountId": "123456789012", "region": "eu-west-1", "vpcs": [], "resources": []}
    elsewhere = parse({**account, "unread": [{"action": action, "reason": "AccessDenied"}]})
    evidence = combine([stack.evidence(), elsewhere])
    (egress,) = prove(merge(stack.resources(preview=True), evidence, project="mailroute", stack="prod"))
    return egress.verdict


def test_exclusions_of_an_unknown_mode_leave_it_open(nat: Stack) -> None:
    nat.add(OPTIONS, "options", internetGatewayBlockMode="block-bidirectional")
    for number, subnet in enumerate((*PRIVATE, PUBLIC[0])):
        nat.add(EXCLUSION, f"more-{number}", internetGatewayExclusionMode=ref("later"), subnetId=subnet)

    assert judged(nat) == OPEN


def test_planned_subnets_are_excluded() -> None:
    stack = Stack()
    own_network(stack)
    block_public_access(stack, "block-bidirectional", "allow-egress", subnetId=ref("public"))
    assert judged(stack) == OPEN

    stack.add(EXCLUSION, "more", internetGatewayExclusionMode="allow-egress", subnetId=ref("private"))
    assert judged(stack) == PASSED

    stack["more"]["subnetId"] = either("public", "private")
    assert judged(stack) == OPEN


def test_through_an_unread_gateway_it_only_may_stop_packets(nat: Stack) -> None:
    nat.add(OPTIONS, "options", internetGatewayBlockMode="block-bidirectional")
    nat[PUBLIC_TABLE]["routes"][0]["gatewayId"] = "igw-unread"

    assert judged(nat) == (UNDETERMINED, {"GATEWAY_NOT_READ", CODE})


@pytest.mark.parametrize(
    ("first", "second", "ordered", "expected"),
    [
        ("off", "block-bidirectional", True, BLOCKED),
        ("block-bidirectional", "off", True, PASSED),
        ("off", "block-bidirectional", False, OPEN),
        ("off", "off", False, PASSED),
    ],
)
def test_the_last_of_two_settings_of_a_region_counts(
    first: str, second: str, ordered: bool, expected: tuple[Verdict, set[str]], nat: Stack
) -> None:
    """A region has one setting: whatever is made last has set it."""
    nat.add(OPTIONS, "first", internetGatewayBlockMode=first)
    nat.add(OPTIONS, "second", internetGatewayBlockMode=second)
    if ordered:
        nat.depends_on["second"] = ("first",)
    assert judged(nat) == expected
