"""Where a resource stands in the program: the file as a person here would call it, and the line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .model import Report

_MANIFESTS: Final = ("Pulumi.yaml", "Pulumi.yml")


@dataclass(frozen=True)
class Place:
    """A line of a file; the first where none is known.

    Attributes:
        file: relative to the current directory where it is inside, with `/` between the folders.
    """

    file: str
    line: int = 1


class Places:
    """The places of the resources of one report."""

    def __init__(self, report: Report) -> None:
        self._program = report.program
        self._resources = {resource.urn: resource for resource in report.rehearsal.resources}

    def of(self, urn: str) -> Place:
        """Where the program registers the resource `urn`, or what it is in; else the project's own file."""
        resource = self._resources.get(urn)
        while resource is not None:
            if resource.source is not None:
                return Place(from_here(self._program / resource.source.file), resource.source.line)
            resource = self._resources.get(resource.parent or "")
        return of_project(self._program)


def of_project(program: Path) -> Place:
    """The project's own file, of that in the directory `program`."""
    names = (name for name in _MANIFESTS if (program / name).is_file())
    return Place(from_here(program / next(names, _MANIFESTS[0])))


def from_here(file: Path) -> str:
    """The absolute path `file`, relative to the current directory where it is inside."""
    here = Path.cwd()
    return (file.relative_to(here) if file.is_relative_to(here) else file).as_posix()
