"""The formats that a report is written in: for programs, pull requests and browsers."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .model import Report

FORMATS: Final = {
    "json": "as_json",
    "sarif": "sarif",
    "junit": "junit",
    "github": "github",
    "markdown": "markdown",
    "html": "html",
}
"""By its name, the module here that has it."""


def render(name: str, report: Report) -> str:
    """The whole of `report` in the format `name`, fit to be printed or written as it is."""
    module = import_module(f"{__package__}.{FORMATS[name]}")
    text: str = module.render(report)
    return text
