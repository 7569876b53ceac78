"""Whether a VPC may have an internet gateway that is not in the graph."""

from __future__ import annotations

import pytest

from reachability.graph.references import exactly
from tests.reachability.stacks import one_subnet_of_the_account


@pytest.mark.parametrize(
    ("attached", "vpcs", "unread", "may"),
    [
        (None, ["vpc-1"], [], False),
        ("vpc-1", ["vpc-1"], [], True),
        ("vpc-2", ["vpc-1"], [], False),
        (None, [], [], True),
        ("vpc-2", ["vpc-1"], ["ec2:DescribeInternetGateways"], True),
        (None, ["vpc-1"], ["ec2:DescribeNatGateways"], False),
    ],
)
def test_a_vpc_may_have_an_unread_internet_gateway(
    attached: str | None, vpcs: list[str], unread: list[str], may: bool
) -> None:
    stack = one_subnet_of_the_account()
    assert stack.account is not None
    stack.account["vpcs"] = vpcs
    stack.account["unread"] = [{"action": action, "reason": "AccessDenied"} for action in unread]
    if attached:
        stack.hold("aws:ec2/internetGateway:InternetGateway", "igw-1", vpcId=attached)
    network = stack.network()
    (vpc,) = network.vpcs

    assert network.internet_gateways.may_be_attached_to(exactly(vpc)) is may
