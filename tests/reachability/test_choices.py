"""Whatever property a program chooses by: no verdict takes one of the candidates for the value.

Each property by which the proof reads a reference stands in a living program of `living/`. In place of
what it names, a program may choose between that and its twin; what the twin would come to by itself, the
proof of a plain program says.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

import reachability
from reachability import UNKNOWN, Graph, Resource, Verdict, merge, prove
from reachability.graph import graph as graphs
from reachability.graph import tokens
from reachability.verdict import worst
from tests.reachability.living import SHUT, TWIN, adopted, living
from tests.reachability.stacks import Stack, either, ref

REACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNDETERMINED
Path_ = tuple[str | int, ...]
Row = tuple[str, str]
"""The type of a resource, and the property by which it names another."""
Place = tuple[str, str, Path_]
"""A program, the name of a resource of it, and where in its properties a reference is."""

_EC2: Final = "aws:ec2/"
NEVER_READ: Final[frozenset[Row]] = frozenset(
    {
        (f"{_EC2}natGatewayEipAssociation:NatGatewayEipAssociation", "natGatewayId"),
        ("aws:networkfirewall/firewall:Firewall", "vpcId"),
        ("aws:networkfirewall/vpcEndpointAssociation:VpcEndpointAssociation", "vpcId"),
    }
)
"""The rows that no verdict depends on: nothing asks for them."""
WITHOUT_HARM: Final[frozenset[Row]] = NEVER_READ | frozenset(
    {
        # What AWS makes by default in their place does as well.
        (f"{_EC2}defaultNetworkAcl:DefaultNetworkAcl", "defaultNetworkAclId"),
        (f"{_EC2}defaultNetworkAcl:DefaultNetworkAcl", "subnetIds"),
        (f"{_EC2}defaultNetworkAcl:DefaultNetworkAcl", "subnetIds.[]"),
        (f"{_EC2}defaultSecurityGroup:DefaultSecurityGroup", "vpcId"),
        (f"{_EC2}vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation", "vpcId"),
        # What one of two rules, zones or firewalls does, the other does too; these addresses are free.
        (f"{_EC2}natGateway:NatGateway", "secondaryAllocationIds"),
        (f"{_EC2}natGateway:NatGateway", "secondaryAllocationIds.[]"),
        (f"{_EC2}vpcSecurityGroupRulesExclusive:VpcSecurityGroupRulesExclusive", "securityGroupId"),
        ("aws:route53/resolverRuleAssociation:ResolverRuleAssociation", "vpcId"),
        (f"{_EC2}natGatewayEipAssociation:NatGatewayEipAssociation", "allocationId"),
        ("aws:networkfirewall/vpcEndpointAssociation:VpcEndpointAssociation", "firewallArn"),
        ("aws:route53/zone:Zone", "vpcs.[].vpcId"),
        # Whether AWS refuses these is not modelled.
        (f"{_EC2}networkInterfaceAttachment:NetworkInterfaceAttachment", "instanceId"),
    }
)
"""The rows whose twin carries mail as well."""
WITHOUT_PROGRAM: Final[frozenset[Row]] = frozenset(
    {
        # AWS computes them, or adopts the group by its VPC; an address is no id.
        (f"{_EC2}defaultNetworkAcl:DefaultNetworkAcl", "vpcId"),
        (f"{_EC2}defaultRouteTable:DefaultRouteTable", "vpcId"),
        (f"{_EC2}defaultSubnet:DefaultSubnet", "vpcId"),
        (f"{_EC2}securityGroupRule:SecurityGroupRule", "cidrBlocks"),
        ("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "cidrIpv4"),
        ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "cidrIpv4"),
        # Nothing is reachable by them: they are not modelled.
        (f"{_EC2}route:Route", "carrierGatewayId"),
        (f"{_EC2}route:Route", "coreNetworkArn"),
        (f"{_EC2}route:Route", "localGatewayId"),
        ("aws:ecs/expressGatewayService:ExpressGatewayService", "networkConfigurations"),
        # Asked for what a new cluster has alone: of one that is not known nothing is said.
        ("aws:ecs/service:Service", "cluster"),
        # Read as those of the type beside them are.
        (f"{_EC2}defaultSecurityGroup:DefaultSecurityGroup", "egress"),
        ("aws:ecs/taskSet:TaskSet", "cluster"),
        ("aws:ecs/taskSet:TaskSet", "networkConfiguration"),
        ("aws:ecs/taskSet:TaskSet", "taskDefinition"),
    }
)
"""What the proof asks for of one resource of each type, and no living program has."""
OTHERS: Final = {
    "spare": "address",
    "third": "address",
    "aside": "vpc",
    "aside-subnet": "private",
    "learning": "private-table",
}
"""What the program may choose beside a thing that is no part of the path: one that is."""
BASES: Final = tuple(living())


@cache
def _living(base: str, world: str) -> Stack:
    stack = living()[base]
    return stack if world == "new" else adopted(stack)


@cache
def _plain(base: str, world: str) -> Mapping[str, Resource]:
    stack = _living(base, world)
    return dict(zip(stack.program, stack.resources(preview=True), strict=True))


def _references(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Where a property names something: each reference, and each list of nothing else."""
    if isinstance(value, dict):
        if "ref" in value:
            yield path
        else:
            for name, each in value.items():
                yield from _references(each, (*path, name))
    elif isinstance(value, list):
        if value and all(isinstance(each, dict) and "ref" in each for each in value):
            yield path
        for index, each in enumerate(value):
            yield from _references(each, (*path, index))


