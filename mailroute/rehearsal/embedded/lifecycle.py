"""When a rehearsal starts to answer its program, and how it ends."""

from __future__ import annotations

import queue
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..result import RehearsalError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Lifecycle:
    """Shared by every thread of a rehearsal: the first end that one of them reports is the end."""

    def __init__(self) -> None:
        self._ready = threading.Event()
        self._over = threading.Event()
        self._ends: queue.SimpleQueue[Exception | None] = queue.SimpleQueue()
        self._judging = threading.Lock()
        self._judged = False
        self._requests = threading.Condition()
        self._answering = 0
        self._declared = False

    @property
    def is_over(self) -> bool:
        return self._over.is_set()

    @property
    def is_declared(self) -> bool:
        """Whether the program has signalled that it has declared everything (SignalAndWaitForShutdown)."""
        return self._declared

    @property
    def is_ready(self) -> bool:
        return self._ready.is_set()

    def set_ready(self) -> None:
        """The packs are configured: the program may begin."""
        self._ready.set()

    def wait_until_ready(self) -> None:
        self._ready.wait()

    def end(self, reason: Exception | None) -> None:
        """Report an end: `None` for a program that has exited."""
        self._ends.put(reason)

    def wait_for_end(self, timeout: float) -> Exception | None:
        """The first end that is reported.

        Raises:
            TimeoutError: there is none within `timeout` seconds.
        """
        try:
            return self._ends.get(timeout=timeout)
        except queue.Empty:
            raise TimeoutError from None

    def failure(self) -> Exception | None:
        """Another end that is reported already, if it is a failure."""
        while not self._ends.empty():
            end = self._ends.get()
            if end is not None:
                return end
        return None

    def set_over(self) -> None:
        """Nothing is answered any more, and nobody waits any longer."""
        self._over.set()
        self._ready.set()
        with self._requests:
            self._requests.notify_all()

    def wait_until_over(self) -> None:
        self._over.wait()

    @contextmanager
    def answering(self, what: str) -> Iterator[None]:
        """While a request is answered that the stack depends on; `what` says what the program does with it.

        Raises:
            RehearsalError: the stack is being judged, or has been: the policies would not see this.
        """
        with self._requests:
            if self._declared:
                raise RehearsalError(
                    f"the program {what} after it has signalled that it is done (SignalAndWaitForShutdown), "
                    "when its policies have been asked: do so before"
                )
            self._answering += 1
        try:
            yield
        finally:
            with self._requests:
                self._answering -= 1
                self._requests.notify_all()

    def judge_once(self, judge: Callable[[], None]) -> None:
        """Have the stack judged, once: when its program says that it is done, or has exited.

        What is still being answered then is waited for, and nothing more is taken.
        """
        with self._requests:
            self._declared = True
            self._requests.wait_for(lambda: not self._answering or self.is_over)
        with self._judging:
            if not self._judged and not self.is_over:
                judge()
                self._judged = True
