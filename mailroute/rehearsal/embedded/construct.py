"""The expansion of a component whose children its package registers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi.runtime.proto import resource_pb2

from mailroute import wire
from reachability.values import UNKNOWN

from ..packages.component import Child, sources_of
from ..provider import sdk
from ..shared import urns

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
        outputs: those of a registered resource, by its URN.
    """

    def __init__(
        self,
        goal: Goal,
        register: Register,
        invoke: Invoke,
        outputs: Callable[[str], Mapping[str, Any]],
    ) -> None:
        self._goal = goal
        self._register = register
        self._invoke = invoke
        self._outputs = outputs

    @property
    def stack(self) -> str:
        return self._goal.urn.split("::", 1)[0].rpartition(":")[2]

    @property
    def arguments(self) -> Mapping[str, Any]:
        """The component's inputs, each with the resources that it depends on."""
        sources = self._goal.property_dependencies
        return {
            name: wire.OutputValue(value, sources[name]) if sources.get(name) else value
            for name, value in self._goal.given.items()
        }

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
        given = {key: value for key, value in inputs.items() if value is not None}
        response = self._register(
            resource_pb2.RegisterResourceRequest(
                type=type_,
                name=name,
                parent=parent or self._goal.urn,
                custom=custom,
                object=wire.encode(given),
                dependencies=sorted({*depends_on, *sources_of(given)}),
                version=sdk.version() if urns.package_of(type_) == "aws" else "",
                supportsResultReporting=True,
            )
        )
        outputs = wire.decode(response.object)
        return Child(type_, response.urn, response.id or UNKNOWN, outputs)

    def existing(self, reference: wire.ResourceReference) -> Child:
        return Child("", reference.urn, reference.id, self._outputs(reference.urn))

    def invoke(self, token: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._invoke(token, arguments) or {}
