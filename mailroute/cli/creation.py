"""The simulated creation beside a preview, with the embedded engine whatever drives the preview.

It runs under no policies: those of the preview decide.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotDone
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Final

from mailroute.rehearsal import embedded
from mailroute.rehearsal.result import Creation, EngineFault, RehearsalError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mailroute.rehearsal.account import Account
    from mailroute.rehearsal.embedded import Started
    from mailroute.rehearsal.project import Project

    Begin = Callable[[Account, float], "Callable[[], Creation]"]

PATIENCE: Final = 30.0
"""Seconds that the creation gets when the preview has ended."""


@contextmanager
def creating(project: Project) -> Iterator[Begin]:
    """A function that begins the creation of `project` in an account, within a number of seconds.

    What that gives waits for the end. The program's process loads while the caller does other things, and is
    ended with the context.
    """
    with ThreadPoolExecutor(1) as thread, _start(project) as started:

        def begin(account: Account, timeout: float) -> Callable[[], Creation]:
            created = thread.submit(_create, started, account.as_it_was(), timeout)

            def end() -> Creation:
                try:
                    return created.result(PATIENCE)
                except NotDone:
                    return Creation(problem=f"it has not ended {PATIENCE:g} s after the preview: --up waits")

            return end

        yield begin


def _start(project: Project) -> AbstractContextManager[Started]:
    return embedded.start_children(project, (), up=True, checks_types=False)  # The preview does.


def _create(started: Started, account: Account, timeout: float) -> Creation:
    try:
        rehearsal = embedded.finish(
            started,
            account,
            pack_config=None,
            timeout=timeout,
            on_event=lambda _event: None,
            runs_dynamic=False,
        )
    except RehearsalError as error:
        return Creation(error.seen, str(error))
    except EngineFault as fault:
        return Creation(problem=str(fault))
    except Exception as error:  # The preview is shown whatever happens here.
        return Creation(problem=str(EngineFault.of(error)))
    return Creation(rehearsal.resources)
