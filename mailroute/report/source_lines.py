"""Where in the program the resources of a report are registered, with the line that does it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from .model import SourceLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from mailroute.rehearsal.result import PlannedResource


def source_lines(resources: Iterable[PlannedResource], program: Path) -> dict[str, SourceLine]:
    """The lines of the program that register `resources`, by URN: of those whose SDK says them."""
    lines = cache(lambda file: _lines(program / file))
    return {
        resource.urn: SourceLine(resource.source, _line(lines(resource.source.file), resource.source.line))
        for resource in resources
        if resource.source is not None
    }


def line_of(resource: str, known: Mapping[str, SourceLine]) -> SourceLine | None:
    """The line that registers a resource, or that with which it comes: `URN#mainRouteTable` with its VPC."""
    return known.get(resource) or known.get(resource.partition("#")[0])


def _lines(file: Path) -> Sequence[str]:
    try:
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()


def _line(lines: Sequence[str], number: int) -> str:
    return lines[number - 1].strip() if 0 < number <= len(lines) else ""
