"""Planned resources as the proof reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reachability import UNKNOWN, Resource
from reachability.places import Provider, placed

from . import redact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailroute.rehearsal.result import PlannedResource
    from reachability.values import Value

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
    providers = {
        entry.urn: Provider.of(redact.without_secrets(entry.inputs))
        for entry in resources
        if entry.type.startswith(PROVIDER)
    }
    return tuple(
        placed(_resource(entry), providers.get(entry.provider or "", Provider())) for entry in resources
    )


def _resource(planned: PlannedResource) -> Resource:
    return Resource(
        key=planned.urn,
        type=planned.type,
        name=planned.name,
        properties=properties(planned),
        id=planned.id if planned.id is not None else UNKNOWN,
        dependencies={key: tuple(sorted(urns)) for key, urns in planned.property_dependencies.items()},
        parent=planned.parent,
        inputs=frozenset(planned.inputs),
    )
