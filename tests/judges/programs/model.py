"""A program as data: the account that it meets, its config, and the resources that it declares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from tests.judges.programs.expressions import Expression, named_in
from tests.judges.topologies import Document

Kind = Literal["resource", "read", "component", "remote"]

COMPONENT: Final = "judges:index:Component"


@dataclass(frozen=True)
class Declared:
    """One statement of a program.

    Attributes:
        type: the type token, `COMPONENT` of components.
        inputs: by property; of a component what it hands on, by name.
        kind: `read` is `Type.get(name, inputs["id"])`; a `remote` component comes from another process, and
            stands itself for what is inside it.
        parent: the name of the component that it is declared in.
    """

    name: str
    type: str
    inputs: dict[str, Expression] = field(default_factory=dict)
    kind: Kind = "resource"
    parent: str | None = None
    depends_on: tuple[str, ...] = ()

    @property
    def is_component(self) -> bool:
        return self.kind in ("component", "remote")

    def names(self) -> set[str]:
        """What it takes values from, waits for, or is in."""
        found = {*named_in(self.inputs), *self.depends_on}
        return found | {self.parent} if self.parent else found


@dataclass(frozen=True)
class Program:
    """A program and what it runs against.

    Attributes:
        account: the account before the program, as an evidence document.
        evidence: whether the proof gets to see it.
        config: the stack's config, by name.
        hidden: the ids of what is there, and was not read.
        plainly: the same with what it chooses written plainly, where AWS may refuse that.
    """

    account: Document
    evidence: bool
    config: dict[str, Any]
    declared: tuple[Declared, ...]
    hidden: tuple[str, ...] = ()
    plainly: Program | None = None

    def shown(self) -> Document | None:
        """The evidence: of a VPC in which something was not read, it does not claim to be complete."""
        if not self.evidence:
            return None
        kept = [each for each in self.account["resources"] if each["id"] not in self.hidden]
        return {**self.account, "resources": kept, "vpcs": [] if self.hidden else self.account["vpcs"]}

    def __iter__(self) -> Iterator[Declared]:
        return iter(self.declared)

    def find(self, name: str) -> Declared:
        return next(each for each in self.declared if each.name == name)

    def inside(self, component: str) -> Iterator[Declared]:
        """The resources that a component stands for where something waits for it."""
        for each in self.declared:
            if each.parent == component:
                if each.kind == "component":
                    yield from self.inside(each.name)
                else:
                    yield each

    def to_json(self) -> dict[str, Any]:
        return {
            "account": self.account,
            "evidence": self.evidence,
            "config": self.config,
            "hidden": list(self.hidden),
            "declared": [_to_json(each) for each in self.declared],
            **({} if self.plainly is None else {"plainly": self.plainly.to_json()}),
        }

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Program:
        declared = (
            replace(Declared(**each), depends_on=tuple(each.get("depends_on", ())))
            for each in found["declared"]
        )
        known = found["account"], found["evidence"], found["config"]
        plainly = cls.from_json(found["plainly"]) if "plainly" in found else None
        return cls(*known, tuple(declared), tuple(found["hidden"]), plainly)


def _to_json(declared: Declared) -> dict[str, Any]:
    found = {"name": declared.name, "type": declared.type, "inputs": declared.inputs}
    more = {"kind": declared.kind, "parent": declared.parent, "depends_on": list(declared.depends_on)}
    default: dict[str, Any] = {"kind": "resource", "parent": None, "depends_on": []}
    return found | {name: value for name, value in more.items() if value != default[name]}
