"""Which route table is in force in a subnet."""

from __future__ import annotations

import pytest

from reachability import Proof
from tests.reachability.stacks import Stack, one_subnet, one_subnet_of_the_account, ref

VPC, TABLE = "aws:ec2/vpc:Vpc", "aws:ec2/routeTable:RouteTable"
ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
MAIN = "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation"
DEFAULT = "aws:ec2/defaultRouteTable:DefaultRouteTable"

previews = pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])


@pytest.fixture
def stack() -> Stack:
    return one_subnet()


def tables(stack: Stack, preview: bool) -> list[str | None]:
    network = Proof(stack.graph(preview=preview)).network
    (subnet,) = network.subnets
    return [table.resource.name if table else None for table in network.route_tables.in_force(subnet)]


@previews
def test_without_association_the_main_table_is_in_force(stack: Stack, preview: bool) -> None:
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


def test_main_route_table_id_is_the_table_made_with_the_vpc(
    stack: Stack,
) -> None:
    stack.add(MAIN, "main", vpcId=ref("vpc"), routeTableId=ref("table"))
    # As `route_table_id=vpc.main_route_table_id`: unknown in a preview, and dependent on the VPC.
    stack.add(ASSOCIATION, "link", subnetId=ref("subnet"), routeTableId=ref("vpc"))

    assert tables(stack, preview=True) == ["main route table of vpc"]


def test_an_adopted_default_table_is_the_main_one(stack: Stack) -> None:
    stack.add(DEFAULT, "adopted", defaultRouteTableId=ref("vpc"))

    assert tables(stack, preview=True) == ["adopted"]


def test_the_accounts_main_table_is_what_its_vpc_shows() -> None:
    assert tables(one_subnet_of_the_account(main="rtb-other"), preview=True) == ["rtb-other"]


@previews
def test_adopting_the_accounts_default_table_replaces_it(preview: bool) -> None:
    stack = one_subnet_of_the_account()
    stack.add(DEFAULT, "adopted", defaultRouteTableId="rtb-default", routes=[])
    assert tables(stack, preview) == ["adopted"]

    stack["rtb-default"]["associations"] = [{"subnetId": "subnet-1"}]
    assert tables(stack, preview) == ["adopted"]


@previews
def test_adopting_a_default_table_does_not_make_it_main(preview: bool) -> None:
    stack = one_subnet_of_the_account(main="rtb-other")
    stack.add(DEFAULT, "adopted", defaultRouteTableId="rtb-default", routes=[])

    assert tables(stack, preview) == ["rtb-other"]


def test_a_table_that_was_not_read_is_none() -> None:
    stack = one_subnet_of_the_account(main="rtb-unread")
    assert tables(stack, preview=True) == [None]

    stack.add(DEFAULT, "adopted", defaultRouteTableId="rtb-default", routes=[])
    assert tables(stack, preview=True) == [None]


def test_an_existing_vpcs_unread_default_table_is_none() -> None:
    stack = one_subnet_of_the_account(main="rtb-other")
    stack.remove("rtb-default")
    stack.add(ASSOCIATION, "link", subnetId="subnet-1", routeTableId="rtb-default")

    assert tables(stack, preview=True) == [None]


def test_a_created_vpc_has_the_main_table_of_the_account() -> None:
    stack = one_subnet_of_the_account()
    stack.remove("vpc-1")
    stack.add(VPC, "vpc", cidrBlock="10.0.0.0/16", mainRouteTableId="rtb-default")
    for held in ("subnet-1", "rtb-default", "rtb-other"):
        stack[held]["vpcId"] = "id-vpc"

    assert tables(stack, preview=False) == ["rtb-default"]
