"""Which table is in force in a subnet, and which of its routes takes an address."""

from __future__ import annotations

from typing import Any

import pytest

from reachability.network import Network, exactly
from reachability.ranges import PUBLIC, addresses, cidr_text
from reachability.routing import Routes, Share
from tests.reachability.stacks import ANYWHERE, Stack, either, ref

VPC, SUBNET, TABLE = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", "aws:ec2/routeTable:RouteTable"
ROUTE = "aws:ec2/route:Route"
ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
MAIN = "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation"
DEFAULT = "aws:ec2/defaultRouteTable:DefaultRouteTable"
PREFIX_LIST = "aws:ec2/managedPrefixList:ManagedPrefixList"
ENTRY = "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry"

previews = pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])


@pytest.fixture
def stack() -> Stack:
    """A VPC of the program with a subnet and a table, not associated."""
    stack = Stack()
    stack.add(VPC, "vpc", cidrBlock="10.0.0.0/16")
    stack.add(SUBNET, "subnet", vpcId=ref("vpc"), cidrBlock="10.0.0.0/20", availabilityZone="us-east-1a")
    stack.add(TABLE, "table", vpcId=ref("vpc"))
    return stack


def tables(stack: Stack, preview: bool) -> list[str | None]:
    graph = stack.graph(preview=preview)
    (subnet,) = graph.of_type(SUBNET)
    return [table.name if table else None for table, _ in Network(graph).route_tables_of(subnet)]


def lookup(stack: Stack, wanted: str, *, preview: bool = True) -> list[tuple[str, list[str]]]:
    """The shares of `wanted` in the table: its addresses, and where the routes lead."""
    graph = stack.graph(preview=preview)
    network = Network(graph)
    table = next(found for found in graph.of_type(TABLE) if found.name == "table")
    (vpc,) = graph.of_type(VPC)
    shares = Routes(network).lookup(table, exactly(vpc), addresses(wanted))
    return [_shown(share) for share in sorted(shares, key=lambda share: share.addresses.spans)]


def _shown(share: Share) -> tuple[str, list[str]]:
    return cidr_text(share.addresses), ["none" if route is None else route.via for route in share.routes]


@previews
def test_without_association_the_main_table_that_aws_makes_is_in_force(stack: Stack, preview: bool) -> None:
    assert tables(stack, preview) == ["main route table of vpc"]


@previews
def test_an_explicit_association_wins(stack: Stack, preview: bool) -> None:
    stack.add(MAIN, "main", vpcId=ref("vpc"), routeTableId=ref("other"))
    stack.add(TABLE, "other", vpcId=ref("vpc"))
    stack.add(ASSOCIATION, "link", subnetId=ref("subnet"), routeTableId=ref("table"))

    assert tables(stack, preview) == ["table"]


@previews
def test_another_main_table_replaces_the_one_of_the_vpc(stack: Stack, preview: bool) -> None:
    stack.add(MAIN, "main", vpcId=ref("vpc"), routeTableId=ref("table"))

    assert tables(stack, preview) == ["table"]


def test_the_vpcs_main_table_id_stands_for_the_table_made_with_it_even_where_another_is_main(
    stack: Stack,
) -> None:
    stack.add(MAIN, "main", vpcId=ref("vpc"), routeTableId=ref("table"))
    # As `route_table_id=vpc.main_route_table_id`: unknown in a preview, and dependent on the VPC.
    stack.add(ASSOCIATION, "link", subnetId=ref("subnet"), routeTableId=ref("vpc"))

    assert tables(stack, preview=True) == ["main route table of vpc"]


def test_an_adopted_default_table_is_the_main_one(stack: Stack) -> None:
    stack.add(DEFAULT, "adopted", defaultRouteTableId=ref("vpc"))

    assert tables(stack, preview=True) == ["adopted"]


def account(main: str = "rtb-default") -> Stack:
    """A VPC of the account, whose default table may have been replaced as its main one."""
    stack = Stack(
        account={"accountId": "123456789012", "region": "us-east-1", "vpcs": ["vpc-1"], "resources": []}
    )
    stack.hold(
        VPC, "vpc-1", cidrBlock="10.0.0.0/16", mainRouteTableId=main, defaultRouteTableId="rtb-default"
    )
    stack.hold(SUBNET, "subnet-1", vpcId="vpc-1", cidrBlock="10.0.0.0/20", availabilityZone="us-east-1a")
    stack.hold(TABLE, "rtb-default", vpcId="vpc-1", routes=[], associations=[])
    stack.hold(TABLE, "rtb-other", vpcId="vpc-1", routes=[], associations=[])
    return stack


