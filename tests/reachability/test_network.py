"""Relations of which not everything is known: what a thing may belong to, and what it certainly does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reachability import UNKNOWN, Coverage, Finding, Graph, Origin, Outcome, Proof, Ref, Resource, Verdict
from reachability.aws import Network
from reachability.aws.route_table import RouteTable
from reachability.aws.vpc import Block, addresses_of, blocks_of
from reachability.graph import Unread
from reachability.graph.references import exactly, judged, members, settled
from reachability.ranges import Ranges, addresses, union
from reachability.values import ABSENT
from reachability.verdict import hop
from tests.reachability.stacks import OWNER, REGION, Stack, either, ref

VPC, SUBNET, TABLE = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", "aws:ec2/routeTable:RouteTable"
ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
MAIN = "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation"
DEFAULT = "aws:ec2/defaultRouteTable:DefaultRouteTable"
GATEWAY = "aws:ec2/internetGateway:InternetGateway"
ATTACHMENT = "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment"
SECONDARY = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"


@pytest.fixture
def stack() -> Stack:
    """Two VPCs of the program, each with a subnet and a gateway."""
    stack = Stack()
    for name, block in (("one", "10.0.0.0/16"), ("other", "198.18.0.0/16")):
        stack.add(VPC, name, cidrBlock=block, mainRouteTableId=UNKNOWN)
        stack.add(SUBNET, f"subnet-{name}", vpcId=ref(name))
        stack.add(GATEWAY, f"igw-{name}")
    return stack


def found(graph: Graph, name: str) -> Resource:
    return next(resource for resource in graph if name in (resource.name, resource.id))


def network(graph: Graph) -> Network:
    return Proof(graph).network


# References ---------------------------------------------------------------------------------------------

ONE, OTHER = (Resource(f"urn:{name}", VPC, name) for name in ("one", "other"))
ANY: Ref[Resource] = Ref((), UNKNOWN, open=True)


@pytest.mark.parametrize(
    ("named", "answer"),
    [
        (exactly(ONE), True),
        (exactly(OTHER), False),
        (Ref((), ABSENT), False),
        (Ref((), "vpc-unread", open=True), False),
        (Ref((ONE, OTHER), UNKNOWN), UNKNOWN),
        (Ref((OTHER, Resource("urn:third", VPC, "third")), UNKNOWN), False),
        (Ref((OTHER,), UNKNOWN, open=True), UNKNOWN),
        (ANY, UNKNOWN),
    ],
)
def test_whether_a_reference_names_a_thing(named: Ref[Resource], answer: object) -> None:
    assert named.stands_for(ONE) is answer


@pytest.mark.parametrize(
    ("first", "second", "answer"),
    [
        (exactly(ONE), exactly(ONE), True),
        (exactly(ONE), exactly(OTHER), False),
        (Ref((), "vpc-1", open=True), Ref((), "vpc-1", open=True), True),
        (Ref((), "vpc-1", open=True), Ref((), "vpc-2", open=True), False),
        (exactly(ONE), Ref((ONE, OTHER), UNKNOWN), UNKNOWN),
        (exactly(ONE), Ref((OTHER, Resource("urn:third", VPC, "third")), UNKNOWN), False),
        (exactly(ONE), ANY, UNKNOWN),
        (ANY, ANY, UNKNOWN),
    ],
)
def test_whether_two_references_name_the_same_thing(
    first: Ref[Resource], second: Ref[Resource], answer: object
) -> None:
    assert first.same_as(second) is second.same_as(first) is answer


UNREAD: Ref[Resource] = Ref((), "vpc-unread", open=True)
EITHER = Ref((ONE, OTHER), UNKNOWN)
ONE_PERHAPS = Ref((ONE,), UNKNOWN, open=True)


@pytest.mark.parametrize(
    ("refs", "certain", "possible"),
    [
        ([exactly(ONE), exactly(ONE)], [ONE], []),
        ([exactly(ONE), UNREAD], [ONE], []),
        ([EITHER], [], [ONE, OTHER]),
        ([exactly(ONE), EITHER], [ONE, OTHER], []),
        ([EITHER, EITHER], [ONE, OTHER], []),
        ([ONE_PERHAPS], [], [ONE]),
        ([exactly(OTHER), ONE_PERHAPS], [OTHER], [ONE]),
    ],
)
def test_what_a_list_names(
    refs: list[Ref[Resource]], certain: list[Resource], possible: list[Resource]
) -> None:
    assert members(refs) == (tuple(certain), tuple(possible))


@pytest.mark.parametrize(
    ("refs", "settled_as"),
    [
        ([exactly(ONE), EITHER], [exactly(ONE), exactly(OTHER)]),
        ([EITHER], [EITHER]),
        ([exactly(ONE), UNREAD], [exactly(ONE), UNREAD]),
        ([exactly(ONE), ONE_PERHAPS], [exactly(ONE), ONE_PERHAPS]),
        ([exactly(ONE), Ref((), ABSENT)], [exactly(ONE), Ref((), ABSENT)]),
    ],
)
def test_a_list_is_settled_where_all_that_it_names_is_certain(
    refs: list[Ref[Resource]], settled_as: list[Ref[Resource]]
) -> None:
    assert settled(refs) == tuple(settled_as)


def test_each_certain_and_one_possible_member_are_judged() -> None:
    def judge(resource: Resource) -> Outcome:
        closed = Outcome(findings=(Finding("CLOSED", resource.key, "", ""),))
        return hop("vpc", resource.key) if resource == ONE else closed

    def verdicts(*refs: Ref[Resource]) -> list[Verdict]:
        return [outcome.verdict for outcome in judged(refs, judge)]

    assert verdicts(exactly(ONE), exactly(OTHER)) == [Verdict.REACHABLE, Verdict.UNREACHABLE]
    assert verdicts(EITHER) == [Verdict.UNDETERMINED]
    assert verdicts(exactly(OTHER), ONE_PERHAPS) == [Verdict.UNREACHABLE, Verdict.REACHABLE]


# What the graph holds all of ----------------------------------------------------------------------------

HERE, ELSEWHERE = ((Unread("ec2:See", "AccessDenied", region=region),) for region in (REGION, "eu-west-1"))


@pytest.mark.parametrize(
    ("identity", "read", "unread", "covered"),
    [
        ("vpc-1", (OWNER, REGION, "vpc-1"), (), True),
        ("vpc-1", (OWNER, REGION, "vpc-1"), HERE, False),
        ("vpc-1", (OWNER, REGION, "vpc-1"), ELSEWHERE, True),
        ("vpc-1", (OWNER, REGION, "vpc-2"), (), False),
        ("vpc-1", (OWNER, "eu-west-1", "vpc-1"), (), False),
        ("vpc-1", ("444455556666", REGION, "vpc-1"), (), False),
        ("vpc-unseen", (OWNER, REGION, "vpc-unseen"), (), True),  # Read, and there is nothing in it.
        ("vpc-unseen", (OWNER, REGION, "vpc-1"), (), False),
    ],
)
def test_what_has_been_read_is_all_there_is(
    identity: str, read: tuple[str, str, str], unread: tuple[Unread, ...], covered: bool
) -> None:
    vpc = Resource("k", VPC, "vpc", id="vpc-1", region=REGION, account=OWNER, origin=Origin.ACCOUNT)
    graph = Graph([vpc], Coverage(frozenset({read}), unread))
    vpcs = network(graph).vpcs
    named = exactly(vpcs.read(vpc)) if identity == vpc.id else Ref((), identity, open=True)

    assert vpcs.covers(named, "ec2:See") is covered


# Addresses ------------------------------------------------------------------------------------------------


def blocks(*found: str) -> Ranges:
    return union(map(addresses, found))


def test_the_addresses_of_a_vpc_are_those_of_all_its_blocks(stack: Stack) -> None:
    def addresses_of_one() -> object:
        graph = stack.graph()
        return addresses_of(exactly(network(graph).vpcs.read(found(graph, "one"))))

    assert addresses_of_one() == blocks("10.0.0.0/16")
    stack.add(SECONDARY, "second", vpcId=ref("one"), cidrBlock="10.1.0.0/16")
    assert addresses_of_one() == blocks("10.0.0.0/16", "10.1.0.0/16")
    stack["second"]["vpcId"] = either("one", "other")
    assert addresses_of_one() is UNKNOWN
    stack["second"].update(vpcId=ref("other"))
    stack["one"]["cidrBlock"] = UNKNOWN
    assert addresses_of_one() is UNKNOWN


def test_a_vpc_that_may_be_either_may_have_any_blocks(stack: Stack) -> None:
    either_one = Ref(tuple(network(stack.graph()).vpcs), UNKNOWN)

    possible = ("10.0.0.0/16", "198.18.0.0/16", UNKNOWN)
    assert blocks_of(either_one) == tuple(Block(cidr, certain=False) for cidr in possible)


# Route tables ---------------------------------------------------------------------------------------------


def tables(stack: Stack) -> list[str | None]:
    """Those that may be in force in the subnet of the first VPC."""
    return tables_of_one(stack.graph())


def tables_of_one(graph: Graph) -> list[str | None]:
    held = network(graph)
    in_force = held.route_tables.in_force(held.subnets.read(found(graph, "subnet-one")))
    return [table.resource.name if table else None for table in in_force]


MAIN_OF_ONE, MAIN_OF_OTHER = (f"main route table of {name}" for name in ("one", "other"))


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
    stack: Stack, subnet: Any, table: Any, expected: list[str | None]
) -> None:
    for name in ("table", "second"):
        stack.add(TABLE, name, vpcId=ref("one"))
    stack.add(ASSOCIATION, "link", subnetId=subnet, routeTableId=table)

    assert tables(stack) == expected


def test_a_subnet_of_either_vpc_has_the_main_table_of_either(stack: Stack) -> None:
    stack["subnet-one"]["vpcId"] = either("one", "other")
    assert tables(stack) == [MAIN_OF_ONE, MAIN_OF_OTHER]

    stack["subnet-one"]["vpcId"] = UNKNOWN
    assert tables(stack) == [None]


def test_a_subnet_of_an_unread_vpc_may_have_an_unread_table(
    stack: Stack,
) -> None:
    graph = stack.graph()
    subnet = found(graph, "subnet-one")
    perhaps = replace(subnet, dependencies={"vpcId": (found(graph, "one").key, "urn:not-in-the-graph")})

    assert tables_of_one(Graph([*graph, perhaps])) == [MAIN_OF_ONE, None]


@pytest.mark.parametrize(
    ("vpc", "expected"),
    [
        (ref("one"), ["table"]),
        (ref("other"), [MAIN_OF_ONE]),
        (either("one", "other"), ["table", MAIN_OF_ONE]),
    ],
)
def test_a_main_table_is_that_of_its_own_vpc(stack: Stack, vpc: Any, expected: list[str]) -> None:
    stack.add(TABLE, "table", vpcId=ref("one"))
    stack.add(MAIN, "main", vpcId=vpc, routeTableId=ref("table"))

    assert tables(stack) == expected


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
def test_an_adopted_table_is_that_of_its_own_vpc(stack: Stack, default: Any, expected: list[str]) -> None:
    stack.add(TABLE, "table", vpcId=ref("one"))
    stack.add(DEFAULT, "adopted", defaultRouteTableId=default)

    assert tables(stack) == expected


def test_an_adopted_table_of_an_existing_vpc_is_found_by_id(stack: Stack) -> None:
    for name in ("one", "other"):
        stack[name]["defaultRouteTableId"] = f"rtb-{name}"
    stack.add(DEFAULT, "adopted-other", defaultRouteTableId="rtb-other")
    assert tables(stack) == [MAIN_OF_ONE]

    stack.add(DEFAULT, "adopted", defaultRouteTableId="rtb-one")
    assert tables(stack) == ["adopted"]


def test_the_main_tables_id_names_it_after_its_replacement(stack: Stack) -> None:
    stack["one"]["mainRouteTableId"] = "rtb-one"
    stack.add(MAIN, "main", vpcId=ref("one"), routeTableId=ref("table"))
    stack.add(TABLE, "table", vpcId=ref("one"))
    assert tables(stack) == ["table"]

    stack.add(ASSOCIATION, "link", subnetId=ref("subnet-one"), routeTableId="rtb-one")
    assert tables(stack) == [MAIN_OF_ONE]


@pytest.mark.parametrize(
    ("told", "label"), [("rtb-one", "route table rtb-one"), (UNKNOWN, MAIN_OF_ONE), (None, MAIN_OF_ONE)]
)
def test_the_main_table_is_called_by_its_id_once_that_is_known(stack: Stack, told: Any, label: str) -> None:
    stack["one"]["mainRouteTableId"] = told
    graph = stack.graph()
    held = network(graph)
    (table,) = held.route_tables.in_force(held.subnets.read(found(graph, "subnet-one")))

    assert table is not None
    assert table.called == label


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
    stack: Stack, table: Any, gateway: Any, expected: list[tuple[str | None, bool]]
) -> None:
    for name in ("edge", "table"):
        stack.add(TABLE, name, vpcId=ref("one"))
    stack.add(ASSOCIATION, "link", gatewayId=gateway, routeTableId=table)

    assert edge_tables(stack) == expected


def edge_tables(stack: Stack) -> list[tuple[str | None, bool]]:
    graph = stack.graph()
    return [(table.resource.name if table else None, sure) for table, sure in behind(graph, "igw-one")]


def behind(graph: Graph, gateway: str) -> tuple[tuple[RouteTable | None, bool], ...]:
    held = network(graph)
    return held.route_tables.behind(held.internet_gateways.read(found(graph, gateway)))


def test_existing_tables_say_which_gateway_they_route_for(stack: Stack) -> None:
    stack.account = {"accountId": "123456789012", "region": REGION, "vpcs": [], "resources": []}
    stack.hold(GATEWAY, "igw-1", vpcId="vpc-1")
    stack.hold(GATEWAY, "igw-2", vpcId="vpc-2")
    stack.hold(TABLE, "rtb-1", vpcId="vpc-1", associations=[{"gatewayId": "igw-1"}, {"subnetId": "igw-2"}])
    graph = stack.graph()

    for gateway, expected in (("igw-1", ["rtb-1"]), ("igw-2", [])):
        assert [table.id for table, sure in behind(graph, gateway) if table and sure] == expected


# Internet gateways ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "attachments", "answer"),
    [
        (ref("one"), [], True),
        (ref("other"), [], False),
        (None, [], False),
        (UNKNOWN, [], UNKNOWN),
        (either("one", "other"), [], UNKNOWN),
        (None, [(ref("igw-one"), ref("one"))], True),
        (None, [(ref("igw-one"), ref("other"))], False),
        (None, [(ref("igw-one"), either("one", "other"))], UNKNOWN),
        (None, [(ref("igw-other"), ref("one"))], False),
        (None, [("igw-unread", ref("one"))], False),
        (None, [(either("igw-one", "igw-other"), ref("one"))], UNKNOWN),
        (None, [(UNKNOWN, ref("one")), (ref("igw-one"), ref("one"))], True),
    ],
)
def test_whether_a_gateway_is_attached(
    stack: Stack, own: Any, attachments: list[tuple[Any, Any]], answer: object
) -> None:
    if own is not None:
        stack["igw-one"]["vpcId"] = own
    for index, (gateway, vpc) in enumerate(attachments):
        stack.add(ATTACHMENT, f"attachment-{index}", internetGatewayId=gateway, vpcId=vpc)

    assert attached_to(stack.graph(), "one") is answer


def attached_to(graph: Graph, vpc: str) -> object:
    """Whether the first gateway is attached to this VPC."""
    held = network(graph)
    gateway = held.internet_gateways.read(found(graph, "igw-one"))
    return gateway.attached_to(exactly(held.vpcs.read(found(graph, vpc))))


def test_a_gateway_is_attached_by_its_attachment_alone(stack: Stack) -> None:
    """AWS is still to tell which VPC it is attached to, so its own property is not known."""
    stack.add(ATTACHMENT, "attachment", internetGatewayId=ref("igw-one"), vpcId=ref("other"))
    graph = stack.graph()
    told = replace(found(graph, "igw-one"), properties={"vpcId": UNKNOWN}, inputs=frozenset())
    shown = Graph([*graph, told])

    assert attached_to(shown, "other") is True
    assert attached_to(shown, "one") is False
