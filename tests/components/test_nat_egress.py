"""NatEgress: where gateways, addresses and default routes go, and what it will not touch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components import NatEgress, Network
from components.helpers.checks import ArgumentError
from components.network import NetworkArgs

VPC = "vpc-0e9cd2c204069ca54"
PRIVATE = ["subnet-058489269eab00608", "subnet-0a836887b9508ed97"]
TABLE = "rtb-0b5e21f97c4d38a06"
MAIN = "rtb-06a9d3c08fb1e7524"
ROUTE, GATEWAY, ADDRESS = "aws:ec2/route:Route", "aws:ec2/natGateway:NatGateway", "aws:ec2/eip:Eip"


def egress(network: NetworkArgs, **args: Any) -> None:
    net = Network("net", network)
    given: Any = {
        "vpc_id": net.topology.vpc_id,
        "private_subnets": net.topology.private,
        "public_subnets": net.topology.public,
        **args,
    }
    NatEgress("nat", given, pulumi.ResourceOptions(depends_on=[net]))


NEW: NetworkArgs = {"create": {"zone_count": 3}}
OLD: NetworkArgs = {"adopt": {"vpc_id": VPC, "private_subnet_ids": PRIVATE}}


def default_routes(graph: Any) -> dict[str, str]:
    return {
        one.inputs["routeTableId"]: one.inputs["natGatewayId"]
        for one in graph.of_type(ROUTE)
        if "natGatewayId" in one.inputs
    }


def test_single_puts_one_gateway_behind_every_private_table(register: Callable[..., Any]) -> None:
    graph = register(lambda: egress(NEW))
    assert graph.one(GATEWAY).inputs == {
        "subnetId": "net-public-us-east-1a-id",
        "allocationId": "nat-us-east-1a-id",
        "connectivityType": "public",
        "tags": {"Name": "test-nat-us-east-1a", "pulumi:project": "mailroute", "pulumi:stack": "test"},
    }
    assert default_routes(graph) == {
        f"net-private-{zone}-id": "nat-us-east-1a-id" for zone in ("us-east-1a", "us-east-1b", "us-east-1c")
    }
    assert graph.outputs["mailroute:index:NatEgress::nat"] == {
        "natGatewayIds": ["nat-us-east-1a-id"],
        "publicIps": ["ip-of-nat-us-east-1a"],
    }


def test_per_zone_keeps_traffic_in_its_zone(register: Callable[..., Any]) -> None:
    graph = register(lambda: egress(NEW, mode="per-zone"))
    for zone in ("us-east-1a", "us-east-1b", "us-east-1c"):
        gateway = graph[f"{GATEWAY}::nat-{zone}"].inputs
        assert (gateway["subnetId"], gateway["allocationId"]) == (f"net-public-{zone}-id", f"nat-{zone}-id")
        assert default_routes(graph)[f"net-private-{zone}-id"] == f"nat-{zone}-id"
    assert graph.outputs["mailroute:index:NatEgress::nat"]["publicIps"] == [
        "ip-of-nat-us-east-1a",
        "ip-of-nat-us-east-1b",
        "ip-of-nat-us-east-1c",
    ]


def test_a_regional_gateway_has_one_address_for_each_zone(
    register: Callable[..., Any],
) -> None:
    graph = register(lambda: egress({"create": {"zone_count": 2}}, mode="regional"))
    assert graph.one(GATEWAY).inputs == {
        "vpcId": "net-id",
        "availabilityMode": "regional",
        "connectivityType": "public",
        "availabilityZoneAddresses": [
            {"availabilityZone": "us-east-1a", "allocationIds": ["nat-regional-us-east-1a-id"]},
            {"availabilityZone": "us-east-1b", "allocationIds": ["nat-regional-us-east-1b-id"]},
        ],
        "tags": {"Name": "test-nat-regional", "pulumi:project": "mailroute", "pulumi:stack": "test"},
    }
    assert set(default_routes(graph).values()) == {"nat-regional-id"}
    assert graph.outputs["mailroute:index:NatEgress::nat"]["publicIps"] == [
        "ip-of-nat-regional-us-east-1a",
        "ip-of-nat-regional-us-east-1b",
    ]


def test_a_change_of_mode_shares_no_address(register: Callable[..., Any]) -> None:
    """An address that two gateways name while one replaces the other would be taken."""
    single, regional = (
        {one.name for one in register(lambda mode=mode: egress(NEW, mode=mode)).of_type(ADDRESS)}
        for mode in ("single", "regional")
    )
    assert not single & regional


@pytest.mark.parametrize("preview", [True, False])
def test_gateway_and_address_wait_for_the_internet_route(register: Callable[..., Any], preview: bool) -> None:
    graph = register(lambda: egress(NEW), preview=preview)
    needed = {"aws:ec2/internetGateway:InternetGateway::net", "aws:ec2/route:Route::net-public"}
    for kind in (GATEWAY, ADDRESS):
        assert needed <= graph.one(kind).dependencies


@pytest.mark.parametrize("preview", [True, False])
def test_every_route_knows_its_gateway_and_its_table(register: Callable[..., Any], preview: bool) -> None:
    graph = register(lambda: egress(NEW, mode="per-zone"), preview=preview)
    for zone in ("us-east-1a", "us-east-1b", "us-east-1c"):
        (route,) = (one for one in graph.of_type(ROUTE) if one.name.startswith(f"nat-{zone}"))
        assert route.property_dependencies["natGatewayId"] == {f"{GATEWAY}::nat-{zone}"}
        assert route.property_dependencies["routeTableId"] == {
            f"aws:ec2/routeTable:RouteTable::net-private-{zone}"
        }


def test_an_existing_table_gains_just_the_route(register: Callable[..., Any]) -> None:
    graph = register(lambda: egress(OLD))
    assert set(graph.custom) == {
        f"{ADDRESS}::nat-us-east-1a",
        f"{GATEWAY}::nat-us-east-1a",
        f"{ROUTE}::nat-{TABLE}",
    }
    assert default_routes(graph) == {TABLE: "nat-us-east-1a-id"}
    assert graph.one(GATEWAY).inputs["subnetId"] == "subnet-0c31f6a7de52b8941"


@pytest.mark.parametrize(
    "target", [{"gatewayId": "igw-1"}, {"transitGatewayId": "tgw-1"}, {"natGatewayId": "nat-1"}]
)
def test_a_default_route_is_refused_before_any_resource(
    register: Callable[..., Any], account: Any, target: dict[str, str]
) -> None:
    account.route_tables[TABLE]["routes"].append({"cidrBlock": "0.0.0.0/0", **target})
    account.add(GATEWAY, "nat-1", {"tags": {"pulumi:project": "mailroute", "pulumi:stack": "other"}})
    with pytest.raises(ArgumentError) as refused:
        register(lambda: egress(OLD), account=account)
    (to,) = target.values()
    remedy = (
        "adopt it by NatEgress.adopt, to send through it as it is"
        if "natGatewayId" in target
        else "name subnets with another route table"
    )
    assert str(refused.value) == (
        f"NatEgress.private_subnets is '{TABLE}': this route table sends 0.0.0.0/0 to {to} already, "
        f"and holds one default route; {remedy}"
    )
    assert refused.value.graph.custom == {}  # type: ignore[attr-defined]


def test_a_second_up_accepts_the_stack_s_own_default_route(
    register: Callable[..., Any], account: Any
) -> None:
    account.route_tables[TABLE]["routes"].append({"cidrBlock": "0.0.0.0/0", "natGatewayId": "nat-1"})
    account.add(GATEWAY, "nat-1", {"tags": {"pulumi:project": "mailroute", "pulumi:stack": "test"}})
    assert set(register(lambda: egress(OLD), account=account).custom) == set(
        register(lambda: egress(OLD)).custom
    )


def test_other_routes_do_not_matter(register: Callable[..., Any], account: Any) -> None:
    account.route_tables[TABLE]["routes"] += [
        {"cidrBlock": "172.31.0.0/16", "gatewayId": "local"},
        {"cidrBlock": "10.0.0.0/8", "transitGatewayId": "tgw-1"},
        {"ipv6CidrBlock": "::/0", "egressOnlyGatewayId": "eigw-1"},
    ]
    assert default_routes(register(lambda: egress(OLD), account=account)) == {TABLE: "nat-us-east-1a-id"}


def test_the_gateway_is_in_the_zone_s_first_public_subnet(
    register: Callable[..., Any],
) -> None:
    zones = ["us-east-1c", "us-east-1b", "us-east-1b"]
    public = [{"id": f"subnet-0000000{n}", "availability_zone": zone} for n, zone in enumerate(zones)]
    graph = register(lambda: egress(OLD, public_subnets=public))
    assert graph.one(GATEWAY).inputs["subnetId"] == "subnet-00000001"
    far = register(lambda: egress(OLD, public_subnets=public[:1]))
    assert far.one(GATEWAY).inputs["subnetId"] == "subnet-00000000"
    assert default_routes(far) == {TABLE: "nat-us-east-1c-id"}


def on_main(account: Any, *routes: dict[str, str]) -> Any:
    """The private subnets have no table of their own; the main table has `routes`, the public one "
    "the way out."""
    tables = account.route_tables
    associations = tables[MAIN]["associations"]
    main = [one for one in associations if one.get("main")]
    associations[:] = [one for one in associations if not one.get("main")]
    tables[TABLE]["associations"] = main
    tables[TABLE]["routes"] = list(routes)
    return account


