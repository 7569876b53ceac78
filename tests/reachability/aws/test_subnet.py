"""Where a subnet's interfaces may be, and which addresses it has."""

from __future__ import annotations

import pytest

from reachability import UNKNOWN, Graph, Origin, Resource, ZoneAvailability
from reachability.aws import Network
from reachability.ranges import IPV6, PRIVATE, Ranges, addresses
from reachability.values import Unknown
from tests.reachability.stacks import one_subnet


def test_an_interface_is_in_the_block_of_its_subnet_or_vpc() -> None:
    stack = one_subnet()

    def held() -> tuple[Ranges, Ranges]:
        (subnet,) = stack.network().subnets
        return subnet.where(), subnet.where(IPV6)

    stack["vpc"]["ipv6CidrBlock"], stack["subnet"]["ipv6CidrBlock"] = "2600::/56", "2600::/64"
    assert held() == (addresses("10.0.0.0/20"), addresses("2600::/64"))
    stack["subnet"].update(cidrBlock=UNKNOWN, ipv6CidrBlock=UNKNOWN)
    assert held() == (addresses("10.0.0.0/16"), addresses("2600::/56"))
    stack["vpc"].update(cidrBlock=UNKNOWN, ipv6CidrBlock=UNKNOWN)
    assert held() == (PRIVATE, IPV6)


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
