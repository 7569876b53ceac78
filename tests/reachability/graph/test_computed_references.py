"""What a value may be that a program computes from outputs: whatever AWS accepts in its place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from reachability import UNKNOWN, Graph, Resource
from reachability.graph import tokens
from reachability.graph.graph import Coverage, Unread
from reachability.graph.references import members
from reachability.verdict import Origin

VPC, SUBNET, GROUP, NAT = (
    kinds[0] for kinds in (tokens.VPC, tokens.SUBNET, tokens.SECURITY_GROUP, tokens.NAT_GATEWAY)
)
READ = Coverage(frozenset({(UNKNOWN, "eu-west-1", "vpc-old")}))
KEEPER = "aws:lambda/function:Function"


def planned(type_: str, name: str, /, **depends_on: str) -> Resource:
    """A resource to come: each property comes from the resource that is named."""
    return Resource(
        key=name,
        type=type_,
        name=name,
        properties=dict.fromkeys(depends_on, UNKNOWN),
        dependencies={prop: (source,) for prop, source in depends_on.items()},
        region="eu-west-1",
        inputs=frozenset(depends_on),
    )


def held(type_: str, identity: str, **properties: str) -> Resource:
    """A resource of the account."""
    key, origin = f"{type_}::{identity}", Origin.ACCOUNT
    return Resource(key, type_, identity, properties, id=identity, region="eu-west-1", origin=origin)


def in_new_vpc() -> list[Resource]:
    names = ("one", "two", "third")
    return [planned(VPC, "vpc"), *(planned(SUBNET, name, vpcId="vpc") for name in names)]


def in_old_vpc() -> list[Resource]:
    new = Resource(
        "one", SUBNET, "one", {"vpcId": "vpc-old"}, region="eu-west-1", inputs=frozenset({"vpcId"})
    )
    olds = (held(SUBNET, f"subnet-{name}", vpcId="vpc-old") for name in ("a", "b"))
    return [
        held(VPC, "vpc-old"),
        new,
        *olds,
        held(VPC, "vpc-far"),
        held(SUBNET, "subnet-far", vpcId="vpc-far"),
    ]


def named(
    beside: Iterable[Resource], value: Any, *sources: str, coverage: Coverage = READ
) -> tuple[set[str], bool]:
    """What a list of subnets may hold, and whether it may hold others; certain ones have a mark."""
    user = Resource("user", KEEPER, "user", {"x": value}, dependencies={"x": sources}, region="eu-west-1")
    graph = Graph([*beside, user], coverage)
    refs = graph.refs(user, value if value is UNKNOWN else tuple(value), "x", tokens.SUBNET)
    certain, possible = members(refs)
    return {f"{found.name}!" for found in certain} | {found.name for found in possible}, any(
        ref.open for ref in refs
    )


@pytest.mark.parametrize(
    ("value", "sources", "expected"),
    [
        ([UNKNOWN, UNKNOWN], ("one", "two"), {"one!", "two!"}),
        ([UNKNOWN], ("one", "two"), {"one", "two"}),
        (UNKNOWN, ("one", "two"), {"one", "two"}),
        (UNKNOWN, ("one",), {"one!"}),
        (UNKNOWN, ("one", "vpc"), {"one", "two", "third"}),
        ([UNKNOWN], ("one", "vpc"), {"one", "two", "third"}),
        ([UNKNOWN] * 3, ("one", "two", "third", "vpc"), {"one", "two", "third"}),
    ],
    ids=[
        "parts",
        "a choice",
        "one output",
        "one output of one",
        "looked up",
        "a part looked up",
        "all looked up",
    ],
)
def test_nothing_foreign_is_in_a_vpc_that_the_program_creates(
    value: Any, sources: tuple[str, ...], expected: set[str]
) -> None:
    assert named(in_new_vpc(), value, *sources) == (expected, False)


@pytest.mark.parametrize(
    ("value", "sources", "expected"),
    [
        (UNKNOWN, ("network", "one", "two"), {"one", "two"}),
        ([UNKNOWN, UNKNOWN], ("network", "one", "two"), {"one!", "two!"}),
        (UNKNOWN, ("network",), {"one", "two", "third"}),
        (UNKNOWN, ("network", "vpc"), {"one", "two", "third"}),
        (UNKNOWN, ("network", "other"), {"one", "two", "third"}),
        (UNKNOWN, ("network", "vpc", "one"), {"one", "two", "third"}),
    ],
    ids=[
        "a list",
        "parts of it",
        "of nothing that it names",
        "looked up in its VPC",
        "of what is beside it",
        "looked up and not",
    ],
)
def test_an_output_of_a_component_comes_from_what_it_names(
    value: Any, sources: tuple[str, ...], expected: set[str]
) -> None:
    """A package's component is a source of each of its outputs, beside the resources inside it."""
    holder = Resource("network", "awsx:ec2:Vpc", "network", {}, component=True)
    vpc, *subnets = in_new_vpc()
    inside = [replace(vpc, parent="network"), *(replace(subnet, parent="vpc") for subnet in subnets)]
    other = planned(GROUP, "other", vpcId="vpc")
    assert named([holder, *inside, other], value, *sources) == (expected, False)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([UNKNOWN], {"one!"}),
        ([UNKNOWN, "subnet-a"], {"one!", "subnet-a!"}),
        (UNKNOWN, {"one", "subnet-a", "subnet-b"}),
    ],
    ids=["a part", "parts", "one output"],
)
def test_a_computed_list_may_hold_whatever_is_in_an_adopted_vpc(value: Any, expected: set[str]) -> None:
    assert named(in_old_vpc(), value, "one") == (expected, False)


