"""Pulumi's wire format, read and written: see `enforcement.wire` for what a decoded property is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf.struct_pb2 import NULL_VALUE, ListValue, Struct, Value

from enforcement.wire import (
    OUTPUT_SIGNATURE,
    RESOURCE_SIGNATURE,
    SECRET_SIGNATURE,
    SIGNATURE_KEY,
    UNKNOWN_SENTINEL,
    OutputValue,
    ResourceReference,
    Secret,
    decode,
    decode_value,
    flat,
)
from reachability.values import UNKNOWN, is_list

__all__ = [
    "SECRET_SIGNATURE",
    "SIGNATURE_KEY",
    "UNKNOWN_SENTINEL",
    "OutputValue",
    "ResourceReference",
    "Secret",
    "contains_secret",
    "decode",
    "decode_value",
    "encode",
    "encode_value",
    "flat",
    "plain",
    "to_json",
    "transform",
]


def encode(properties: Mapping[str, Any]) -> Struct:
    """Write properties: the inverse of `decode`."""
    message = Struct()
    _fill_object(message, properties)
    return message


def encode_value(value: Any) -> Value:
    """Write one property: the inverse of `decode_value`."""
    message = Value()
    _fill(message, value)
    return message


def _fill_object(message: Struct, properties: Mapping[str, Any]) -> None:
    message.SetInParent()
    for key, value in properties.items():
        _fill(message.fields[key], value)


def _fill(message: Value, value: Any) -> None:
    if isinstance(value, str):
        message.string_value = value
    elif value is UNKNOWN:
        message.string_value = UNKNOWN_SENTINEL
    elif value is None:
        message.null_value = NULL_VALUE
    elif isinstance(value, bool):
        message.bool_value = value
    elif isinstance(value, (int, float)):
        message.number_value = value
    elif isinstance(value, Mapping):
        _fill_object(message.struct_value, value)
    elif is_list(value):
        elements: ListValue = message.list_value
        elements.SetInParent()
        for element in value:
            _fill(elements.values.add(), element)
    else:
        _fill_object(message.struct_value, _signed(value))


def _signed(value: Any) -> dict[str, Any]:
    if isinstance(value, Secret):
        return {SIGNATURE_KEY: SECRET_SIGNATURE, "value": value.value}
    if isinstance(value, OutputValue):
        signed: dict[str, Any] = {SIGNATURE_KEY: OUTPUT_SIGNATURE}
        if value.value is not UNKNOWN:
            signed["value"] = value.value
        if value.secret:
            signed["secret"] = True
        if value.dependencies:
            signed["dependencies"] = list(value.dependencies)
        return signed
    if isinstance(value, ResourceReference):
        signed = {SIGNATURE_KEY: RESOURCE_SIGNATURE, "urn": value.urn}
        if value.id is not None:
            signed["id"] = "" if value.id is UNKNOWN else value.id
        if value.version:
            signed["packageVersion"] = value.version
        return signed
    raise TypeError(f"{type(value).__name__} has no form in Pulumi's wire format")


def without_internal(properties: Mapping[str, Any]) -> dict[str, Any]:
    """`properties` without those that providers keep for themselves, whose names begin with `__`."""
    return {key: value for key, value in properties.items() if not key.startswith("__")}


def transform(value: Any, visit: Callable[[Any], Any]) -> Any:
    """Rebuild `value` from the inside out, each part replaced by `visit` of it."""
    if isinstance(value, Mapping):
        return visit({key: transform(element, visit) for key, element in value.items()})
    if isinstance(value, Secret):
        return visit(Secret(transform(value.value, visit)))
    if isinstance(value, OutputValue):
        return visit(OutputValue(transform(value.value, visit), value.dependencies, value.secret))
    if is_list(value):
        return visit([transform(element, visit) for element in value])
    return visit(value)


def plain(value: Any) -> Any:
    """`value` with every secret in clear: for the proof and for providers, never for people."""
    return transform(value, lambda part: part.value if isinstance(part, Secret) else flat(part))


def contains_secret(value: Any) -> bool:
    """Whether `value` is a secret, or has one anywhere inside."""
    if isinstance(value, Secret):
        return True
    if isinstance(value, OutputValue):
        return value.secret or contains_secret(value.value)
    if isinstance(value, Mapping):
        return any(contains_secret(element) for element in value.values())
    return is_list(value) and any(contains_secret(element) for element in value)


def to_json(value: Any) -> Any:
    """`value` for a person or the next tool: `{"$unknown": true}`, `{"$secret": true}`, never a secret."""
    if value is UNKNOWN:
        return {"$unknown": True}
    if isinstance(value, Secret) or (isinstance(value, OutputValue) and value.secret):
        return {"$secret": True}
    if isinstance(value, (OutputValue, ResourceReference)):
        return to_json(flat(value))
    if isinstance(value, Mapping):
        return {key: to_json(element) for key, element in value.items() if key != SIGNATURE_KEY}
    if is_list(value):
        return [to_json(element) for element in value]
    return value