def test_subnets_without_a_table_get_one_of_their_own(register: Callable[..., Any], account: Any) -> None:
    graph = register(
        lambda: egress(OLD), account=on_main(account, {"cidrBlock": "172.31.0.0/16", "gatewayId": "local"})
    )
    for subnet in PRIVATE:
        name = f"nat-{subnet}"
        assert graph[f"aws:ec2/routeTable:RouteTable::{name}"].inputs["vpcId"] == VPC
        association = graph[f"aws:ec2/routeTableAssociation:RouteTableAssociation::{name}"].inputs
        assert association == {"subnetId": subnet, "routeTableId": f"{name}-id"}
        assert default_routes(graph)[f"{name}-id"] == "nat-us-east-1a-id"


def test_a_new_table_must_not_lose_routes_of_the_main_one(register: Callable[..., Any], account: Any) -> None:
    account = on_main(account, {"cidrBlock": "10.0.0.0/8", "vpcPeeringConnectionId": "pcx-1"})
    with pytest.raises(ArgumentError) as refused:
        register(lambda: egress(OLD), account=account)
    assert str(refused.value) == (
        f"NatEgress.private_subnets is '{PRIVATE[0]}': it has no route table of its own, and the "
        f"main table {TABLE} "
        "also routes 10.0.0.0/8, which a new table would lack; associate a route table with the subnet first"
    )


