"""Pulumi's wire format, read: JSON in a protobuf `Struct`, with signed objects for what JSON cannot say.

Decoded, a property is JSON (whole numbers as `int`), or one of `UNKNOWN`, `Secret`, `OutputValue` and
`ResourceReference`. Assets and archives stay signed objects: nobody here looks inside one.

Source: Pulumi's Go SDK, `sdk/go/common/resource/plugin/rpc.go`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from google.protobuf.struct_pb2 import Struct, Value

from reachability.values import UNKNOWN

UNKNOWN_SENTINEL: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE_KEY: Final = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 (marks a secret, is none)
OUTPUT_SIGNATURE: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
RESOURCE_SIGNATURE: Final = "5cf8f73096256a8f31e491e813e4eb8e"

_UNKNOWN_SENTINELS: Final = frozenset(
    {
        UNKNOWN_SENTINEL,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
_EXACT_INTEGERS: Final = 2**53


@dataclass(frozen=True)
class Secret:
    """A secret value: its `repr` and its JSON never show it."""

    value: Any = field(repr=False)


@dataclass(frozen=True)
class OutputValue:
    """A value with the URNs of the resources that it comes from; sent to transforms only."""

    value: Any = field(repr=False)
    dependencies: tuple[str, ...] = ()
    secret: bool = False


@dataclass(frozen=True)
class ResourceReference:
    """A resource where a value is expected.

    Attributes:
        id: its id, `UNKNOWN` before creation, `None` for a component.
    """

    urn: str
    id: Any = None
    version: str = ""


def decode(properties: Struct) -> dict[str, Any]:
    """Read the properties of a message."""
    fields = properties.fields
    return {key: decode_value(fields[key]) for key in fields}  # `items()` of a message's map is slow


def decode_value(value: Value) -> Any:
    """Read one property: see the module for what it may be."""
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        return UNKNOWN if text in _UNKNOWN_SENTINELS else text
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() and abs(number) < _EXACT_INTEGERS else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [decode_value(element) for element in value.list_value.values]
    if kind == "struct_value":
        return _decode_object(value.struct_value)
    return None


def _decode_object(properties: Struct) -> Any:
    fields = decode(properties)
    signature = fields.get(SIGNATURE_KEY)
    if signature == SECRET_SIGNATURE:
        return Secret(fields.get("value"))
    if signature == OUTPUT_SIGNATURE:
        return OutputValue(
            fields.get("value", UNKNOWN), tuple(fields.get("dependencies", ())), bool(fields.get("secret"))
        )
    if signature == RESOURCE_SIGNATURE:
        identity = fields.get("id")
        return ResourceReference(
            fields["urn"], UNKNOWN if identity == "" else identity, fields.get("packageVersion", "")
        )
    return fields


def flat(value: Any) -> Any:
    """`value` without output values and resource references, which neither packs nor providers read.

    A reference becomes the resource's id, or its URN where it is a component.
    """
    if isinstance(value, OutputValue):
        return Secret(value.value) if value.secret and not isinstance(value.value, Secret) else value.value
    if isinstance(value, ResourceReference):
        return value.urn if value.id is None else value.id
    return value
