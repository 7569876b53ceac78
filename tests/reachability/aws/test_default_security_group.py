"""The default security group of a VPC: AWS's, the account's, or what a program makes of it."""

from __future__ import annotations

import pytest

from reachability import UNKNOWN, Finding, Origin, Ref, Verdict
from reachability.aws.security_group import Peer, SecurityGroup, admits
from reachability.aws.vpc import Vpc
from reachability.graph.references import exactly
from reachability.packet import EGRESS, INGRESS
from reachability.ranges import addresses
from reachability.values import ABSENT
from tests.reachability.stacks import (
    ALL_OUT,
    ANYWHERE,
    OWNER,
    REGION,
    Stack,
    either,
    one_subnet,
    one_subnet_of_the_account,
    ref,
    role,
    through,
    urn,
)

GROUP = "aws:ec2/securityGroup:SecurityGroup"
ADOPTED = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED

named = pytest.mark.parametrize("by_id", [True, False], ids=["by its id", "by the VPC"])


def default_of(stack: Stack) -> Ref[SecurityGroup]:
    """The default group of the VPC `vpc`."""
    network = stack.network()
    vpc = next(vpc for vpc in network.vpcs if vpc.label == "vpc")
    return network.security_groups.default_of(exactly(vpc))


def test_a_new_default_group_lets_all_out_and_itself_in() -> None:
    stack = Stack()
    stack.add("aws:ec2/vpc:Vpc", "vpc", cidrBlock="10.0.0.0/16")
    default, host = (default_of(stack),), addresses("10.0.0.9")

    out = admits(default, EGRESS, Peer("anywhere", addresses(ANYWHERE)), 587)
    member = admits(default, INGRESS, Peer("a member", host, default), 587)
    stranger = admits(default, INGRESS, Peer("a stranger", host), 587)

    assert [outcome.verdict for outcome in (out, member, stranger)] == [REACHABLE, REACHABLE, UNREACHABLE]


def test_adopting_the_default_group_wipes_it() -> None:
    stack = Stack()
    stack.add("aws:ec2/vpc:Vpc", "vpc", cidrBlock="10.0.0.0/16")
    stack.add(ADOPTED, "adopted", vpcId=ref("vpc"))

    outcome = admits((default_of(stack),), EGRESS, Peer("anywhere", addresses(ANYWHERE)), 587)

    assert outcome.findings == (
        Finding(
            "ENI_SG_RULES_MISMATCH",
            urn(ADOPTED, "adopted"),
            "no egress rule of security group adopted lets TCP 587 to anywhere through",
            "add an egress rule for TCP 587 to anywhere to security group adopted",
        ),
    )


@pytest.mark.parametrize(
    ("after", "of", "verdict"),
    [("rule", "adopted", UNREACHABLE), ("adopted", "rule", REACHABLE), (None, "rule", UNDETERMINED)],
    ids=["adopted after it", "made after the adoption", "in any order"],
)
def test_adoption_removes_a_rule_that_is_made_before(after: str | None, of: str, verdict: Verdict) -> None:
    stack = Stack()
    stack.add("aws:ec2/vpc:Vpc", "vpc", cidrBlock="10.0.0.0/16")
    stack.add(ADOPTED, "adopted", vpcId=ref("vpc"))
    rule = {"ipProtocol": "-1", "cidrIpv4": ANYWHERE}
    stack.add(
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "rule", securityGroupId=ref("vpc"), **rule
    )
    if after:
        stack.depends_on[of] = (after,)

    outcome = admits((default_of(stack),), EGRESS, Peer("anywhere", addresses(ANYWHERE)), 587)

    assert outcome.verdict is verdict
    order = {UNREACHABLE: ["is made before"], REACHABLE: [], UNDETERMINED: ["may be made before"]}[verdict]
    told = [warning.message for warning in outcome.warnings]
    assert [
        f"SecurityGroupEgressRule rule {each} Def" in text for each, text in zip(order, told, strict=True)
    ] == [True for _ in order]


def test_the_default_group_of_an_unread_vpc_is_open() -> None:
    groups = Stack().network().security_groups

    assert groups.default_of(Ref((), "vpc-unread", open=True)) == Ref((), UNKNOWN, open=True)


