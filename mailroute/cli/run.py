"""One rehearsal with the engine that was chosen, shown while it works."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from mailroute.rehearsal.result import Operation, RehearsalError
from mailroute.report.redact import masker, secrets_in

from .live import progress
from .output import in_colour, is_terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailroute.rehearsal.account import Account
    from mailroute.rehearsal.project import Project
    from mailroute.rehearsal.result import Rehearsal

_EVIDENCE: Final = "MAILROUTE_EVIDENCE"
_ENGINES: Final = {"embedded": "the embedded engine", "pulumi": "the Pulumi CLI"}


def run(
    engine: str,
    project: Project,
    account: Account,
    *,
    operation: Operation,
    packs: Sequence[Path],
    pack_config: Path | None,
    timeout: float,
) -> Rehearsal:
    """Rehearse; the packs find the account's evidence in the environment.

    Raises:
        RehearsalError: the program, its config or a pack is wrong; its text shows no secret of the config.
        EngineFault: the engine failed.
    """
    if engine == "pulumi":
        from mailroute.rehearsal.official import rehearse
    else:
        from mailroute.rehearsal.embedded import rehearse

    what = "creation of stack" if operation is Operation.UP else "preview of stack"
    title = f"mailroute: {what} {project.stack} of {project.name}, with {_ENGINES[engine]}"
    with TemporaryDirectory(prefix="mailroute-") as scratch:
        evidence = Path(scratch) / "evidence.json"
        evidence.write_text(json.dumps(account.document), encoding="utf-8")
        os.environ[_EVIDENCE] = str(evidence)
        try:
            with progress(title, terminal=is_terminal(sys.stderr), colour=in_colour(sys.stderr)) as show:
                return rehearse(
                    project,
                    account,
                    up=operation is Operation.UP,
                    packs=packs,
                    pack_config=pack_config,
                    timeout=timeout,
                    on_event=show,
                )
        except RehearsalError as error:
            secrets = (project.config[key] for key in project.secret_keys)
            mask = masker((*secrets, *secrets_in(error.seen)))
            raise RehearsalError(mask(str(error))) from error
