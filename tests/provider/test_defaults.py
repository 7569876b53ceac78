"""A region's default VPC and its default subnets, adopted by a program."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mailroute.rehearsal.account import Account
from tests.provider.harness import REPOSITORY, Client, RefusalError

DEFAULT_VPC_ACCOUNT = REPOSITORY / "tests/corpus/programs/default_vpc/accounts/dev.json"


def test_a_region_has_its_default_vpc_whoever_adopts_it_first(connect: Callable[[Account], Client]) -> None:
    client = connect(Account.empty("us-east-1"))
    subnet = client.create("aws:ec2/defaultSubnet:DefaultSubnet", "a", availabilityZone="us-east-1a")
    vpc = client.create("aws:ec2/defaultVpc:DefaultVpc", "default", enableDnsHostnames=False)

    assert subnet.outputs["vpcId"] == vpc.id
    assert (vpc.outputs["cidrBlock"], vpc.outputs["enableDnsHostnames"]) == ("172.31.0.0/16", False)
    assert (subnet.outputs["cidrBlock"], subnet.outputs["mapPublicIpOnLaunch"]) == ("172.31.0.0/20", True)


def test_an_adopted_default_vpc_stays_in_the_account(
    connect: Callable[[Account], Client],
) -> None:
    account = Account.empty("us-east-1")
    client = connect(account)
    first = client.create("aws:ec2/defaultVpc:DefaultVpc", "default")
    client.delete(first)
    again = client.create("aws:ec2/defaultVpc:DefaultVpc", "default")

    assert (first.outputs["existingDefaultVpc"], again.outputs["existingDefaultVpc"]) == (False, True)
    assert (again.id, again.outputs["mainRouteTableId"]) == (first.id, first.outputs["mainRouteTableId"])
    (main,) = [table for table in account.of("aws:ec2/routeTable:RouteTable") if table.owner == first.id]
    (gateway,) = account.of("aws:ec2/internetGateway:InternetGateway")
    assert main.get("routes") == [{"cidrBlock": "0.0.0.0/0", "gatewayId": gateway.id}]


def test_a_zone_without_default_subnet_has_none_to_adopt(connect: Callable[[Account], Client]) -> None:
    client = connect(Account.load(DEFAULT_VPC_ACCOUNT))
    with pytest.raises(RefusalError, match="no default subnet in us-east-1c"):
        client.create("aws:ec2/defaultSubnet:DefaultSubnet", "c", availabilityZone="us-east-1c")
