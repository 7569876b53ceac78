"""A region's default VPC and its default subnets, adopted by a program."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import evidence
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


@pytest.mark.parametrize(
    ("region", "zones"),
    [
        ("us-east-1", "abcdef"),
        ("us-east-2", "abc"),
        ("us-west-1", "ac"),
        ("us-west-2", "abcd"),
        ("ap-northeast-1", "acd"),
        ("ca-central-1", "abd"),
        ("eu-west-1", "abc"),
    ],
)
def test_an_empty_account_has_what_every_account_has(
    connect: Callable[[Account], Client], region: str, zones: str
) -> None:
    client = connect(Account.empty(region))
    vpc = client.invoke("ec2/getVpc", default=True)
    inside = {"vpcId": vpc["id"]}
    filters = [{"name": "vpc-id", "values": [vpc["id"]]}]
    subnets = [
        client.invoke("ec2/getSubnet", id=each)
        for each in client.invoke("ec2/getSubnets", filters=filters)["ids"]
    ]
    assert sorted(subnet["availabilityZone"] for subnet in subnets) == [f"{region}{each}" for each in zones]
    assert all(subnet["defaultForAz"] and subnet["mapPublicIpOnLaunch"] for subnet in subnets)
    assert vpc["cidrBlock"] == "172.31.0.0/16"
    table = client.invoke("ec2/getRouteTable", routeTableId=vpc["mainRouteTableId"])
    gateway = client.invoke("ec2/getInternetGateway", filters=[{**filters[0], "name": "attachment.vpc-id"}])
    assert {"cidrBlock": "0.0.0.0/0", "gatewayId": gateway["id"]} in table["routes"]
    assert client.invoke("ec2/getSecurityGroup", name="default", **inside)["id"].startswith("sg-")
    (acl,) = client.invoke("ec2/getNetworkAcls", **inside)["ids"]
    assert acl.startswith("acl-")
    # What it assumes, evidence says.
    document = Account.empty(region).document
    evidence.validate(document, "empty")
    assert (document["vpcs"], document["defaultVpcAssumed"]) == ([vpc["id"]], True)


def test_another_region_has_a_default_vpc_of_its_own(connect: Callable[[Account], Client]) -> None:
    account = Account.empty("us-east-1")
    client, other = connect(account), connect(account)
    other.configure(region="eu-west-1")
    here = client.create("aws:ec2/defaultVpc:DefaultVpc", "here")
    there = other.create("aws:ec2/defaultVpc:DefaultVpc", "there")
    assert here.id != there.id
    assert ":eu-west-1:" in there.outputs["arn"]


def test_an_adopted_default_vpc_stays_in_the_account(
    connect: Callable[[Account], Client],
) -> None:
    account = Account.empty("us-east-1")
    client = connect(account)
    (held,) = account.of("aws:ec2/vpc:Vpc")
    first = client.create("aws:ec2/defaultVpc:DefaultVpc", "default")
    client.delete(first)
    again = client.create("aws:ec2/defaultVpc:DefaultVpc", "default")

    assert (first.outputs["existingDefaultVpc"], again.outputs["existingDefaultVpc"]) == (True, True)
    assert (again.id, again.outputs["mainRouteTableId"]) == (held.id, first.outputs["mainRouteTableId"])
    (main,) = account.of("aws:ec2/routeTable:RouteTable")
    (gateway,) = account.of("aws:ec2/internetGateway:InternetGateway")
    assert main.get("routes") == [{"cidrBlock": "0.0.0.0/0", "gatewayId": gateway.id}]


def test_a_zone_without_default_subnet_has_none_to_adopt(connect: Callable[[Account], Client]) -> None:
    client = connect(Account.load(DEFAULT_VPC_ACCOUNT))
    with pytest.raises(RefusalError, match="no default subnet in us-east-1c"):
        client.create("aws:ec2/defaultSubnet:DefaultSubnet", "c", availabilityZone="us-east-1c")
