"""Subnets and security groups of another VPC: AWS refuses them, so that nothing sends mail from there."""

from __future__ import annotations

import pytest

from reachability import UNKNOWN, Verdict
from tests.reachability.stacks import ALL_OUT, PRIVATE, VPC, Stack, own_network, ref, ses_stack

GROUP = "aws:ec2/securityGroup:SecurityGroup"
ASSOCIATION = "aws:vpc/securityGroupVpcAssociation:SecurityGroupVpcAssociation"
REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
PASSED: tuple[Verdict, set[str]] = (REACHABLE, set())


def judge(stack: Stack, *, preview: bool = True, service: str | None = None) -> tuple[Verdict, set[str]]:
    (egress,) = (
        found for found in stack.prove(preview=preview) if service is None or found.service == service
    )
    return egress.verdict, {finding.code for finding in egress.outcome.findings}


@pytest.fixture
def two() -> Stack:
    """Two networks alike, with a function in the first, and a group in the second."""
    stack = Stack()
    own_network(stack)
    own_network(stack, "other-")
    stack.remove("other-function")
    stack.add(GROUP, "group", vpcId=ref("other-vpc"), egress=[ALL_OUT])
    return stack


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "update"])
def test_a_workload_cannot_be_in_subnets_of_two_vpcs(two: Stack, preview: bool) -> None:
    assert judge(two, preview=preview) == PASSED

    two["function"]["vpcConfig"]["subnetIds"] = [ref("private"), ref("other-private")]
    assert judge(two, preview=preview) == (UNREACHABLE, {"SUBNET_OF_OTHER_VPC"})


def test_a_subnet_that_may_be_named_does_not_count_against_it(two: Stack) -> None:
    two["function"]["vpcConfig"]["subnetIds"] = [{"ref": ("private", "other-private")}]

    assert judge(two) == PASSED

    two["function"]["vpcConfig"]["subnetIds"] = {"ref": ("private", "other-private")}
    assert judge(two) == (UNDETERMINED, {"SUBNET_OF_OTHER_VPC", "COMPUTED_VALUE"})


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "update"])
def test_a_group_of_another_vpc_serves_where_it_is_associated(two: Stack, preview: bool) -> None:
    two["function"]["vpcConfig"]["securityGroupIds"] = [ref("group")]
    assert judge(two, preview=preview) == (UNREACHABLE, {"SECURITY_GROUP_OF_OTHER_VPC"})

    two.add(ASSOCIATION, "association", securityGroupId=ref("group"), vpcId=ref("other-vpc"))
    assert judge(two, preview=preview) == (UNREACHABLE, {"SECURITY_GROUP_OF_OTHER_VPC"})
    two["association"]["vpcId"] = UNKNOWN
    assert judge(two, preview=preview) == (UNDETERMINED, {"SECURITY_GROUP_OF_OTHER_VPC"})
    two["association"].update(vpcId=ref("vpc"), securityGroupId=UNKNOWN)
    assert judge(two, preview=preview) == (UNDETERMINED, {"SECURITY_GROUP_OF_OTHER_VPC"})
    two["association"]["securityGroupId"] = ref("group")
    assert judge(two, preview=preview) == PASSED


@pytest.mark.parametrize(
    ("order", "verdict", "warned"),
    [
        ({"function": ("association",)}, REACHABLE, []),
        ({}, REACHABLE, ["CREATION_ORDER"]),
        ({"association": ("function",)}, UNREACHABLE, []),
    ],
    ids=["before it", "beside it", "after it"],
)
def test_a_group_is_associated_before_it_is_used(
    order: dict[str, tuple[str, ...]], verdict: Verdict, warned: list[str], two: Stack
) -> None:
    two["function"]["vpcConfig"]["securityGroupIds"] = [ref("group")]
    two.add(ASSOCIATION, "association", securityGroupId=ref("group"), vpcId=ref("vpc"))
    two.depends_on |= order

    (egress,) = two.prove()

    codes = {finding.code for finding in egress.outcome.findings}
    assert (egress.verdict, codes) == (verdict, {"CREATION_ORDER"} if verdict is UNREACHABLE else set())
    assert [warning.code for warning in egress.outcome.warnings] == warned


def test_a_group_that_the_association_gives_is_associated(two: Stack) -> None:
    """security_group_id of the association is an output of it, which is there after it."""
    two["function"]["vpcConfig"]["securityGroupIds"] = [ref("association")]
    two.add(ASSOCIATION, "association", securityGroupId=ref("group"), vpcId=ref("vpc"))

    (egress,) = two.prove()

    assert (egress.verdict, egress.outcome.warnings) == (REACHABLE, ())


def test_a_group_given_to_an_endpoint_later_may_be_in_time() -> None:
    """The endpoint is there before the association of its group; what gives it the group comes after both."""
    stack = ses_stack()
    stack.add("aws:ec2/vpc:Vpc", "far", cidrBlock="10.9.0.0/16")
    rule = {"protocol": "tcp", "fromPort": 587, "toPort": 587, "cidrBlocks": ["172.31.0.0/16"]}
    stack.add(GROUP, "far-group", vpcId=ref("far"), ingress=[rule])
    stack["endpoint"]["securityGroupIds"] = []
    stack.add(ASSOCIATION, "association", securityGroupId=ref("far-group"), vpcId=VPC)
    given = {"vpcEndpointId": ref("endpoint"), "securityGroupId": ref("far-group")}
    link = "aws:ec2/securityGroupAssociation:SecurityGroupAssociation"
    stack.add(link, "given", **given, replaceDefaultAssociation=True)
    stack.depends_on |= {"association": ("endpoint",), "given": ("association",)}

    (egress,) = stack.prove()

    assert egress.verdict is REACHABLE
    assert [warning.code for warning in egress.outcome.warnings] == ["CREATION_ORDER"]


