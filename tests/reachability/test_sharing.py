"""Subnets that another account shares: who may run there, and whose evidence is missing."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from reachability import UNKNOWN, Destination, Evidence, Origin, Verdict, combine, merge, parse, prove
from tests.reachability.stacks import (
    ALL_OUT,
    OWNER,
    REGION,
    Properties,
    Stack,
    own_network,
    ref,
    role,
    through,
)

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
GUEST = "444455556666"
OWNERS, GUESTS = ({"region": REGION, "assumeRoles": role(account)} for account in (OWNER, GUEST))
RESOURCE = "aws:ram/resourceAssociation:ResourceAssociation"
PRINCIPAL = "aws:ram/principalAssociation:PrincipalAssociation"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"

both_ways = pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])


def judge(stack: Stack, *, preview: bool = True) -> tuple[Verdict, set[str]]:
    (egress,) = stack.prove(preview=preview)
    return egress.verdict, {finding.code for finding in egress.outcome.findings}


@pytest.fixture
def shared() -> Stack:
    """One account makes a network and shares its private subnet; a function of another one runs there."""
    stack = Stack()
    own_network(stack)
    stack.add("aws:ram/resourceShare:ResourceShare", "share", name="network")
    stack.add(RESOURCE, "subnet-in", resourceArn=ref("private"), resourceShareArn=ref("share"))
    stack.add(PRINCIPAL, "guest-in", principal=GUEST, resourceShareArn=ref("share"))
    stack.add(GROUP, "group", vpcId=ref("vpc"), egress=[copy.deepcopy(ALL_OUT)])
    stack["function"]["vpcConfig"]["securityGroupIds"] = [ref("group")]
    through(stack, OWNERS)
    stack.providers.update(function=GUESTS, group=GUESTS)
    return stack


@both_ways
def test_a_network_made_and_shared_in_one_program_is_proved_end_to_end(shared: Stack, preview: bool) -> None:
    assert judge(shared, preview=preview) == (REACHABLE, set())

    shared.remove("private-out")
    assert judge(shared, preview=preview) == (UNREACHABLE, {"NO_ROUTE_TO_DESTINATION"})


@both_ways
@pytest.mark.parametrize("missing", ["subnet-in", "guest-in"])
def test_a_subnet_that_is_not_shared_is_not_to_be_used(shared: Stack, missing: str, preview: bool) -> None:
    shared.remove(missing)

    assert judge(shared, preview=preview) == (UNREACHABLE, {"SUBNET_NOT_SHARED"})


@both_ways
@pytest.mark.parametrize(
    ("principal", "verdict"),
    [
        (OWNER, UNREACHABLE),
        ("arn:aws:organizations::777788889999:organization/o-1", REACHABLE),
        ("arn:aws:organizations::777788889999:ou/o-1/ou-1", UNDETERMINED),
        (UNKNOWN, UNDETERMINED),
    ],
)
def test_whom_a_share_invites(shared: Stack, principal: Any, verdict: Verdict, preview: bool) -> None:
    shared["guest-in"]["principal"] = principal

    assert judge(shared, preview=preview) == (
        verdict,
        set() if verdict is REACHABLE else {"SUBNET_NOT_SHARED"},
    )


@both_ways
def test_the_principals_of_another_share_are_not_invited(shared: Stack, preview: bool) -> None:
    shared.add("aws:ram/resourceShare:ResourceShare", "other", name="other")
    shared["guest-in"]["resourceShareArn"] = ref("other")

    assert judge(shared, preview=preview) == (UNREACHABLE, {"SUBNET_NOT_SHARED"})


def test_a_share_of_which_nothing_is_known_may_invite_anybody(shared: Stack) -> None:
    shared["subnet-in"]["resourceShareArn"] = "arn:aws:ram:us-east-1:111122223333:resource-share/1"

    assert judge(shared) == (UNDETERMINED, {"SUBNET_NOT_SHARED"})


@pytest.mark.parametrize(("link", "prop"), [("subnet-in", "resourceArn"), ("guest-in", "resourceShareArn")])
def test_what_a_share_has_in_it_may_be_unknown(shared: Stack, link: str, prop: str) -> None:
    shared[link][prop] = UNKNOWN

    assert judge(shared) == (UNDETERMINED, {"SUBNET_NOT_SHARED"})


@both_ways
def test_participants_have_security_groups_of_their_own(shared: Stack, preview: bool) -> None:
    shared.providers["group"] = OWNERS
    assert judge(shared, preview=preview) == (UNREACHABLE, {"SECURITY_GROUP_NOT_SHARED"})

    shared.add(RESOURCE, "group-in", resourceArn=ref("group"), resourceShareArn=ref("share"))
    assert judge(shared, preview=preview) == (REACHABLE, set())


@both_ways
def test_the_default_group_is_its_owners(shared: Stack, preview: bool) -> None:
    shared["function"]["vpcConfig"]["securityGroupIds"] = []

    assert judge(shared, preview=preview) == (UNREACHABLE, {"SECURITY_GROUP_NOT_SHARED"})


def test_the_default_group_by_the_vpcs_id_of_it_is_its_owners_too(shared: Stack) -> None:
    shared["function"]["vpcConfig"]["securityGroupIds"] = [ref("vpc")]

    assert judge(shared) == (UNREACHABLE, {"SECURITY_GROUP_NOT_SHARED"})


@both_ways
def test_in_one_account_nothing_need_be_shared(shared: Stack, preview: bool) -> None:
    shared.remove("guest-in")
    shared.providers.update(function=OWNERS, group=OWNERS)

    assert judge(shared, preview=preview) == (REACHABLE, set())


# Accounts that are not told --------------------------------------------------------------------------------

UNTOLD = {"region": REGION}
"""The default provider."""


@both_ways
def test_a_subnet_of_credentials_that_are_another_accounts_perhaps(shared: Stack, preview: bool) -> None:
    shared.providers.update(function=UNTOLD, group=UNTOLD)
    shared.remove("guest-in")
    (egress,) = shared.prove(preview=preview)
    (finding,) = egress.outcome.findings

    assert (egress.verdict, finding.code) == (UNDETERMINED, "SUBNET_NOT_SHARED")
    assert "different credentials" in finding.message
    assert "allowed_account_ids" in finding.remedy

    organization = "arn:aws:organizations::777788889999:organization/o-1"
    shared.add(PRINCIPAL, "all-in", principal=organization, resourceShareArn=ref("share"))
    assert judge(shared, preview=preview) == (REACHABLE, set())


@both_ways
def test_a_group_of_credentials_that_are_another_accounts_perhaps(shared: Stack, preview: bool) -> None:
    shared.providers["group"] = UNTOLD
    assert judge(shared, preview=preview) == (UNDETERMINED, {"SECURITY_GROUP_NOT_SHARED"})

    shared.add(RESOURCE, "group-in", resourceArn=ref("group"), resourceShareArn=ref("share"))
    assert judge(shared, preview=preview) == (REACHABLE, set())


def test_the_default_group_of_credentials_that_are_another_accounts_perhaps(shared: Stack) -> None:
    shared.providers["function"] = UNTOLD
    shared["function"]["vpcConfig"]["securityGroupIds"] = []

    assert judge(shared) == (UNDETERMINED, {"SUBNET_NOT_SHARED", "SECURITY_GROUP_NOT_SHARED"})


@both_ways
def test_an_owner_has_no_use_of_its_guests_groups(shared: Stack, preview: bool) -> None:
    shared.providers["function"] = OWNERS

    assert judge(shared, preview=preview) == (UNREACHABLE, {"SECURITY_GROUP_NOT_SHARED"})


@both_ways
@pytest.mark.parametrize(
    ("owner", "guest"),
    [
        (UNTOLD, UNTOLD),
        ({}, {}),
        ({"profile": "prod", **UNTOLD}, {"profile": "prod", **UNTOLD}),
        ({"assumeRoles": role(OWNER), **UNTOLD}, {"allowedAccountIds": [OWNER], **UNTOLD}),
    ],
)
def test_one_account_needs_no_share(owner: Properties, guest: Properties, preview: bool) -> None:
    stack = Stack()
    own_network(stack)
    through(stack, owner)
    stack.providers["function"] = guest

    assert judge(stack, preview=preview) == (REACHABLE, set())


@both_ways
@pytest.mark.parametrize(("maker", "codes"), [(OWNERS, set()), (GUESTS, {"VPC_NOT_OWNED"})])
def test_the_owner_alone_makes_endpoints(
    shared: Stack, maker: Properties, codes: set[str], preview: bool
) -> None:
    for name in ("private", "public"):
        shared[name]["availabilityZoneId"] = "use1-az4"
    shared["function"]["environment"]["variables"]["SMTP_HOST"] = f"email-smtp.{REGION}.amazonaws.com"
    inward = {"protocol": "tcp", "fromPort": 587, "toPort": 587, "cidrBlocks": ["10.0.0.0/16"]}
    shared.add(GROUP, "endpoint-group", vpcId=ref("vpc"), ingress=[inward])
    shared.add(
        ENDPOINT,
        "endpoint",
        vpcId=ref("vpc"),
        serviceName=f"com.amazonaws.{REGION}.email-smtp",
        vpcEndpointType="Interface",
        privateDnsEnabled=True,
        subnetIds=[ref("private")],
        securityGroupIds=[ref("endpoint-group")],
    )
    shared.providers.update({"endpoint": maker, "endpoint-group": maker})

    verdict, found = judge(shared, preview=preview)

    assert (verdict, found) == (UNREACHABLE if codes else REACHABLE, codes)


# Evidence of both accounts --------------------------------------------------------------------------------


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


def document(account: str, resources: list[Properties], *vpcs: str) -> Evidence:
    return parse({"accountId": account, "region": REGION, "vpcs": list(vpcs), "resources": resources})


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
def test_what_a_participant_is_not_shown_takes_its_owners_evidence(provider: Properties) -> None:
    stack = guest_program()
    through(stack, provider)
    mine, theirs = document(GUEST, seen_by_guest()), document(OWNER, seen_by_owner(), "vpc-1")

    verdict, found = judge_with(stack, mine)
    assert verdict is UNDETERMINED
    assert OWNER in found["OWNER_NOT_READ"]
    assert "NAT_GATEWAY_NOT_READ" in found

    assert judge_with(stack, mine, theirs) == judge_with(stack, theirs, mine) == (REACHABLE, {})


def test_what_a_participant_is_shown_is_enough_to_see_that_there_is_no_route() -> None:
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
