"""Which of the routes of a table takes an address."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import Proof
from reachability.aws.route_table import NextHops
from reachability.graph.references import exactly
from reachability.ranges import PUBLIC, addresses, cidr_text
from tests.reachability.stacks import ANYWHERE, Stack, either, one_subnet, one_subnet_of_the_account, ref

VPC, TABLE = "aws:ec2/vpc:Vpc", "aws:ec2/routeTable:RouteTable"
ROUTE = "aws:ec2/route:Route"
ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
PREFIX_LIST = "aws:ec2/managedPrefixList:ManagedPrefixList"
ENTRY = "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry"

previews = pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])


@pytest.fixture
def stack() -> Stack:
    return one_subnet()


def lookup(
    stack: Stack, wanted: str, *, preview: bool = True, table: str = "table", vpc: str = "vpc"
) -> list[tuple[str, list[str]]]:
    """How the table divides `wanted`: the addresses of each part, and where its routes lead."""
    network = Proof(stack.graph(preview=preview)).network
    by_name = {resource.name: resource for resource in network.graph}
    inside = exactly(network.vpcs.read(by_name[vpc]))
    found = network.route_tables.read(by_name[table]).next_hops(inside, addresses(wanted))
    return [_shown(hops) for hops in sorted(found, key=lambda hops: hops.addresses.spans)]


def is_local(stack: Stack, wanted: str) -> set[str]:
    """What stands against that the local route of the subnet's VPC takes `wanted`."""
    network = Proof(stack.graph()).network
    (subnet,) = network.subnets
    outcome = network.route_tables.leave_local(subnet, subnet.vpc, addresses(wanted))
    return {finding.code for finding in outcome.findings}


def _shown(hops: NextHops) -> tuple[str, list[str]]:
    return cidr_text(hops.addresses), ["none" if route is None else route.via for route in hops.routes]


def test_the_longest_prefix_takes_an_address(stack: Stack) -> None:
    stack["table"]["routes"] = [
        {"cidrBlock": ANYWHERE, "natGatewayId": "nat-1"},
        {"cidrBlock": "8.0.0.0/8", "transitGatewayId": "tgw-1"},
        {"cidrBlock": "8.8.0.0/16", "networkInterfaceId": "eni-1"},
    ]

    assert lookup(stack, "8.8.8.8") == [("8.8.8.8/32", ["networkInterfaceId"])]
    assert lookup(stack, "8.9.0.0/16") == [("8.9.0.0/16", ["transitGatewayId"])]
    assert lookup(stack, "9.9.9.9") == [("9.9.9.9/32", ["natGatewayId"])]
    assert lookup(stack, "10.0.3.4") == [("10.0.3.4/32", ["local"])]


def test_two_halves_leave_nothing_to_the_default_route(stack: Stack) -> None:
    halves = [{"cidrBlock": half, "transitGatewayId": "tgw-1"} for half in ("0.0.0.0/1", "128.0.0.0/1")]
    stack["table"]["routes"] = [{"cidrBlock": ANYWHERE, "natGatewayId": "nat-1"}, *halves]
    network = Proof(stack.graph()).network
    (table,), (vpc,) = network.graph.of_type(TABLE), network.vpcs

    found = network.route_tables.read(table).taking(exactly(vpc), PUBLIC)

    assert {route.via for route in found if route} == {"transitGatewayId"}


@previews
def test_a_standalone_route_stands_in_its_table(stack: Stack, preview: bool) -> None:
    stack.add(
        ROUTE, "route", routeTableId=ref("table"), destinationCidrBlock="8.0.0.0/8", natGatewayId="nat-1"
    )

    found = lookup(stack, "8.0.0.0/7", preview=preview)

    assert found == [("8.0.0.0/8", ["natGatewayId"]), ("9.0.0.0/8", ["none"])]


def test_an_ipv6_route_takes_no_ipv4_packet(stack: Stack) -> None:
    stack["table"]["routes"] = [{"ipv6CidrBlock": "::/0", "egressOnlyGatewayId": "eigw-1"}]

    assert lookup(stack, "8.8.8.8") == [("8.8.8.8/32", ["none"])]


