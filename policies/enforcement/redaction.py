"""Secrets out of texts: what a rule or a program says may repeat one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from reachability.values import is_list

from .wire import OutputValue, Secret

MASK: Final = "[secret]"
_SHORTEST: Final = 3
"""Shorter secrets are left in texts, or every `1` would be masked: the rule of Pulumi's own log filter."""
_TELL_NOTHING: Final = frozenset({"true", "false"})


def secret_texts(value: Any, inside: bool = False) -> Iterator[str]:
    """Every text, or number as text, in a decoded `value` that is marked as secret or `inside` one."""
    if isinstance(value, Secret):
        yield from secret_texts(value.value, inside=True)
    elif isinstance(value, OutputValue):
        yield from secret_texts(value.value, inside=inside or value.secret)
    elif isinstance(value, Mapping):
        for element in value.values():
            yield from secret_texts(element, inside)
    elif is_list(value):
        for element in value:
            yield from secret_texts(element, inside)
    elif inside and isinstance(value, (str, int, float)) and not isinstance(value, bool):
        yield str(value)


def masker(secrets: Iterable[str]) -> Callable[[str], str]:
    """A function that replaces each of `secrets` in a text, plain or inside a JSON string."""
    words = {form for secret in secrets for form in (secret, json.dumps(secret)[1:-1])}
    words = {word for word in words if len(word) >= _SHORTEST} - _TELL_NOTHING
    if not words:
        return lambda text: text
    pattern = re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))
    return lambda text: pattern.sub(MASK, text)
