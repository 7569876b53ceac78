"""What verdicts rest on that neither a plan nor evidence shows: each where it counts, and nowhere else."""

from __future__ import annotations

import json

import pytest

from mailroute.rehearsal.account import Account
from reachability import UNKNOWN, Verdict
from tests.reachability.stacks import PRIVATE, PUBLIC, REGION, Stack, own_network, ref, role, through

NAT = "aws:ec2/natGateway:NatGateway"
CONNECTOR = "aws:apprunner/vpcConnector:VpcConnector"
FUNCTION = "aws:lambda/function:Function"
OPTIONS = "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions"
BLOCKING, QUOTAS = "VPC_BLOCK_PUBLIC_ACCESS_OFF", "QUOTAS_SUFFICIENT"
ZONE, BLOCK = "ZONE_OFFERS_SERVICE", "VPC_BLOCK_PRIVATE"


def assumed(stack: Stack) -> set[tuple[str, str]]:
    """The code of each assumption, but on ids to come, with the name of what it is about."""
    (egress,) = stack.prove()
    told = {(one.code, one.resource.rpartition("::")[2]) for one in egress.outcome.assumptions}
    return {(code, name) for code, name in told if code != "PLANNED_IDS"}


def codes(stack: Stack) -> set[str]:
    return {code for code, _ in assumed(stack)}


@pytest.fixture
def new() -> Stack:
    """A network that the program makes, in an account of which nothing is shown."""
    stack = Stack()
    own_network(stack)
    return stack


def test_a_new_network_rests_on_what_no_plan_shows(new: Stack) -> None:
    (egress,) = new.prove()
    assert egress.verdict is Verdict.REACHABLE
    assert assumed(new) == {
        (BLOCKING, "vpc"),
        (QUOTAS, "nat"),  # The VPC beside it assumes the same of the same place.
        (ZONE, "private"),
        (ZONE, "public"),
    }
    assert f"VPC Block Public Access is off in the account in {REGION}" in {
        assumption.message for assumption in egress.outcome.assumptions
    }


def test_a_path_that_is_dead_rests_on_nothing(new: Stack) -> None:
    new.remove("private-out")
    (egress,) = new.prove()
    assert (egress.verdict, assumed(new)) == (Verdict.UNREACHABLE, set())


# Block Public Access


def test_an_account_that_is_shown_blocks_or_does_not(nat: Stack) -> None:
    assert BLOCKING not in codes(nat)
    nat.hold(OPTIONS, REGION, internetGatewayBlockMode="off")
    assert BLOCKING not in codes(nat)


def test_a_setting_of_the_program_is_no_assumption(new: Stack) -> None:
    new.add(OPTIONS, "options", internetGatewayBlockMode="off")
    assert BLOCKING not in codes(new)


@pytest.mark.parametrize(
    ("provider", "is_assumed"),
    [
        ({"region": REGION}, False),
        ({"region": REGION, "assumeRoles": role("123456789012")}, False),
        ({"region": REGION, "assumeRoles": role("999988887777")}, True),
        ({"region": "eu-west-1"}, True),
        ({}, True),
    ],
)
def test_evidence_shows_its_own_account_and_region(
    nat: Stack, provider: dict[str, str], is_assumed: bool
) -> None:
    own = Stack(account=nat.account)
    own_network(own)
    through(own, provider)
    assert (BLOCKING in codes(own)) is is_assumed


# Zones


def test_a_zone_with_a_nat_gateway_takes_another(nat: Stack) -> None:
    assert assumed(nat) == {(QUOTAS, "nat"), (ZONE, PUBLIC[0])}
    nat.hold(NAT, "nat-1", subnetId=PUBLIC[1], state="available")
    assert (ZONE, PUBLIC[0]) in assumed(nat)
    nat.hold(NAT, "nat-2", subnetId=PUBLIC[0], state="available")
    assert assumed(nat) == {(QUOTAS, "nat")}


def test_a_nat_gateway_of_the_account_is_placed_already(nat: Stack) -> None:
    nat.hold(NAT, "nat-1", subnetId=PUBLIC[0], state="available", publicIp="203.0.113.9")
    nat["default"]["natGatewayId"] = "nat-1"
    assert assumed(nat) == set()


