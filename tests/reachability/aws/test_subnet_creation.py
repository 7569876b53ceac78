"""Subnets and internet gateways that AWS refuses to create, by their blocks, zones and number."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import UNKNOWN, Verdict
from tests.reachability.shown import judged, said
from tests.reachability.stacks import PRIVATE, VPC, Stack, own_network, ref

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
PASSED: tuple[Verdict, set[str]] = (REACHABLE, set())
SUBNET = "aws:ec2/subnet:Subnet"
BLOCK = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"


@pytest.fixture
def new() -> Stack:
    stack = Stack()
    own_network(stack)
    return stack


@pytest.mark.parametrize("subnet", ["public", "private"])
def test_a_subnet_outside_its_vpcs_block_is_refused(new: Stack, subnet: str) -> None:
    new[subnet]["cidrBlock"] = "10.1.0.0/24"
    assert judged(new) == (UNREACHABLE, {"SUBNET_RANGE"})


@pytest.mark.parametrize(
    ("vpc", "block", "expected"),
    [
        ({}, "10.0.1.0/24", PASSED),
        ({}, UNKNOWN, PASSED),
        ({"cidrBlock": UNKNOWN}, "10.1.0.0/24", PASSED),
        ({"cidrBlock": "10.0.1.0/24"}, "10.0.0.0/23", (UNREACHABLE, {"SUBNET_RANGE"})),
    ],
)
def test_a_block_is_compared_where_it_is_known(
    new: Stack, vpc: dict[str, Any], block: Any, expected: tuple[Verdict, set[str]]
) -> None:
    new["vpc"].update(vpc)
    new["public"]["cidrBlock"] = UNKNOWN
    new["private"]["cidrBlock"] = block
    assert judged(new) == expected


def test_a_secondary_block_holds_subnets_too(new: Stack) -> None:
    new["private"]["cidrBlock"] = "10.1.0.0/24"
    new.add(BLOCK, "more", vpcId=ref("vpc"), cidrBlock="10.1.0.0/16")
    new.depends_on["private"] = ("more",)
    assert judged(new) == PASSED


def test_subnets_that_overlap_are_not_both_created(new: Stack) -> None:
    new["public"]["cidrBlock"] = "10.0.1.128/25"
    assert said(new)[0] == (
        "SUBNET_CIDR_CONFLICT",
        "private",
        "the blocks of subnets private and public overlap: AWS creates one of them",
        "give each subnet a block of its own",
    )
    assert judged(new) == (UNDETERMINED, {"SUBNET_CIDR_CONFLICT"})
    (egress,) = new.prove()
    assert len(egress.outcome.told) == 1  # The same of both subnets, on the path and beside it.


def test_subnets_off_the_path_are_told_and_do_not_count(new: Stack) -> None:
    for name, block in (("one", "10.0.9.0/24"), ("two", "10.0.9.0/24"), ("out", "10.1.0.0/24")):
        new.add(SUBNET, name, vpcId=ref("vpc"), cidrBlock=block)
    assert judged(new) == PASSED
    (egress,) = new.prove()
    assert [finding.message for finding in egress.outcome.told] == [
        "the blocks of subnets one and two overlap: AWS creates one of them",
        "the block of subnet out is outside those of VPC vpc: AWS refuses to create it",
    ]


def test_subnets_of_two_vpcs_may_have_one_block(new: Stack) -> None:
    own_network(new, "other-")
    new.remove("other-function")
    assert judged(new) == PASSED


def test_a_subnet_that_the_account_has_takes_its_block(nat: Stack) -> None:
    own = Stack(account=nat.account, program={**nat.program})
    own.add(SUBNET, "late", vpcId=VPC, cidrBlock="172.31.0.0/24", availabilityZone="us-east-1a")
    own["connector"]["subnets"] = [ref("late")]
    verdict, codes = judged(own)
    assert (verdict is not REACHABLE, "SUBNET_CIDR_CONFLICT" in codes) == (True, True)


def test_a_subnet_that_is_there_stays(nat: Stack) -> None:
    nat.add(SUBNET, "late", vpcId=VPC, cidrBlock=nat[PRIVATE[0]]["cidrBlock"])
    assert judged(nat) == PASSED


def test_an_endpoints_subnet_has_to_be_created_too(ses: Stack) -> None:
    ses.add(SUBNET, "far", vpcId=VPC, cidrBlock="10.9.0.0/24", availabilityZone="us-east-1a")
    ses["endpoint"]["subnetIds"][0] = ref("far")
    assert judged(ses) == (UNREACHABLE, {"SUBNET_RANGE"})


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("us-east-1b", PASSED),
        ("us-west-2a", (UNREACHABLE, {"SUBNET_ZONE"})),
        ("us-west-2-lax-1a", (UNREACHABLE, {"SUBNET_ZONE", "SUBNET_LOCAL"})),
    ],
)
def test_a_zone_is_one_of_the_subnets_region(
    new: Stack, zone: str, expected: tuple[Verdict, set[str]]
) -> None:
    new["private"]["availabilityZone"] = zone
    assert judged(new) == expected


# Internet gateways


@pytest.mark.parametrize("attached", ["vpcId", "attachment"])
def test_a_vpc_takes_one_internet_gateway(new: Stack, attached: str) -> None:
    given = {"vpcId": ref("vpc")} if attached == "vpcId" else {}
    new.add("aws:ec2/internetGateway:InternetGateway", "second", **given)
    if not given:
        assert judged(new) == PASSED
        new.add(
            "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment",
            "attachment",
            vpcId=ref("vpc"),
            internetGatewayId=ref("second"),
        )
    assert judged(new) == (UNDETERMINED, {"INTERNET_GATEWAY_SECOND"})
    new["nat"].update(availabilityMode="regional", vpcId=ref("vpc"), subnetId=None, allocationId=None)
    assert judged(new) == (UNDETERMINED, {"INTERNET_GATEWAY_SECOND"})


def test_another_vpcs_internet_gateway_is_no_second_one(new: Stack) -> None:
    own_network(new, "other-")
    new.remove("other-function")
    assert judged(new) == PASSED


def test_a_new_gateway_beside_the_accounts_own_is_second(nat: Stack) -> None:
    assert judged(nat) == PASSED
    nat.add("aws:ec2/internetGateway:InternetGateway", "second", vpcId=VPC)
    assert judged(nat) == (UNDETERMINED, {"INTERNET_GATEWAY_SECOND"})


def test_gateways_that_the_account_shows_are_attached(nat: Stack) -> None:
    nat.hold("aws:ec2/internetGateway:InternetGateway", "igw-2", vpcId=VPC)
    assert judged(nat) == PASSED
