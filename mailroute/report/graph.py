"""Planned resources as the policy pack's rules read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from enforcement.resources import Properties, resource
from mailroute import wire
from reachability.graph.provider_scope import Provider

from . import redact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mailroute.rehearsal.result import PlannedResource
    from reachability import Resource
    from reachability.values import Value

PROVIDER: Final = "pulumi:providers:"
"""How the type tokens of providers begin."""

_NO_PROVIDER: Final = Provider(access="")


def shown(planned: PlannedResource) -> Mapping[str, Value]:
    """The properties of a resource for a person: a secret is as unknown as a value to come."""
    return Properties(redact.without_secrets(planned.outputs), redact.without_secrets(planned.inputs))


def program_resources(
    planned: Iterable[PlannedResource], read: Callable[[Any], Value] = wire.plain
) -> tuple[Resource, ...]:
    """The resources as the rules read them, secrets in clear: what is shown of the proof is redacted.

    They are in the order of their URNs: engines complete them in another one each time, and where
    several paths are alike, the one that is shown is the first.

    Args:
        read: what takes a property out of its wrappers.
    """
    resources = sorted(planned, key=lambda entry: entry.urn)
    providers = {
        entry.urn: Provider.of(_read(entry.inputs, read), entry.urn)
        for entry in resources
        if entry.type.startswith(PROVIDER)
    }
    return tuple(_resource(entry, providers, read) for entry in resources)


def _resource(
    planned: PlannedResource, providers: Mapping[str, Provider], read: Callable[[Any], Value]
) -> Resource:
    return resource(
        planned.urn,
        planned.type,
        planned.name,
        outputs=_read(planned.outputs, read),
        declared=_read(planned.inputs, read),
        dependencies={key: tuple(sorted(urns)) for key, urns in planned.property_dependencies.items()},
        depends_on=planned.dependencies,
        parent=planned.parent,
        provider=providers.get(planned.provider, Provider()) if planned.provider else _NO_PROVIDER,
        component=planned.provider is None,
    )


def _read(properties: Mapping[str, Any], read: Callable[[Any], Value]) -> dict[str, Value]:
    return {name: read(value) for name, value in properties.items()}
