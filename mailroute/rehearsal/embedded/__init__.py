"""The embedded engine: Pulumi's own protocol, spoken to an unmodified program, its packs and providers."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from ..provider.service import AwsProvider
from .run import run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ..account import Account
    from ..project import Project
    from ..result import Event, Rehearsal


def rehearse(
    project: Project,
    account: Account,
    *,
    up: bool,
    packs: Sequence[Path],
    pack_config: Path | None,
    timeout: float,
    on_event: Callable[[Event], None],
) -> Rehearsal:
    """Run a project's program against a simulated account, under its policy packs.

    Args:
        up: whether to simulate the creation too, so that ids are known.
        packs: the directories of the policy packs, in the order in which they judge.
        pack_config: a `--policy-pack-config` file for all of them.
        timeout: seconds for the whole of it.
        on_event: called with each event as it happens; one call at a time, on any thread.

    Raises:
        RehearsalError: the program, its config or a pack is wrong, or does not end in time.
        EngineFault: the engine or the simulated account is wrong.
        KeyboardInterrupt: the user interrupted it; no process is left behind.
    """
    with closing(AwsProvider(account)) as provider:
        return run(
            project,
            {"aws": provider},
            up=up,
            packs=packs,
            pack_config=pack_config,
            timeout=timeout,
            on_event=on_event,
        )
