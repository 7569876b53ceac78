"""Writes the reference of the policies from the policies themselves: `python docs/render.py`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import mailroute  # noqa: F401  (leads to the modules of the policy pack)
from enforcement.options import COMMON
from rules import RULES
from rules.rule import EVIDENCE, Rule

PAGE: Final = Path(__file__).parent / "reference" / "policies.md"
SHARED: Final[Mapping[str, Mapping[str, Any]]] = {**COMMON, **EVIDENCE}

INTRODUCTION: Final = """\
# Policies

*Written by `python docs/render.py` from the rules in `policies/rules/`.*

Every rule is mandatory unless the pack's configuration says otherwise. A rule that meets a value
which is not known yet says so, with a code of its own, and blocks. How to configure them:
[guide](../guide.md#configure-the-pack).
"""


def page() -> str:
    """The whole page."""
    return "\n".join([INTRODUCTION, *_shared(), *(line for rule in RULES for line in _rule(rule))])


def _rule(rule: Rule) -> Iterator[str]:
    yield f"## {rule.name}\n"
    yield f"{_text(rule.description)}\n"
    yield f"- Severity: {rule.severity.value}"
    yield f"- Judges: {', '.join(f'`{token}`' for token in rule.judges)}"
    yield f"- When: {' and '.join(_occasions(rule))}"
    yield f"- AWS: {_text(rule.reference)}"
    yield f"- Remedy: {_text(rule.remedy)}\n"
    shared = [f"`{name}`" for name in rule.options if name in EVIDENCE]
    if shared:
        yield f"Also takes {', '.join(shared)}, see above.\n"
    own = {name: option for name, option in rule.options.items() if name not in SHARED}
    if own:
        yield from _table(own)


def _occasions(rule: Rule) -> Iterator[str]:
    if rule.check_alone is not None:
        yield "before each resource"
    if rule.check is not None:
        yield "over the whole stack"


def _shared() -> Iterator[str]:
    yield "## Options of several rules\n"
    yield f"Every rule takes {' and '.join(f'`{name}`' for name in COMMON)}.\n"
    yield from _table(SHARED)


def _table(options: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield "| option | type | default | |"
    yield "|---|---|---|---|"
    for name, option in options.items():
        kind = " or ".join(f"`{value}`" for value in option["enum"]) if "enum" in option else option["type"]
        yield f"| `{name}` | {kind} | `{json.dumps(option['default'])}` | {_text(option['description'])} |"
    yield ""


def _text(text: str) -> str:
    """`text` with nothing in it that Markdown takes for HTML."""
    return text.replace("<", "\\<")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
