"""Subnets that another account shares: who may run there, with which groups and endpoints."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from reachability import UNKNOWN, Verdict
from tests.reachability.shown import judged
from tests.reachability.stacks import (
    ALL_OUT,
    OWNER,
    REGION,
    Properties,
    Stack,
    either,
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
def test_a_network_shared_in_one_program_is_proved(shared: Stack, preview: bool) -> None:
    assert judged(shared, preview=preview) == (REACHABLE, set())

    shared.remove("private-out")
    assert judged(shared, preview=preview) == (UNREACHABLE, {"NO_ROUTE_TO_DESTINATION"})


@both_ways
@pytest.mark.parametrize("missing", ["subnet-in", "guest-in"])
def test_a_subnet_that_is_not_shared_is_not_to_be_used(shared: Stack, missing: str, preview: bool) -> None:
    shared.remove(missing)

    assert judged(shared, preview=preview) == (UNREACHABLE, {"SUBNET_NOT_SHARED"})


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

    assert judged(shared, preview=preview) == (
        verdict,
        set() if verdict is REACHABLE else {"SUBNET_NOT_SHARED"},
    )


@both_ways
def test_the_principals_of_another_share_are_not_invited(shared: Stack, preview: bool) -> None:
    shared.add("aws:ram/resourceShare:ResourceShare", "other", name="other")
    shared["guest-in"]["resourceShareArn"] = ref("other")

    assert judged(shared, preview=preview) == (UNREACHABLE, {"SUBNET_NOT_SHARED"})


def test_a_share_of_which_nothing_is_known_may_invite_anybody(shared: Stack) -> None:
    shared["subnet-in"]["resourceShareArn"] = "arn:aws:ram:us-east-1:111122223333:resource-share/1"

    assert judged(shared) == (UNDETERMINED, {"SUBNET_NOT_SHARED"})


@pytest.mark.parametrize(("link", "prop"), [("subnet-in", "resourceArn"), ("guest-in", "resourceShareArn")])
def test_what_a_share_has_in_it_may_be_unknown(shared: Stack, link: str, prop: str) -> None:
    shared[link][prop] = UNKNOWN

    assert judged(shared) == (UNDETERMINED, {"SUBNET_NOT_SHARED"})


@both_ways
def test_participants_have_security_groups_of_their_own(shared: Stack, preview: bool) -> None:
    shared.providers["group"] = OWNERS
    assert judged(shared, preview=preview) == (UNREACHABLE, {"SECURITY_GROUP_NOT_SHARED"})

    shared.add(RESOURCE, "group-in", resourceArn=ref("group"), resourceShareArn=ref("share"))
    assert judged(shared, preview=preview) == (REACHABLE, set())


@both_ways
def test_the_default_group_is_its_owners(shared: Stack, preview: bool) -> None:
    shared["function"]["vpcConfig"]["securityGroupIds"] = []

    assert judged(shared, preview=preview) == (UNREACHABLE, {"SECURITY_GROUP_NOT_SHARED"})


def test_the_default_groups_id_is_that_of_its_owner_too(shared: Stack) -> None:
    shared["function"]["vpcConfig"]["securityGroupIds"] = [ref("vpc")]

    assert judged(shared) == (UNREACHABLE, {"SECURITY_GROUP_NOT_SHARED"})


@both_ways
def test_in_one_account_nothing_need_be_shared(shared: Stack, preview: bool) -> None:
    shared.remove("guest-in")
    shared.providers.update(function=OWNERS, group=OWNERS)

    assert judged(shared, preview=preview) == (REACHABLE, set())


# Accounts that are not told --------------------------------------------------------------------------------

UNTOLD = {"region": REGION}
"""The default provider."""


@both_ways
def test_a_subnet_may_be_another_accounts(shared: Stack, preview: bool) -> None:
    shared.providers.update(function=UNTOLD, group=UNTOLD)
    shared.remove("guest-in")
    (egress,) = shared.prove(preview=preview)
    (finding,) = egress.outcome.findings

    assert (egress.verdict, finding.code) == (UNDETERMINED, "SUBNET_NOT_SHARED")
    assert "different credentials" in finding.message
    assert "allowed_account_ids" in finding.remedy

    organization = "arn:aws:organizations::777788889999:organization/o-1"
    shared.add(PRINCIPAL, "all-in", principal=organization, resourceShareArn=ref("share"))
    assert judged(shared, preview=preview) == (REACHABLE, set())


@both_ways
def test_a_group_may_be_another_accounts(shared: Stack, preview: bool) -> None:
    shared.providers["group"] = UNTOLD
    assert judged(shared, preview=preview) == (UNDETERMINED, {"SECURITY_GROUP_NOT_SHARED"})

    shared.add(RESOURCE, "group-in", resourceArn=ref("group"), resourceShareArn=ref("share"))
    assert judged(shared, preview=preview) == (REACHABLE, set())


def test_each_group_that_may_be_meant_is_looked_at(shared: Stack) -> None:
    """What a reference may stand for, before creation: a group of one's own, or one of these."""
    shared.add(GROUP, "owners", vpcId=ref("vpc"), egress=[copy.deepcopy(ALL_OUT)])
    shared.add(GROUP, "middle", vpcId=ref("vpc"), egress=[copy.deepcopy(ALL_OUT)])
    shared.providers.update(middle=UNTOLD, owners=OWNERS)
    shared["function"]["vpcConfig"]["securityGroupIds"] = [either("group", "middle", "owners")]

    (egress,) = shared.prove()

    assert egress.verdict is UNDETERMINED
    assert [
        (finding.code, finding.resource.rpartition("::")[2])
        for finding in egress.outcome.findings
        if finding.code == "SECURITY_GROUP_NOT_SHARED"
    ] == [("SECURITY_GROUP_NOT_SHARED", "middle"), ("SECURITY_GROUP_NOT_SHARED", "owners")]


def test_the_default_group_may_be_another_accounts(shared: Stack) -> None:
    shared.providers["function"] = UNTOLD
    shared["function"]["vpcConfig"]["securityGroupIds"] = []

    assert judged(shared) == (UNDETERMINED, {"SUBNET_NOT_SHARED", "SECURITY_GROUP_NOT_SHARED"})


@both_ways
def test_an_owner_has_no_use_of_its_guests_groups(shared: Stack, preview: bool) -> None:
    shared.providers["function"] = OWNERS

    assert judged(shared, preview=preview) == (UNREACHABLE, {"SECURITY_GROUP_NOT_SHARED"})


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

    assert judged(stack, preview=preview) == (REACHABLE, set())


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

    verdict, found = judged(shared, preview=preview)

    assert (verdict, found) == (UNREACHABLE if codes else REACHABLE, codes)
