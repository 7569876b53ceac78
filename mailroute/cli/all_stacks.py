"""`mailroute rehearse --all-stacks`: every stack of a project, in one report."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mailroute.rehearsal.result import EngineFault, RehearsalError

from .inputs import choose_engine, load_project, with_assumed_region, with_stack_files
from .live import Several
from .output import in_colour, is_terminal
from .parallel import at_once, in_parallel
from .rehearsing import rehearse
from .run import ENGINES
from .status import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailroute.report.stacks import JudgedStack

    from .rehearsing import Asked
    from .reporting import Reporting


def rehearse_all(
    program: Path | None, stack_files: Sequence[tuple[str, Path]], asked: Asked, reporting: Reporting
) -> Status:
    """Rehearse every stack that the project in `program` has a config file for, and report on all.

    Raises:
        RehearsalError: there is no project, it has no stacks, or an argument is wrong for all of them.
    """
    from mailroute.rehearsal.project import enclosing_project, name_of, stacks
    from mailroute.report import labels
    from mailroute.report.stacks import JudgedStack, Stacks

    directory = enclosing_project(Path.cwd()) if program is None else program
    project_name, names = name_of(directory), stacks(directory)
    if not names:
        raise RehearsalError(f"{directory}: it has no stacks: there is no Pulumi.<stack>.yaml")
    reporting = reporting.prepare_all(project_name)
    engine = ENGINES[choose_engine(asked.engine)]
    progress = Several(
        f"mailroute: {labels.count(len(names), 'stack')} of {project_name}, with {engine}, "
        f"{at_once()} at a time",
        len(names),
    )

    def judge(stack: str) -> JudgedStack:
        try:
            project = load_project(directory, stack)
            project = with_assumed_region(with_stack_files(project, stack_files), asked.account_file)
            report = rehearse(project, asked, reporting, lambda _title: progress.watch(stack))
            judged = JudgedStack(stack, reporting.compared(report, project.mask))
        except RehearsalError as error:
            judged = JudgedStack(stack, problem=str(error))
        except EngineFault as fault:
            judged = JudgedStack(stack, problem=f"internal fault: {fault}", fault=True)
        progress.end(stack)
        return judged

    with progress.shown(terminal=is_terminal(sys.stderr), colour=in_colour(sys.stderr)):
        judged = in_parallel(judge, names)
    found = Stacks(project_name, directory.resolve(), tuple(judged))
    reporting.show_all(found)
    return max(map(_status, found.stacks))


def _status(stack: JudgedStack) -> Status:
    if stack.fault:
        return Status.FAULT
    if stack.report is None:
        return Status.WRONG
    return Status.OK if stack.ok else Status.BLOCKED
