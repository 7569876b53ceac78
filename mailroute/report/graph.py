"""Planned resources as the proof reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reachability import UNKNOWN, Resource

from . import redact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailroute.rehearsal.result import PlannedResource
    from reachability.values import Unknown, Value

PROVIDER: Final = "pulumi:providers:"
"""How the type tokens of providers begin."""


def properties(planned: PlannedResource) -> dict[str, Value]:
    """The outputs of a resource over its inputs, without wrappers; a secret is as unknown as a value to come.

    An output that a provider leaves out, or cannot know as a whole, says less than what was declared.
    """
    inputs, outputs = redact.without_secrets(planned.inputs), redact.without_secrets(planned.outputs)
    known = {key: value for key, value in outputs.items() if value is not None and value is not UNKNOWN}
    return {**outputs, **inputs, **known}


def program_resources(planned: Iterable[PlannedResource]) -> tuple[Resource, ...]:
    """The resources as the proof reads them.

    They are in the order of their URNs: engines complete them in another one each time, and where
    several paths are alike, the one that is shown is the first.
    """
    resources = sorted(planned, key=lambda entry: entry.urn)
    regions = {entry.urn: _region(entry) for entry in resources if entry.type.startswith(PROVIDER)}
    return tuple(_resource(entry, regions.get(entry.provider or "", UNKNOWN)) for entry in resources)


def _resource(planned: PlannedResource, region: str | Unknown) -> Resource:
    known = properties(planned)
    return Resource(
        key=planned.urn,
        type=planned.type,
        name=planned.name,
        properties=known,
        id=planned.id if planned.id is not None else UNKNOWN,
        dependencies={key: tuple(sorted(urns)) for key, urns in planned.property_dependencies.items()},
        parent=planned.parent,
        region=known.get("region", region),
        inputs=frozenset(planned.inputs),
    )


def _region(provider: PlannedResource) -> str | Unknown:
    region = redact.without_secrets(provider.inputs).get("region")
    return region if isinstance(region, str) else UNKNOWN
