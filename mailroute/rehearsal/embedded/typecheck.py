"""The type checker that a project names, which Pulumi runs before the program."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..result import RehearsalError
from ..shared.processes import Command, activated

if TYPE_CHECKING:
    from ..project import Project
    from ..shared.processes import Children

_ERROR: Final = re.compile(r"\berror\b(?!s)")


class TypeCheck:
    """The checker at work beside the program, of which nothing is shown where it fails."""

    def __init__(self, project: Project, children: Children) -> None:
        self._project = project
        self._name = project.environment.typechecker
        self._lines: list[str] = []
        folder = Path(project.python).parent.parent
        exclude = (
            ["--exclude", os.path.relpath(folder, project.working_directory)]
            if self._name == "mypy" and (folder / "pyvenv.cfg").is_file()
            else []
        )
        self._child = children.start(
            Command(
                [project.python, "-m", self._name, *exclude, str(project.working_directory)],
                project.working_directory,
                activated(project.python),
                self._lines.append,
                on_error_line=self._lines.append,
            )
        )

    def finish(self, timeout: float) -> None:
        """Wait for its end, for `timeout` seconds at most.

        Raises:
            RehearsalError: it finds an error, does not end or is not installed.
        """
        if not self._child.exited.wait(timeout):
            raise RehearsalError(f"{self._name} has not ended in time: give a larger --timeout")
        if self._child.status == 0:
            return
        said = [line.strip() for line in self._lines if line.strip()]
        if any(line.endswith(f"No module named {self._name}") for line in said):
            python = self._project.python
            install = self._project.environment.install or f"{python} -m pip install {self._name}"
            raise RehearsalError(f"{python} lacks {self._name}, the project's typechecker: {install}")
        errors = [line for line in said if _ERROR.search(line)] or said[-1:] or ["it says nothing"]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise RehearsalError(f"{self._name} fails: {errors[0]}{more}")
