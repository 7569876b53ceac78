"""VPCs that take their block from a pool of IPAM."""

from __future__ import annotations

import pytest

from reachability.values import UNKNOWN
from tests.provider.harness import Client, RefusalError

VPC = "aws:ec2/vpc:Vpc"
POOL = "aws:ec2/vpcIpamPool:VpcIpamPool"
CIDR = "aws:ec2/vpcIpamPoolCidr:VpcIpamPoolCidr"


@pytest.fixture
def pool(client: Client) -> str:
    made = client.create(
        POOL, "pool", addressFamily="ipv4", ipamScopeId="ipam-scope-1", allocationDefaultNetmaskLength=24
    )
    client.create(CIDR, "block", ipamPoolId=made.id, cidr="10.8.0.0/22")
    return made.id


def test_each_vpc_gets_a_free_block_of_the_pool(client: Client, pool: str) -> None:
    client.create(VPC, "own", cidrBlock="10.8.0.0/25")
    blocks = [
        client.create(VPC, name, ipv4IpamPoolId=pool, **length).outputs["cidrBlock"]
        for name, length in (("a", {}), ("b", {"ipv4NetmaskLength": 25}), ("c", {"ipv4NetmaskLength": 24.0}))
    ]
    assert blocks == ["10.8.1.0/24", "10.8.0.128/25", "10.8.2.0/24"]
    with pytest.raises(RefusalError, match=r"InsufficientCidrBlocks.*no free block of the size /23"):
        client.create(VPC, "d", ipv4IpamPoolId=pool, ipv4NetmaskLength=23)


def test_its_block_is_not_known_before_creation(client: Client, pool: str) -> None:
    assert client.preview(VPC, "a", ipv4IpamPoolId=pool).outputs["cidrBlock"] is UNKNOWN


def test_a_block_that_the_program_names_stands(client: Client, pool: str) -> None:
    made = client.create(VPC, "a", ipv4IpamPoolId=pool, cidrBlock="10.8.3.0/24")
    assert made.outputs["cidrBlock"] == "10.8.3.0/24"


def test_a_pool_whose_blocks_are_elsewhere_gives_any_private_one(client: Client) -> None:
    made = client.create(VPC, "a", ipv4IpamPoolId="ipam-pool-shared", ipv4NetmaskLength=20)
    assert made.outputs["cidrBlock"] == "10.0.0.0/20"