@pytest.mark.parametrize("inline", [True, False], ids=["inline", "standalone"])
def test_a_prefix_list_stands_for_each_of_its_entries(stack: Stack, inline: bool) -> None:
    stack.add(PREFIX_LIST, "list", entries=[{"cidr": "8.8.8.0/24"}, {"cidr": "9.0.0.0/8"}])
    shorter = {"natGatewayId": "nat-1"}
    listed = {"destinationPrefixListId": ref("list"), "transitGatewayId": "tgw-1"}
    if inline:
        stack["table"]["routes"] = [{"cidrBlock": "8.8.0.0/16", **shorter}, listed]
    else:
        stack.add(ROUTE, "shorter", routeTableId=ref("table"), destinationCidrBlock="8.8.0.0/16", **shorter)
        stack.add(ROUTE, "listed", routeTableId=ref("table"), **listed)

    assert lookup(stack, "8.8.8.8") == [("8.8.8.8/32", ["transitGatewayId"])]
    assert lookup(stack, "8.8.9.9") == [("8.8.9.9/32", ["natGatewayId"])]


@previews
def test_entries_that_stand_beside_a_prefix_list_belong_to_it(stack: Stack, preview: bool) -> None:
    stack.add(PREFIX_LIST, "list", entries=[{"cidr": "8.8.8.0/24"}])
    stack.add(PREFIX_LIST, "other-list", entries=[])
    stack["table"]["routes"] = [{"destinationPrefixListId": ref("list"), "transitGatewayId": "tgw-1"}]
    for name, blocks in (("list", "9.0.0.0/8"), ("other-list", "11.0.0.0/8")):
        stack.add(ENTRY, f"entry-of-{name}", prefixListId=ref(name), cidr=blocks)

    found = {
        block: lookup(stack, block, preview=preview)[0][1] for block in ("8.8.8.8", "9.9.9.9", "11.0.0.1")
    }
    assert found == {"8.8.8.8": ["transitGatewayId"], "9.9.9.9": ["transitGatewayId"], "11.0.0.1": ["none"]}


def test_a_possible_entry_of_a_prefix_list_may_take_any_packet(stack: Stack) -> None:
    for name in ("list", "other-list"):
        stack.add(PREFIX_LIST, name, entries=[])
    stack["table"]["routes"] = [{"destinationPrefixListId": ref("list"), "transitGatewayId": "tgw-1"}]
    assert lookup(stack, "9.9.9.9") == [("9.9.9.9/32", ["none"])]

    stack.add(ENTRY, "entry", prefixListId=either("list", "other-list"), cidr="9.0.0.0/8")
    assert lookup(stack, "9.9.9.9") == [("9.9.9.9/32", ["none", "transitGatewayId"])]


def test_between_two_routes_of_one_destination_either_may_win(stack: Stack) -> None:
    stack.add(PREFIX_LIST, "list", entries=[{"cidr": ANYWHERE}])
    stack["table"]["routes"] = [
        {"cidrBlock": ANYWHERE, "natGatewayId": "nat-1"},
        {"destinationPrefixListId": ref("list"), "transitGatewayId": "tgw-1"},
    ]

    ((_, routes),) = lookup(stack, "8.8.8.8")

    assert sorted(routes) == ["natGatewayId", "transitGatewayId"]


def test_a_gateway_endpoints_prefix_list_takes_no_mail(stack: Stack) -> None:
    stack["table"]["routes"] = [{"destinationPrefixListId": "pl-1", "gatewayId": "vpce-1"}]

    assert lookup(stack, "8.8.8.8") == [("8.8.8.8/32", ["none"])]


def test_a_destination_that_is_not_known_may_take_any_packet(stack: Stack) -> None:
    stack["table"]["routes"] = [
        {"cidrBlock": ANYWHERE, "natGatewayId": "nat-1"},
        {"cidrBlock": ref("vpc"), "transitGatewayId": "tgw-1"},
    ]

    ((_, routes),) = lookup(stack, "8.8.8.8")

    assert routes == ["natGatewayId", "transitGatewayId"]


def test_an_unknown_ipv6_destination_may_take_any_ipv6_packet(stack: Stack) -> None:
    stack["table"]["routes"] = [
        {"cidrBlock": ANYWHERE, "natGatewayId": "nat-1"},
        {"ipv6CidrBlock": "::/0", "egressOnlyGatewayId": "eigw-1"},
        {"ipv6CidrBlock": ref("vpc"), "transitGatewayId": "tgw-1"},
    ]

    assert lookup(stack, "2600::25") == [("2600::25/128", ["egressOnlyGatewayId", "transitGatewayId"])]
    assert lookup(stack, "8.8.8.8") == [("8.8.8.8/32", ["natGatewayId"])]


