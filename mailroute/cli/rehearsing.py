"""One rehearsal of one stack, from its project to the report."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailroute.rehearsal.result import Operation

from .creation import creating
from .inputs import account_path, asked_rules, choose_engine, load_account, policy_packs, rule_options
from .run import ENGINES, masked, starting

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from mailroute.rehearsal.account import Account
    from mailroute.rehearsal.project import Project
    from mailroute.rehearsal.result import Event
    from mailroute.report.model import Report

    from .reporting import Reporting

    Watch = Callable[[str], AbstractContextManager[Callable[[Event], None]]]
    """Shows a rehearsal, under a title, while it works."""

    Load = Callable[[Project, Path | None], tuple[Account, str]]


@dataclass(frozen=True)
class Asked:
    """What the command line asks of a rehearsal, whatever the stack.

    Attributes:
        up: whether to simulate the creation instead of a preview.
        alone: whether to leave out the creation that is simulated beside a preview.
        engine: `embedded`, `pulumi` or `auto`.
        account_file: the account; else that of the stack.
        packs: the policy packs; else those of the program.
        timeout: seconds.
    """

    up: bool = False
    alone: bool = False
    engine: str = "auto"
    account_file: Path | None = None
    packs: tuple[Path, ...] = ()
    pack_config: Path | None = None
    timeout: float = 300


def rehearse(
    project: Project, asked: Asked, reporting: Reporting, watch: Watch, load: Load = load_account
) -> Report:
    """Rehearse the stack of `project` as the command line asks.

    Args:
        load: gives the account, and what to call it.

    Raises:
        RehearsalError: the program, its config or an argument is wrong; no secret is in what it says.
        EngineFault: mailroute failed; nor is one in this.
    """
    packs = policy_packs(project, asked.packs)
    engine = choose_engine(asked.engine)
    operation = Operation.UP if asked.up else Operation.PREVIEW
    with masked(project.mask):
        with (
            starting(engine, project, operation=operation, packs=packs) as run,
            nullcontext() if asked.up or asked.alone else creating(project) as begin,
        ):
            account, account_name = load(project, asked.account_file)
            options = rule_options(asked.pack_config, packs)
            created = begin(account, asked.timeout) if begin else None
            with watch(_title(project, operation, engine)) as show:
                rehearsal = run(account, pack_config=asked.pack_config, timeout=asked.timeout, on_event=show)
            rehearsal = reporting.judged(rehearsal)
            creation = created() if created else None

        from enforcement.redaction import secret_texts
        from mailroute import wire
        from mailroute.report import agreement
        from mailroute.report.build import build

        report = build(
            rehearsal,
            account.document,
            options,
            account=account_name,
            account_file=account_path(project, asked.account_file),
            program=project.directory,
            packs=packs,
            mask=project.mask,
            marked=frozenset(secret_texts([wire.Secret(project.config[key]) for key in project.masked_keys])),
            creation=creation,
        )
        agreement.check(report, options, asked_rules(asked.pack_config, packs))
        return report


def _title(project: Project, operation: Operation, engine: str) -> str:
    what = "creation of stack" if operation is Operation.UP else "preview of stack"
    return f"mailroute: {what} {project.stack} of {project.name}, with {ENGINES[engine]}"
