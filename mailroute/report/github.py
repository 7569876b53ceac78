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
    from .model import Report

_IN_DATA: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render(report: Report) -> str:
    """A line for each problem, those that block first; empty where there is none."""
    places = Places(report)
    lines = []
    for problem in problems(report):
        place = places.of(problem.urn)
        properties = {
            "file": place.file,
            "line": str(place.line),
            "title": f"{problem.id} at {labels.resource_name(problem.urn) or report.rehearsal.stack}",
        }
        level = "error" if problem.blocks else "notice" if problem.accepted else "warning"
        given = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
        lines.append(f"::{level} {given}::{_data(problem.text)}\n")
    return "".join(lines)


def _property(text: str) -> str:
    return labels.text(text).translate(_IN_PROPERTY)


def _data(text: str) -> str:
    return labels.lines(text).translate(_IN_DATA)
