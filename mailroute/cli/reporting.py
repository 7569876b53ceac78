"""How a rehearsal is reported: the options for it, and what they come to."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from mailroute.report.formats import FORMATS

from .output import in_colour, save, say, width_of, write, write_whole
from .parameters import FormatAndFile, OutputFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailroute.rehearsal.project import Project
    from mailroute.report.model import Report
    from reachability import Egress

_TEXT: Final = "text"


@dataclass(frozen=True)
class Reporting:
    """What a command line asks for.

    Attributes:
        form: what is printed: `text`, or one of `FORMATS`.
        files: what is written besides: the format, and where.
        base: the JSON of an earlier rehearsal to compare with.
        earlier: the egress that it shows, once it has been read.
    """

    form: str
    files: tuple[tuple[str, Path], ...]
    base: Path | None = None
    earlier: tuple[Egress, ...] = ()

    def prepare(self, project: Project) -> Reporting:
        """The same, with what it names read: before any work is done.

        Raises:
            click.ClickException: a file cannot be read, or is of another stack.
        """
        if self.base is None:
            return self
        from mailroute.report.redact import redact

        from .earlier import rehearsed

        return replace(self, earlier=redact(rehearsed(self.base, project.stack), project.mask))

    def show(self, report: Report) -> None:
        """Write the report to every file that was asked for, then print it.

        Raises:
            click.ClickException: a file or standard output cannot be written.
            BrokenPipeError: nobody reads standard output any more.
        """
        from mailroute.report import base, formats, terminal

        if self.base is not None:
            report = base.compare(report, self.earlier)
        for form, file in self.files:
            save(file, formats.render(form, report))
        if self.form == _TEXT:
            write(terminal.render(report, width=width_of(sys.stdout), colour=in_colour(sys.stdout)))
            return
        for diagnostic in report.rehearsal.diagnostics:
            say(terminal.diagnostic_line(diagnostic).plain)
        write_whole(formats.render(self.form, report))


def report_options(command: Callable[..., int]) -> Callable[..., int]:
    """The options that say how to report; `command` gets them as one, `reporting`."""

    @wraps(command)
    def with_reporting(
        *arguments: Any,
        as_json: bool,
        form: str | None,
        saved: tuple[tuple[str, Path], ...],
        markdown: Path | None,
        base: Path | None,
        **others: Any,
    ) -> int:
        if as_json and form not in (None, "json"):
            raise click.UsageError(f"--json and --format {form} name two formats")
        files = (*saved, *((("markdown", markdown),) if markdown else ()))
        reporting = Reporting("json" if as_json else form or _TEXT, files, base)
        return command(*arguments, reporting=reporting, **others)

    for option in reversed(_OPTIONS):
        with_reporting = option(with_reporting)
    return with_reporting


_OPTIONS: Final = (
    click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON object, and nothing else, to standard output."
    ),
    click.option(
        "--format",
        "form",
        type=click.Choice([_TEXT, *FORMATS]),
        help="Print the report in this format, and nothing else: sarif for code scanning, junit for CI "
        "servers, github for annotations.  [default: text]",
    ),
    click.option(
        "--save",
        "saved",
        type=FormatAndFile(),
        multiple=True,
        metavar="FORMAT=FILE",
        help="Also write the report to FILE in one of these formats; may be given several times.",
    ),
    click.option(
        "--markdown",
        type=OutputFile(),
        metavar="FILE",
        help="Also write the report as a pull-request comment: --save markdown=FILE.",
    ),
    click.option(
        "--base",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Say which routes are lost and gained since an earlier rehearsal, which --json has printed.",
    ),
)
