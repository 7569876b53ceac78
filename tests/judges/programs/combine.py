"""Several programs as one, each in its own part of the account: a single run of an engine makes them all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from tests.judges.programs.expressions import form_of
from tests.judges.programs.model import Declared, Program

_NAMES: Final = ("serviceName", "vpcConnectorName")
"""The properties whose values a region has once."""


def combine(programs: Iterable[Program]) -> Program:
    """One program that declares what all of `programs`, whose names and ids differ, do."""
    parts = list(programs)
    resources = [each for part in parts for each in part.account["resources"]]
    vpcs = [vpc for part in parts for vpc in part.account["vpcs"]]
    account = {**parts[0].account, "resources": resources, "vpcs": vpcs}
    config = {name: value for part in parts for name, value in part.config.items()}
    return Program(
        account, evidence=True, config=config, declared=tuple(each for part in parts for each in part)
    )


def renamed(program: Program, mark: str) -> Program:
    """The same program with `mark` in the names of its resources and settings, and in the account's ids."""
    renaming = _Renaming(program, mark)
    return replace(
        program,
        account=renaming.account(program.account),
        config={renaming.name(name): renaming.value(value) for name, value in program.config.items()},
        declared=tuple(renaming.declared(each) for each in program),
        hidden=tuple(renaming.ids[each] for each in program.hidden),
    )


class _Renaming:
    def __init__(self, program: Program, mark: str) -> None:
        self.mark = mark
        self.ids = {entry["id"]: f"{entry['id']}-{mark}" for entry in program.account["resources"]}

    def name(self, name: str) -> str:
        return f"{self.mark}-{name}"

    def account(self, document: Mapping[str, Any]) -> dict[str, Any]:
        resources = [
            {**entry, "id": self.ids[entry["id"]], "properties": self.value(entry["properties"])}
            for entry in document["resources"]
        ]
        return {**document, "resources": resources, "vpcs": self.value(document["vpcs"])}

    def declared(self, declared: Declared) -> Declared:
        return replace(
            declared,
            name=self.name(declared.name),
            inputs=self.value(declared.inputs),
            parent=self.name(declared.parent) if declared.parent else None,
            depends_on=tuple(map(self.name, declared.depends_on)),
        )

    def value(self, value: Any) -> Any:
        form = form_of(value)
        if form in ("$output", "$part"):
            return {form: [self.name(value[form][0]), *value[form][1:]]}
        if form == "$config":
            return {form: self.name(value[form])}
        if isinstance(value, Mapping):
            return {
                name: self.name(each) if name in _NAMES else self.value(each) for name, each in value.items()
            }
        if isinstance(value, list):
            return [self.value(each) for each in value]
        return self.ids.get(value, value) if isinstance(value, str) else value
