"""One rehearsal with the engine that was chosen.

Modules that are slow to load are imported once the processes of the rehearsal load as well.
"""

from __future__ import annotations

import json
import traceback
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import click

from mailroute.rehearsal.result import EngineFault, Operation, RehearsalError
from mailroute.rehearsal.shared import scratch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from enforcement.masking import Masker
    from mailroute.rehearsal.account import Account
    from mailroute.rehearsal.project import Project
    from mailroute.rehearsal.result import Event, Rehearsal

_EVIDENCE: Final = "MAILROUTE_EVIDENCE"
ENGINES: Final = {"embedded": "the embedded engine", "pulumi": "the Pulumi CLI"}
"""What to call each in a sentence."""


class Run(Protocol):
    """Rehearse what has been started against `account`, within `timeout` seconds.

    Raises:
        RehearsalError: the program, its config or a pack is wrong.
        EngineFault: the engine failed.
    """

    def __call__(
        self,
        account: Account,
        *,
        pack_config: Path | None,
        timeout: float,
        on_event: Callable[[Event], None],
    ) -> Rehearsal: ...


@contextmanager
def starting(engine: str, project: Project, *, operation: Operation, packs: Sequence[Path]) -> Iterator[Run]:
    """The rehearsal of `project`, whose processes load while the caller reads what it needs besides.

    The packs find the account's evidence in the environment.

    Raises:
        RehearsalError: a process is not to be started.
    """
    up = operation is Operation.UP
    with scratch.folder() as folder:
        evidence = folder / "evidence.json"
        project = replace(project, pack_variables={_EVIDENCE: str(evidence)})
        if engine == "pulumi":
            from mailroute.rehearsal import official

            yield partial(_run, partial(official.rehearse, project, up=up, packs=packs), project, evidence)
        else:
            from mailroute.rehearsal import embedded

            with embedded.start_children(project, packs, up=up) as started:
                yield partial(_run, partial(embedded.finish, started), project, evidence)


def _run(
    engine: Run,
    project: Project,
    evidence: Path,
    account: Account,
    *,
    pack_config: Path | None,
    timeout: float,
    on_event: Callable[[Event], None],
) -> Rehearsal:
    from enforcement.redaction import secret_texts
    from mailroute import wire
    from mailroute.report.redact import redact

    evidence.write_text(json.dumps(account.document), encoding="utf-8")
    project.mask.add(secret_texts([wire.Secret(project.config[key]) for key in project.masked_keys]))
    return engine(
        account,
        pack_config=pack_config,
        timeout=timeout,
        on_event=lambda event: on_event(redact(event, project.mask)),
    )


@contextmanager
def masked(mask: Masker) -> Iterator[None]:
    """What is raised meanwhile shows no secret that `mask` knows, nor does its traceback.

    Raises:
        EngineFault: of whatever nobody expected.
    """
    try:
        yield
    except (click.ClickException, BrokenPipeError):  # of an argument, or of the output
        raise
    except RehearsalError as error:
        raise RehearsalError(mask(str(error))) from None
    except Exception as error:
        fault = error if isinstance(error, EngineFault) else EngineFault.of(error)
        trace = mask("".join(traceback.format_exception(error)))
        raise EngineFault(mask(str(fault)), trace) from None
