"""Subnets that another account shares, by the evidence of the participant, of the owner, and of both."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from reachability import Destination, Evidence, Origin, Verdict, combine, merge, parse, prove
from tests.reachability.aws.test_ram import GROUP, GUEST, GUESTS
from tests.reachability.stacks import ALL_OUT, OWNER, REGION, Properties, Stack, ref, through

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED


def entry(type_: str, identity: str, **properties: Any) -> Properties:
    return {"type": type_, "id": identity, "properties": properties}


def seen_by_guest() -> list[Properties]:
    """What a participant is shown of the network: its subnet, and the table and ACL in force there."""
    everything = {"protocol": "-1", "fromPort": 0, "toPort": 0, "ruleNo": 100, "action": "allow"}
    entries = [{**everything, "cidrBlock": "0.0.0.0/0"}]
    return [
        entry("aws:ec2/vpc:Vpc", "vpc-1", cidrBlock="10.0.0.0/16", ownerId=OWNER, enableDnsSupport=True),
        entry("aws:ec2/subnet:Subnet", "subnet-1", vpcId="vpc-1", cidrBlock="10.0.1.0/24", ownerId=OWNER),
        entry(
            "aws:ec2/routeTable:RouteTable",
            "rtb-1",
            vpcId="vpc-1",
            ownerId=OWNER,
            routes=[{"cidrBlock": "0.0.0.0/0", "natGatewayId": "nat-1", "state": "active"}],
            associations=[{"subnetId": "subnet-1"}],
        ),
        entry(
            "aws:ec2/networkAcl:NetworkAcl",
            "acl-1",
            vpcId="vpc-1",
            subnetIds=["subnet-1", "subnet-2"],
            ingress=entries,
            egress=entries,
        ),
    ]


def seen_by_owner() -> list[Properties]:
    out = {"cidrBlock": "0.0.0.0/0", "gatewayId": "igw-1", "state": "active"}
    public = [{"subnetId": "subnet-2"}]
    return [
        *seen_by_guest(),
        entry("aws:ec2/subnet:Subnet", "subnet-2", vpcId="vpc-1", cidrBlock="10.0.0.0/24", ownerId=OWNER),
        entry("aws:ec2/routeTable:RouteTable", "rtb-2", vpcId="vpc-1", routes=[out], associations=public),
        entry("aws:ec2/internetGateway:InternetGateway", "igw-1", vpcId="vpc-1"),
        entry(
            "aws:ec2/natGateway:NatGateway",
            "nat-1",
            vpcId="vpc-1",
            subnetId="subnet-2",
            connectivityType="public",
            publicIp="198.51.100.9",
            state="available",
        ),
    ]


def document(account: str, resources: list[Properties], *vpcs: str, unread: tuple[str, ...] = ()) -> Evidence:
    failures = [{"action": action, "reason": "AccessDenied"} for action in unread]
    whole = {"accountId": account, "region": REGION, "vpcs": list(vpcs), "resources": resources}
    return parse({**whole, "unread": failures})


def guest_program() -> Stack:
    """It sends to a relay by its address: what a participant is shown tells nothing of names."""
    stack = Stack()
    stack.add(GROUP, "group", vpcId="vpc-1", egress=[copy.deepcopy(ALL_OUT)])
    stack.add(
        "aws:lambda/function:Function",
        "function",
        name="mailer",
        vpcConfig={"subnetIds": ["subnet-1"], "securityGroupIds": [ref("group")]},
        environment={"variables": {"SMTP_HOST": "1.1.1.1", "SMTP_PORT": "587"}},
    )
    return stack


def judge_with(stack: Stack, *parts: Evidence) -> tuple[Verdict, dict[str, str]]:
    graph = merge(stack.resources(preview=True), combine(parts), project="mailroute", stack="prod")
    (egress,) = prove(graph)
    return egress.verdict, {finding.code: finding.message for finding in egress.outcome.findings}


@pytest.mark.parametrize("provider", [GUESTS, {"region": REGION, "allowedAccountIds": [GUEST]}])
def test_a_participant_needs_its_owners_evidence(provider: Properties) -> None:
    stack = guest_program()
    through(stack, provider)
    mine, theirs = document(GUEST, seen_by_guest()), document(OWNER, seen_by_owner(), "vpc-1")

    verdict, found = judge_with(stack, mine)
    assert verdict is UNDETERMINED
    assert OWNER in found["OWNER_NOT_READ"]
    assert "NAT_GATEWAY_NOT_READ" in found

    assert judge_with(stack, mine, theirs) == judge_with(stack, theirs, mine) == (REACHABLE, {})


@pytest.mark.parametrize(
    ("unread", "said"),
    [(("ec2:DescribeNatGateways",), False), (("ec2:DescribeNatGateways", "ec2:DescribeVpcs"), True)],
)
def test_an_unread_owner_is_asked_for_its_evidence(unread: tuple[str, ...], said: bool) -> None:
    stack = guest_program()
    through(stack, GUESTS)
    known = [found for found in seen_by_owner() if found["id"] != "nat-1"]
    parts = document(GUEST, seen_by_guest()), document(OWNER, known, "vpc-1", unread=unread)

    verdict, found = judge_with(stack, *parts)

    assert verdict is UNDETERMINED
    assert "NAT_GATEWAY_NOT_READ" in found
    assert ("OWNER_NOT_READ" in found) is said


def test_a_participants_evidence_shows_that_there_is_no_route() -> None:
    stack = guest_program()
    through(stack, GUESTS)
    resources = seen_by_guest()
    resources[2]["properties"]["routes"] = []

    verdict, found = judge_with(stack, document(GUEST, resources))

    assert verdict is UNREACHABLE
    assert set(found) == {"NO_ROUTE_TO_DESTINATION"}


def test_the_owners_block_public_access_holds_for_its_guests() -> None:
    """They see no sign of it. Source: Amazon VPC User Guide, "VPC BPA basics"."""
    stack = Stack()
    stack.add(GROUP, "group", vpcId="vpc-1", egress=[copy.deepcopy(ALL_OUT)])
    variables = [{"name": "SMTP_HOST", "value": "1.1.1.1"}, {"name": "SMTP_PORT", "value": "587"}]
    stack.add(
        "aws:ecs/taskDefinition:TaskDefinition",
        "task",
        containerDefinitions=json.dumps([{"environment": variables}]),
        networkMode="awsvpc",
    )
    network = {"subnets": ["subnet-1"], "securityGroups": [ref("group")], "assignPublicIp": True}
    stack.add(
        "aws:ecs/service:Service",
        "service",
        launchType="FARGATE",
        taskDefinition=ref("task"),
        networkConfiguration=network,
    )
    through(stack, GUESTS)
    gateway = entry("aws:ec2/internetGateway:InternetGateway", "igw-1", vpcId="vpc-1", ownerId=OWNER)
    shown = [*seen_by_guest(), gateway]
    out = {"cidrBlock": "0.0.0.0/0", "gatewayId": "igw-1", "state": "active"}
    shown[2]["properties"]["routes"] = [out]
    options = "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions"
    mine = document(GUEST, [*shown, entry(options, REGION, internetGatewayBlockMode="off")])
    modes = {"off": REACHABLE, "block-bidirectional": UNREACHABLE}

    verdict, found = judge_with(stack, mine)
    assert (verdict, set(found)) == (UNDETERMINED, {"VPC_BLOCK_PUBLIC_ACCESS_ENABLED", "OWNER_NOT_READ"})
    for mode, expected in modes.items():
        setting = entry(options, REGION, internetGatewayBlockMode=mode)
        assert judge_with(stack, mine, document(OWNER, [*shown, setting], "vpc-1"))[0] is expected


def test_the_owners_view_of_what_both_see_is_the_one_that_counts() -> None:
    partial = seen_by_guest()
    partial[2]["properties"]["routes"] = []
    mine, theirs = document(GUEST, partial), document(OWNER, seen_by_owner(), "vpc-1")

    for parts in ((mine, theirs), (theirs, mine)):
        (table,) = [found for found in combine(parts).resources if found.id == "rtb-1"]
        assert table.get("routes") != []
        assert table.account == OWNER


def test_a_workload_of_the_account_is_judged_by_the_same_rules() -> None:
    function = entry(
        "aws:lambda/function:Function",
        "mailer",
        name="mailer",
        vpcConfig={"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]},
        environment={"variables": {"SMTP_HOST": "smtp.example.com", "SMTP_PORT": "587"}},
    )
    group = entry(GROUP, "sg-1", vpcId="vpc-1", egress=[copy.deepcopy(ALL_OUT)], ownerId=OWNER)
    parts = document(GUEST, [*seen_by_guest(), function]), document(OWNER, [*seen_by_owner(), group], "vpc-1")
    evidence = combine(parts)

    (egress,) = prove(merge((), evidence, project="p", stack="s"), origin=Origin.ACCOUNT)

    assert egress.destination == Destination("smtp.example.com", 587)
    assert (egress.verdict, {finding.code for finding in egress.outcome.findings}) == (
        UNDETERMINED,
        {"SECURITY_GROUP_NOT_SHARED"},
    )
