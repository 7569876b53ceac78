"""References: what an id, an unknown value and its dependencies may stand for."""

from __future__ import annotations

from reachability import ABSENT, UNKNOWN, Graph, Origin, Resource, kinds
from reachability.network import members, settled

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


def test_the_programs_resource_wins_over_the_accounts() -> None:
    held = resource("held", id="vpc-1", origin=Origin.ACCOUNT)
    declared = resource("declared", id="vpc-1")

    assert Graph([held, declared]).by_id("vpc-1", KINDS) is declared


def test_an_arn_is_an_identity_too() -> None:
    connector = resource("c", properties={"arn": "arn:1"})
    assert Graph([connector]).by_id("arn:1", KINDS) is connector


def test_an_unknown_is_any_of_its_dependencies_of_the_right_type() -> None:
    one, other = resource("one"), resource("other")
    subnet = resource("s", "subnet")
    user = resource("u", "user", dependencies={"vpcId": ("one", "other", "s"), "none": ()})
    graph = Graph([one, other, subnet, user])

    found = graph.ref(user, UNKNOWN, "vpcId", KINDS)
    assert set(found.candidates) == {one, other}
    assert not found.open
    assert found.target is None
    assert graph.ref(user, UNKNOWN, "none", KINDS).open


def test_a_dependency_of_another_type_is_followed_and_a_component_stands_for_its_children() -> None:
    vpc = resource("v")
    lookup = resource("lookup", "lookup", dependencies={"x": ("v",)})
    component = resource("component", "component")
    child = resource("child", parent="component")
    user = resource("u", "user", dependencies={"a": ("lookup",), "b": ("component",), "c": ("gone",)})
    graph = Graph([vpc, lookup, component, child, user])

    assert graph.ref(user, UNKNOWN, "a", KINDS).target is vpc
    assert graph.ref(user, UNKNOWN, "b", KINDS).target is child
    assert graph.ref(user, UNKNOWN, "c", KINDS).open


def test_what_the_program_leaves_to_aws_counts_as_not_set() -> None:
    one = resource("one", properties={"a": UNKNOWN, "b": UNKNOWN, "c": {"d": 1}}, inputs=frozenset({"a"}))

    assert one.declared("a") is UNKNOWN
    assert one.declared("b") is ABSENT
    assert one.declared("c", "d") == 1
    assert one.get("b") is UNKNOWN


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


def test_a_subnet_hands_on_nothing_but_its_vpc() -> None:
    """Its blocks come from the VPC, which as a source of a group would stand for the default group."""
    vpc = Resource(key="vpc", type="aws:ec2/vpc:Vpc", name="vpc")
    subnet = Resource(
        key="subnet",
        type="aws:ec2/subnet:Subnet",
        name="subnet",
        dependencies={"vpcId": ("vpc",), "ipv6CidrBlock": ("vpc",)},
    )
    group = Resource(key="group", type="aws:ec2/securityGroup:SecurityGroup", name="group")
    service = Resource(
        key="s", type="aws:ecs/service:Service", name="s", dependencies={"n": ("subnet", "group")}
    )
    graph = Graph([vpc, subnet, group, service])

    groups = graph.ref(service, UNKNOWN, "n", (*kinds.SECURITY_GROUP, *kinds.VPC))
    vpcs = graph.ref(service, UNKNOWN, "n", kinds.VPC)

    assert groups.candidates == (group,)
    assert vpcs.candidates == (vpc,)
