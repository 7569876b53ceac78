"""Secrets out of texts: what a rule or a program says may repeat one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from reachability.values import is_list

from .wire import OutputValue, Secret

_URL: Final = re.compile(
    r"[a-zA-Z][a-zA-Z0-9+.-]{0,30}://(?:[^\s/?#:@]*(?::([^\s/?#]*))?@)?([^\s/?#:@().]+\.[^\s/?#:@()]+)?"
)
"""With the password of a URL, and its host where that is in a domain: others are words, as users are."""

MASK: Final = "[secret]"
_SHORTEST: Final = 3
"""Shorter secrets are left in texts, or every `1` would be masked: the rule of Pulumi's own log filter."""
_TELL_NOTHING: Final = frozenset({"true", "false"})


def secret_texts(value: Any, inside: bool = False) -> Iterator[str]:
    """Every text, or number as text, in a decoded `value` that is marked as secret or `inside` one.

    What is secret may be JSON as text, such as container definitions, or a URL, such as a mail server's: then
    each text in that is secret too.
    """
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
        yield from _texts_in_json(value)
        yield from _texts_in_url(value)


def _texts_in_json(value: str | float) -> Iterator[str]:
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return
    try:
        document = json.loads(value)
    except (ValueError, RecursionError):
        return
    yield from secret_texts(document, inside=True)


def _texts_in_url(value: str | float) -> Iterator[str]:
    """Password and host of each URL in a text."""
    for found in _URL.finditer(str(value)):
        yield from filter(None, found.groups())


def _forms(secret: str) -> tuple[str, ...]:
    return secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1]


def masker(secrets: Iterable[str]) -> Callable[[str], str]:
    """A function that replaces each of `secrets` in a text: plain, in JSON, or as Python shows it."""
    words = {form for secret in secrets for form in _forms(secret)}
    words = {word for word in words if len(word) >= _SHORTEST} - _TELL_NOTHING
    if not words:
        return lambda text: text
    pattern = re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))
    return lambda text: pattern.sub(MASK, text)
