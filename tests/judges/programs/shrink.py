"""Makes a program smaller while it stays interesting: one thing less at a time."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from tests.judges.programs.cloud import Refused
from tests.judges.programs.expressions import Expression, form_of
from tests.judges.programs.model import Declared, Program
from tests.judges.topologies import DHCP_OPTIONS, VPC


def shrink(program: Program, interesting: Callable[[Program], bool]) -> Program:
    """The smallest program found that is `interesting`."""
    smaller = True
    while smaller:
        smaller = False
        for reductions in (_statements, _expressions, _options, _account):
            found = _first(reductions(program), interesting)
            while found is not None:
                program, smaller = found, True
                found = _first(reductions(program), interesting)
    return program


def _first(candidates: Iterator[Program], interesting: Callable[[Program], bool]) -> Program | None:
    for candidate in candidates:
        try:
            if interesting(candidate):
                return candidate
        except (Refused, LookupError, ValueError, TypeError, AttributeError, StopIteration):
            continue  # What was left out is needed by the rest.
    return None


def _statements(program: Program) -> Iterator[Program]:
    for gone in reversed(program.declared):
        if not any(gone.name in each.names() for each in program):
            yield replace(program, declared=tuple(each for each in program if each is not gone))


def _with(program: Program, old: Declared, new: Declared) -> Program:
    return replace(program, declared=tuple(new if each is old else each for each in program))


def _expressions(program: Program) -> Iterator[Program]:
    for declared in program:
        for name, expression in declared.inputs.items():
            less = {key: value for key, value in declared.inputs.items() if key != name}
            if not declared.is_component:
                yield _with(program, declared, replace(declared, inputs=less))
            for simpler in _simpler(expression):
                changed = {**declared.inputs, name: simpler}
                yield _with(program, declared, replace(declared, inputs=changed))
        if declared.is_component:
            yield from _unwrapped(program, declared)


def _simpler(expression: Expression) -> Iterator[Expression]:
    """The expression with a part of it in place of the whole, or a part less."""
    form = form_of(expression)
    if form in ("$at", "$apply"):
        over = expression[form][1 if form == "$apply" else 0]
        yield over
        yield from _elements(over)
    if form == "$all":
        yield expression[form]
    inner = expression[form] if form else expression
    steps: Any = inner if isinstance(inner, Mapping) else range(len(inner)) if isinstance(inner, list) else ()
    for step in steps:
        if isinstance(inner, list) and form in (None, "$all"):
            rest = [each for index, each in enumerate(inner) if index != step]
            yield {form: rest} if form else rest
        if form in ("$output", "$part", "$call") and step == 0:
            continue
        for simpler in _simpler(inner[step]):
            changed: Any = copy.copy(inner)
            changed[step] = simpler
            yield {form: changed} if form else changed


def _elements(expression: Expression) -> Iterator[Expression]:
    """What a list is made of, where the expression says so."""
    inner = expression[form_of(expression)] if form_of(expression) in ("$all", "$input") else expression
    if isinstance(inner, list):
        yield from inner


def _unwrapped(program: Program, component: Declared) -> Iterator[Program]:
    """What a component hands on, written where it is used."""

    def written(expression: Expression) -> Expression:
        if form_of(expression) == "$part" and expression["$part"][0] == component.name:
            return component.inputs[expression["$part"][1]]
        if isinstance(expression, Mapping):
            return {name: written(each) for name, each in expression.items()}
        return [written(each) for each in expression] if isinstance(expression, list) else expression

    declared = tuple(
        replace(
            each,
            inputs=written(each.inputs),
            parent=None if each.parent == component.name else each.parent,
            depends_on=tuple(name for name in each.depends_on if name != component.name),
        )
        for each in program
        if each is not component
    )
    yield replace(program, declared=declared)


def _options(program: Program) -> Iterator[Program]:
    if program.evidence:
        yield replace(program, evidence=False)
    for gone in program.hidden:
        yield replace(program, hidden=tuple(each for each in program.hidden if each != gone))
    for declared in program:
        if declared.depends_on:
            yield _with(program, declared, replace(declared, depends_on=()))
        if declared.parent:
            yield _with(program, declared, replace(declared, parent=None))
    for name in program.config:
        yield replace(program, config={key: value for key, value in program.config.items() if key != name})


def _account(program: Program) -> Iterator[Program]:
    resources = program.account["resources"]
    for gone in reversed(resources):
        if gone["type"] == DHCP_OPTIONS or gone["properties"].get("type") == "SOA":
            continue  # They say that something has been read.
        kept = [each for each in resources if each is not gone]
        vpcs = [each["id"] for each in kept if each["type"] == VPC]
        yield replace(program, account={**program.account, "resources": kept, "vpcs": vpcs})
    for index, resource in enumerate(resources):
        for name, value in resource["properties"].items():
            if isinstance(value, list) and resource["type"] != DHCP_OPTIONS:
                for gone in range(len(value)):
                    properties = {**resource["properties"], name: value[:gone] + value[gone + 1 :]}
                    changed = [*resources[:index], {**resource, "properties": properties}]
                    kept = [*changed, *resources[index + 1 :]]
                    yield replace(program, account={**program.account, "resources": kept})
