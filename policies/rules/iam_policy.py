"""IAM policy documents as far as a rule needs them: which actions a statement allows, and to whom.

Source: IAM User Guide, "IAM JSON policy elements reference".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from reachability import json_text
from reachability.values import ABSENT, UNKNOWN, Unknown, Value, get, items


@dataclass(frozen=True)
class Condition:
    """One test of a statement: operator and key in lower case."""

    operator: str
    key: str
    values: tuple[str, ...] | Unknown


@dataclass(frozen=True)
class Statement:
    """A statement that allows something.

    Attributes:
        actions: the action patterns in lower case; `UNKNOWN` where they are not known.
        all_but: whether it allows every action but those (`NotAction`).
        resources: the resource patterns; `UNKNOWN` where they are not known.
        conditions: all of them must be met.
    """

    actions: tuple[str, ...] | Unknown
    all_but: bool
    resources: tuple[str, ...] | Unknown
    conditions: tuple[Condition, ...]

    def allows(self, action: str) -> bool | Unknown:
        """Whether it allows `action`, its conditions aside."""
        if isinstance(self.actions, Unknown):
            return UNKNOWN
        return any(_pattern(pattern).fullmatch(action.lower()) for pattern in self.actions) != self.all_but


def allowed(document: Value) -> tuple[Statement, ...] | Unknown:
    """The `Allow` statements of a policy document, JSON text or object.

    `UNKNOWN` where it is not known, or is no such document, so that AWS will refuse it.
    """
    if isinstance(document, str):
        try:
            document = json_text.loads(document)
        except json_text.JsonTextError:
            return UNKNOWN
    if not isinstance(document, Mapping):
        return UNKNOWN
    statements = items(document, "Statement")
    return statements if isinstance(statements, Unknown) else tuple(_read(statements))


def _read(statements: tuple[Value, ...]) -> Iterator[Statement]:
    for statement in statements:
        if get(statement, "Effect") == "Deny":
            continue
        all_but = get(statement, "NotAction") is not ABSENT
        actions = _texts(items(statement, "NotAction" if all_but else "Action"))
        yield Statement(
            actions if isinstance(actions, Unknown) else tuple(map(str.lower, actions)),
            all_but,
            _texts(items(statement, "Resource")),
            tuple(_conditions(get(statement, "Condition"))),
        )


def _conditions(condition: Value) -> Iterator[Condition]:
    if isinstance(condition, Mapping):
        for operator, tests in condition.items():
            if isinstance(tests, Mapping):
                for key in tests:
                    yield Condition(operator.lower(), key.lower(), _texts(items(tests, key)))


def _texts(values: tuple[Value, ...] | Unknown) -> tuple[str, ...] | Unknown:
    if isinstance(values, Unknown) or not all(isinstance(value, str) for value in values):
        return UNKNOWN
    return values


@lru_cache
def _pattern(text: str) -> re.Pattern[str]:
    """IAM's wildcards: `*` for any text, `?` for one character."""
    return re.compile("".join({"*": ".*", "?": "."}.get(part, re.escape(part)) for part in text))
