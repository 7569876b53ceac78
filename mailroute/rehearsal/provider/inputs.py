"""What the provider makes of a program's inputs: names, default tags, and what is plainly wrong."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mailroute.wire import Secret
from reachability.values import FLAG_TEXTS, UNKNOWN

from ..account import Kind
from .sdk import ResourceClass, Shape
from .settings import Settings

DEFAULTS: Final = "__defaults"
"""Where checked inputs list those that the provider filled in."""

_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_TYPES: Final[Mapping[Shape, str]] = {Shape.FLAG: "true or false", Shape.NUMBER: "a number"}

_NAME_PROPERTIES: Final = {
    "aws:s3/bucket:Bucket": "bucket",
    "aws:s3/bucketV2:BucketV2": "bucket",
}
"""The property that names a resource, where it is not `name`."""


@dataclass(frozen=True)
class Autoname:
    """How the engine wants a resource named that the program does not name.

    Attributes:
        proposed: the name; empty where the provider shall choose.
        enabled: whether there shall be one at all.
    """

    proposed: str = ""
    enabled: bool = True


def without_defaults(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs without the provider's own notes among them."""
    return {name: value for name, value in inputs.items() if name != DEFAULTS}


def name_property(resource: ResourceClass) -> str | None:
    """The input by which the provider names a resource of this type that the program does not name."""
    name = _NAME_PROPERTIES.get(resource.token, "name")
    return name if name in resource.inputs - resource.required else None


def checked(
    resource: ResourceClass,
    kind: Kind,
    settings: Settings,
    urn: str,
    news: Mapping[str, Any],
    olds: Mapping[str, Any],
    autoname: Autoname,
    generation: int,
) -> dict[str, Any]:
    """The inputs with everything that the provider adds to them, listed under `DEFAULTS`.

    Args:
        olds: the resource's checked inputs; empty for a new one and for a replacement.
        generation: how often it was created before: a replacement gets another name than what it replaces.
    """
    inputs = {name: _typed(resource, name, value) for name, value in without_defaults(news).items()}
    added = {name: value for name, value in kind.checked_defaults.items() if inputs.get(name) is None}
    named = name_property(resource)
    if named and inputs.get(named) is None and inputs.get("namePrefix") is None:
        name = (
            olds.get(named) if named in (olds.get(DEFAULTS) or ()) else _autoname(urn, autoname, generation)
        )
        if name:
            added[named] = name
    if resource.tagged and settings.default_tags:
        inputs["tags"] = _merged(settings.default_tags, inputs.get("tags"))
    return {**inputs, **added, DEFAULTS: sorted(added)}


def failures(resource: ResourceClass, kind: Kind, inputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with checked inputs: pairs of property and reason."""
    for name in sorted(resource.required):
        if inputs.get(name) is None:
            yield name, "a value is required, none is given"
    for name, value in inputs.items():
        if isinstance(value, str) and _shape(resource, name) in _TYPES:
            yield name, f"{_TYPES[_shape(resource, name)]} is required, {value!r} is given"
    for check in kind.checks:
        yield from check(inputs)


def _shape(resource: ResourceClass, name: str) -> Shape:
    return resource.outputs[name].shape if name in resource.outputs else Shape.OBJECT


def _typed(resource: ResourceClass, name: str, value: Any) -> Any:
    """A text where a number or a truth value belongs, as Pulumi's config holds it: what the provider reads.

    One that it cannot read stays, and is a failure.
    """
    shape = _shape(resource, name) if isinstance(value, str) else Shape.TEXT
    if shape is Shape.FLAG:
        return FLAG_TEXTS.get(value, value)
    if shape is Shape.NUMBER and _NUMBER.fullmatch(value):
        return float(value) if "." in value else int(value)
    return value


def _autoname(urn: str, autoname: Autoname, generation: int) -> str | None:
    """The name in the program and seven digits that only this resource has."""
    if not autoname.enabled or autoname.proposed:
        return autoname.proposed or None
    digits = hashlib.sha256(f"{urn}\n{generation}".encode()).hexdigest()[:7]
    return f"{urn.rpartition('::')[2]}-{digits}"


def _merged(defaults: Mapping[str, Any], tags: Any) -> Any:
    """A resource's tags over the provider's."""
    if tags is UNKNOWN:
        return UNKNOWN
    if isinstance(tags, Secret):
        return Secret(_merged(defaults, tags.value))
    return {**defaults, **(tags or {})}
