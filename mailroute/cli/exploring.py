"""`mailroute rehearse --explore`: a program under the configurations that it may be given."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mailroute.exploration import Outcome, explore
from mailroute.rehearsal.result import EngineFault, RehearsalError
from mailroute.rehearsal.shared import scratch
from mailroute.report.explored import Explored, losses, newly_blocked

from .inputs import choose_engine, has_account_file, load_account
from .live import Several
from .output import in_colour, is_terminal
from .parallel import at_once, in_parallel
from .rehearsing import rehearse
from .run import ENGINES
from .status import Status
from .variations import other_stacks, variations

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mailroute.exploration import Configuration
    from mailroute.rehearsal.account import Account
    from mailroute.rehearsal.project import Project
    from mailroute.report.explored import LostPath

    from .rehearsing import Asked
    from .reporting import Reporting


def explore_stack(project: Project, asked: Asked, reporting: Reporting, *, limit: int, seed: int) -> Status:
    """Rehearse `project` as it is, then under other configurations, and report on which lose a path.

    Raises:
        RehearsalError: the base run is wrong.
        EngineFault: mailroute failed.
    """
    from mailroute.rehearsal.project import schema_of

    accounts: list[Account] = []

    def keep(project: Project, file: Path | None) -> tuple[Account, str]:
        account, name = load_account(project, file)
        accounts.append(account)
        return account, name

    engine = ENGINES[choose_engine(asked.engine)]
    progress = Several(
        f"mailroute: configurations of stack {project.stack} of {project.name}, with {engine}, "
        f"{at_once()} at a time",
        1,
    )
    with (
        scratch.folder() as folder,
        progress.shown(terminal=is_terminal(sys.stderr), colour=in_colour(sys.stderr)),
    ):
        no_outputs = folder / "outputs.json"
        no_outputs.write_text("{}", encoding="utf-8")
        base = rehearse(project, asked, reporting, lambda _title: progress.watch("as it is"), keep)
        progress.end("as it is")
        stacks, failed = other_stacks(project)
        varied = variations(
            project,
            schema_of(project.directory),
            stacks,
            found_by=accounts[0].found_by,
            one_region=has_account_file(project, asked.account_file),
        )

        def judge(configuration: Configuration) -> Outcome[LostPath]:
            name = ", ".join(varied.said[each] for each in sorted(configuration))

            def load(project: Project, file: Path | None) -> tuple[Account, str]:
                account, called = load_account(project, file)
                account.empty_answers = varied.empty_answers(configuration)
                return account, called

            try:
                other = varied.of(project, configuration, no_outputs)
                report = rehearse(other, asked, reporting, lambda _title: progress.watch(name), load)
            except RehearsalError as error:
                return Outcome(problem=str(error))
            except EngineFault as fault:
                raise EngineFault(f"{name}: {fault}", fault.trace) from fault
            finally:
                progress.end(name)
            return Outcome(losses(base, report), blocked=newly_blocked(base, report))

        def run(configurations: Sequence[Configuration]) -> list[Outcome[LostPath]]:
            progress.total += len(configurations)
            return in_parallel(judge, configurations)

        found = explore(varied.parameters, run, limit=limit, seed=seed)
    explored = Explored(
        base, found, limit, seed, varied.parameters, varied.bases, (*varied.fixed, *failed), varied.said
    )
    reporting.show_explored(explored)
    return Status.OK if explored.ok else Status.BLOCKED