@pytest.mark.parametrize(
    ("routes", "takes"),
    [
        ([ref("outside"), {"cidrBlock": ANYWHERE, "natGatewayId": "nat-1"}], ["natGatewayId", ""]),
        (ref("outside"), ["none", ""]),
    ],
    ids=["one of them", "all of them"],
)
def test_a_route_that_is_not_known_may_take_any_packet(stack: Stack, routes: Any, takes: list[str]) -> None:
    stack["table"]["routes"] = routes

    assert lookup(stack, "8.8.8.8") == [("8.8.8.8/32", takes)]


@pytest.mark.parametrize("inline", [True, False], ids=["inline", "standalone"])
@pytest.mark.parametrize(
    ("target", "via", "absent"),
    [
        ({"gatewayId": "", "natGatewayId": "nat-1"}, "natGatewayId", False),
        ({"gatewayId": "local"}, "local", True),
        ({"natGatewayId": ref("outside")}, "", False),
        ({"gatewayId": ""}, "", True),
    ],
    ids=["known", "local", "not known", "none"],
)
def test_where_a_route_leads(stack: Stack, target: Any, via: str, absent: bool, inline: bool) -> None:
    if inline:
        stack["table"]["routes"] = [{"cidrBlock": ANYWHERE, "ipv6CidrBlock": "", **target}]
    else:
        stack.add(ROUTE, "route", routeTableId=ref("table"), destinationCidrBlock=ANYWHERE, **target)
    network = Proof(stack.graph()).network
    (table,) = network.graph.of_type(TABLE)

    (route,) = network.route_tables.read(table).routes

    assert (route.via, route.target.absent) == (via, absent)


def test_a_route_of_a_table_that_is_not_known_may_stand_in_any(stack: Stack) -> None:
    stack.add(ROUTE, "route", routeTableId=either(), destinationCidrBlock=ANYWHERE, natGatewayId="nat-1")

    assert lookup(stack, "8.8.8.8") == [("8.8.8.8/32", ["none", "natGatewayId"])]


def test_inline_routes_may_remove_standalone_ones(stack: Stack) -> None:
    stack["table"]["routes"] = [{"cidrBlock": "8.0.0.0/8", "natGatewayId": "nat-1"}]
    stack.add(ROUTE, "route", routeTableId=ref("table"), destinationCidrBlock=ANYWHERE, natGatewayId="nat-1")
    half = {"destinationCidrBlock": "128.0.0.0/1", "transitGatewayId": "tgw-1"}
    stack.add(ROUTE, "half", routeTableId=ref("table"), **half)

    assert lookup(stack, "9.9.9.9") == [("9.9.9.9/32", ["none", "natGatewayId"])]
    assert lookup(stack, "192.0.2.1") == [("192.0.2.1/32", ["none", "transitGatewayId", "natGatewayId"])]


def test_an_inline_routes_target_is_told_by_its_property(stack: Stack) -> None:
    stack.add("aws:ec2/natGateway:NatGateway", "nat", subnetId=ref("subnet"))
    stack.add("aws:ec2/internetGateway:InternetGateway", "igw", vpcId=ref("vpc"))
    stack["table"]["routes"] = [
        {"cidrBlock": ANYWHERE, "natGatewayId": ref("nat")},
        {"cidrBlock": "8.0.0.0/8", "gatewayId": ref("igw")},
    ]

    assert lookup(stack, "8.0.0.0/7") == [("8.0.0.0/8", ["gatewayId"]), ("9.0.0.0/8", ["natGatewayId"])]


def test_secondary_blocks_are_local_too(stack: Stack) -> None:
    block: dict[str, Any] = {"vpcId": ref("vpc"), "cidrBlock": "10.1.0.0/16"}
    stack.add("aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation", "second", **block)
    stack["table"]["routes"] = [{"cidrBlock": "10.0.0.0/15", "transitGatewayId": "tgw-1"}]

    assert {tuple(routes) for _, routes in lookup(stack, "10.0.0.0/15")} == {("local",)}


def test_a_block_that_may_be_the_vpcs_may_be_local(stack: Stack) -> None:
    stack.add(VPC, "other", cidrBlock="10.8.0.0/16")
    vpc = either("vpc", "other")
    stack.add(
        "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation",
        "second",
        vpcId=vpc,
        cidrBlock="10.1.0.0/16",
    )

    assert lookup(stack, "10.1.2.3") == [("10.1.2.3/32", ["none", "local"])]


