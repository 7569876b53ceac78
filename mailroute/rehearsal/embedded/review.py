"""What the policy packs are shown of a deployment, and what their verdicts do to it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from pulumi.runtime.proto import analyzer_pb2

from mailroute import wire

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..result import PlannedResource
    from .goals import Goal
    from .packs import PolicyPack
    from .providers import Provider


class MandatoryViolationError(Exception):
    """A mandatory policy is violated in an update: nothing more is created."""


class Review:
    """Shows the packs each resource before it is created, and the stack at the end."""

    def __init__(self, packs: Sequence[PolicyPack], *, preview: bool) -> None:
        self._packs = packs
        self._preview = preview
        self._seen: dict[str, analyzer_pb2.AnalyzeRequest] = {}

    def resource(self, goal: Goal, provider: Provider | None, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Have the packs remediate and judge one resource: its inputs as they are to be.

        Raises:
            MandatoryViolationError: it violates a mandatory policy, and this is an update.
        """
        current = dict(inputs)
        if not self._packs:
            return current
        request = analyzer_pb2.AnalyzeRequest(
            type=goal.type,
            urn=goal.urn,
            name=goal.name,
            options=goal.analyzer_options(),
            provider=_provider_resource(provider) if provider else None,
        )
        self._seen[goal.urn] = request
        for pack in self._packs:
            request.properties.CopyFrom(wire.encode(current))
            current = pack.remediate(request) or current
        request.properties.CopyFrom(wire.encode(wire.without_internal(current)))
        violated = [pack.analyze(request) for pack in self._packs]
        if any(violated) and not self._preview:
            raise MandatoryViolationError
        return current

    def stack(self, resources: Sequence[PlannedResource], urn: str) -> None:
        """Have the packs judge the stack, whose own URN is `urn`."""
        if not self._packs:
            return
        request = analyzer_pb2.AnalyzeStackRequest(
            resources=[self._analyzer_resource(resource) for resource in resources]
        )
        with ThreadPoolExecutor(len(self._packs)) as executor:
            for judged in [executor.submit(pack.analyze_stack, request, urn) for pack in self._packs]:
                judged.result()

    def _analyzer_resource(self, resource: PlannedResource) -> analyzer_pb2.AnalyzerResource:
        seen = self._seen[resource.urn]
        return analyzer_pb2.AnalyzerResource(
            type=seen.type,
            urn=seen.urn,
            name=seen.name,
            options=seen.options,
            provider=seen.provider if seen.HasField("provider") else None,
            parent=resource.parent or "",
            properties=wire.encode(resource.outputs),
            dependencies=resource.dependencies,
            propertyDependencies={
                key: analyzer_pb2.AnalyzerPropertyDependencies(urns=urns)
                for key, urns in resource.property_dependencies.items()
                if urns
            },
        )


def _provider_resource(provider: Provider) -> analyzer_pb2.AnalyzerProviderResource:
    return analyzer_pb2.AnalyzerProviderResource(
        type=provider.type, urn=provider.urn, name=provider.name, properties=wire.encode(provider.inputs)
    )