@pytest.mark.parametrize(
    "coverage",
    [Coverage(), Coverage(READ.vpcs, (Unread("ec2:DescribeSubnets", "AccessDenied"),))],
    ids=["not read", "read in part"],
)
def test_what_is_in_an_adopted_vpc_must_have_been_read(coverage: Coverage) -> None:
    assert named(in_old_vpc(), UNKNOWN, "one", coverage=coverage) == ({"one"}, True)
    assert named(in_old_vpc(), [UNKNOWN], "one", coverage=coverage) == ({"one!"}, False)


def test_what_is_for_something_else_in_a_property_is_no_source() -> None:
    """A function's subnets and its groups come from one property."""
    group = planned(GROUP, "group", vpcId="vpc")
    config = {"subnetIds": UNKNOWN, "securityGroupIds": [UNKNOWN]}
    sources = {"x": ("one", "two", "group")}
    user = Resource("user", KEEPER, "user", {"x": config}, dependencies=sources, region="eu-west-1")
    graph = Graph([*in_new_vpc(), group, planned(GROUP, "other", vpcId="vpc"), user])

    (groups,) = graph.refs(user, (UNKNOWN,), "x", tokens.SECURITY_GROUP)
    (subnets,) = graph.refs(user, UNKNOWN, "x", tokens.SUBNET)

    assert groups.target is group
    assert {found.name for found in subnets.candidates} == {"one", "two"}
    assert subnets.computed

    adopted = [*in_old_vpc(), held(GROUP, "sg-old", vpcId="vpc-old")]
    new = Resource("group", GROUP, "group", {"vpcId": "vpc-old"}, region="eu-west-1")
    other = Resource("two", SUBNET, "two", {"vpcId": "vpc-old"}, region="eu-west-1")
    (groups,) = Graph([*adopted, new, other, user], READ).refs(user, (UNKNOWN,), "x", tokens.SECURITY_GROUP)
    assert groups.target is new


def test_in_place_of_a_vpc_any_other_of_the_account_does() -> None:
    vpcs = [planned(VPC, name) for name in ("one", "two")]
    user = Resource("user", KEEPER, "user", {"x": UNKNOWN}, dependencies={"x": ("one", "two")})
    graph = Graph([*vpcs, held(VPC, "vpc-old"), user], READ)
    chosen = graph.named(user, "x", tokens.VPC)
    assert ({each.name for each in chosen.candidates}, chosen.open) == ({"one", "two"}, True)
    plain = Resource("user", KEEPER, "user", {"x": UNKNOWN}, dependencies={"x": ("one",)})
    assert Graph([*vpcs, plain], READ).named(plain, "x", tokens.VPC).target is vpcs[0]


def test_what_is_of_two_vpcs_or_of_one_that_is_not_known_is_open() -> None:
    """AWS accepts each in its own VPC."""
    either = planned(SUBNET, "either", vpcId="vpc")
    either = replace(either, dependencies={"vpcId": ("vpc", "vpc-b")})
    resources = [*in_new_vpc(), planned(VPC, "vpc-b"), either]

    assert named(resources, UNKNOWN, "either") == ({"either"}, True)
    assert named(resources, UNKNOWN, "either", "one") == ({"either", "one"}, True)


