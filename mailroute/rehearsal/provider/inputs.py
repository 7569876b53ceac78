"""What the provider makes of a program's inputs: names, default tags, and what is plainly wrong."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from mailroute import wire
from mailroute.wire import Secret
from reachability.values import FLAG_TEXTS, UNKNOWN, contains_unknown, is_list

from ..account import Kind
from .sdk import Output, ResourceClass, Shape, parts_of
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


_FORMER_NAMES: Final = {
    "aws:elasticache/replicationGroup:ReplicationGroup": {
        "numberCacheClusters": "numCacheClusters",
        "replicationGroupDescription": "description",
    },
}
"""What pulumi-aws 5 calls inputs that have another name by now."""


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
    inputs = {
        name: _typed(resource.token, resource.outputs[name], value) if name in resource.outputs else value
        for name, value in _renamed(resource, without_defaults(news)).items()
    }
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


def _renamed(resource: ResourceClass, inputs: dict[str, Any]) -> dict[str, Any]:
    """`inputs` under their present names too: pulumi-aws 5 has others for some."""
    names = _FORMER_NAMES.get(resource.token, {})
    present = {names[name]: value for name, value in inputs.items() if name in names}
    return {**present, **inputs}


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


def _typed(token: str, output: Output, value: Any) -> Any:
    """`value` with numbers and truth values for texts in their place, as Pulumi's config holds them.

    A text that the provider cannot read so stays.
    """
    if isinstance(value, Secret):
        return Secret(_typed(token, output, value.value))
    if isinstance(value, str):
        return read_text(output.inner, value)
    if output.shape is Shape.TEXT and isinstance(value, Mapping):
        return _as_json(value)
    if is_list(value):
        return [_typed(token, output, element) for element in value]
    if not isinstance(value, Mapping) or not _holds_readable(value):
        return value
    if output.shape is Shape.MAP:
        inside = replace(output, shape=output.inner)
        return {name: _typed(token, inside, part) for name, part in value.items()}
    parts = parts_of(token, output.part) if output.part else {}
    return {name: _typed(token, parts[name], part) if name in parts else part for name, part in value.items()}


def _as_json(document: Mapping[str, Any]) -> Any:
    """A document, such as a policy, as the text that AWS takes: unknown or secret where a part of it is."""
    if contains_unknown(wire.plain(document)):
        return UNKNOWN
    text = json.dumps(wire.plain(document), sort_keys=True, separators=(",", ":"))
    return Secret(text) if wire.contains_secret(document) else text


def read_text(shape: Shape, text: str) -> Any:
    """The truth value or number that a text stands for where one is expected, else the text."""
    if shape is Shape.FLAG:
        return FLAG_TEXTS.get(text, text)
    if shape is Shape.NUMBER and _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


def _holds_readable(value: Any) -> bool:
    """Whether a text in `value` may stand for a number or a truth value: few do, and types cost time."""
    if isinstance(value, Secret):
        return _holds_readable(value.value)
    if isinstance(value, Mapping):
        return any(map(_holds_readable, value.values()))
    if is_list(value):
        return any(map(_holds_readable, value))
    return isinstance(value, str) and (value in FLAG_TEXTS or _NUMBER.fullmatch(value) is not None)


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