SUBNET = {"id": PRIVATE[0], "availability_zone": "us-east-1a", "route_table_id": TABLE}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            {"mode": "zonal"},
            "NatEgress.mode is 'zonal': it must be one of single, per-zone, regional; use 'single'",
        ),
        (
            {"public_subnets": []},
            "NatEgress.public_subnets is []: the mode 'single' needs a public subnet; name a subnet "
            "whose route "
            "table leads to an internet gateway, or use the mode 'regional'",
        ),
        (
            {"mode": "per-zone", "public_subnets": [SUBNET]},
            "NatEgress.public_subnets is ['us-east-1a']: 'per-zone' needs one in us-east-1b too; "
            "name a subnet "
            "whose route table leads to an internet gateway, or use the mode 'regional'",
        ),
        (
            {"mode": "per-zone"},
            f"NatEgress.mode is 'per-zone': route table {TABLE} serves us-east-1a, us-east-1b with "
            "one default "
            "route; use the mode 'single' or 'regional', or give each zone a route table of its own",
        ),
        (
            {"private_subnets": []},
            "NatEgress.private_subnets is []: it must be a list of 1 to 16; name each one once",
        ),
        (
            {"private_subnets": [{"id": PRIVATE[0]}]},
            "NatEgress.private_subnets.availability_zone is None: it is required; give it a value",
        ),
        (
            {"private_subnets": [{**SUBNET, "availability_zone": pulumi.Output.from_input("us-east-1a")}]},
            "NatEgress.private_subnets.availability_zone is 'Output': it must be plain text, for it "
            "decides what is created; write the zone out, such as 'us-east-1a'",
        ),
        (
            {"private_subnets": [{**SUBNET, "route_table_id": "main"}]},
            "NatEgress.private_subnets.route_table_id is 'main': it must be an id that starts with "
            "'rtb-'; copy the "
            "id from the AWS console, such as 'rtb-0123456789abcdef0'",
        ),
        (
            {"allocation_ids": ["eipalloc-1"]},
            "NatEgress.allocation_ids: there is no such argument; known are vpc_id, "
            "private_subnets, public_subnets, adopt, mode",
        ),
    ],
)
def test_wrong_arguments(register: Callable[..., Any], args: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError) as refused:
        register(lambda: egress(OLD, **args))
    assert str(refused.value) == message
    assert refused.value.graph.custom == {}  # type: ignore[attr-defined]
