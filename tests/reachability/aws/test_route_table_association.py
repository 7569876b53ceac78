"""Which route table is in force in a subnet, or behind an internet gateway."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reachability import UNKNOWN, Graph, Proof
from reachability.aws.route_table import RouteTable
from tests.reachability.stacks import REGION, Stack, either, one_subnet, one_subnet_of_the_account, ref
from tests.reachability.two_vpcs import found

VPC, TABLE = "aws:ec2/vpc:Vpc", "aws:ec2/routeTable:RouteTable"
ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
MAIN = "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation"
DEFAULT = "aws:ec2/defaultRouteTable:DefaultRouteTable"
GATEWAY = "aws:ec2/internetGateway:InternetGateway"
MAIN_OF_ONE, MAIN_OF_OTHER = (f"main route table of {name}" for name in ("one", "other"))
previews = pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])


@pytest.fixture
def stack() -> Stack:
    return one_subnet()


def tables(stack: Stack, *, preview: bool = True, subnet: str | None = None) -> list[str | None]:
    """The names of those that may be in force in the subnet of this name, or in the only one."""
    return tables_in(stack.graph(preview=preview), subnet)


def tables_in(graph: Graph, subnet: str | None) -> list[str | None]:
    network = Proof(graph).network
    (found,) = (each for each in network.subnets if subnet in (None, each.resource.name))
    return [table.resource.name if table else None for table in network.route_tables.in_force(found)]


@previews
def test_without_association_the_main_table_is_in_force(stack: Stack, preview: bool) -> None:
    assert tables(stack, preview=preview) == ["main route table of vpc"]


@previews
def test_an_explicit_association_wins(stack: Stack, preview: bool) -> None:
    stack.add(MAIN, "main", vpcId=ref("vpc"), routeTableId=ref("other"))
    stack.add(TABLE, "other", vpcId=ref("vpc"))
    stack.add(ASSOCIATION, "link", subnetId=ref("subnet"), routeTableId=ref("table"))

    assert tables(stack, preview=preview) == ["table"]


@previews
def test_another_main_table_replaces_the_one_of_the_vpc(stack: Stack, preview: bool) -> None:
    stack.add(MAIN, "main", vpcId=ref("vpc"), routeTableId=ref("table"))

    assert tables(stack, preview=preview) == ["table"]


def test_main_route_table_id_is_the_table_made_with_the_vpc(
    stack: Stack,
) -> None:
    stack.add(MAIN, "main", vpcId=ref("vpc"), routeTableId=ref("table"))
    # As `route_table_id=vpc.main_route_table_id`: unknown in a preview, and dependent on the VPC.
    stack.add(ASSOCIATION, "link", subnetId=ref("subnet"), routeTableId=ref("vpc"))

    assert tables(stack) == ["main route table of vpc"]


def test_the_accounts_main_table_is_what_its_vpc_shows() -> None:
    assert tables(one_subnet_of_the_account(main="rtb-other")) == ["rtb-other"]


@previews
def test_adopting_the_accounts_default_table_replaces_it(preview: bool) -> None:
    stack = one_subnet_of_the_account()
    stack.add(DEFAULT, "adopted", defaultRouteTableId="rtb-default", routes=[])
    assert tables(stack, preview=preview) == ["adopted"]

    stack["rtb-default"]["associations"] = [{"subnetId": "subnet-1"}]
    assert tables(stack, preview=preview) == ["adopted"]


@previews
def test_adopting_a_default_table_does_not_make_it_main(preview: bool) -> None:
    stack = one_subnet_of_the_account(main="rtb-other")
    stack.add(DEFAULT, "adopted", defaultRouteTableId="rtb-default", routes=[])

    assert tables(stack, preview=preview) == ["rtb-other"]


def test_a_table_that_was_not_read_is_none() -> None:
    stack = one_subnet_of_the_account(main="rtb-unread")
    assert tables(stack) == [None]

    stack.add(DEFAULT, "adopted", defaultRouteTableId="rtb-default", routes=[])
    assert tables(stack) == [None]


def test_an_existing_vpcs_unread_default_table_is_none() -> None:
    stack = one_subnet_of_the_account(main="rtb-other")
    stack.remove("rtb-default")
    stack.add(ASSOCIATION, "link", subnetId="subnet-1", routeTableId="rtb-default")

    assert tables(stack) == [None]


def test_a_created_vpc_has_the_main_table_of_the_account() -> None:
    stack = one_subnet_of_the_account()
    stack.remove("vpc-1")
    stack.add(VPC, "vpc", cidrBlock="10.0.0.0/16", mainRouteTableId="rtb-default")
    for held in ("subnet-1", "rtb-default", "rtb-other"):
        stack[held]["vpcId"] = "id-vpc"

    assert tables(stack, preview=False) == ["rtb-default"]


# What may be of one of two VPCs -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subnet", "table", "expected"),
    [
        (ref("subnet-one"), ref("table"), ["table"]),
        (ref("subnet-other"), ref("table"), [MAIN_OF_ONE]),
        (either("subnet-one", "subnet-other"), ref("table"), ["table", MAIN_OF_ONE]),
        (UNKNOWN, ref("table"), ["table", MAIN_OF_ONE]),
        (ref("subnet-one"), either("table", "second"), ["second", "table"]),
        (ref("subnet-one"), "rtb-unread", [None]),
        (ref("subnet-one"), UNKNOWN, [None]),
    ],
)
def test_the_tables_that_may_be_associated_with_a_subnet(
    two: Stack, subnet: Any, table: Any, expected: list[str | None]
) -> None:
    for name in ("table", "second"):
        two.add(TABLE, name, vpcId=ref("one"))
    two.add(ASSOCIATION, "link", subnetId=subnet, routeTableId=table)

    assert tables(two, subnet="subnet-one") == expected


def test_a_subnet_of_a_vpc_that_is_chosen_has_any_main_table(two: Stack) -> None:
    two["subnet-one"]["vpcId"] = either("one", "other")
    assert tables(two, subnet="subnet-one") == [MAIN_OF_ONE, MAIN_OF_OTHER, None]

    two["subnet-one"]["vpcId"] = UNKNOWN
    assert tables(two, subnet="subnet-one") == [None]


def test_a_subnet_of_an_unread_vpc_may_have_an_unread_table(
    two: Stack,
) -> None:
    graph = two.graph()
    subnet = found(graph, "subnet-one")
    perhaps = replace(subnet, dependencies={"vpcId": (found(graph, "one").key, "urn:not-in-the-graph")})

    assert tables_in(Graph([*graph, perhaps]), "subnet-one") == [MAIN_OF_ONE, None]


@pytest.mark.parametrize(
    ("vpc", "expected"),
    [
        (ref("one"), ["table"]),
        (ref("other"), [MAIN_OF_ONE]),
        (either("one", "other"), ["table", MAIN_OF_ONE]),
    ],
)
def test_a_main_table_is_that_of_its_own_vpc(two: Stack, vpc: Any, expected: list[str]) -> None:
    two.add(TABLE, "table", vpcId=ref("one"))
    two.add(MAIN, "main", vpcId=vpc, routeTableId=ref("table"))

    assert tables(two, subnet="subnet-one") == expected


@pytest.mark.parametrize(
    ("default", "expected"),
    [
        (ref("one"), ["adopted"]),
        (ref("other"), [MAIN_OF_ONE]),
        (ref("table"), ["adopted"]),
        (either("one", "other"), ["adopted", MAIN_OF_ONE]),
        ("rtb-unread", ["adopted", MAIN_OF_ONE]),
    ],
)
def test_an_adopted_table_is_that_of_its_own_vpc(two: Stack, default: Any, expected: list[str]) -> None:
    two.add(TABLE, "table", vpcId=ref("one"))
    two.add(DEFAULT, "adopted", defaultRouteTableId=default)

    assert tables(two, subnet="subnet-one") == expected


def test_an_adopted_table_of_an_existing_vpc_is_found_by_id(two: Stack) -> None:
    for name in ("one", "other"):
        two[name]["defaultRouteTableId"] = f"rtb-{name}"
    two.add(DEFAULT, "adopted-other", defaultRouteTableId="rtb-other")
    assert tables(two, subnet="subnet-one") == [MAIN_OF_ONE]

    two.add(DEFAULT, "adopted", defaultRouteTableId="rtb-one")
    assert tables(two, subnet="subnet-one") == ["adopted"]


def test_the_main_tables_id_names_it_after_its_replacement(two: Stack) -> None:
    two["one"]["mainRouteTableId"] = "rtb-one"
    two.add(MAIN, "main", vpcId=ref("one"), routeTableId=ref("table"))
    two.add(TABLE, "table", vpcId=ref("one"))
    assert tables(two, subnet="subnet-one") == ["table"]

    two.add(ASSOCIATION, "link", subnetId=ref("subnet-one"), routeTableId="rtb-one")
    assert tables(two, subnet="subnet-one") == [MAIN_OF_ONE]


@pytest.mark.parametrize(
    ("told", "label"), [("rtb-one", "route table rtb-one"), (UNKNOWN, MAIN_OF_ONE), (None, MAIN_OF_ONE)]
)
def test_the_main_table_is_called_by_its_id_once_that_is_known(two: Stack, told: Any, label: str) -> None:
    two["one"]["mainRouteTableId"] = told
    graph = two.graph()
    held = Proof(graph).network
    (table,) = held.route_tables.in_force(held.subnets.read(found(graph, "subnet-one")))

    assert table is not None
    assert table.called == label


# Behind internet gateways -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "gateway", "expected"),
    [
        (ref("edge"), ref("igw-one"), [("edge", True)]),
        (ref("edge"), ref("igw-other"), []),
        (ref("edge"), either("igw-one", "igw-other"), [("edge", False)]),
        (either("edge", "table"), ref("igw-one"), [("edge", False), ("table", False)]),
        ("rtb-unread", ref("igw-one"), [(None, True)]),
    ],
)
def test_which_tables_route_what_comes_in(
    two: Stack, table: Any, gateway: Any, expected: list[tuple[str | None, bool]]
) -> None:
    for name in ("edge", "table"):
        two.add(TABLE, name, vpcId=ref("one"))
    two.add(ASSOCIATION, "link", gatewayId=gateway, routeTableId=table)

    assert edge_tables(two) == expected


def edge_tables(stack: Stack) -> list[tuple[str | None, bool]]:
    graph = stack.graph()
    return [(table.resource.name if table else None, sure) for table, sure in behind(graph, "igw-one")]


def behind(graph: Graph, gateway: str) -> tuple[tuple[RouteTable | None, bool], ...]:
    held = Proof(graph).network
    return held.route_tables.behind(held.internet_gateways.read(found(graph, gateway)))


def test_existing_tables_say_which_gateway_they_route_for(two: Stack) -> None:
    two.account = {"accountId": "123456789012", "region": REGION, "vpcs": [], "resources": []}
    two.hold(GATEWAY, "igw-1", vpcId="vpc-1")
    two.hold(GATEWAY, "igw-2", vpcId="vpc-2")
    two.hold(TABLE, "rtb-1", vpcId="vpc-1", associations=[{"gatewayId": "igw-1"}, {"subnetId": "igw-2"}])
    graph = two.graph()

    for gateway, expected in (("igw-1", ["rtb-1"]), ("igw-2", [])):
        assert [table.id for table, sure in behind(graph, gateway) if table and sure] == expected


def test_an_association_without_a_table_leaves_it_open(stack: Stack) -> None:
    stack.add(ASSOCIATION, "link", subnetId=ref("subnet"), routeTableId=None)

    assert tables(stack) == [None]
