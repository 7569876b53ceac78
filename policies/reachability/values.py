"""Known, unknown and absent values: the only way in which this package reads a property.

A planned resource has properties whose value AWS will only give at creation. Nothing here guesses
one: `UNKNOWN` and `ABSENT` have no truth value, no order and no length, so that a rule that forgets
them fails loudly instead of passing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeGuard


class _Marker:
    """A value that is not there to be computed with."""

    __slots__ = ("_label",)

    def __init__(self, label: str) -> None:
        self._label = label

    def __repr__(self) -> str:
        return self._label

    def __bool__(self) -> bool:
        raise TypeError(f"a value that is {self._label} has no truth value: test it with `is`")

    def __reduce__(self) -> str:
        return self._label.upper()


class Unknown(_Marker):
    """A value that exists and cannot be known yet."""


class Absent(_Marker):
    """A property that is not set."""


UNKNOWN: Final = Unknown("unknown")
ABSENT: Final = Absent("absent")

Value = Any
"""JSON (`str`, `float`, `int`, `bool`, `Mapping`, `Sequence`), `UNKNOWN` or `ABSENT`."""

Truth = bool | Unknown
"""Whether something holds: yes, no, or `UNKNOWN`."""

FLAGS: Final = frozenset(
    {
        "assignPublicIp",
        "autoAccept",
        "blackhole",
        "egress",
        "enableDns64",
        "enableDnsHostnames",
        "enableDnsSupport",
        "internal",
        "ipv6AllowedForDualStack",
        "ipv6Native",
        "privateDnsEnabled",
        "publiclyAccessible",
        "replaceDefaultAssociation",
        "self",
        "sourceDestCheck",
        "transitGatewayDefaultRouteTableAssociation",
        "transitGatewayDefaultRouteTablePropagation",
    }
)
"""The properties that are true or false: programs give them as text too, as Pulumi's config holds it."""

FLAG_TEXTS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("1", "t", "T", "true", "TRUE", "True"), True),
    **dict.fromkeys(("0", "f", "F", "false", "FALSE", "False"), False),
}
"""What the provider makes of such texts, as Go's `strconv.ParseBool` does; it refuses any other."""


_MAPPINGS: Final = (dict, Mapping)
_SEQUENCES: Final = (list, tuple, Sequence)
"""The usual types first: they are told by their type alone, an abstract one by a call."""


def any_true(answers: Iterable[Truth]) -> Truth:
    """Three-valued `any`."""
    found = list(answers)
    if any(answer is True for answer in found):
        return True
    return UNKNOWN if any(answer is UNKNOWN for answer in found) else False


def is_known(value: Value) -> bool:
    """Whether `value` is there and known: neither `UNKNOWN` nor `ABSENT`."""
    return value is not UNKNOWN and value is not ABSENT


def get(properties: Value, *path: str | int) -> Value:
    """Read the value at `path`.

    Returns:
        The value; `UNKNOWN` where it or anything on the way to it is unknown; `ABSENT` where it or
        anything on the way to it is missing or null. One of `FLAGS` that is given as text is what the
        provider makes of it.
    """
    value = properties
    for step in path:
        if value is UNKNOWN or value is ABSENT:
            return value
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, _MAPPINGS) else ABSENT
            if step in FLAGS and isinstance(value, str):
                value = FLAG_TEXTS.get(value, UNKNOWN)
        elif is_list(value) and step < len(value):
            value = value[step]
        else:
            value = ABSENT
        if value is None:
            value = ABSENT
    return value


def is_list(value: Value) -> TypeGuard[Sequence[Any]]:
    """Whether `value` is a JSON list."""
    return isinstance(value, _SEQUENCES) and not isinstance(value, (str, bytes))


def items(properties: Value, *path: str | int) -> tuple[Value, ...] | Unknown:
    """Read a list: its elements (each may be `UNKNOWN`), `()` where absent, or `UNKNOWN` as a whole.

    A single value where a list is expected counts as a list of one, as AWS policy documents allow.
    """
    value = get(properties, *path)
    if isinstance(value, Unknown):
        return value
    if value is ABSENT:
        return ()
    if is_list(value):
        return tuple(ABSENT if element is None else element for element in value)
    return (value,)


def elements(properties: Value, *path: str | int) -> tuple[Value, ...]:
    """Like `items`; a list that is unknown as a whole is one unknown element."""
    found = items(properties, *path)
    return (UNKNOWN,) if isinstance(found, Unknown) else found


def known_items(value: Value) -> tuple[Value, ...]:
    """The elements of a list; none where it is unknown or absent."""
    found = items(value)
    return () if isinstance(found, Unknown) else found


def contains_unknown(value: Value) -> bool:
    """Whether `value` is unknown, or has an unknown anywhere inside."""
    return count_unknown(value) > 0


def count_unknown(value: Value) -> int:
    """How many unknown values there are in `value`, itself included."""
    if value is UNKNOWN:
        return 1
    if isinstance(value, Mapping):
        return sum(map(count_unknown, value.values()))
    return sum(map(count_unknown, value)) if is_list(value) else 0


def to_int(value: Value) -> int | Unknown | Absent:
    """Read a whole number: engines send numbers as floats, and programs as text.

    Raises:
        ValueError: `value` is known and is no whole number.
    """
    if isinstance(value, (Unknown, Absent)):
        return value
    number = float(value)
    if not number.is_integer():
        raise ValueError(f"{value!r} is not a whole number")
    return int(number)
