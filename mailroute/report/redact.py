"""Secrets out of everything that is shown, texts of policies and of the program among it."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from mailroute import wire
from reachability import UNKNOWN, Destination
from reachability.values import Value, is_list

if TYPE_CHECKING:
    from mailroute.rehearsal.result import PlannedResource, Rehearsal

T = TypeVar("T")

MASK: Final = "[secret]"
_SHORTEST: Final = 3
"""Shorter secrets are left in texts, or every `1` would be masked: the rule of Pulumi's own log filter."""
_TELL_NOTHING: Final = frozenset({"true", "false"})


def secrets_of(rehearsal: Rehearsal) -> frozenset[str]:
    """Every secret text that the engine has seen in a property or a stack output."""
    return frozenset({*secrets_in(rehearsal.resources), *_secrets(rehearsal.outputs)})


def secrets_in(resources: Iterable[PlannedResource]) -> Iterator[str]:
    """Every secret text in a property of `resources`."""
    for resource in resources:
        yield from _secrets(resource.inputs)
        yield from _secrets(resource.outputs)


def _secrets(value: Any, inside: bool = False) -> Iterator[str]:
    if isinstance(value, wire.Secret):
        yield from _secrets(value.value, inside=True)
    elif isinstance(value, wire.OutputValue):
        yield from _secrets(value.value, inside=inside or value.secret)
    elif isinstance(value, Mapping):
        for element in value.values():
            yield from _secrets(element, inside)
    elif is_list(value):
        for element in value:
            yield from _secrets(element, inside)
    elif inside and isinstance(value, (str, int, float)) and not isinstance(value, bool):
        yield str(value)


def without_secrets(value: Any) -> Value:
    """`value` without wrappers, as the proof reads it: a secret is as unknown as a value to come."""
    return wire.transform(value, _open)


def _open(part: Any) -> Value:
    part = wire.flat(part)
    return UNKNOWN if isinstance(part, wire.Secret) else part


def masker(secrets: Iterable[str]) -> Callable[[str], str]:
    """A function that replaces each of `secrets` in a text, plain or inside a JSON string."""
    words = {form for secret in secrets for form in (secret, json.dumps(secret)[1:-1])}
    words = {word for word in words if len(word) >= _SHORTEST} - _TELL_NOTHING
    if not words:
        return lambda text: text
    pattern = re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))
    return lambda text: pattern.sub(MASK, text)


def redact(value: T, mask: Callable[[str], str]) -> T:
    """`value` with `mask` applied to every text anywhere inside; a `Secret`, which no format shows, stays.

    A destination whose host or port is a secret is one that nobody knows, its port with its host.
    """
    return cast("T", _redact(value, mask))


def _redact(value: Any, mask: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return mask(value) if type(value) is str else value
    if isinstance(value, (wire.Secret, bytes)):
        return value
    if isinstance(value, Destination):
        return _hidden(value, mask)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changes = {
            field.name: _redact(getattr(value, field.name), mask) for field in dataclasses.fields(value)
        }
        return dataclasses.replace(value, **changes)
    if isinstance(value, Mapping):
        return {_redact(key, mask): _redact(element, mask) for key, element in value.items()}
    if isinstance(value, tuple):
        return tuple(_redact(element, mask) for element in value)
    if is_list(value):
        return [_redact(element, mask) for element in value]
    return value


def _hidden(destination: Destination, mask: Callable[[str], str]) -> Destination:
    host, port = destination.host, destination.port
    if isinstance(host, str) and mask(host) != host:
        return dataclasses.replace(destination, host=UNKNOWN, port=UNKNOWN, secret=True)
    if isinstance(port, int) and mask(str(port)) != str(port):
        return dataclasses.replace(destination, port=UNKNOWN)
    return destination
