"""Several rehearsals side by side, as many at once as there are processors."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")
R = TypeVar("R")

_POLL: Final = 0.2
"""Seconds between two attempts to end what still runs."""


def at_once() -> int:
    """How many run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_parallel(work: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """What `work`, which rehearses, makes of each of `items`, in their order.

    Raises:
        BaseException: of `work`, or an interruption: the processes of every rehearsal have ended then.
    """
    from mailroute.rehearsal.shared import processes

    _load()
    with ThreadPoolExecutor(at_once()) as threads:
        begun = [threads.submit(work, item) for item in items]
        try:
            return [future.result() for future in begun]
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            while running := [future for future in begun if future.running()]:
                processes.end_all()
                wait(running, _POLL)
            raise


def _load() -> None:
    """Import, before there are threads, what one rehearsal imports when it needs it."""
    import mailroute.rehearsal.embedded.run
    import mailroute.rehearsal.official
    import mailroute.rehearsal.provider.service
    import mailroute.report.agreement
    import mailroute.report.build  # noqa: F401
