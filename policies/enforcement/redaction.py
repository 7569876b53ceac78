"""The secrets of a deployment, as texts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote

from reachability.json_text import is_too_deep
from reachability.values import is_list

from .masking import LOOKS_MADE
from .wire import OutputValue, Secret

_URL: Final = re.compile(
    r"[a-zA-Z][a-zA-Z0-9+.-]{0,30}://(?:[^\s/?#:@]*(?::([^\s/?#]*))?@)?([^\s/?#:@().]+\.[^\s/?#:@()]+)?"
)
"""With the password of a URL, and its host where that is in a domain: others are words, as users are."""


def secret_texts(value: Any, inside: bool = False) -> Iterator[str]:
    """Every text, or number as text, in a decoded `value` that is marked as secret or `inside` one.

    Of the keys of a secret object those are that look made. What is secret may be JSON as text, such as
    container definitions, or a URL, such as a mail server's: then each text in that is secret too.
    """
    if isinstance(value, Secret):
        yield from secret_texts(value.value, inside=True)
    elif isinstance(value, OutputValue):
        yield from secret_texts(value.value, inside=inside or value.secret)
    elif isinstance(value, Mapping):
        for key, element in value.items():
            if inside and LOOKS_MADE.fullmatch(key):
                yield key
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
        document = json.loads(value, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return
    if not is_too_deep(document):
        yield from secret_texts(document, inside=True)


def _texts_in_url(value: str | float) -> Iterator[str]:
    """Password and host of each URL in a text, the password as it is written there and as it is."""
    for found in _URL.finditer(str(value)):
        password, host = found.groups()
        yield from filter(None, {password: None, unquote(password or ""): None, host: None})
