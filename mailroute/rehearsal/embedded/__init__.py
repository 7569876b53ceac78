"""The embedded engine: Pulumi's own protocol, spoken to an unmodified program, its packs and providers."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from .children import Started, start_children

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ..account import Account
    from ..project import Project
    from ..result import Event, Rehearsal
__all__ = ["Started", "finish", "rehearse", "start_children"]


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
    with start_children(project, packs, up=up) as started:
        return finish(started, account, pack_config=pack_config, timeout=timeout, on_event=on_event)


def finish(
    started: Started,
    account: Account,
    *,
    pack_config: Path | None,
    timeout: float,
    on_event: Callable[[Event], None],
    runs_dynamic: bool = True,
) -> Rehearsal:
    """The rehearsal whose processes have been started: see `rehearse`.

    Args:
        runs_dynamic: whether the program's own dynamic providers may run, which do for real what they do.
    """
    from ..provider.service import AwsProvider  # slow to load, and loaded while the processes are
    from . import run

    with closing(AwsProvider(account)) as provider:
        return run.finish(
            started,
            {"aws": provider},
            pack_config=pack_config,
            timeout=timeout,
            on_event=on_event,
            runs_dynamic=runs_dynamic,
        )
