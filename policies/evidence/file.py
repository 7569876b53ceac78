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
    from collections.abc import Iterator, Mapping

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
    read = json.loads(SCHEMA.read_text(encoding="utf-8"))
    schema = _with_definitions(read, read["$defs"])
    quick = extend(Draft202012Validator, {"properties": _properties, "allOf": _all_of})
    found: Draft202012Validator = quick(schema, format_checker=formats)
    return found


# What follows says what the schema says, and asks the library for less: a document of many resources is
# checked by each command that reads it.


def _with_definitions(rule: Any, definitions: Mapping[str, Any]) -> Any:
    """`rule` with the definitions in place of the references to them: looking them up takes long."""
    if isinstance(rule, list):
        return [_with_definitions(each, definitions) for each in rule]
    if not isinstance(rule, dict):
        return rule
    found = {name: _with_definitions(held, definitions) for name, held in rule.items() if name != "$defs"}
    if "$ref" not in found:
        return found
    definition: Any = definitions
    for step in found.pop("$ref").removeprefix("#/$defs/").split("/"):
        definition = definition[step.replace("~1", "/")]
    return {**_with_definitions(definition, definitions), **found}


_PLAIN: Final = {"string": str, "boolean": bool, "integer": int, "object": dict, "null": type(None)}
_NOTHING_ELSE: Final = frozenset({"type", "description"})
_OF_LISTS: Final = _NOTHING_ELSE | {"items"}


def _properties(
    validator: Draft202012Validator, properties: dict[str, Any], instance: Any, _schema: Any
) -> Iterator[ValidationError]:
    """`properties`, without asking of a value that is of its type, where nothing else is asked of it."""
    if isinstance(instance, dict):
        for name, rule in properties.items():
            if name in instance and not _is_of_type(rule, instance[name]):
                yield from validator.descend(instance[name], rule, path=name, schema_path=name)


def _is_of_type(rule: Mapping[str, Any], value: Any) -> bool:
    """Whether all that `rule` asks is a type, and `value` is of it: of a list, all that is in it too."""
    types = rule.get("type", ())
    named = types if isinstance(types, list) else (types,)
    if isinstance(value, list):
        listed = "array" in named and rule.keys() <= _OF_LISTS and "items" in rule
        return listed and all(_is_of_type(rule["items"], each) for each in value)
    return rule.keys() <= _NOTHING_ELSE and any(type(value) is _PLAIN.get(name) for name in named)


def _all_of(
    validator: Draft202012Validator, branches: list[dict[str, Any]], instance: Any, _schema: Any
) -> Iterator[ValidationError]:
    """`allOf`, without asking what is for resources of another type: that takes most of the time."""
    kind = instance.get("type") if isinstance(instance, dict) else None
    for index, branch in enumerate(branches):
        if not isinstance(kind, str):
            yield from validator.descend(instance, branch, schema_path=index)
        elif branch["if"]["properties"]["type"]["const"] == kind:
            yield from validator.descend(instance, branch["then"], schema_path=index)


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