@cache
def _rows(base: str, world: str) -> Mapping[Row, Place]:
    """Where a program names something: one place for each type and property, whatever the index in a list."""
    found: dict[Row, Place] = {}
    for name, (type_, properties) in _living(base, world).program.items():
        if not name.startswith((TWIN, "bad-")):
            for path in _references(properties):
                called = ".".join("[]" if isinstance(step, int) else step for step in path)
                found.setdefault((type_, called), (base, name, path))
    return found


@cache
def _places() -> Mapping[Row, tuple[Place, bool]]:
    """Where each row stands, with whether the program is dead by something that it may choose there."""
    found: dict[Row, tuple[Place, bool]] = {}
    for base in BASES:
        for row, place in _rows(base, "new").items():
            if not found.get(row, (place, False))[1]:
                values = (value for _, values in _choices(place, "new") for value in values)
                dead = any(_verdict(place, "new", value) is not REACHABLE for value in values)
                found[row] = (place, dead)
    return found


def _places_in(world: str) -> Iterator[tuple[Row, Place]]:
    """The places of the rows that there are in `world`: an adopted VPC is named by its id."""
    for row, (place, _) in _places().items():
        if _rows(place[0], world).get(row) == place:
            yield row, place


def _verdict(place: Place, world: str, value: Any) -> Verdict:
    """The worst verdict with `value` in that place."""
    base, name, path = place
    stack = _living(base, world)
    changed = Stack(
        {**stack.program, name: (stack.program[name][0], _with(stack.program[name][1], path, value))},
        providers=stack.providers,
        depends_on=stack.depends_on,
    )
    resources = {**_plain(base, world), name: changed.resource(name, preview=True)}
    graph = merge(resources.values(), stack.evidence(), project="mailroute", stack="prod")
    return worst(egress.verdict for egress in prove(graph, zones=stack.evidence().zones))


def _with(properties: Any, path: Path_, value: Any) -> Any:
    """`properties` with `value` at `path`."""
    if not path:
        return value
    changed = copy.copy(properties)
    changed[path[0]] = _with(properties[path[0]], path[1:], value)
    return changed


def _beside(stack: Stack, name: str) -> str:
    if name in OTHERS and OTHERS[name] in stack.program:
        return OTHERS[name]
    return f"bad-{name}" if f"bad-{name}" in stack.program else TWIN + name


