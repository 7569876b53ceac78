"""What an update changes, and whether it takes a new resource."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mailroute import wire
from reachability.values import UNKNOWN, is_list

from ..account import Kind
from .inputs import DEFAULTS, name_property, without_defaults
from .sdk import ResourceClass


@dataclass(frozen=True)
class Change:
    """One input that differs.

    Attributes:
        operation: `ADD`, `DELETE` or `UPDATE`.
        replaces: whether AWS cannot change it in place.
    """

    name: str
    operation: str
    replaces: bool


def changes(
    kind: Kind,
    olds: Mapping[str, Any],
    news: Mapping[str, Any],
    ignored: Collection[str] = (),
    computed: Collection[str] = (),
    state: Mapping[str, Any] | None = None,
) -> Iterator[Change]:
    """The inputs that differ between `olds` and `news`, both as the provider checked them.

    Args:
        computed: those that AWS gives a value where the program gives none: to drop one changes nothing.
        state: the outputs: to give what is so already, which an import leaves out, changes nothing.
    """
    before, after = wire.plain(without_defaults(olds)), wire.plain(without_defaults(news))
    current = wire.plain(state or {})
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if name in ignored or (new is None and name in computed):
            continue
        there = current.get(name)
        taken_back = name in kind.taken_back and name in current and not _holds(there, old)
        if not taken_back and _normal(new) == _normal(there if old is None else old):
            continue
        operation = "ADD" if old is None else "DELETE" if new is None else "UPDATE"
        yield Change(name, operation, name in kind.replaced_by)


def computed_inputs(resource: ResourceClass, kind: Kind) -> frozenset[str]:
    """The inputs that a program may leave to AWS: they have no default, and always a value."""
    return frozenset(
        name
        for name in resource.inputs - resource.required - kind.defaults.keys() - kind.checked_defaults.keys()
        if name in resource.outputs and not resource.outputs[name].optional
    )


def deletes_first(resource: ResourceClass, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Whether a replacement must wait for the old resource to go: the program gave both the same name."""
    name = name_property(resource)
    if name is None or name in (news.get(DEFAULTS) or ()):
        return False
    return news.get(name) is not None and news.get(name) == olds.get(name)


def _holds(found: Any, asked: Any) -> bool:
    """Whether what is there is what was asked for, beside what AWS adds."""
    if isinstance(asked, Mapping) and isinstance(found, Mapping):
        return all(_holds(found.get(name), part) for name, part in asked.items())
    return asked is None or _normal(found) == _normal(asked)


def _normal(value: Any) -> Any:
    """A form in which equal inputs are equal: most of AWS's lists are sets."""
    if value is UNKNOWN:
        return object()
    if isinstance(value, Mapping):
        return {name: _normal(part) for name, part in value.items() if part is not None}
    if is_list(value):
        parts = [_normal(part) for part in value]
        return sorted(parts, key=lambda part: json.dumps(part, sort_keys=True, default=id))
    return value
