"""What a VPC, a client and its peers may be where the graph does not tell."""

from __future__ import annotations

import pytest

from reachability import UNKNOWN, Graph, Origin, Ref, Resource, ZoneAvailability
from reachability.aws import Network
from reachability.aws.vpc import Block, Vpc, blocks_of
from reachability.graph.references import exactly
from reachability.ranges import IPV6, PRIVATE, Ranges, addresses
from reachability.values import ABSENT, Unknown
from tests.reachability.stacks import one_subnet, one_subnet_of_the_account


def test_an_interface_is_in_the_block_of_its_subnet_or_vpc() -> None:
    stack = one_subnet()

    def held() -> tuple[Ranges, Ranges]:
        (subnet,) = stack.network().subnets
        return subnet.where(), subnet.where(IPV6)

    assert held()[0] == addresses("10.0.0.0/20")
    stack["subnet"]["cidrBlock"] = UNKNOWN
    assert held()[0] == addresses("10.0.0.0/16")
    stack["vpc"]["cidrBlock"] = UNKNOWN
    stack["subnet"]["ipv6CidrBlock"] = UNKNOWN
    stack["vpc"]["ipv6CidrBlock"] = UNKNOWN
    assert held() == (PRIVATE, IPV6)


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


@pytest.mark.parametrize(
    ("properties", "blocks"),
    [
        ({"cidrBlock": "10.0.0.0/16"}, ((Block("10.0.0.0/16"),), ())),
        ({"ipv4IpamPoolId": "ipam-pool-1", "ipv6CidrBlock": ""}, ((Block(UNKNOWN),), ())),
        ({"cidrBlock": UNKNOWN, "ipv6CidrBlock": UNKNOWN}, ((Block(UNKNOWN),), (Block(UNKNOWN),))),
    ],
)
def test_a_vpc_has_an_ipv4_block_and_an_ipv6_block_if_it_asks(
    properties: dict[str, object], blocks: tuple[object, object]
) -> None:
    graph = Graph([Resource("urn:vpc", "aws:ec2/vpc:Vpc", "vpc", properties)])
    (vpc,) = Network(graph, ZoneAvailability()).vpcs

    assert (blocks_of(exactly(vpc)), blocks_of(exactly(vpc), IPV6)) == blocks


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


@pytest.mark.parametrize(
    ("properties", "origin", "only", "ipv6"),
    [
        ({}, Origin.PROGRAM, False, Ranges()),
        ({}, Origin.ACCOUNT, False, Ranges()),
        ({"cidrBlock": "10.0.0.0/24"}, Origin.PROGRAM, False, Ranges()),
        (
            {"ipv6CidrBlock": "", "ipv6IpamPoolId": "", "ipv6NetmaskLength": 0},
            Origin.PROGRAM,
            False,
            Ranges(),
        ),
        ({"ipv6NetmaskLength": 64}, Origin.PROGRAM, False, UNKNOWN),
        ({"ipv6IpamPoolId": "ipam-pool-1"}, Origin.PROGRAM, False, UNKNOWN),
        ({"ipv6Native": True}, Origin.PROGRAM, True, UNKNOWN),
        ({"ipv6CidrBlock": "2600::/64"}, Origin.PROGRAM, False, addresses("2600::/64")),
        ({"ipv6CidrBlock": "2600::/64"}, Origin.ACCOUNT, True, addresses("2600::/64")),
        (
            {"ipv6CidrBlock": "2600::/64", "cidrBlock": "10.0.0.0/24"},
            Origin.ACCOUNT,
            False,
            addresses("2600::/64"),
        ),
    ],
)
def test_a_subnet_has_the_ipv6_addresses_that_it_asks_for(
    properties: dict[str, object], origin: Origin, only: bool, ipv6: Ranges | Unknown
) -> None:
    resource = Resource("urn:subnet", "aws:ec2/subnet:Subnet", "subnet", properties, origin=origin)
    (subnet,) = Network(Graph([resource]), ZoneAvailability()).subnets

    assert (subnet.ipv6_only, subnet.ipv6) == (only, ipv6)
    assert subnet.possible_ipv6 == (IPV6 if isinstance(ipv6, Unknown) else ipv6)
