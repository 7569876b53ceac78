"""One deadline for the whole reading of an account, and calls made side by side until then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any, Final, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

WORKERS: Final = 8


class Deadline:
    """When reading ends, whatever has been read by then.

    Args:
        seconds: from now.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds
        self._stopped = Event()

    def __str__(self) -> str:
        return f"not read within {self.seconds:g} s"

    @property
    def left(self) -> float:
        """How many seconds are left."""
        return max(0.0, self._end - time.monotonic())

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be read: the time is up, or the one who waited for it has left."""
        return self._stopped.is_set() or not self.left

    def stop(self) -> None:
        """End all reading now."""
        self._stopped.set()


def side_by_side(
    work: Callable[[Item], Result], items: Sequence[Item], deadline: Deadline
) -> Iterator[tuple[int, Result]]:
    """What `work` makes of `items`, as it comes, each with its index; what takes too long is left out.

    The threads are daemons, so that a call which hangs keeps nobody from leaving, and they take up nothing
    new once the deadline is over: an exception here, as a signal's, ends it.

    Raises:
        Exception: what `work` raises.
    """
    waiting: SimpleQueue[int] = SimpleQueue()
    done: SimpleQueue[tuple[int, Any, Exception | None]] = SimpleQueue()
    for index in range(len(items)):
        waiting.put(index)

    def run() -> None:
        while not deadline.is_over:
            try:
                index = waiting.get_nowait()
            except Empty:
                return
            try:
                done.put((index, work(items[index]), None))
            except Exception as error:
                done.put((index, None, error))

    for _ in range(min(WORKERS, len(items))):
        Thread(target=run, daemon=True).start()
    finished = 0
    try:
        while finished < len(items):
            index, result, error = done.get(timeout=deadline.left)
            if error is not None:
                raise error
            finished += 1
            yield index, result
    except Empty:
        pass
    finally:
        if finished < len(items):
            deadline.stop()
