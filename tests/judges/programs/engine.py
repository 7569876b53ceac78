"""What an engine makes of a program: in a preview, and in an update against a simulated account.

Sources: pulumi's Python SDK; Pulumi documentation, "Inputs and outputs", "Resource options" and "Functions".
The functions of a provider are called where their arguments are known and what these come from is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reachability import UNKNOWN, Resource
from tests.judges import topologies as t
from tests.judges.program import urn
from tests.judges.programs.cloud import CREATIONS, Cloud, Refused, refuse
from tests.judges.programs.expressions import (
    Computed,
    Expression,
    evaluate,
    form_of,
    has_unknown,
    named_in,
    parts,
)
from tests.judges.programs.model import Declared, Program
from tests.judges.programs.types import CLAIMS, COMPUTED, DEFAULTS
from tests.judges.topologies import Document, Properties

_FOUND_BY_VPC: Final = {
    "getSubnets": t.SUBNET,
    "getRouteTables": t.ROUTE_TABLE,
    "getSecurityGroups": t.GROUP,
    "getNatGateways": t.NAT_GATEWAY,
    "getNetworkAcls": t.ACL,
}
"""The functions that give the ids of what is in a VPC."""
_FOUND_BY_ID: Final = {
    "getSubnet": t.SUBNET,
    "getVpc": t.VPC,
    "getRouteTable": t.ROUTE_TABLE,
    "getNatGateway": t.NAT_GATEWAY,
    "getSecurityGroup": t.GROUP,
}


def preview(program: Program) -> list[Resource]:
    """The resources as an engine shows them before the creation."""
    return _Preview(program).resources()


@dataclass(frozen=True)
class Update:
    """A stack that is up: its resources, and the account with them."""

    resources: list[Resource]
    account: Document


def update(program: Program, order: Sequence[str]) -> Update:
    """Create what `program` declares, in `order`.

    Raises:
        Refused: AWS does not accept one of the creations.
    """
    return _Update(program).run(order)


def is_accepted(program: Program, order: Sequence[str]) -> bool:
    """Whether AWS accepts every creation, in `order`."""
    try:
        update(program, order)
    except Refused:
        return False
    return True


def depends_on_order(program: Program) -> bool:
    """Whether another order of creation may lead to another account."""
    claimed = any(each.type in CLAIMS for each in program)
    calls = (part["$call"][1] for each in program for part in parts(each.inputs) if form_of(part) == "$call")
    return claimed or any(next(named_in(arguments), None) for arguments in calls)


def orders(program: Program) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Two orders of creation, as different as dependencies let them be."""
    waits = {each.name: _waits(program, each) for each in program if not each.is_component}
    return _sorted(waits, list(waits)), _sorted(waits, list(waits)[::-1])


def _sorted(waits: Mapping[str, set[str]], preferred: list[str]) -> tuple[str, ...]:
    done: dict[str, None] = {}
    while len(done) < len(preferred):
        done[next(name for name in preferred if name not in done and waits[name] <= done.keys())] = None
    return tuple(done)


def _waits(program: Program, declared: Declared) -> set[str]:
    """The resources that must be there before `declared` is created."""
    found = set(_sources(program, declared.inputs))
    for name in declared.depends_on:
        named = program.find(name)
        found.update([name] if not named.is_component else (each.name for each in program.inside(name)))
    if declared.parent and not program.find(declared.parent).is_component:
        found.add(declared.parent)
    return found


def _sources(program: Program, expression: Expression) -> Iterator[str]:
    """The resources that must be there before an expression has its value."""
    for part in parts(expression):
        form = form_of(part)
        if form == "$output":
            yield part[form][0]
        elif form == "$part":
            component = program.find(part[form][0])
            yield from _sources(program, component.inputs[part[form][1]])
            if component.kind == "remote":
                yield from (each.name for each in program.inside(component.name))


