"""What can be wrong with inputs by themselves, before AWS is asked: the provider's own validation.

A value that is unknown or secret is let through: the first cannot be judged, the second not be shown.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from mailroute.wire import Secret
from reachability import json_text
from reachability.values import UNKNOWN, is_list

from .kind import Check

_LAST_PORT: Final = 65535


def one_of(path: str, *allowed: str) -> Check:
    """The value at `path` is one of `allowed`."""

    def check(inputs: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        for place, value in _at(inputs, path):
            if value not in allowed:
                yield place, f"expected one of {', '.join(allowed)}; got {value!r}"

    return check


def ipv4_network(path: str) -> Check:
    """The value at `path` is an IPv4 network in CIDR notation, no bit set behind the prefix."""
    return _network(path, 4)


def ipv6_network(path: str) -> Check:
    """The value at `path` is an IPv6 network in CIDR notation, no bit set behind the prefix."""
    return _network(path, 6)


def port(path: str) -> Check:
    """The value at `path` is a port, or -1 for all."""

    def check(inputs: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        for place, value in _at(inputs, path):
            if not isinstance(value, (int, float)) or not -1 <= value <= _LAST_PORT:
                yield place, f"expected a port from 0 to {_LAST_PORT}, or -1; got {value!r}"

    return check


def json_object(path: str) -> Check:
    """The value at `path` is the text of a JSON object, as policies are."""
    return _json(path, dict, "object")


def json_array(path: str) -> Check:
    """The value at `path` is the text of a JSON array, as container definitions are."""
    return _json(path, list, "array")


def _json(path: str, kind: type, noun: str) -> Check:
    def check(inputs: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        for place, value in _at(inputs, path):
            try:
                document = json_text.loads(value) if isinstance(value, str) else value
            except json_text.JsonTextError as error:
                yield place, f"contains {error}"
                continue
            if not isinstance(document, kind):
                yield place, f"contains JSON that is no {noun}"

    return check


def required(path: str, *names: str) -> Check:
    """The object at `path`, where there is one, has each of the properties `names`."""

    def check(inputs: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        for place, value in _at(inputs, path):
            for name in names:
                if value.get(name) is None:
                    yield f"{place}.{name}", "a value is required, none is given"

    return check


def conflicting(*names: str) -> Check:
    """Of the inputs `names` at most one is set; two that are unknown may each turn out to be null."""

    def check(inputs: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        given = [name for name in names if inputs.get(name) not in (None, False)]
        known = [name for name in given if inputs[name] is not UNKNOWN]
        if len(given) > 1 and known:
            yield known[0], f"conflicts with {', '.join(name for name in given if name != known[0])}"

    return check


def requiring(name: str, *needed: str) -> Check:
    """Where the input `name` is set, so are the inputs `needed`."""

    def check(inputs: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        if inputs.get(name) is not None:
            for each in needed:
                if inputs.get(each) is None:
                    yield each, f"a value is required beside {name}, none is given"

    return check


def exactly_one_of(path: str, *names: str) -> Check:
    """Of the properties `names` of the object at `path` (empty: the inputs) just one is set.

    One that is unknown may turn out to be null.
    """

    def check(inputs: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        for place, value in _at(inputs, path) if path else [("", inputs)]:
            given = [name for name in names if value.get(name) is not None]
            known = [name for name in given if value[name] is not UNKNOWN]
            if len(known) > 1 or not given:
                found = " and ".join(known) or "none"
                yield place or names[0], f"exactly one of {', '.join(names)} must be set, not {found}"

    return check


def _network(path: str, version: int) -> Check:
    def check(inputs: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        for place, value in _at(inputs, path):
            reason = _not_a_network(value, version)
            if reason:
                yield place, reason

    return check


def _not_a_network(value: Any, version: int) -> str | None:
    try:
        found = ipaddress.ip_network(value, strict=False)
    except (TypeError, ValueError):
        found = None
    if found is None or found.version != version or "/" not in str(value):
        return f"{value!r} is not a valid IPv{version} CIDR block"
    if ipaddress.ip_network(value, strict=False).network_address != ipaddress.ip_interface(value).ip:
        return f"{value!r} is not a valid IPv{version} CIDR block; did you mean {str(found)!r}?"
    return None


def _at(value: Any, path: str, place: str = "") -> Iterator[tuple[str, Any]]:
    """Every known value at `path`, with its place; `*` in `path` stands for each element of a list."""
    step, _, rest = path.partition(".")
    if step == "*":
        parts = (
            [(f"{place}[{index}]", element) for index, element in enumerate(value)] if is_list(value) else []
        )
    else:
        part = value.get(step) if isinstance(value, Mapping) else None
        parts = [(f"{place}.{step}" if place else step, part)]
    for where, part in parts:
        if part is None or part is UNKNOWN or isinstance(part, Secret):
            continue
        if rest:
            yield from _at(part, rest, where)
        else:
            yield where, part
