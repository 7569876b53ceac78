"""Writes the reference of the proof from its types and its findings: `python docs/render_proof.py`."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from types import ModuleType
from typing import Final

import mailroute  # noqa: F401  (leads to the modules of the policy pack)
from reachability import Verdict, aws, findings, forwarding, refusals, workloads
from reachability.graph import tokens

PAGE: Final = Path(__file__).parent / "reference" / "proof.md"
PARTS: Final = (aws, forwarding, refusals, workloads)

INTRODUCTION: Final = """\
# What the proof models

*Written by `python docs/render_proof.py` from `policies/reachability/`.*

The proof follows TCP over IPv4 or IPv6 from every subnet that a workload may run in, to the destination
and back. A value that is not known yet stands for everything that it may become; the verdict holds for all
of that. A route whose target is of a type that is not listed here is `undetermined` with the code
`NOT_MODELLED`; so is, with a code of its own, whatever depends on a part of the account that nobody has
read. Resource types that are not listed, and that no listed one refers to, do not carry packets, and do
not count.

What neither a plan nor evidence shows, and the verdict rests on, is an *assumption* with a code of its own.
It does not lower the verdict; evidence takes its place. A *warning* is a fault that the verdict does not
depend on.
"""


def page() -> str:
    """The whole page."""
    lines = [INTRODUCTION]
    for package in PARTS:
        lines += [f"## {package.__name__.rpartition('.')[2]}\n", f"{_paragraphs(package)[0]}\n"]
        for module in _modules(package):
            lines += _part(module)
    lines += ["## Resource types\n", "| what it is | type tokens |", "|---|---|", *_types(), ""]
    lines += [
        "## Findings\n",
        "| code | verdict | what is wrong | what fixes it | source |",
        "|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *_findings()]) + "\n"


def _modules(package: ModuleType) -> list[ModuleType]:
    """The modules of a package, in the order of their names."""
    names = sorted(found.name for found in pkgutil.iter_modules(package.__path__))
    return [importlib.import_module(f"{package.__name__}.{name}") for name in names]


def _part(module: ModuleType) -> Iterator[str]:
    """One module: what it says of itself, its sources, and its types with their fields."""
    title, *rest = _paragraphs(module)
    yield f"### {module.__name__.rpartition('.')[2]}\n"
    yield f"{title}\n"
    yield from (f"{text}\n" for text in rest if "Source" in text)
    types = [found for found in _classes(module) if dataclasses.is_dataclass(found)]
    yield from (f"- **{found.__name__}**{_fields(found)}: {_paragraphs(found)[0]}" for found in types)
    if types:
        yield ""


def _fields(found: type) -> str:
    names = [
        f"`{field.name}`" for field in dataclasses.fields(found) if field.init and field.name != "resource"
    ]
    return f" ({', '.join(names)})" if names else ""


def _classes(module: ModuleType) -> list[type]:
    """The public classes that a module defines, in its order."""
    found = [
        thing
        for name, thing in vars(module).items()
        if inspect.isclass(thing) and thing.__module__ == module.__name__ and not name.startswith("_")
    ]
    return sorted(found, key=lambda one: inspect.getsourcelines(one)[1])


def _paragraphs(thing: ModuleType | type) -> list[str]:
    """The paragraphs of its documentation, each in one line."""
    return [" ".join(text.split()) for text in (inspect.getdoc(thing) or "").split("\n\n")]


def _types() -> Iterator[str]:
    for name, value in vars(tokens).items():
        if name.isupper() and isinstance(value, tuple):
            what = name.replace("_", " ").lower()
            yield f"| {what} | {', '.join(f'`{token}`' for token in value)} |"


def _findings() -> Iterator[str]:
    for name, code in sorted(findings.Code.catalogue.items()):
        for statement in code.statements:
            texts = [_shown(statement.message), _shown(statement.remedy), code.source]
            yield f"| `{name}` | {_kind(statement)} | {' | '.join(texts)} |"


def _kind(statement: findings.Statement) -> str:
    if statement.verdict is None:
        return "assumption"
    return "warning" if statement.verdict is Verdict.REACHABLE else statement.verdict.value


def _shown(text: str) -> str:
    """A text with its gaps shown as `…`."""
    parts = (literal + ("…" if field is not None else "") for literal, field, _, _ in Formatter().parse(text))
    return re.sub(r"\s+", " ", "".join(parts))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
