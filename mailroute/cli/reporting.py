"""How a rehearsal is reported: the options for it, and what they come to."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from mailroute.report.formats import FORMATS

from .form import TEXT, format_options
from .output import in_colour, save, say, width_of, write, write_whole
from .parameters import OutputFile, refuse_doubles

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from enforcement.baseline import Known
    from enforcement.masking import Masker
    from mailroute.rehearsal.project import Project
    from mailroute.rehearsal.result import Rehearsal
    from mailroute.report.explored import Explored
    from mailroute.report.model import Report
    from mailroute.report.stacks import Stacks
    from reachability import Egress

_EXPLORED: Final = (TEXT, "json")
"""The forms that an exploration has."""


@dataclass(frozen=True)
class Reporting:
    """What a command line asks for.

    Attributes:
        form: what is printed: `text`, or one of `FORMATS`.
        files: what is written besides: the format, and where.
        base: the JSON of an earlier rehearsal to compare with.
        earlier: the egress that it shows by stack, once it has been read; `None` of one that was not judged.
        baseline: the violations that do not block.
        known: those that it lists, once it has been read.
        new_baseline: where to write one of what is found, which then does not block either.
        details: whether to print what works in full too.
    """

    form: str
    files: tuple[tuple[str, Path], ...]
    base: Path | None = None
    earlier: Mapping[str, tuple[Egress, ...] | None] = field(default_factory=dict)
    baseline: Path | None = None
    known: tuple[Known, ...] = ()
    new_baseline: Path | None = None
    details: bool = False

    def prepare(self, project: Project) -> Reporting:
        """The same, with what it names read: before any work is done.

        Raises:
            click.ClickException: a file cannot be read, is something else, or is of another stack.
        """
        prepared = self
        if self.base is not None:
            from .earlier import rehearsed

            earlier = {project.stack: rehearsed(self.base, project.name, project.stack)}
            prepared = replace(prepared, earlier=earlier)
        return prepared._with_baseline()

    def prepare_all(self, project: str) -> Reporting:
        """The same for all stacks of the project of this name.

        Raises:
            click.ClickException: what is asked for is of one stack, or see `prepare`.
        """
        prepared = self
        if self.base is not None:
            from .earlier import rehearsed_all

            prepared = replace(prepared, earlier=rehearsed_all(self.base, project))
        return prepared._with_baseline()

    def prepare_explored(self) -> Reporting:
        """The same for an exploration.

        Raises:
            click.ClickException: what is asked for is no report of one, or see `prepare`.
        """
        if self.base is not None or self.new_baseline is not None:
            option = "--base" if self.base is not None else "--write-baseline"
            raise click.UsageError(f"{option} is for one configuration: leave out --explore")
        other = next(
            (form for form in (self.form, *(form for form, _ in self.files)) if form not in _EXPLORED), ""
        )
        if other:
            raise click.UsageError(f"the format {other} holds one configuration: --explore has text and json")
        return self._with_baseline()

    def show_explored(self, explored: Explored) -> None:
        """Write and print the report of an exploration: see `show`."""
        from mailroute.report import explored as exploration

        as_json = exploration.render_json(explored)
        for _, file in self.files:
            save(file, as_json)
        if self.form == TEXT:
            width, colour = width_of(sys.stdout), in_colour(sys.stdout)
            write(exploration.render(explored, width=width, colour=colour, details=self.details))
            return
        write_whole(as_json)

    def _with_baseline(self) -> Reporting:
        if self.baseline is None:
            return self
        from enforcement import baseline

        try:
            known = baseline.load(self.baseline)
        except baseline.BaselineError as error:
            raise click.ClickException(f"--baseline {error}") from error
        os.environ[baseline.VARIABLE] = str(self.baseline.resolve())
        return replace(self, known=known)

    def judged(self, rehearsal: Rehearsal) -> Rehearsal:
        """`rehearsal` as the baseline has it, which the packs of others do not read."""
        if self.baseline is None and self.new_baseline is None:
            return rehearsal
        from mailroute.report import baseline

        found = baseline.violations(rehearsal.policies) if self.new_baseline else ()
        return baseline.accept(rehearsal, (*self.known, *found))

    def compared(self, report: Report, mask: Masker) -> Report:
        """`report` with what has become of its routes since the earlier one, if there is one to compare with.

        A stack that the earlier one does not know is new; of one that it could not judge nothing is said.
        """
        found = self.earlier.get(report.rehearsal.stack, ())
        if self.base is None or found is None:
            return report
        from mailroute.report import base
        from mailroute.report.redact import redact

        return base.compare(report, redact(found, mask))

    def show(self, report: Report) -> None:
        """Write the report to every file that was asked for, then print it.

        Raises:
            click.ClickException: a file or standard output cannot be written.
            BrokenPipeError: nobody reads standard output any more.
        """
        from mailroute.report import baseline, formats, terminal

        if self.new_baseline is not None:
            save(self.new_baseline, baseline.dump(baseline.violations(report.rehearsal.policies)))
        report = self._with_fixed(report)
        for form, file in self.files:
            save(file, formats.render(form, report))
        if self.form == TEXT:
            width, colour = width_of(sys.stdout), in_colour(sys.stdout)
            write(terminal.render(report, width=width, colour=colour, details=self.details))
            return
        for diagnostic in report.rehearsal.diagnostics:
            say(terminal.diagnostic_line(diagnostic).plain)
        write_whole(formats.render(self.form, report))

    def _with_fixed(self, report: Report) -> Report:
        """`report` with what the baseline lists of its stack and is no more."""
        from mailroute.report import baseline

        if self.new_baseline is not None:
            return report
        own = f"urn:pulumi:{report.rehearsal.stack}::"
        known = [each for each in self.known if each.urn.startswith(own)]
        return replace(report, fixed=baseline.fixed(known, report.rehearsal))

    def show_all(self, stacks: Stacks) -> None:
        """The same of all stacks of a project: see `show`."""
        from mailroute.report import baseline, formats, terminal

        if self.new_baseline is not None:
            found = (baseline.violations(report.rehearsal.policies) for report in stacks.reports)
            save(self.new_baseline, baseline.dump(frozenset().union(*found)))
        judged = (
            replace(each, report=self._with_fixed(each.report)) if each.report is not None else each
            for each in stacks.stacks
        )
        stacks = replace(stacks, stacks=tuple(judged))
        for form, file in self.files:
            save(file, formats.render_all(form, stacks))
        if self.form == TEXT:
            width, colour = width_of(sys.stdout), in_colour(sys.stdout)
            write(terminal.render_all(stacks, width=width, colour=colour, details=self.details))
            return
        write_whole(formats.render_all(self.form, stacks))


def report_options(command: Callable[..., int]) -> Callable[..., int]:
    """The options that say how to report; `command` gets them as one, `reporting`."""

    @wraps(command)
    def with_reporting(
        *arguments: Any,
        form: str,
        saved: tuple[tuple[str, Path], ...],
        markdown: Path | None,
        html: Path | None,
        base: Path | None,
        baseline: Path | None,
        new_baseline: Path | None,
        details: bool,
        **others: Any,
    ) -> int:
        named = (("markdown", markdown), ("html", html))
        files = (*saved, *((name, file) for name, file in named if file))
        refuse_doubles(file for file in (*(file for _, file in files), new_baseline) if file)
        reporting = Reporting(
            form,
            files,
            base=base,
            baseline=baseline,
            new_baseline=new_baseline,
            details=details,
        )
        return command(*arguments, reporting=reporting, **others)

    with_options: Callable[..., int] = with_reporting
    for option in reversed(_OPTIONS):
        with_options = option(with_options)
    return with_options


_OPTIONS: Final = (
    click.option(
        "--details", is_flag=True, help="Show every resource by its name, and every path hop by hop."
    ),
    format_options(FORMATS),
    click.option(
        "--markdown",
        type=OutputFile(),
        metavar="FILE",
        help="Also write the report as a pull-request comment: --save markdown=FILE.",
    ),
    click.option(
        "--html",
        type=OutputFile(),
        metavar="FILE",
        help="Also write the report as one page for a browser: --save html=FILE.",
    ),
    click.option(
        "--base",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Say which routes are lost and gained since an earlier rehearsal, which --json has printed.",
    ),
    click.option(
        "--baseline",
        envvar="MAILROUTE_BASELINE",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Block on new violations only: those that this file lists do not block.  "
        "[default: $MAILROUTE_BASELINE]",
    ),
    click.option(
        "--write-baseline",
        "new_baseline",
        type=OutputFile(),
        metavar="FILE",
        help="Write a baseline of the violations that there are, and block on none of them.",
    ),
)
