"""Secrets out of everything that is shown, texts of policies and of the program among it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from enforcement.masking import MASK
from enforcement.redaction import secret_texts
from mailroute import wire
from reachability import UNKNOWN, Destination, Egress
from reachability.values import Value, is_list

if TYPE_CHECKING:
    from mailroute.rehearsal.result import PlannedResource, Rehearsal

__all__ = ["MASK", "redact", "secrets_in", "secrets_of", "without_secrets"]

T = TypeVar("T")

_NONE: Final[Mapping[str, Callable[[str], str]]] = {}


def secrets_of(rehearsal: Rehearsal) -> frozenset[str]:
    """Every secret text that the engine has seen in a property or a stack output."""
    return frozenset({*secrets_in(rehearsal.resources), *secret_texts(rehearsal.outputs)})


def secrets_in(resources: Iterable[PlannedResource]) -> Iterator[str]:
    """Every secret text in a property of `resources`."""
    for resource in resources:
        yield from secret_texts(resource.inputs)
        yield from secret_texts(resource.outputs)


def without_secrets(value: Any) -> Value:
    """`value` without wrappers, as the proof reads it: a secret is as unknown as a value to come."""
    return wire.transform(value, _open)


def _open(part: Any) -> Value:
    part = wire.flat(part)
    return UNKNOWN if isinstance(part, wire.Secret) else part


def redact(value: T, mask: Callable[[str], str], clear: Mapping[str, Callable[[str], str]] = _NONE) -> T:
    """`value` with `mask` applied to every text anywhere inside; a `Secret`, which no format shows, stays.

    A destination whose host or port is a secret is one that nobody knows, its port with its host.

    Args:
        clear: masks in place of `mask`, by the URN of the workload in whose egress they count.
    """
    masks = {urn: cache(own) for urn, own in clear.items()}
    return cast("T", _redact(value, cache(mask), masks))  # names and types come again and again


def _redact(value: Any, mask: Callable[[str], str], clear: Mapping[str, Callable[[str], str]] = _NONE) -> Any:
    if isinstance(value, Egress):
        mask = clear.get(value.urn, mask)
    if isinstance(value, str):
        return mask(value) if type(value) is str else value
    if isinstance(value, (wire.Secret, bytes)):
        return value
    if isinstance(value, Destination):
        return _hidden(value, mask)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changes = {
            field.name: _redact(getattr(value, field.name), mask, clear)
            for field in dataclasses.fields(value)
        }
        return dataclasses.replace(value, **changes)
    if isinstance(value, Mapping):
        return {_redact(key, mask): _redact(element, mask, clear) for key, element in value.items()}
    if isinstance(value, tuple):
        return tuple(_redact(element, mask, clear) for element in value)
    if is_list(value):
        return [_redact(element, mask, clear) for element in value]
    return value


def _hidden(destination: Destination, mask: Callable[[str], str]) -> Destination:
    host, port = destination.host, destination.port
    if isinstance(host, str) and mask(host) != host:
        return dataclasses.replace(destination, host=UNKNOWN, port=UNKNOWN, secret=True)
    if isinstance(port, int) and mask(str(port)) != str(port):
        return dataclasses.replace(destination, port=UNKNOWN)
    return destination
