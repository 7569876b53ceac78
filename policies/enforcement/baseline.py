"""Baselines: the violations that there were on one day, which do not block until they are fixed.

The file is JSON: `version`, and `violations`, each with the `urn` of its resource, its `code` (of another
pack the policy's name), and for an egress its `destination`. `mailroute rehearse --write-baseline` writes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

from evidence import strict_json, text_file

VARIABLE: Final = "MAILROUTE_BASELINE"
"""The environment variable that names the file, over what a rule's configuration says."""

_VERSION: Final = 1
_REMEDY: Final = "write it with `mailroute rehearse --write-baseline`"


class Known(NamedTuple):
    """A violation that there was; `destination` is empty where it is of no egress, or of any."""

    urn: str
    code: str
    destination: str = ""


class BaselineError(Exception):
    """The file is no baseline: `str()` is one line with the place and the remedy."""


def load(path: Path) -> tuple[Known, ...]:
    """The violations that the baseline at `path` lists.

    Raises:
        BaselineError: it cannot be read, or is something else.
    """
    try:
        document = strict_json.loads(text_file.read(path))
    except OSError as error:
        raise BaselineError(f"{path}: {error.strerror or error}: give the path of a baseline") from error
    except UnicodeDecodeError as error:
        raise BaselineError(f"{path}: byte {error.start} is not UTF-8: {_REMEDY}") from error
    except strict_json.JsonError as error:
        raise BaselineError(f"{error.of(path)}: {_REMEDY}") from error
    if not isinstance(document, dict) or not isinstance(document.get("violations"), list):
        raise BaselineError(f"{path}: no baseline: an object with `version` and `violations`: {_REMEDY}")
    if document.get("version") != _VERSION:
        raise BaselineError(f"{path}: version {document.get('version')!r} is not {_VERSION}: {_REMEDY}")
    return tuple(_read(path, index, entry) for index, entry in enumerate(document["violations"]))


def _read(path: Path, index: int, entry: Any) -> Known:
    where = f"{path}: violations.{index}"
    if not isinstance(entry, dict) or not {"urn", "code"} <= entry.keys() <= {"urn", "code", "destination"}:
        raise BaselineError(f"{where}: has urn, code and perhaps destination: {_REMEDY}")
    for key, value in entry.items():
        if not isinstance(value, str) or not value:
            raise BaselineError(f"{where}.{key}: {value!r} is no text: {_REMEDY}")
    return Known(**entry)


def dump(violations: Iterable[Known]) -> str:
    """The text of a baseline with `violations`, sorted, each once."""
    entries = [{key: text for key, text in each._asdict().items() if text} for each in sorted({*violations})]
    return json.dumps({"version": _VERSION, "violations": entries}, indent=2) + "\n"
