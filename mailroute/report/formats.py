"""The formats that a report is written in: for programs, pull requests and browsers."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from .diagnosis import Diagnosis
    from .model import Report
    from .stacks import Stacks

FORMATS: Final = {
    "json": "as_json",
    "sarif": "sarif",
    "junit": "junit",
    "github": "github",
    "markdown": "markdown",
    "html": "html",
}
"""By its name, the module here that has it."""

OF_DIAGNOSIS: Final = ("json", "sarif", "junit", "github")
"""Those that hold a diagnosis too."""


def render(name: str, report: Report) -> str:
    """The whole of `report` in the format `name`, fit to be printed or written as it is."""
    text: str = _module(name).render(report)
    return text


def render_all(name: str, stacks: Stacks) -> str:
    """The same of all stacks of a project."""
    text: str = _module(name).render_all(stacks)
    return text


def render_diagnosis(name: str, diagnosis: Diagnosis) -> str:
    """The same of a diagnosis, in a format of `OF_DIAGNOSIS`."""
    text: str = _module(name).render_diagnosis(diagnosis)
    return text


def _module(name: str) -> Any:
    return import_module(f"{__package__}.{FORMATS[name]}")
