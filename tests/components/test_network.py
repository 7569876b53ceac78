"""Network: a new VPC in three tiers, and the incident's VPC by its ids."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from components import Network
from components.helpers.checks import ArgumentError
from components.network import NetworkArgs
from reachability.values import UNKNOWN

PRIVATE = ["subnet-058489269eab00608", "subnet-0a836887b9508ed97"]
PUBLIC = ["subnet-07be90d42f1a6c385", "subnet-0c31f6a7de52b8941"]
VPC = "vpc-0e9cd2c204069ca54"
PRIVATE_TABLE = "rtb-0b5e21f97c4d38a06"
PUBLIC_TABLE = "rtb-06a9d3c08fb1e7524"


def topology_of(register: Callable[..., Any], args: NetworkArgs, **how: Any) -> Any:
    made = []
    register(lambda: made.append(Network("net", args)), **how)
    return made[0].topology


def test_a_new_network_has_three_tiers_in_two_zones(register: Callable[..., Any]) -> None:
    graph = register(lambda: Network("net", {"create": {}}))
    subnets = {one.name: one.inputs for one in graph.of_type("aws:ec2/subnet:Subnet")}
    assert {name: (it["availabilityZone"], it["cidrBlock"]) for name, it in subnets.items()} == {
        "net-private-us-east-1a": ("us-east-1a", "10.0.0.0/19"),
        "net-public-us-east-1a": ("us-east-1a", "10.0.32.0/20"),
        "net-intra-us-east-1a": ("us-east-1a", "10.0.48.0/20"),
        "net-private-us-east-1b": ("us-east-1b", "10.0.64.0/19"),
        "net-public-us-east-1b": ("us-east-1b", "10.0.96.0/20"),
        "net-intra-us-east-1b": ("us-east-1b", "10.0.112.0/20"),
    }
    vpc = graph.one("aws:ec2/vpc:Vpc").inputs
    assert vpc["cidrBlock"] == "10.0.0.0/16"
    assert vpc["enableDnsSupport"] is True
    assert vpc["enableDnsHostnames"] is True
    assert all("mapPublicIpOnLaunch" not in it for it in subnets.values())


def test_only_the_public_tier_has_a_way_out(register: Callable[..., Any]) -> None:
    graph = register(lambda: Network("net", {"create": {"zone_count": 3}}))
    route = graph.one("aws:ec2/route:Route")
    assert route.inputs == {
        "routeTableId": "net-public-id",
        "destinationCidrBlock": "0.0.0.0/0",
        "gatewayId": "net-id",
    }
    assert route.property_dependencies["gatewayId"] == {"aws:ec2/internetGateway:InternetGateway::net"}
    tables = {
        one.inputs["subnetId"].removesuffix("-id"): one.inputs["routeTableId"].removesuffix("-id")
        for one in graph.of_type("aws:ec2/routeTableAssociation:RouteTableAssociation")
    }
    assert {tables[name] for name in tables if "-public-" in name} == {"net-public"}
    assert {tables[name] for name in tables if "-intra-" in name} == {"net-intra"}
    assert all(tables[name] == name for name in tables if "-private-" in name)
    assert len(tables) == 9


def test_ids_are_unknown_in_a_preview_and_their_sources_known(register: Callable[..., Any]) -> None:
    graph = register(lambda: Network("net", {"create": {}}), preview=True)
    subnet = graph["aws:ec2/subnet:Subnet::net-private-us-east-1a"]
    assert subnet.inputs["vpcId"] is UNKNOWN
    assert subnet.property_dependencies["vpcId"] == {"aws:ec2/vpc:Vpc::net"}
    assert graph.outputs["mailroute:index:Network::net"]["availabilityZones"] == ["us-east-1a", "us-east-1b"]


def test_zones_with_the_smtp_endpoint_come_first(register: Callable[..., Any], account: Any) -> None:
    account.service_zones[:] = ["us-east-1f", "us-east-1c"]
    graph = register(lambda: Network("net", {"create": {"zone_count": 3}}), account=account)
    zones = {one.inputs["availabilityZone"] for one in graph.of_type("aws:ec2/subnet:Subnet")}
    assert zones == {"us-east-1a", "us-east-1c", "us-east-1f"}


def test_zones_by_name_are_taken_without_a_lookup(register: Callable[..., Any], account: Any) -> None:
    args: NetworkArgs = {"create": {"availability_zones": ["us-east-1f", "us-east-1d"]}}
    graph = register(lambda: Network("net", args), account=account)
    assert graph.outputs["mailroute:index:Network::net"]["availabilityZones"] == ["us-east-1f", "us-east-1d"]
    assert account.asked == []


def test_adopting_only_reads_zones_tables_and_public_subnets(
    register: Callable[..., Any],
) -> None:
    args: NetworkArgs = {"adopt": {"vpc_id": VPC, "private_subnet_ids": PRIVATE}}
    graph = register(lambda: Network("net", args))
    assert set(graph.resources) == {"mailroute:index:Network::net"}
    assert graph.outputs["mailroute:index:Network::net"] == {
        "vpcId": VPC,
        "privateSubnetIds": PRIVATE,
        "privateRouteTableIds": [PRIVATE_TABLE, PRIVATE_TABLE],
        "publicSubnetIds": PUBLIC,
        "intraSubnetIds": [],
        "availabilityZones": ["us-east-1a", "us-east-1b"],
    }
    topology = topology_of(register, args)
    assert topology.cidr_blocks == ["172.31.0.0/16"]
    assert topology.private == [
        {"id": PRIVATE[0], "availability_zone": "us-east-1a", "route_table_id": PRIVATE_TABLE},
        {"id": PRIVATE[1], "availability_zone": "us-east-1b", "route_table_id": PRIVATE_TABLE},
    ]


def test_a_subnet_on_a_public_main_table_is_public(register: Callable[..., Any], account: Any) -> None:
    associations = account.route_tables[PUBLIC_TABLE]["associations"]
    associations[:] = [one for one in associations if one.get("main")]
    args: NetworkArgs = {"adopt": {"vpc_id": VPC, "private_subnet_ids": PRIVATE}}
    public = topology_of(register, args, account=account).public
    assert [subnet["id"] for subnet in public] == PUBLIC
    assert all("route_table_id" not in subnet for subnet in public)


def test_secondary_blocks_belong_to_the_vpc(register: Callable[..., Any], account: Any) -> None:
    account.vpcs[VPC]["cidrBlockAssociations"] = [
        {"cidrBlock": "172.31.0.0/16", "state": "associated", "associationId": "a"},
        {"cidrBlock": "100.64.0.0/16", "state": "associated", "associationId": "b"},
        {"cidrBlock": "10.9.0.0/16", "state": "disassociated", "associationId": "c"},
    ]
    args: NetworkArgs = {"adopt": {"vpc_id": VPC, "private_subnet_ids": PRIVATE}}
    assert topology_of(register, args, account=account).cidr_blocks == ["172.31.0.0/16", "100.64.0.0/16"]


def test_a_subnet_table_of_this_stack_is_not_adopted(register: Callable[..., Any], account: Any) -> None:
    """The second `up` finds the table of the first: taking it for somebody else's would delete it."""
    account.route_tables[PRIVATE_TABLE]["tags"] = {"pulumi:project": "mailroute", "pulumi:stack": "test"}
    args: NetworkArgs = {"adopt": {"vpc_id": VPC, "private_subnet_ids": PRIVATE}}
    private = topology_of(register, args, account=account).private
    assert all("route_table_id" not in subnet for subnet in private)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            {},
            "Network.create or Network.adopt is None: just one of them must be given; give one of them",
        ),
        (
            {"create": {}, "adopt": {"vpc_id": VPC, "private_subnet_ids": PRIVATE}},
            "Network.create or Network.adopt is {'create': {}, 'adopt': {'vpc_id': 'vpc-0e9cd2c204069ca54', "
            "'private_subnet_ids': ['subnet-058489269eab00608', 'subnet-0a836887b9508ed97']}}: just "
            "one of them "
            "must be given; give one of them",
        ),
        (
            {"create": {"cidr": "10.0.0.0/16"}},
            "Network.cidr: there is no such argument; known are cidr_block, zone_count, availability_zones",
        ),
        (
            {"create": {"cidr_block": "10.0.0.0/25"}},
            "Network.cidr_block is '10.0.0.0/25': it must be /24 or larger; use '10.0.0.0/16'",
        ),
        (
            {"create": {"cidr_block": "10.0.0.0/15"}},
            "Network.cidr_block is '10.0.0.0/15': a VPC is at most a /16; use '10.0.0.0/16'",
        ),
        (
            {"create": {"cidr_block": "ten"}},
            "Network.cidr_block is 'ten': it must be an IPv4 block in CIDR notation (Expected 4 "
            "octets in 'ten'); "
            "use '10.0.0.0/16'",
        ),
        (
            {"create": {"zone_count": 1}},
            "Network.zone_count is 1: it must be a whole number from 2 to 3; use 2 to 3",
        ),
        (
            {"create": {"zone_count": True}},
            "Network.zone_count is True: it must be a whole number from 2 to 3; use 2 to 3",
        ),
        (
            {"create": {"zone_count": 2, "availability_zones": ["us-east-1a", "us-east-1b"]}},
            "Network.zone_count or Network.availability_zones is {'zone_count': 2, 'availability_zones': "
            "['us-east-1a', 'us-east-1b']}: just one of them must be given; give one of them",
        ),
        (
            {"create": {"availability_zones": ["us-east-1a"]}},
            "Network.availability_zones is ['us-east-1a']: it must be a list of 2 to 3; name each one once",
        ),
        (
            {"create": {"availability_zones": ["us-east-1a", "us-east-1a"]}},
            "Network.availability_zones is ['us-east-1a', 'us-east-1a']: 'us-east-1a' stands there twice; "
            "name each one once",
        ),
        (
            {"adopt": {"vpc_id": VPC}},
            "Network.private_subnet_ids or Network.private_subnet_tags is None: just one of them must be "
            "given; give one of them",
        ),
        (
            {"adopt": {"vpc_id": VPC, "private_subnet_ids": ["private"]}},
            "Network.private_subnet_ids is 'private': it must be an id that starts with 'subnet-'; "
            "copy the id "
            "from the AWS console, such as 'subnet-0123456789abcdef0'",
        ),
        (
            {"adopt": {"vpc_id": VPC, "private_subnet_ids": ["subnet-01234567"]}},
            "Network.private_subnet_ids is 'subnet-01234567': vpc-0e9cd2c204069ca54 has no such subnet; "
            "name one of its own",
        ),
        (
            {
                "adopt": {
                    "vpc_id": VPC,
                    "private_subnet_ids": PRIVATE[:1],
                    "public_subnet_ids": PRIVATE[1:],
                }
            },
            "Network.public_subnet_ids is 'subnet-0a836887b9508ed97': its route table does not lead to an "
            "internet gateway; name a public subnet, or none for those that are public",
        ),
    ],
)
def test_wrong_arguments(register: Callable[..., Any], args: Any, message: str) -> None:
    with pytest.raises(ArgumentError) as refused:
        register(lambda: Network("net", args))
    assert str(refused.value) == message
    assert refused.value.graph.resources == {}  # type: ignore[attr-defined]


def test_more_zones_than_the_region_has(register: Callable[..., Any], account: Any) -> None:
    account.document["availabilityZones"] = account.document["availabilityZones"][:2]
    with pytest.raises(ArgumentError) as refused:
        register(lambda: Network("net", {"create": {"zone_count": 3}}), account=account)
    assert str(refused.value) == (
        "Network.zone_count is 3: the region has us-east-1a, us-east-1b; ask for less"
    )
