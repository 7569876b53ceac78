"""What an id, an unknown value and its dependencies may stand for."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import ABSENT, UNKNOWN, Graph, Resource
from reachability.graph import Ref, tokens
from reachability.graph.references import members, settled

KINDS = ("vpc", "default-vpc")


def resource(key: str, type_: str = "vpc", **fields: object) -> Resource:
    return Resource(key=key, type=type_, name=key, **fields)  # type: ignore[arg-type]


def test_a_known_id_is_what_has_it_or_something_outside() -> None:
    one = resource("one", id="vpc-1")
    graph = Graph([one, resource("other", "subnet", id="vpc-1")])

    assert graph.ref(one, "vpc-1", "x", KINDS).target is one
    outside = graph.ref(one, "vpc-2", "x", KINDS)
    assert (outside.candidates, outside.id, outside.open, outside.identity) == ((), "vpc-2", True, "vpc-2")
    assert graph.ref(one, ABSENT, "x", KINDS).absent


def test_an_unknown_is_any_of_its_dependencies_of_the_right_type() -> None:
    one, other = resource("one"), resource("other")
    subnet = resource("s", "subnet")
    user = resource("u", "user", dependencies={"vpcId": ("one", "other", "s"), "none": ()})
    graph = Graph([one, other, subnet, user])

    found = graph.ref(user, UNKNOWN, "vpcId", KINDS)
    assert set(found.candidates) == {one, other}
    assert found.target is None
    assert graph.ref(user, UNKNOWN, "none", KINDS).open


def test_dependencies_of_other_types_and_components_are_followed() -> None:
    vpc = resource("v")
    lookup = resource("lookup", "lookup", dependencies={"x": ("v",)})
    component = resource("component", "component")
    child = resource("child", parent="component")
    user = resource("u", "user", dependencies={"a": ("lookup",), "b": ("component",), "c": ("gone",)})
    graph = Graph([vpc, lookup, component, child, user])

    assert graph.ref(user, UNKNOWN, "a", KINDS).target is vpc
    assert graph.ref(user, UNKNOWN, "b", KINDS).target is child
    assert graph.ref(user, UNKNOWN, "c", KINDS).open


def test_as_many_unknown_elements_as_candidates_are_all_of_them() -> None:
    one, other = resource("one", id="vpc-1"), resource("other")
    third = resource("third")
    user = resource("u", "user", dependencies={"two": ("one", "other"), "three": ("one", "other", "third")})
    graph = Graph([one, other, third, user])
    two = [graph.ref(user, UNKNOWN, "two", KINDS)] * 2
    three = [graph.ref(user, UNKNOWN, "three", KINDS)] * 2

    assert [set(part) for part in members(two)] == [{one, other}, set()]
    assert {found.target for found in settled(two)} == {one, other}
    assert [set(part) for part in members(three)] == [set(), {one, other, third}]
    assert settled(three) == tuple(three)


def test_a_known_element_is_no_candidate_for_an_unknown_one() -> None:
    one, other = resource("one", id="vpc-1"), resource("other")
    user = resource("u", "user", dependencies={"two": ("one", "other")})
    graph = Graph([one, other, user])
    refs = [graph.ref(user, "vpc-1", "two", KINDS), graph.ref(user, UNKNOWN, "two", KINDS)]

    assert members(refs) == ((one, other), ())


def test_a_subnet_hands_on_only_its_vpc() -> None:
    """Its blocks come from the VPC, which as a source of a group would stand for the default group."""
    vpc = Resource(key="vpc", type="aws:ec2/vpc:Vpc", name="vpc")
    subnet = Resource(
        key="subnet",
        type="aws:ec2/subnet:Subnet",
        name="subnet",
        dependencies={"vpcId": ("vpc",), "ipv6CidrBlock": ("vpc",)},
    )
    group = Resource(key="group", type="aws:ec2/securityGroup:SecurityGroup", name="group")
    balancer = Resource(
        key="lb", type="aws:lb/loadBalancer:LoadBalancer", name="lb", dependencies={"vpcId": ("vpc",)}
    )
    service = Resource(
        key="s", type="aws:ecs/service:Service", name="s", dependencies={"n": ("subnet", "group", "lb")}
    )
    graph = Graph([vpc, subnet, group, balancer, service])

    groups = graph.ref(service, UNKNOWN, "n", (*tokens.SECURITY_GROUP, *tokens.VPC))
    vpcs = graph.ref(service, UNKNOWN, "n", tokens.VPC)

    assert groups.candidates == (group,)
    assert vpcs.candidates == (vpc,)


@pytest.mark.parametrize(
    ("value", "identity", "place"),
    [("vpc-1", "vpc-1", "vpc-1"), (UNKNOWN, None, "not known yet"), (ABSENT, None, "not known yet")],
)
def test_a_reference_to_what_is_not_in_the_graph(value: Any, identity: Any, place: str) -> None:
    ref: Ref[Resource] = Ref((), value, open=True)

    assert (ref.identity, ref.place) == (identity, place)


def test_more_unknown_elements_than_candidates_are_open() -> None:
    one, other = resource("one", id="vpc-1"), resource("other")
    user = resource("u", "user", dependencies={"x": ("one", "other")})
    graph = Graph([one, other, user])

    def opened(*values: Any) -> list[bool]:
        return [ref.open for ref in graph.refs(user, values, "x", KINDS)]

    assert opened(UNKNOWN, UNKNOWN) == [False, False]
    assert opened(UNKNOWN, UNKNOWN, UNKNOWN) == [True, True, True]
    assert opened("vpc-1", UNKNOWN) == [False, False]
    assert opened("vpc-1", UNKNOWN, UNKNOWN) == [False, True, True]


def test_an_unknown_without_dependencies_may_be_anything() -> None:
    user = resource("u", "user")

    assert Graph([user]).ref(user, UNKNOWN, "x", KINDS) == Ref((), UNKNOWN, open=True)


def test_a_dependency_that_is_named_twice_hides_none_before_it() -> None:
    user = resource("u", "user", dependencies={"x": ("v", "lookup", "lookup")})
    vpc = resource("v")

    assert Graph([vpc, resource("lookup", "lookup"), user]).ref(user, UNKNOWN, "x", KINDS).candidates == (
        vpc,
    )


def test_an_id_means_the_one_in_the_region_of_its_user() -> None:
    here, there = (resource(name, id="x-1", region=name) for name in ("here", "there"))
    user = resource("u", "user", region="there")
    graph = Graph([here, there, user])

    assert graph.ref(user, "x-1", "x", KINDS).target is there
    assert graph.by_id("x-1", KINDS, here) is here


@pytest.mark.parametrize(
    ("kind", "region", "sources"),
    [
        ("user", "here", {"here", "unknown"}),
        ("user", "there", {"unknown", "there"}),
        ("user", "elsewhere", {"unknown"}),
        ("aws:route53/zoneAssociation:ZoneAssociation", "here", {"here", "unknown", "there"}),
    ],
)
def test_a_value_for_each_is_in_the_region_of_its_user(kind: str, region: str, sources: set[str]) -> None:
    found = [resource("here", region="here"), resource("there", region="there"), resource("unknown")]
    given = {"properties": {"x": [UNKNOWN] * 3}, "dependencies": {"x": ("here", "there", "unknown")}}
    user = resource("u", kind, region=region, **given)

    assert {each.key for each in Graph([*found, user]).ref(user, UNKNOWN, "x", KINDS).candidates} == sources


@pytest.mark.parametrize("region", ["here", "there", "elsewhere"])
def test_a_value_of_several_may_be_of_any_region(region: str) -> None:
    found = [resource("here", region="here"), resource("there", region="there"), resource("unknown")]
    user = resource("u", region=region, dependencies={"x": ("here", "there", "unknown")})

    assert len(Graph([*found, user]).ref(user, UNKNOWN, "x", KINDS).candidates) == 3


def test_an_unknown_that_can_only_be_in_another_region_is_there() -> None:
    vpc = resource("v", region="there")
    user = resource("u", "user", region="here", dependencies={"x": ("v",)})

    assert Graph([vpc, user]).ref(user, UNKNOWN, "x", KINDS).target is vpc
