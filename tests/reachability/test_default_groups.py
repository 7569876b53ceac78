"""The default security group of a VPC: the account's, or what a program makes of it."""

from __future__ import annotations

import pytest

from reachability import Verdict
from reachability.aws.security_group import Peer, admits
from reachability.graph.references import exactly
from reachability.packet import EGRESS
from reachability.ranges import addresses
from tests.reachability.stacks import ALL_OUT, Stack, one_subnet, one_subnet_of_the_account

GROUP = "aws:ec2/securityGroup:SecurityGroup"
ADOPTED = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED

named = pytest.mark.parametrize("by_id", [True, False], ids=["by its id", "by the VPC"])


def of_the_account(*, read: bool) -> Stack:
    """A VPC of the account, with its default group and another one; both let everything out."""
    stack = one_subnet_of_the_account()
    stack["vpc-1"]["defaultSecurityGroupId"] = "sg-1"
    for identity in ("sg-1", "sg-2") if read else ():
        stack.hold(GROUP, identity, vpcId="vpc-1", egress=[ALL_OUT])
    return stack


def lets_out(stack: Stack, group: str, *, by_id: bool = True, preview: bool = True) -> Verdict:
    """Whether an interface with the group, which the VPC may stand for, lets mail out."""
    network = stack.network(preview=preview)
    groups, (vpc,) = network.security_groups, network.vpcs
    ref = groups.ref(vpc.resource, group, "x") if by_id else groups.default_of(exactly(vpc))
    return admits((ref,), EGRESS, Peer("the relay", addresses("8.8.8.8")), 587).verdict


@named
@pytest.mark.parametrize("read", [True, False], ids=["read", "not read"])
def test_the_program_may_adopt_the_default_group_of_the_account(read: bool, by_id: bool) -> None:
    stack = of_the_account(read=read)
    assert lets_out(stack, "sg-1", by_id=by_id) is (REACHABLE if read else UNDETERMINED)

    stack.add(ADOPTED, "adopted", vpcId="vpc-1")
    assert lets_out(stack, "sg-1", by_id=by_id) is UNREACHABLE
    assert lets_out(stack, "sg-2") is (REACHABLE if read else UNDETERMINED)


@named
def test_the_account_shows_the_default_group_of_an_existing_vpc(
    by_id: bool,
) -> None:
    stack = one_subnet()
    stack["vpc"]["defaultSecurityGroupId"] = "sg-1"
    assert lets_out(stack, "sg-1", by_id=by_id, preview=False) is REACHABLE

    stack.account = of_the_account(read=False).account
    assert stack.account is not None
    stack.account["resources"] = []
    stack.hold(GROUP, "sg-1", vpcId="id-vpc", egress=[])
    assert lets_out(stack, "sg-1", by_id=by_id, preview=False) is UNREACHABLE
