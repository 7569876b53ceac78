"""The report as annotations, which a GitHub runner shows at the lines of a pull request.

Source: GitHub Docs, "Workflow commands for GitHub Actions". Unlike every other output this one consists of
commands: each text in them is escaped, and nothing else is printed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from . import labels
from .places import Places
from .problems import problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .diagnosis import Diagnosis
    from .model import Report
    from .places import Place
    from .problems import Problem
    from .stacks import Stacks

_IN_DATA: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render(report: Report) -> str:
    """A line for each problem, those that block first; empty where there is none."""
    places = Places(report)
    stack = report.rehearsal.stack
    return "".join(_annotation(problem, places.of(problem.urn), stack) for problem in problems(report))


def render_all(stacks: Stacks) -> str:
    """The same of all stacks, with the names of those that a problem is of."""
    failed = (
        _command("error", stacks.place, f"not judged: {_named(each.stacks)}", each.said)
        for each in stacks.not_judged
    )
    told = (
        _annotation(each.said.problem, each.said.place, "the stack", f" ({_named(each.stacks)})")
        for each in stacks.problems
    )
    return "".join((*failed, *told))


def render_diagnosis(diagnosis: Diagnosis) -> str:
    """The same of a diagnosis; of a live account they stand at no line."""
    of = f" ({diagnosis.account})"
    return "".join(
        _annotation(problem, diagnosis.place(problem.urn), diagnosis.account, of)
        for problem in diagnosis.problems
    )


def _named(stacks: Sequence[str]) -> str:
    return f"{'stack' if len(stacks) == 1 else 'stacks'} {', '.join(stacks)}"


def _annotation(problem: Problem, place: Place | None, stack: str, of: str = "") -> str:
    level = "error" if problem.blocks else "notice" if problem.accepted else "warning"
    title = f"{problem.id} at {labels.resource_name(problem.urn) or stack}{of}"
    return _command(level, place, title, problem.text)


def _command(level: str, place: Place | None, title: str, text: str) -> str:
    where = {"file": place.file, "line": str(place.line)} if place else {}
    properties = {**where, "title": title}
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level} {given}::{_data(text)}\n"


def _property(text: str) -> str:
    return labels.text(text).translate(_IN_PROPERTY)


def _data(text: str) -> str:
    return labels.lines(text).translate(_IN_DATA)
