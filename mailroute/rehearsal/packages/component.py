"""What a component package registers beneath one of its components."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from mailroute import wire
from mailroute.wire import OutputValue, ResourceReference
from reachability.values import UNKNOWN, Unknown


class NotSimulatedError(Exception):
    """A component with arguments of which nobody here knows what becomes: `str()` names them."""


@dataclass(frozen=True)
class Child:
    """A resource beneath a component.

    Attributes:
        id: `UNKNOWN` before it is created.
    """

    type: str
    urn: str
    id: str | Unknown
    outputs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id_output(self) -> OutputValue:
        """Its id, for an input of another one."""
        return OutputValue(self.id, (self.urn,))

    def output(self, name: str) -> OutputValue:
        """One of its outputs, for an input of another one."""
        return OutputValue(wire.plain(self.outputs.get(name, UNKNOWN)), (self.urn,))

    @property
    def reference(self) -> ResourceReference:
        """Itself, for an output of the component."""
        return ResourceReference(self.urn, self.id)


class Surroundings(Protocol):
    """Where a component is expanded."""

    def register(
        self,
        type_: str,
        name: str,
        inputs: Mapping[str, Any],
        *,
        parent: str = "",
        depends_on: Sequence[str] = (),
        custom: bool = True,
    ) -> Child:
        """Register a resource beneath the URN `parent`, the component itself where that is empty.

        An input that is `None` is left out. A component is not `custom`.
        """
        ...

    @property
    def stack(self) -> str:
        """The name of the stack."""
        ...

    def existing(self, reference: ResourceReference) -> Child:
        """The resource that an argument refers to."""
        ...

    def invoke(self, token: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """The result of a function of the AWS provider; empty where it is not known."""
        ...


Expand = Callable[[str, Mapping[str, Any], Surroundings], Mapping[str, Any]]
"""Registers the children of a component by its name and inputs, and gives its outputs.

An input is an `OutputValue` where it depends on resources. What comes from a child is its `OutputValue` or
`ResourceReference`, and a list of these.

Raises:
    NotSimulatedError: before any child is registered.
    ValueError: an argument is wrong: `str()` is one line.
"""


def sources_of(value: Any) -> set[str]:
    """The URNs of the resources that a value comes from."""
    found: set[str] = set()

    def visit(part: Any) -> Any:
        if isinstance(part, wire.OutputValue):
            found.update(part.dependencies)
        elif isinstance(part, wire.ResourceReference):
            found.add(part.urn)
        return part

    wire.transform(value, visit)
    return found
