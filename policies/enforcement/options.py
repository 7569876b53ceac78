"""The configuration of a rule: its options, their defaults, and what is wrong with what was given.

Neither the SDK nor every engine fills in defaults or checks a configuration, so that both is done
here, and a rule always finds every one of its options.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any, Final

from rules.rule import Options, Rule, Violation

COMMON: Final[Mapping[str, Mapping[str, Any]]] = {
    "undetermined": {
        "description": "What a question that an unknown value leaves open does: block, or be reported only.",
        "type": "string",
        "enum": ["mandatory", "advisory"],
        "default": "mandatory",
    },
    "exceptions": {
        "description": "Violations that do not block until a date: which resource (URN or name), why.",
        "type": "array",
        "default": [],
        "items": {
            "type": "object",
            "required": ["resource", "reason", "expires"],
            "additionalProperties": False,
            "properties": {
                "resource": {"type": "string", "minLength": 1},
                "code": {"description": "Only violations with this code.", "type": "string"},
                "reason": {"type": "string", "minLength": 1},
                "expires": {
                    "description": "The last day, YYYY-MM-DD.",
                    "type": "string",
                    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                },
            },
        },
    },
    "baseline": {
        "description": "The path of a baseline, relative to the current directory: what it lists does "
        "not block.",
        "type": "string",
        "default": "",
    },
}


def schema(rule: Rule) -> dict[str, dict[str, Any]]:
    """The JSON Schema of every option of `rule`."""
    return {name: dict(option) for name, option in {**rule.options, **COMMON}.items()}


def read(rule: Rule, given: Mapping[str, Any]) -> tuple[Options, tuple[Violation, ...]]:
    """Read the configuration that `rule` was given: the pack's when it runs, the command line's before.

    Returns:
        Every option, the default standing in for one that is missing or wrong, and what is wrong.
    """
    options: dict[str, Any] = {}
    problems: list[Violation] = []
    schemas = schema(rule)
    for name, option in schemas.items():
        value = _whole(given.get(name, option["default"]))
        objection = None if value == option["default"] else _objection(value, option)
        options[name] = value if objection is None else option["default"]
        if objection is not None:
            problems.append(_invalid(rule, name, objection, option["default"]))
    problems.extend(
        _invalid(rule, name, f"there is no such option; there are {', '.join(sorted(schemas))}")
        for name in given
        if name not in schemas
    )
    return options, tuple(problems)


def _invalid(rule: Rule, name: str, objection: str, default: Any = None) -> Violation:
    instead = "leave it out" if default is None else f"leave it out for the default, {json.dumps(default)}"
    return Violation(
        None,
        ("CONFIG_INVALID",),
        f"option {name!r} of {rule.name}: {objection}.",
        f"Correct it in the policy pack's configuration, or {instead}.",
    )


def _objection(value: Any, option: Mapping[str, Any]) -> str | None:
    """What is wrong with `value`, if anything is: where, the value, and what the schema asks for."""
    from jsonschema import Draft202012Validator, FormatChecker  # needed by few stacks, and slow to import
    from jsonschema.exceptions import best_match

    from evidence.file import reason
    from evidence.strict_json import place

    formats = FormatChecker(())
    formats.checks("cidr", ValueError)(_is_cidr)
    fault = best_match(Draft202012Validator(option, format_checker=formats).iter_errors(value))
    if fault is None:
        return None
    where = place(fault.absolute_path)
    return f"{where}: {reason(fault)}" if where else reason(fault)


def _is_cidr(value: Any) -> bool:
    """
    Raises:
        ValueError: it is neither an address nor a block of addresses.
    """
    return not isinstance(value, str) or bool(ip_network(value, strict=False))


def _whole(value: Any) -> Any:
    """`value` with whole numbers, which arrive as floats, as `int`."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _whole(element) for key, element in value.items()}
    if isinstance(value, (list, tuple)):
        return [_whole(element) for element in value]
    return value