def test_of_two_associations_one_before_is_enough(two: Stack) -> None:
    two["function"]["vpcConfig"]["securityGroupIds"] = [ref("group")]
    for name in ("first", "second"):
        two.add(ASSOCIATION, name, securityGroupId=ref("group"), vpcId=ref("vpc"))
    two.depends_on |= {"function": ("first",), "second": ("function",)}

    assert judge(two) == PASSED


def test_a_group_maybe_of_another_vpc_is_undetermined(two: Stack) -> None:
    two.add(GROUP, "own", vpcId=ref("vpc"), egress=[ALL_OUT])
    two["function"]["vpcConfig"]["securityGroupIds"] = [{"ref": ("group", "own")}]

    assert judge(two) == (UNDETERMINED, {"SECURITY_GROUP_OF_OTHER_VPC", "COMPUTED_VALUE"})


@pytest.mark.parametrize("untold", [[0], [1], [0, 1]])
def test_subnets_of_unknown_vpcs_may_be_of_one(nat: Stack, untold: list[int]) -> None:
    for index in untold:
        del nat[PRIVATE[index]]["vpcId"]

    assert "SUBNET_OF_OTHER_VPC" not in judge(nat)[1]


def test_a_subnet_of_an_unknown_vpc_may_be_of_its_groups_vpc(nat: Stack) -> None:
    for subnet in PRIVATE:
        del nat[subnet]["vpcId"]
    verdict, codes = judge(nat)

    assert verdict is UNDETERMINED
    assert "SECURITY_GROUP_OF_OTHER_VPC" not in codes


def test_a_group_without_a_vpc_is_the_default_vpcs(two: Stack, nat: Stack) -> None:
    """Which is no new one, and may be one of the account."""
    two["function"]["vpcConfig"]["securityGroupIds"] = [ref("group")]
    del two["group"]["vpcId"]
    (egress,) = two.prove()
    (finding,) = egress.outcome.findings
    assert finding.code == "SECURITY_GROUP_OF_OTHER_VPC"
    assert finding.message == "function is in VPC vpc, and its security group group in the default VPC"
    assert egress.verdict is UNREACHABLE

    del nat["connector-group"]["vpcId"]
    assert judge(nat) == PASSED


def test_an_adopted_default_vpc_may_be_one_named_by_its_id(two: Stack) -> None:
    two.add("aws:ec2/defaultVpc:DefaultVpc", "default")
    two["group"]["vpcId"] = ref("default")
    two["private"]["vpcId"] = "vpc-11112222"
    two["function"]["vpcConfig"]["securityGroupIds"] = [ref("group")]
    (egress,) = two.prove()
    assert "SECURITY_GROUP_OF_OTHER_VPC" not in {finding.code for finding in egress.outcome.findings}

    two["private"]["vpcId"] = ref("vpc")
    assert judge(two) == (UNREACHABLE, {"SECURITY_GROUP_OF_OTHER_VPC"})


def test_the_associations_of_the_accounts_group_are_not_known(nat: Stack) -> None:
    nat.hold("aws:ec2/vpc:Vpc", "vpc-other", cidrBlock="10.9.0.0/16")
    nat.hold(GROUP, "sg-other", vpcId="vpc-other", ingress=[], egress=[ALL_OUT])
    nat["connector"]["securityGroups"] = ["sg-other"]

    assert judge(nat) == (UNDETERMINED, {"SECURITY_GROUP_OF_OTHER_VPC"})


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"subnetIds": [ref("other-private")]}, "SUBNET_OF_OTHER_VPC"),
        ({"securityGroupIds": [ref("group")]}, "SECURITY_GROUP_OF_OTHER_VPC"),
    ],
)
def test_an_endpoint_with_parts_of_another_vpc_takes_no_mail(
    ses: Stack, properties: dict[str, object], code: str
) -> None:
    own_network(ses, "other-")
    ses.add(GROUP, "group", vpcId=ref("other-vpc"), ingress=[{**ALL_OUT, "protocol": "tcp", "toPort": 65535}])
    service = "daadaar-backend"
    assert judge(ses, service=service) == PASSED

    ses["endpoint"].update(properties)
    verdict, codes = judge(ses, service=service)
    assert verdict is UNREACHABLE
    assert code in codes


def test_the_finding_names_both_vpcs_and_what_is_at_fault(two: Stack) -> None:
    two["function"]["vpcConfig"] = {
        "subnetIds": [ref("private"), ref("other-private")],
        "securityGroupIds": [ref("group")],
    }
    (egress,) = two.prove()

    said = {
        (finding.resource.rpartition("::")[2], finding.message, finding.remedy)
        for finding in egress.outcome.findings
    }
    assert said == {
        (
            "function",
            "function is in VPC other-vpc, and has a subnet of VPC vpc",
            "name the subnets of one VPC alone",
        ),
        (
            "group",
            "function is in VPC vpc, and its security group group in other-vpc",
            "give function a security group of its own VPC",
        ),
    }