class _Phase:
    """A program in one phase: what its expressions name."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.by_name = {each.name: each for each in program}
        self.inputs: dict[str, dict[str, Computed]] = {}

    def config(self, name: str) -> Any:
        return self.program.config[name]

    def output(self, resource: str, prop: str) -> Computed:
        raise NotImplementedError

    def call(self, function: str, arguments: Computed) -> Computed:
        raise NotImplementedError

    def part(self, component: str, name: str) -> Computed:
        declared = self.by_name[component]
        found = evaluate(declared.inputs[name], self)
        if declared.kind == "component":
            return found
        return Computed(found.sent, frozenset({_urn(declared)}))

    def waits_for(self, arguments: Computed) -> bool:
        """Whether a function is called only once something of the program is there."""
        return bool(arguments.urns - {_urn(each) for each in self.program if each.kind == "read"})

    def given(self, declared: Declared) -> dict[str, Computed]:
        """The inputs of a resource."""
        if declared.name not in self.inputs:
            self.inputs[declared.name] = {
                name: evaluate(expression, self) for name, expression in declared.inputs.items()
            }
        return self.inputs[declared.name]

    def resource(self, declared: Declared, properties: Mapping[str, Any], identity: Any) -> Resource:
        given = self.given(declared) if not declared.is_component else {}
        region = given["region"].sent if "region" in given else t.REGION
        parent = self.by_name[declared.parent] if declared.parent else None
        return Resource(
            key=_urn(declared),
            type=declared.type,
            name=declared.name,
            properties=properties,
            id=identity,
            dependencies={name: tuple(sorted(each.urns)) for name, each in given.items()},
            depends_on=self._made_after(declared, given.values()),
            parent=_urn(parent) if parent else None,
            region=region,
            inputs=frozenset(name for name, each in given.items() if each.sent is not None),
            access="one provider",
        )

    def _made_after(self, declared: Declared, given: Iterable[Computed]) -> tuple[str, ...]:
        urns = {urn for each in given for urn in each.urns}
        for name in declared.depends_on:
            named = self.by_name[name]
            urns.update(map(_urn, self.program.inside(name) if named.kind == "component" else [named]))
        return tuple(sorted(urns))


class _Preview(_Phase):
    def resources(self) -> list[Resource]:
        return [self._shown(each) for each in self.program if each.kind != "read"]

    def _shown(self, declared: Declared) -> Resource:
        if declared.is_component:
            shown = {name: evaluate(each, self).sent for name, each in declared.inputs.items()}
            return self.resource(declared, shown, UNKNOWN)
        return self.resource(declared, self._outputs(declared), UNKNOWN)

    def _outputs(self, declared: Declared) -> Properties:
        given = {name: each.sent for name, each in self.given(declared).items()}
        computed = dict.fromkeys(COMPUTED.get(declared.type, ()), UNKNOWN)
        return {**computed, **DEFAULTS.get(declared.type, {}), **given}

    def output(self, resource: str, prop: str) -> Computed:
        declared = self.by_name[resource]
        urns = frozenset({_urn(declared)})
        if declared.kind == "read":
            return Computed(_read(self.program.account, declared, prop), urns)
        return Computed(UNKNOWN if prop == "id" else self._outputs(declared).get(prop), urns)

    def call(self, function: str, arguments: Computed) -> Computed:
        if has_unknown(arguments.value) or self.waits_for(arguments):
            return Computed(UNKNOWN)
        return Computed(_found(self.program.account, function, arguments.value), arguments.urns)


class _Update(_Phase):
    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.cloud = Cloud(program.account)
        self.created: dict[str, Properties] = {}

    def run(self, order: Sequence[str]) -> Update:
        for name in order:
            declared = self.by_name[name]
            if declared.kind == "read":
                continue
            given = {name: each.sent for name, each in self.given(declared).items()}
            inputs = {**DEFAULTS.get(declared.type, {}), **given}
            identity, computed = CREATIONS[declared.type](self.cloud, name, inputs)
            self.created[name] = {**inputs, **computed, "id": identity}
        return Update(
            [self._shown(each) for each in self.program if each.kind != "read"], self.cloud.document()
        )

    def _shown(self, declared: Declared) -> Resource:
        if declared.is_component:
            shown = {name: evaluate(each, self).sent for name, each in declared.inputs.items()}
            return self.resource(declared, shown, UNKNOWN)
        outputs = self.created[declared.name]
        properties = {name: value for name, value in outputs.items() if name != "id"}
        return self.resource(declared, properties, outputs["id"])

    def output(self, resource: str, prop: str) -> Computed:
        declared = self.by_name[resource]
        urns = frozenset({_urn(declared)})
        if declared.kind == "read":
            return Computed(_read(self.program.account, declared, prop), urns)
        return Computed(self.created[resource].get(prop), urns)

    def call(self, function: str, arguments: Computed) -> Computed:
        """What a function finds: before anything is created, unless it waits for something."""
        document = self.cloud.document() if self.waits_for(arguments) else self.program.account
        return Computed(_found(document, function, arguments.value), arguments.urns)


def _urn(declared: Declared) -> str:
    return urn(declared.type, declared.name)


def _resources(document: Document, type_: str) -> Iterator[tuple[str, Properties]]:
    return ((each["id"], each["properties"]) for each in document["resources"] if each["type"] == type_)


def _read(document: Document, declared: Declared, prop: str) -> Any:
    """An output of `Type.get(...)`."""
    identity = declared.inputs["id"]
    for key, properties in _resources(document, declared.type):
        if key == identity:
            return key if prop == "id" else properties.get(prop)
    return refuse(f"{identity} is not there")


def _found(document: Document, function: str, arguments: Mapping[str, Any]) -> Properties:
    """The result of a function of the provider.

    Raises:
        Refused: it finds nothing.
    """
    if function in _FOUND_BY_VPC:
        held = _resources(document, _FOUND_BY_VPC[function])
        ids = sorted(key for key, each in held if each.get("vpcId") == arguments["vpcId"])
        return {"ids": ids} if ids else refuse("nothing is found")
    for key, properties in _resources(document, _FOUND_BY_ID[function]):
        if key == arguments["id"]:
            return {**properties, "id": key}
    return refuse("nothing is found")
