"""Reading an evidence file: its JSON Schema is published beside the proof that reads it."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from ipaddress import IPv4Address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from . import strict_json, text_file
from .strict_json import place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

SCHEMA: Final = Path(__file__).parent.parent / "reachability" / "graph" / "evidence.schema.json"
"""Where the JSON Schema of an evidence file is."""

_LONGEST_VALUE: Final = 60
_REMEDY: Final = (
    "write it with `mailroute snapshot`, or after policies/reachability/graph/evidence.schema.json"
)


class EvidenceError(Exception):
    """The evidence file cannot be used: `str()` is one line with the place, the value and the remedy."""


def load(path: Path) -> dict[str, Any]:
    """Read the evidence file at `path`.

    Returns:
        The document, valid by the schema, each resource in it once.

    Raises:
        EvidenceError: it cannot be read, is no JSON, or breaks the schema.
    """
    try:
        document: dict[str, Any] = strict_json.loads(text_file.read(path))
    except OSError as error:
        reason = error.strerror or error
        raise EvidenceError(f"{path}: {reason}: give the path of an evidence file") from error
    except UnicodeDecodeError as error:
        raise EvidenceError(f"{path}: byte {error.start} is not UTF-8: {_REMEDY}") from error
    except strict_json.JsonError as error:
        raise EvidenceError(f"{error.of(path)}: {_REMEDY}") from error
    validate(document, str(path))
    return document


def validate(document: Any, source: str, remedy: str = _REMEDY) -> None:
    """Check a document that came from `source`; `remedy` says how to get another.

    Raises:
        EvidenceError: it breaks the schema, or shows one resource twice.
    """
    from jsonschema.exceptions import best_match

    fault = best_match(_validator().iter_errors(document))
    if fault is not None:
        where = place(fault.absolute_path) or "the document"
        raise EvidenceError(f"{source}: {where}: {reason(fault)}: {remedy}")
    identities = Counter((resource["type"], resource["id"]) for resource in document["resources"])
    for (kind, identity), count in identities.items():
        if count > 1:
            raise EvidenceError(f"{source}: {kind} {identity} is there {count} times: keep one of them")


@cache
def _validator() -> Draft202012Validator:
    # A third of what the pack takes to load, without evidence.
    from jsonschema import Draft202012Validator, FormatChecker
    from jsonschema.validators import extend

    formats = FormatChecker(formats=())
    formats.checks("cidr", raises=ValueError)(_is_block)
    formats.checks("ipv4", raises=ValueError)(_is_address)
    by_type = extend(Draft202012Validator, {"allOf": _all_of})
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    found: Draft202012Validator = by_type(schema, format_checker=formats)
    return found


def _all_of(
    validator: Draft202012Validator, branches: list[dict[str, Any]], instance: Any, _schema: Any
) -> Iterator[ValidationError]:
    """`allOf`, without asking what is for resources of another type: that takes most of the time."""
    known = isinstance(instance, dict) and "type" in instance
    for index, branch in enumerate(branches):
        condition = branch.get("if", {}).get("properties", {}).get("type", {})
        only = branch.keys() <= {"if", "then"} and "const" in condition
        if not (known and only and condition["const"] != instance["type"]):
            yield from validator.descend(instance, branch, schema_path=index)


def _is_block(value: object) -> bool:
    """
    Raises:
        ValueError: it is a text that the proof cannot read as a block of addresses or as one address.
    """
    return not isinstance(value, str) or bool(ip_network(value.strip(), strict=False))


def _is_address(value: object) -> bool:
    """
    Raises:
        ValueError: it is a text that is no IPv4 address.
    """
    return not isinstance(value, str) or bool(IPv4Address(value))


def reason(fault: ValidationError) -> str:
    """The value and what is wrong with it, in the validator's words; a value that fills a screen is cut."""
    value = repr(fault.instance)
    shown = value if len(value) <= _LONGEST_VALUE else f"{value[:_LONGEST_VALUE]}..."
    if value in fault.message:
        return str(fault.message).replace(value, shown)
    return f"{shown}: {fault.message}"
