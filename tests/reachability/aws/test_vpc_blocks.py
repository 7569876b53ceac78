"""The CIDR blocks of a VPC."""

from __future__ import annotations

import pytest

from reachability import UNKNOWN, Graph, Resource, ZoneAvailability
from reachability.aws import Network
from reachability.aws.vpc import Block, blocks_of
from reachability.graph.references import exactly
from reachability.ranges import IPV6


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
