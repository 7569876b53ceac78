"""JSON as every program reads it: what only Python's reader takes, or leaves out, is refused by its place.

Source: RFC 8259, sections 4 ("names within an object SHOULD be unique"), 6 and 8.2.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

_LONGEST_NUMBER: Final = 100
_TOO_DEEP: Final = "nested too deeply"
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_ESCAPED_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")


class JsonError(ValueError):
    """A text is not JSON that can be used: `str()` says where in the document, and why.

    Attributes:
        position: `LINE:COLUMN` where the text is no JSON at all; else empty.
    """

    def __init__(self, reason: str, position: str = "") -> None:
        super().__init__(reason)
        self.position = position

    def of(self, file: Path | str) -> str:
        """The same with the file that the text is from, or what it is called."""
        return f"{file}:{self.position}: {self}" if self.position else f"{file}: {self}"


class _Refused:
    """What stands in a document for something that cannot be used."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def loads(text: str) -> Any:
    """Read a JSON document.

    Raises:
        JsonError: it is none, has a key twice in an object, a number that few programs can hold, text that
            cannot be encoded, or nests too deeply.
    """
    refused: list[_Refused] = []

    def refuse(reason: str) -> _Refused:
        refused.append(_Refused(reason))
        return refused[-1]

    def pairs(given: list[tuple[str, Any]]) -> Any:
        found = dict(given)
        if len(found) < len(given):
            keys = [key for key, _ in given]
            twice = next(key for key in found if keys.count(key) > 1)
            return refuse(f"the key {twice!r} stands there twice: keep one of them")
        return found

    def number(read: type[int] | type[float], given: str) -> Any:
        value = read(given) if len(given) <= _LONGEST_NUMBER else math.inf
        return value if math.isfinite(value) else refuse("a number that is too large: write it as text")

    try:
        document = json.loads(
            text,
            object_pairs_hook=pairs,
            parse_int=lambda given: number(int, given),
            parse_float=lambda given: number(float, given),
            parse_constant=lambda given: refuse(f"{given} is no number in JSON"),
        )
        from reachability.json_text import is_too_deep  # It loads the proof, which a run starts without.

        if is_too_deep(document):
            raise JsonError(_TOO_DEEP)
        if refused or _ESCAPED_SURROGATE.search(text):
            for path, reason in _faults(document, ()):
                raise JsonError(f"{place(path) or 'the document'}: {reason}")
    except json.JSONDecodeError as error:
        raise JsonError(f"not JSON: {error.msg}", f"{error.lineno}:{error.colno}") from error
    except RecursionError as error:
        raise JsonError(_TOO_DEEP) from error
    return document


def _faults(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Each place of what cannot be used, and the reason."""
    if isinstance(value, _Refused):
        yield path, value.reason
    elif isinstance(value, str) and _SURROGATE.search(value):
        yield path, "half of a surrogate pair, which is no character: write the whole character"
    elif isinstance(value, dict):
        for key, part in value.items():
            if _SURROGATE.search(key):
                yield path, "a key with half of a surrogate pair, which is no character"
            yield from _faults(part, (*path, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _faults(part, (*path, index))


def place(path: Iterable[str | int]) -> str:
    """Where in a document: `resources[3].properties.cidrBlock`; empty for the whole of it."""
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return steps.lstrip(".")