def test_a_vpc_whose_block_is_not_known_has_private_addresses(stack: Stack) -> None:
    stack["vpc"]["cidrBlock"] = ref("pool")
    stack["table"]["routes"] = [{"cidrBlock": ANYWHERE, "natGatewayId": "nat-1"}]

    assert lookup(stack, "192.168.1.1") == [("192.168.1.1/32", ["natGatewayId", "local"])]
    assert lookup(stack, "8.8.8.8") == [("8.8.8.8/32", ["natGatewayId"])]


@pytest.mark.parametrize(
    ("block", "destination", "codes"),
    [
        ("10.0.0.0/16", ANYWHERE, set()),
        ("10.0.0.0/16", "10.0.0.0/16", {"NOT_MODELLED"}),
        ("10.0.0.0/16", "10.0.0.0/24", {"NOT_MODELLED"}),
        ("10.0.0.0/16", "10.1.0.0/24", set()),
        (ref("pool"), "10.0.0.0/8", set()),
        (ref("pool"), "10.0.0.0/16", {"NOT_MODELLED"}),
    ],
)
def test_only_routes_as_long_as_the_vpcs_block_are_more_specific(
    stack: Stack, block: Any, destination: str, codes: set[str]
) -> None:
    stack["vpc"]["cidrBlock"] = block
    stack["table"]["routes"] = [{"cidrBlock": destination, "networkInterfaceId": "eni-1"}]
    stack.add(ASSOCIATION, "link", subnetId=ref("subnet"), routeTableId=ref("table"))

    assert is_local(stack, "10.0.0.25") == codes


def test_each_more_specific_route_is_named(stack: Stack) -> None:
    stack["table"]["routes"] = [
        {"cidrBlock": "10.0.0.0/24", "networkInterfaceId": "eni-1"},
        {"cidrBlock": "10.0.1.0/24", "transitGatewayId": "tgw-1"},
    ]
    stack.add(ASSOCIATION, "link", subnetId=ref("subnet"), routeTableId=ref("table"))

    network = Proof(stack.graph()).network
    (subnet,) = network.subnets
    found = network.route_tables.leave_local(subnet, subnet.vpc, addresses("10.0.0.0/23")).findings

    targets = ("networkInterface (eni-1)", "transitGateway (tgw-1)")
    assert [target in finding.message for finding, target in zip(found, targets, strict=True)] == [True, True]


def test_an_unread_table_may_not_leave_packets_local() -> None:
    assert is_local(one_subnet_of_the_account(main="rtb-unread"), "10.0.0.25") == {"ROUTE_TABLE_NOT_READ"}


@previews
def test_what_a_route_server_installs_is_not_known(stack: Stack, preview: bool) -> None:
    stack.add(ROUTE, "route", routeTableId=ref("table"), destinationCidrBlock=ANYWHERE, natGatewayId="nat-1")
    assert lookup(stack, "9.9.9.9", preview=preview) == [("9.9.9.9/32", ["natGatewayId"])]

    stack.add(
        "aws:vpc/routeServerPropagation:RouteServerPropagation",
        "learnt",
        routeServerId="rs-1",
        routeTableId=ref("table"),
    )
    assert lookup(stack, "9.9.9.9", preview=preview) == [("9.9.9.9/32", ["natGatewayId", ""])]


def test_an_existing_table_learns_what_the_program_propagates() -> None:
    stack = one_subnet_of_the_account()
    stack["rtb-other"]["propagatingVgws"] = ["vgw-1"]
    assert lookup(stack, "8.8.8.8", table="rtb-other", vpc="vpc-1") == [("8.8.8.8/32", ["none"])]

    type_ = "aws:vpc/routeServerPropagation:RouteServerPropagation"
    stack.add(type_, "learnt", routeServerId="rs-1", routeTableId="rtb-other")
    assert lookup(stack, "8.8.8.8", table="rtb-other", vpc="vpc-1") == [("8.8.8.8/32", ["none", ""])]


def test_a_route_that_names_no_destination_may_take_any_packet(stack: Stack) -> None:
    stack["table"]["routes"] = [{"natGatewayId": "nat-1"}]

    ((_, routes),) = lookup(stack, "8.8.8.8")
    assert routes == ["none", "natGatewayId"]
