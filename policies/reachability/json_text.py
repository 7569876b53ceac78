"""JSON texts inside of properties, such as policies and container definitions: read as AWS's tools read them.

Source: RFC 8259, sections 6 and 9 ("set limits on the maximum depth of nesting").
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any, Final

_DEEPEST: Final = 100
"""Levels; no API of AWS's takes as many, and what walks a value calls itself for each."""
_TOO_DEEP: Final = "nested too deeply to be read"

Pairs = Callable[[list[tuple[str, Any]]], Any]


class JsonTextError(ValueError):
    """A text is not JSON that can be used: `str()` says why, to stand after "it is"."""


def loads(text: str, pairs: Pairs | None = None) -> Any:
    """What `text` holds; of a key that is there twice, the last.

    Args:
        pairs: makes an object of its keys and values; a `dict` where it is not given.

    Raises:
        JsonTextError: it is no JSON, has a number that few programs can hold, or nests too deeply.
    """
    try:
        document = json.loads(text, object_pairs_hook=pairs, parse_float=_finite, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise JsonTextError(f"no JSON: {error.msg} at line {error.lineno}, column {error.colno}") from error
    except JsonTextError:
        raise
    except ValueError as error:  # Python's limit on the digits of an integer.
        raise JsonTextError("JSON with a number that is too long to be read") from error
    except RecursionError as error:
        raise JsonTextError(f"JSON that is {_TOO_DEEP}") from error
    if is_too_deep(document):
        raise JsonTextError(f"JSON that is {_TOO_DEEP}")
    return document


def is_too_deep(document: Any) -> bool:
    """Whether lists and objects stand in each other deeper than what reads them can follow."""
    level = [document]
    for _ in range(_DEEPEST + 1):
        inside = [each.values() if isinstance(each, dict) else each for each in level if _has_parts(each)]
        level = [part for parts in inside for part in parts]
        if not level:
            return False
    return True


def _has_parts(value: Any) -> bool:
    return isinstance(value, (dict, list))


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise JsonTextError("JSON with a number that is too long to be read")
    return value


def _no_number(text: str) -> float:
    raise JsonTextError(f"no JSON: {text} is no number")
