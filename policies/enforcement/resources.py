"""A resource of the program as the rules and the report read it: its outputs over its declared inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reachability.graph import Resource
from reachability.graph.provider_scope import Provider, placed
from reachability.values import ABSENT, UNKNOWN, Value
from rules.rule import PropertyPath


class Properties(Mapping[str, Value]):
    """The outputs of one resource over its declared inputs.

    A provider may show a set with an unknown element as wholly unknown, or leave it out: what the
    program declared then stands in. One that is not configured yet shows nothing at all: then every
    property that is not declared is unknown.

    Args:
        outputs: JSON in camelCase, with `UNKNOWN` for what is not known yet.
        declared: the inputs, in the same form.
    """

    def __init__(self, outputs: Mapping[str, Value], declared: Mapping[str, Value]) -> None:
        self._outputs = outputs
        self._declared = declared

    def __getitem__(self, name: str) -> Value:
        value = self.get(name, ABSENT)
        if value is ABSENT:
            raise KeyError(name)
        return value

    def get(self, name: str, default: Any = None) -> Any:
        value = self._outputs.get(name, ABSENT if self._outputs else UNKNOWN)
        if value is UNKNOWN or value is ABSENT or value is None:
            value = self._declared.get(name, value)
        return default if value is ABSENT else value

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*self._outputs, *self._declared)))

    def __len__(self) -> int:
        return len(set(self._outputs) | set(self._declared))


def resource(
    urn: str,
    type_: str,
    name: str,
    *,
    outputs: Mapping[str, Value],
    declared: Mapping[str, Value] | None,
    dependencies: Mapping[str, tuple[str, ...]],
    depends_on: tuple[str, ...],
    parent: str | None,
    provider: Provider,
    component: bool,
) -> Resource:
    """The resource that an engine shows.

    Args:
        outputs: what it has once it is planned or created: see `Properties`.
        declared: its inputs, `None` where they are not known.
        dependencies: by top-level property, the URNs of the resources that its value comes from.
        depends_on: the URNs of the resources that it is made after.
        parent: the URN of its parent.
        component: whether it has no provider.
    """
    properties = Properties(outputs, declared or {})
    identity = properties.get("id")
    shown = Resource(
        key=urn,
        type=type_,
        name=name,
        properties=properties,
        id=identity if isinstance(identity, str) else UNKNOWN,
        dependencies=dependencies,
        depends_on=depends_on,
        parent=parent,
        inputs=None if declared is None else frozenset(declared),
        component=component,
    )
    return placed(shown, provider)


@dataclass(frozen=True)
class Program:
    """The resources that a stack manages.

    Attributes:
        secrets: by URN, the paths of the outputs that are marked as secret.
    """

    resources: tuple[Resource, ...]
    secrets: Mapping[str, frozenset[PropertyPath]] = field(default_factory=dict)
