"""The configuration of a rule: its options, their defaults, and what is wrong with what was given.

Neither the SDK nor every engine fills in defaults or checks a configuration, so that both is done
here, and a rule always finds every one of its options.
"""

from __future__ import annotations

from collections.abc import Mapping
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
}


def schema(rule: Rule) -> dict[str, dict[str, Any]]:
    """The JSON Schema of every option of `rule`."""
    return {name: dict(option) for name, option in {**rule.options, **COMMON}.items()}


def read(rule: Rule, given: Mapping[str, Any]) -> tuple[Options, tuple[Violation, ...]]:
    """Read the configuration that `rule` was given.

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
            problems.append(_invalid(rule, name, objection))
    problems.extend(
        _invalid(rule, name, f"there is no such option; there are {', '.join(sorted(schemas))}")
        for name in given
        if name not in schemas
    )
    return options, tuple(problems)


def _invalid(rule: Rule, name: str, objection: str) -> Violation:
    return Violation(
        None,
        ("CONFIG_INVALID",),
        f"option {name!r} of {rule.name}: {objection}.",
        "Correct it in the policy pack's configuration.",
    )


def _objection(value: Any, option: Mapping[str, Any]) -> str | None:
    """What is wrong with `value`, if anything is."""
    from jsonschema import Draft202012Validator  # needed by few stacks, and slow to import

    errors = sorted(Draft202012Validator(option).iter_errors(value), key=lambda error: list(error.path))
    if not errors:
        return None
    where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in errors[0].path)
    return f"{where.lstrip('.')}: {errors[0].message}" if where else str(errors[0].message)


def _whole(value: Any) -> Any:
    """`value` with whole numbers, which arrive as floats, as `int`."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _whole(element) for key, element in value.items()}
    if isinstance(value, (list, tuple)):
        return [_whole(element) for element in value]
    return value
