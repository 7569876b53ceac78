"""The arguments of a component: what is known of them, and which resources they come from."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from typing import Any

from mailroute import wire
from reachability.values import UNKNOWN, contains_unknown

from ..component import NotSimulatedError, sources_of


class Arguments:
    """Arguments by name.

    Args:
        sources: the resources that all of them come from, beside their own.
    """

    def __init__(self, given: Mapping[str, Any], sources: tuple[str, ...] = ()) -> None:
        self._given = given
        self._sources = sources

    def __contains__(self, name: str) -> bool:
        return self._given.get(name) is not None

    def plain(self, name: str) -> Any:
        """The value with its secrets in clear, unknown parts as `UNKNOWN`; `None` where it is not given."""
        return wire.plain(self._given.get(name))

    def value(self, name: str) -> Any:
        """The value for an input of a child, with what it comes from; `None` where it is not given."""
        given = self._given.get(name)
        if given is None or not self._sources:
            return given
        return self.derived(wire.transform(given, wire.flat), name)

    def derived(self, value: Any, *names: str, also: tuple[str, ...] = ()) -> wire.OutputValue:
        """A value that is made of the arguments `names`: secret where one of them is."""
        given = [self._given.get(name) for name in names]
        sources = {*self._sources, *also, *(urn for each in given for urn in sources_of(each))}
        secret = any(wire.contains_secret(each) for each in given)
        return wire.OutputValue(value, tuple(sorted(sources)), secret)

    def referring(self, name: str) -> Any:
        """Like `plain`, but with the references to resources that stand in it."""
        return wire.transform(self._given.get(name), _opened)

    def is_set(self, name: str) -> bool:
        """Whether a flag is given and true.

        Raises:
            NotSimulatedError: it is unknown.
        """
        value = self.plain(name)
        if value is UNKNOWN:
            raise NotSimulatedError(f"with unknown {name}")
        return bool(value)

    def within(self, name: str) -> Arguments:
        """The arguments that are the value of `name`; none where it is not given.

        Raises:
            NotSimulatedError: the value is unknown.
        """
        given = self._given.get(name)
        value = given.value if isinstance(given, wire.OutputValue) else given
        value = value.value if isinstance(value, wire.Secret) else value
        if value is UNKNOWN:
            raise NotSimulatedError(f"with unknown {name}")
        sources = {*self._sources, *sources_of(given)}
        return Arguments(value if isinstance(value, Mapping) else {}, tuple(sorted(sources)))

    def without(self, names: Container[str] = ()) -> dict[str, Any]:
        """The values for inputs of a child, but those of `names`."""
        return {name: self.value(name) for name in self._given if name not in names}

    def one_of(self, *names: str) -> str | None:
        """The name of the one that is given, if any.

        Raises:
            ValueError: more than one is.
        """
        found = [name for name in names if name in self]
        if len(found) > 1:
            raise ValueError(f"{' and '.join(found)}: give one of them only")
        return found[0] if found else None


def as_json(value: Any) -> Any:
    """`value` as the text that JavaScript makes of it; `UNKNOWN` where any part is unknown."""
    if contains_unknown(value):
        return UNKNOWN
    return json.dumps(_without_nothing(value), separators=(",", ":"), ensure_ascii=False)


def _opened(part: Any) -> Any:
    return part.value if isinstance(part, (wire.OutputValue, wire.Secret)) else part


def _without_nothing(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nothing(each) for key, each in value.items() if each is not None}
    return [_without_nothing(each) for each in value] if isinstance(value, list) else value
