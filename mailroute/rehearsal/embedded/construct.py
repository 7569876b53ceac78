"""The expansion of a component whose children its package registers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi.runtime.proto import resource_pb2

from mailroute import wire
from reachability.values import UNKNOWN

from ..packages.component import Child
from ..provider import sdk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .goals import Goal

    Register = Callable[[resource_pb2.RegisterResourceRequest], resource_pb2.RegisterResourceResponse]
    Invoke = Callable[[str, Mapping[str, Any]], Mapping[str, Any] | None]


class Construction:
    """Registers what is beneath the component `goal`.

    Args:
        register: registers a resource with the engine.
        invoke: calls a function of the component's AWS provider.
    """

    def __init__(self, goal: Goal, register: Register, invoke: Invoke) -> None:
        self._goal = goal
        self._register = register
        self._invoke = invoke

    @property
    def arguments(self) -> Mapping[str, Any]:
        """The component's inputs, each with the resources that it depends on."""
        sources = self._goal.property_dependencies
        return {
            name: wire.OutputValue(value, sources[name]) if sources.get(name) else value
            for name, value in self._goal.inputs.items()
        }

    def register(
        self,
        type_: str,
        name: str,
        inputs: Mapping[str, Any],
        *,
        parent: str = "",
        depends_on: Sequence[str] = (),
    ) -> Child:
        given = {key: value for key, value in inputs.items() if value is not None}
        response = self._register(
            resource_pb2.RegisterResourceRequest(
                type=type_,
                name=name,
                parent=parent or self._goal.urn,
                custom=True,
                object=wire.encode(given),
                dependencies=sorted({*depends_on, *sources_of(given)}),
                version=sdk.version(),
                supportsResultReporting=True,
            )
        )
        outputs = wire.decode(response.object)
        return Child(type_, response.urn, response.id or UNKNOWN, outputs)

    def zones(self, region: str | None) -> list[str]:
        arguments = {"region": region} if region else {}
        answer = self._invoke("aws:index/getAvailabilityZones:getAvailabilityZones", arguments)
        return list((answer or {}).get("names") or ())


def sources_of(value: Any) -> set[str]:
    """The URNs of the children that an output of the component comes from."""
    found: set[str] = set()

    def visit(part: Any) -> Any:
        if isinstance(part, wire.OutputValue):
            found.update(part.dependencies)
        elif isinstance(part, wire.ResourceReference):
            found.add(part.urn)
        return part

    wire.transform(value, visit)
    return found