def test_an_adopted_default_table_is_in_the_vpc_of_its_id() -> None:
    default = planned(tokens.DEFAULT_ROUTE_TABLE, "default", defaultRouteTableId="vpc")
    tables = [default, planned(tokens.ROUTE_TABLE[0], "table", vpcId="vpc")]
    user = Resource("user", KEEPER, "user", {"x": UNKNOWN}, dependencies={"x": ("default", "table")})

    found = Graph([*in_new_vpc(), *tables, user]).ref(user, UNKNOWN, "x", tokens.ROUTE_TABLE)

    assert ({each.name for each in found.candidates}, found.open) == ({"default", "table"}, False)


def test_a_nat_gateway_is_in_the_vpc_of_its_subnet() -> None:
    """A choice between two of one VPC is between all that the VPC has."""
    gateways = [held(NAT, "nat-a", subnetId="subnet-a"), held(NAT, "nat-far", subnetId="subnet-far")]
    new = planned(NAT, "new", subnetId="one")
    user = Resource(
        "user", KEEPER, "user", {"x": UNKNOWN}, dependencies={"x": ("new", "one")}, region="eu-west-1"
    )
    graph = Graph([*in_old_vpc(), *gateways, new, user], READ)

    found = graph.ref(user, UNKNOWN, "x", tokens.NAT_GATEWAY)

    assert ({each.name for each in found.candidates}, found.open) == ({"new", "nat-a"}, False)


def test_what_is_in_no_vpc_may_be_anything_where_it_is_computed() -> None:
    definitions = [planned("aws:ecs/taskDefinition:TaskDefinition", name) for name in ("one", "two")]
    user = Resource("user", KEEPER, "user", {"x": UNKNOWN}, dependencies={"x": ("one", "two")})

    found = Graph([*definitions, user]).ref(user, UNKNOWN, "x", tokens.ECS_TASK_DEFINITION)

    assert (set(found.candidates), found.open) == (set(definitions), True)


def test_what_a_program_reads_gives_the_known_element_of_a_list() -> None:
    """`[read.id, one.id]` depends on both, and the graph does not hold what is read."""
    assert named(in_old_vpc(), ["subnet-a", UNKNOWN], "read", "one") == ({"subnet-a!", "one!"}, False)
    assert named(in_old_vpc(), [UNKNOWN], "read", "one") == ({"one"}, True)
    assert named(in_old_vpc(), ["subnet-a", UNKNOWN], "read", "other", "one") == ({"subnet-a!", "one"}, True)


def test_a_known_part_of_something_else_is_no_element() -> None:
    mappings = [{"subnetId": UNKNOWN}, {"name": "known"}]
    sources = {"x": ("read", "one")}
    user = Resource("user", KEEPER, "user", {"x": mappings}, dependencies=sources, region="eu-west-1")

    assert Graph([*in_old_vpc(), user], READ).ref(user, UNKNOWN, "x", tokens.SUBNET).open


@pytest.mark.parametrize("prop", ["networkConfiguration", "vpcConfig"])
@pytest.mark.parametrize(
    ("subnets", "sources", "is_open"),
    [
        (["subnet-a"], ("read", "group"), False),
        (["subnet-a"], ("read", "other", "group"), True),
        ([UNKNOWN], ("read", "one", "group"), True),
        (UNKNOWN, ("read", "group"), True),
    ],
    ids=["its known subnet", "two that are read", "no known subnet", "none known"],
)
def test_known_subnets_are_what_a_workload_reads(
    prop: str, subnets: Any, sources: tuple[str, ...], *, is_open: bool
) -> None:
    """`{"subnets": stack_reference_output, "security_groups": [group.id]}` depends on both."""
    config = {"subnets": subnets, "securityGroups": [UNKNOWN], "assignPublicIp": False, "vpcId": "vpc-old"}
    user = Resource("user", KEEPER, "user", {prop: config}, dependencies={prop: sources}, region="eu-west-1")
    new = Resource("group", GROUP, "group", {"vpcId": "vpc-old"}, region="eu-west-1")

    (groups,) = Graph([*in_old_vpc(), new, user], READ).refs(user, (UNKNOWN,), prop, tokens.SECURITY_GROUP)

    assert (groups.candidates, groups.open) == ((new,), is_open)
