"""What a program writes in a resource's inputs, as data, and what each phase of a deployment makes of it.

JSON without a `$` key is itself; a list or object written so keeps its structure. The rest:

| form | in Python |
|---|---|
| `{"$config": name}` | `config.require_object(name)`: known at once |
| `{"$output": [resource, property]}` | `resource.property` |
| `{"$part": [component, name]}` | what a component hands on |
| `{"$call": [function, arguments]}` | `aws.ec2.get_subnets_output(...)`, its result |
| `{"$all": [...]}` | `Output.all(...)` |
| `{"$input": value}` | `Output.from_input(value)` |
| `{"$at": [value, step]}` | `value[step]` |
| `{"$apply": [operation, value, ...]}` | `value.apply(lambda ...)` |

Source: pulumi's Python SDK, `Output`: `apply` waits until all of the value is known, `[]` looks inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from reachability import UNKNOWN

Expression = Any
"""JSON, with the forms above."""

FORMS: Final = ("$config", "$output", "$part", "$call", "$all", "$input", "$at", "$apply")


@dataclass(frozen=True)
class Computed:
    """A value, with `UNKNOWN` in it where a preview cannot know.

    Attributes:
        urns: the resources that it comes from, as the SDK tells them.
        output: whether it is an `Output`, which is sent as one, or a plain value.
    """

    value: Any
    urns: frozenset[str] = frozenset()
    output: bool = True

    @property
    def sent(self) -> Any:
        """As the SDK sends it: an output with an unknown anywhere inside is unknown as a whole."""
        return UNKNOWN if self.output and has_unknown(self.value) else self.value


class Scope(Protocol):
    """What expressions name, in one phase of a deployment."""

    def config(self, name: str) -> Any: ...
    def output(self, resource: str, prop: str) -> Computed: ...
    def part(self, component: str, name: str) -> Computed: ...
    def call(self, function: str, arguments: Computed) -> Computed: ...


def evaluate(expression: Expression, scope: Scope) -> Computed:
    """What `expression` is in `scope`."""
    if isinstance(expression, list):
        found = [evaluate(element, scope) for element in expression]
        return Computed([each.sent for each in found], _urns(found), output=False)
    if not isinstance(expression, Mapping):
        return Computed(expression, output=False)
    form = form_of(expression)
    if form is None:
        named = {name: evaluate(element, scope) for name, element in expression.items()}
        sent = {name: each.sent for name, each in named.items()}
        return Computed(sent, _urns(named.values()), output=False)
    return _EVALUATED[form](expression[form], scope)


def form_of(expression: Expression) -> str | None:
    """The form of an expression that is more than JSON."""
    if isinstance(expression, Mapping) and len(expression) == 1:
        (name,) = expression
        return name if name in FORMS else None
    return None


def parts(expression: Expression) -> Iterator[Expression]:
    """The expression and every one inside it."""
    yield expression
    inner = expression.values() if isinstance(expression, Mapping) else expression
    if isinstance(inner, (list, type({}.values()))):
        for element in inner:
            yield from parts(element)


def named_in(expression: Expression) -> Iterator[str]:
    """The names of the resources and components that it takes a value from."""
    for part in parts(expression):
        if form_of(part) in ("$output", "$part"):
            yield next(iter(part.values()))[0]


def has_unknown(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(has_unknown, value.values()))
    return any(map(has_unknown, value)) if isinstance(value, list) else value is UNKNOWN


def _urns(found: Any) -> frozenset[str]:
    return frozenset(urn for each in found for urn in each.urns)


def _all(expressions: list[Expression], scope: Scope) -> Computed:
    found = [evaluate(each, scope) for each in expressions]
    return Computed([each.value for each in found], _urns(found))


def _input(expression: Expression, scope: Scope) -> Computed:
    found = evaluate(expression, scope)
    return Computed(found.value, found.urns)


def _at(operands: list[Any], scope: Scope) -> Computed:
    found = evaluate(operands[0], scope)
    value = UNKNOWN if found.value is UNKNOWN else found.value[operands[1]]
    return Computed(value, found.urns, found.output)


def _apply(operands: list[Any], scope: Scope) -> Computed:
    operation, over, *rest = operands
    found = evaluate(over, scope)
    given = [scope.config(each["$config"]) if form_of(each) == "$config" else each for each in rest]
    value = UNKNOWN if has_unknown(found.value) else OPERATIONS[operation].run(found.value, *given)
    return Computed(value, found.urns)


_EVALUATED: Final[Mapping[str, Callable[[Any, Scope], Computed]]] = {
    "$config": lambda name, scope: Computed(scope.config(name), output=False),
    "$output": lambda operands, scope: scope.output(*operands),
    "$part": lambda operands, scope: scope.part(*operands),
    "$call": lambda operands, scope: scope.call(operands[0], evaluate(operands[1], scope)),
    "$all": _all,
    "$input": _input,
    "$at": _at,
    "$apply": _apply,
}


@dataclass(frozen=True)
class Operation:
    """What an `apply` does, and how Python says it: `v` is the value, `{}` a further operand."""

    run: Callable[..., Any]
    python: str


def _flat(lists: list[Any]) -> list[Any]:
    return [one for each in lists for one in (each if isinstance(each, list) else [each])]


OPERATIONS: Final[Mapping[str, Operation]] = {
    "choose": Operation(lambda v, index: v[index], "v[{}]"),
    "sort": Operation(sorted, "sorted(v)"),
    "reverse": Operation(lambda v: v[::-1], "v[::-1]"),
    "keep": Operation(lambda v, kept: [v[index] for index in kept], "[v[i] for i in {}]"),
    "flat": Operation(_flat, "[x for part in v for x in (part if isinstance(part, list) else [part])]"),
    "only": Operation(lambda v: [v], "[v]"),
    "join": Operation(lambda v: "".join(v), '"".join(v)'),
    "split": Operation(lambda v: ",".join(v).split(","), '",".join(v).split(",")'),
    "unless empty": Operation(lambda v: next(filter(None, v)), "next(filter(None, v))"),
}