def test_the_default_group_of_a_vpc_that_may_be_another_is_open() -> None:
    network = one_subnet().network()
    (vpc,) = network.vpcs

    found = network.security_groups.default_of(Ref((vpc,), UNKNOWN, open=True))

    assert ([group.label for group in found.candidates], found.open) == (
        ["default security group of vpc"],
        True,
    )


def test_a_default_group_may_be_adopted() -> None:
    stack = Stack()
    for name in ("vpc", "other"):
        stack.add("aws:ec2/vpc:Vpc", name, cidrBlock="10.0.0.0/16")
    stack.add(ADOPTED, "adopted", vpcId=either("vpc", "other"))

    outcome = admits((default_of(stack),), EGRESS, Peer("anywhere", addresses(ANYWHERE)), 587)

    assert outcome.verdict is UNDETERMINED


def test_a_new_vpcs_default_group_is_known_from_aws() -> None:
    stack = Stack()
    stack.add("aws:ec2/vpc:Vpc", "vpc", cidrBlock="10.0.0.0/16", defaultSecurityGroupId="sg-1")
    through(stack, {"region": REGION, "assumeRoles": role(OWNER)})
    (vpc,) = stack.graph().of_type("aws:ec2/vpc:Vpc")

    group = default_of(stack).target
    assert group is not None
    assert (group.type, group.id, group.origin) == (GROUP, "sg-1", Origin.AWS_DEFAULT)
    made = group.resource
    assert (made.region, made.account, made.access) == (vpc.region, vpc.account, vpc.access)
    assert (made.region, made.account, made.access is None) == (REGION, OWNER, False)

    del stack["vpc"]["defaultSecurityGroupId"]
    group = default_of(stack).target
    assert group is not None
    assert group.id is UNKNOWN


def test_without_groups_the_default_group_of_the_vpc_applies() -> None:
    network = one_subnet().network()
    (vpc,) = network.vpcs
    groups, nothing = network.security_groups, Ref[Vpc]((), ABSENT)

    own = groups.or_default((), exactly(vpc))
    (group,) = (ref.target for ref in own)
    assert group is not None
    assert (group.label, group.origin) == ("default security group of vpc", Origin.AWS_DEFAULT)
    assert groups.or_default(own, nothing) == own
    assert groups.or_default((), nothing) == (Ref((), UNKNOWN, open=True),)


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
def test_either_of_two_that_adopt_a_group_may_be_named(preview: bool) -> None:
    stack = one_subnet()
    stack["vpc"]["defaultSecurityGroupId"] = "id-first"
    stack.add(ADOPTED, "first", vpcId=ref("vpc"), egress=[ALL_OUT])
    stack.add(ADOPTED, "second", vpcId=ref("vpc"), egress=[ALL_OUT])
    stack.add(GROUP, "endpoint", vpcId=ref("vpc"), ingress=[{**ALL_OUT, "cidrBlocks": []}])
    stack["endpoint"]["ingress"][0]["securityGroups"] = [ref("first")]
    network = stack.network(preview=preview)
    (vpc,) = network.vpcs
    (endpoint,) = (each for each in network.graph if each.name == "endpoint")
    group = network.security_groups.read(endpoint)
    client = Peer("client", addresses("10.0.0.9"), (network.security_groups.default_of(exactly(vpc)),))

    assert admits([exactly(group)], INGRESS, client, 587).verdict is UNDETERMINED


def test_an_unread_default_group_may_be_any_group_of_its_vpc() -> None:
    stack = one_subnet_of_the_account()
    stack.hold(
        GROUP, "sg-9", vpcId="vpc-1", ingress=[{**ALL_OUT, "cidrBlocks": [], "securityGroups": ["sg-8"]}]
    )
    network = stack.network()
    (vpc,) = network.vpcs
    (held,) = network.graph.of_type(GROUP)
    client = Peer("client", addresses("10.0.0.9"), (network.security_groups.default_of(exactly(vpc)),))

    outcome = admits([exactly(network.security_groups.read(held))], INGRESS, client, 587)
    assert outcome.verdict is UNDETERMINED


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
