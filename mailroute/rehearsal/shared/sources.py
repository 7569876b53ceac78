"""Where in the program a resource is registered: Pulumi's SDK sends the stack with each registration."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from ..result import RehearsalError, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..project import Project


_REHEARSAL: Final = Path(__file__).parents[1]
"""What starts a program is no part of it, even where it stands in the program's folder."""


class Sources:
    """Finds the program's own line in what a request says of where it comes from."""

    def __init__(self, project: Project) -> None:
        self._file: Callable[[str], str] = cache(lambda uri: _own_file(uri, project))

    def of(self, request: Any) -> Source | None:
        """The innermost line of the program that leads to `request`, a registration or a read.

        What a package does is not the program's: there it is the line that calls the package. `None` from an
        SDK that does not say.
        """
        frames = [frame.pc for frame in request.stackTrace.frames] or [request.sourcePosition]
        return next((Source(file, frame.line) for frame in frames if (file := self._file(frame.uri))), None)


def _own_file(uri: str, project: Project) -> str:
    """The file of the program that `uri` names, relative to the project; empty for any other file."""
    path = Path(unquote(urlsplit(uri).path))
    if path.is_relative_to(_REHEARSAL):
        return ""
    for folder in (project.directory, project.working_directory):
        if path.is_relative_to(folder):
            inside = path.relative_to(folder)
            if not {"site-packages", "dist-packages"}.intersection(inside.parts):
                return inside.as_posix() if folder == project.directory else str(path)
    return ""


@contextmanager
def located(source: Source | None) -> Iterator[None]:
    """What is wrong with a resource meanwhile says where in the program it is registered."""
    try:
        yield
    except RehearsalError as error:
        if source is not None:
            error.args = (f"{source}: {error}",)
        raise