def _choices(place: Place, world: str) -> Iterator[tuple[Any, list[Any]]]:
    """What a program may write in place of a reference, and each value that it may come to."""
    base, name, path = place
    stack = _living(base, world)
    plain: Any = stack.program[name][1]
    for step in path:
        plain = plain[step]
    if isinstance(plain, dict):
        other = _beside(stack, plain["ref"])
        yield either(plain["ref"], other), [plain, ref(other)]
        return
    listed = [each["ref"] for each in plain]
    other = _beside(stack, listed[0])
    yield either(listed[0], other), [[ref(listed[0])], [ref(other)], [ref(listed[0]), ref(other)]]
    if len(listed) > 1:
        yield either(*listed), [*([each] for each in plain), plain]
    if stack.account is not None and "roup" in str(path[-1]):
        shut = [f"{SHUT}{vpc.removeprefix('id-')}" for vpc in stack.account["vpcs"] if TWIN not in vpc]
        yield either(listed[0]), [[ref(listed[0])], *([identity] for identity in shut)]


@pytest.mark.parametrize("world", ["new", "adopted"])
def test_a_choice_is_never_taken_for_one_of_its_candidates(world: str) -> None:
    wrong = []
    for row, place in _places_in(world):
        for written, values in _choices(place, world):
            verdict = _verdict(place, world, written)
            if verdict is not UNDETERMINED:
                others = [value for value in values if _verdict(place, world, value) is not verdict]
                wrong += [(row, place, written, verdict, value) for value in others]
    assert wrong == []


@pytest.mark.parametrize("world", ["new", "adopted"])
def test_the_programs_live_where_nothing_is_chosen(world: str) -> None:
    for base in BASES:
        assert {egress.verdict for egress in _living(base, world).prove()} == {REACHABLE}, base


def test_the_twin_of_what_a_row_names_is_another_path() -> None:
    """Else the row shows nothing: in one program at least, and but for those that are known to be so."""
    assert {row for row, (_, dead) in _places().items() if not dead} == WITHOUT_HARM


def test_every_property_that_names_something_is_in_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that the proof asks for, of the living programs and of one resource of each type beside them.

    A property that it reads from now on needs a living program that names something by it.
    """
    asked: set[Row] = set()

    def noted(resolve: Callable[..., Any]) -> Callable[..., Any]:
        def note(index: Graph, resource: Resource, value: Any, prop: str, types: Iterable[str]) -> Any:
            asked.add((resource.type, prop))
            return resolve(index, resource, value, prop, types)

        return note

    for name in ("resolve", "resolve_list"):
        monkeypatch.setattr(graphs, name, noted(getattr(graphs, name)))
    for base in BASES:
        plain = tuple(_plain(base, "new").values())
        prove(Graph(plain))
        prove(Graph([*plain, *_one_of_each_type(plain[0])]))
    rows = {(type_, path.partition(".")[0]) for base in BASES for type_, path in _rows(base, "new")}
    assert rows - asked == NEVER_READ
    assert asked - rows == WITHOUT_PROGRAM


def _one_of_each_type(beside: Resource) -> Iterator[Resource]:
    """A resource of each type that the proof knows, with every property that its code names, unknown.

    They are where `beside` is: of what is elsewhere the proof asks for more.
    """
    named = dict.fromkeys(_constants(), UNKNOWN)
    types = {token for group in vars(tokens).values() if isinstance(group, tuple) for token in group}
    for type_ in sorted(types):
        key = f"urn:pulumi:prod::mailroute::{type_}::one"
        yield replace(beside, key=key, type=type_, name="one", properties=named, dependencies={}, inputs=None)


@cache
def _constants() -> frozenset[str]:
    """Every text in the code of the proof that may be the name of a property."""
    found = {
        node.value
        for source in Path(reachability.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    names = {text for text in found if re.fullmatch(r"[a-z][A-Za-z0-9]+", text)}
    return frozenset((*names, *(f"{name}s" for name in names)))