def test_a_function_in_a_zone_with_functions_is_placed(new: Stack, nat: Stack) -> None:
    new["private"]["availabilityZone"] = "us-east-1a"
    new.account = nat.account
    assert (ZONE, "private") in assumed(new)
    new.hold(FUNCTION, "other", vpcConfig={"subnetIds": [PUBLIC[0]]})
    assert (ZONE, "private") not in assumed(new)
    new["private"]["availabilityZone"] = "us-east-1b"
    assert (ZONE, "private") in assumed(new)


def test_zones_of_connectors_are_known_by_their_ids(ses: Stack) -> None:
    assert ses.account is not None
    (today,) = [one["id"] for one in ses.account["resources"] if one["type"] == CONNECTOR]
    ses.remove(today)
    assert assumed(ses) == set()

    ses.account["availabilityZones"] = []
    for subnet in PRIVATE:
        ses[subnet]["availabilityZoneId"] = UNKNOWN
    assert assumed(ses) == {(ZONE, subnet) for subnet in PRIVATE}

    ses.hold(CONNECTOR, "old", subnets=list(PRIVATE))
    assert assumed(ses) == set()


def test_another_accounts_zones_have_other_names(new: Stack, nat: Stack) -> None:
    new.account = nat.account
    new.hold(FUNCTION, "other", vpcConfig={"subnetIds": [PUBLIC[0]]})
    new["private"]["availabilityZone"] = "us-east-1a"
    through(new, {"region": REGION, "assumeRoles": role("999988887777")})
    assert (ZONE, "private") in assumed(new)


# Blocks


def test_a_block_to_come_is_taken_to_be_private(new: Stack) -> None:
    assert BLOCK not in codes(new)
    new["vpc"].update(cidrBlock=UNKNOWN)
    assert (BLOCK, "vpc") in assumed(new)


@pytest.mark.parametrize("public", [True, False])
def test_a_default_vpc_that_nobody_read_is_as_created(public: bool) -> None:
    account = dict(Account.empty(REGION).document)
    stack = Stack(account=account)
    subnets = [each["id"] for each in account["resources"] if each["type"].endswith("Subnet")]
    service = {"subnets": subnets, "assignPublicIp": public}
    containers = [
        {"name": "c", "image": "i", "environment": [{"name": "SMTP_HOST", "value": "s.example.com"}]}
    ]
    stack.add(
        "aws:ecs/taskDefinition:TaskDefinition",
        "task",
        family="f",
        networkMode="awsvpc",
        containerDefinitions=json.dumps(containers),
    )
    stack.add(
        "aws:ecs/service:Service",
        "service",
        launchType="FARGATE",
        networkConfiguration=service,
        taskDefinition=ref("task"),
    )
    (egress,) = stack.prove()
    assert egress.verdict is (Verdict.REACHABLE if public else Verdict.UNREACHABLE)
    (said,) = {each for each in egress.outcome.assumptions if each.code == "DEFAULT_VPC_AS_CREATED"}
    assert said.resource in {f"aws:ec2/vpc:Vpc::{vpc}" for vpc in account["vpcs"]}
    # The rest of the account is not shown by that.
    assert (BLOCKING in codes(stack)) is public
    del account["defaultVpcAssumed"]
    assert not {BLOCKING, "DEFAULT_VPC_AS_CREATED"} & codes(stack)


def test_a_record_for_all_names_of_an_unread_zone(new: Stack) -> None:
    """It is assumed not to be for the mail host, by a path that is dead too."""
    new.add("aws:route53/record:Record", "all", zoneId="Z1", name="*", type="A", records=["10.0.1.9"])
    told = {("WILDCARD_OF_OTHER_DOMAIN", "all")}
    assert told <= assumed(new)
    new.remove("private-out")
    assert assumed(new) == told
    new["all"]["type"] = "TXT"
    assert assumed(new) == set()
    new["all"].update(type="A", name="*.example.org")
    assert assumed(new) == set()