def test_the_accounts_main_table_is_what_its_vpc_shows() -> None:
    assert tables(account(main="rtb-other"), preview=True) == ["rtb-other"]


@previews
def test_adopting_the_accounts_default_table_replaces_it(preview: bool) -> None:
    stack = account()
    stack.add(DEFAULT, "adopted", defaultRouteTableId="rtb-default", routes=[])
    assert tables(stack, preview) == ["adopted"]

    stack["rtb-default"]["associations"] = [{"subnetId": "subnet-1"}]
    assert tables(stack, preview) == ["adopted"]


@previews
def test_adopting_a_default_table_that_is_not_the_main_one_changes_nothing(preview: bool) -> None:
    stack = account(main="rtb-other")
    stack.add(DEFAULT, "adopted", defaultRouteTableId="rtb-default", routes=[])

    assert tables(stack, preview) == ["rtb-other"]


def test_a_table_that_was_not_read_is_none() -> None:
    stack = account(main="rtb-unread")
    assert tables(stack, preview=True) == [None]

    stack.add(DEFAULT, "adopted", defaultRouteTableId="rtb-default", routes=[])
    assert tables(stack, preview=True) == [None]


def test_the_table_made_with_a_vpc_of_the_account_is_none_where_it_was_not_read() -> None:
    stack = account(main="rtb-other")
    stack.remove("rtb-default")
    stack.add(ASSOCIATION, "link", subnetId="subnet-1", routeTableId="rtb-default")

    assert tables(stack, preview=True) == [None]


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


def test_routes_that_together_cover_an_address_space_leave_nothing_to_the_default_route(stack: Stack) -> None:
    halves = [{"cidrBlock": half, "transitGatewayId": "tgw-1"} for half in ("0.0.0.0/1", "128.0.0.0/1")]
    stack["table"]["routes"] = [{"cidrBlock": ANYWHERE, "natGatewayId": "nat-1"}, *halves]
    graph = stack.graph()
    (table,) = graph.of_type(TABLE)

    shares = Routes(Network(graph)).lookup(table, exactly(graph.of_type(VPC)[0]), PUBLIC)

    assert {route.via for share in shares for route in share.routes if route} == {"transitGatewayId"}


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


def test_a_prefix_list_stands_for_each_of_its_entries(stack: Stack) -> None:
    stack.add(PREFIX_LIST, "list", entries=[{"cidr": "8.8.8.0/24"}, {"cidr": "9.0.0.0/8"}])
    stack["table"]["routes"] = [
        {"cidrBlock": "8.8.0.0/16", "natGatewayId": "nat-1"},
        {"destinationPrefixListId": ref("list"), "transitGatewayId": "tgw-1"},
    ]

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


def test_a_prefix_list_that_may_have_another_entry_may_take_any_packet(stack: Stack) -> None:
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


def test_what_a_table_with_inline_routes_does_not_list_may_be_removed(stack: Stack) -> None:
    stack["table"]["routes"] = [{"cidrBlock": "8.0.0.0/8", "natGatewayId": "nat-1"}]
    stack.add(ROUTE, "route", routeTableId=ref("table"), destinationCidrBlock=ANYWHERE, natGatewayId="nat-1")

    assert lookup(stack, "9.9.9.9") == [("9.9.9.9/32", ["none", "natGatewayId"])]


def test_an_inline_route_names_its_unknown_target_by_the_property(stack: Stack) -> None:
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


def test_a_vpc_that_the_program_has_made_before_keeps_the_main_table_that_the_account_shows() -> None:
    stack = account()
    stack.remove("vpc-1")
    stack.add(VPC, "vpc", cidrBlock="10.0.0.0/16", mainRouteTableId="rtb-default")
    for held in ("subnet-1", "rtb-default", "rtb-other"):
        stack[held]["vpcId"] = "id-vpc"

    assert tables(stack, preview=False) == ["rtb-default"]


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


def test_a_table_of_the_account_learns_what_the_program_lets_it_learn() -> None:
    stack = account()
    stack["rtb-other"]["propagatingVgws"] = ["vgw-1"]
    table = next(found for found in stack.graph() if found.id == "rtb-other")
    routes = Routes(Network(stack.graph()))
    assert all(route.via for route in routes._routes_of(table, exactly(table)))

    type_ = "aws:vpc/routeServerPropagation:RouteServerPropagation"
    stack.add(type_, "learnt", routeServerId="rs-1", routeTableId="rtb-other")
    routes = Routes(Network(stack.graph()))
    assert not all(route.via for route in routes._routes_of(table, exactly(table)))
