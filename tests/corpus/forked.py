"""Programs that run in the fork of a process which has loaded the SDK: loading it is most of their time."""

from __future__ import annotations

import multiprocessing
import threading
from typing import Any, Final

from mailroute.rehearsal.embedded import launch
from mailroute.rehearsal.shared.processes import Children, Command

_CONTEXT: Final = multiprocessing.get_context("forkserver")
# A fork loads what this process runs as well: pytest.
_CONTEXT.set_forkserver_preload(["pytest", "tests.corpus.preloaded", __name__])


class ForkingChildren(Children):
    """Starts programs as forks, and the other processes of a rehearsal as they are."""

    def start(self, command: Command) -> Any:
        if launch.__file__ not in command.arguments:
            return super().start(command)
        return _Forked(command)


def _run(*given: Any) -> None:
    """In the fork, which has loaded what takes seconds: this process does not."""
    from tests.corpus import preloaded

    preloaded.run(*given)


class _Forked:
    """In place of the engine's end of a program's process."""

    errors = ""

    def __init__(self, command: Command) -> None:
        _python, _unbuffered, *arguments = command.arguments
        given = (arguments, command.directory, dict(command.environment))
        self.exited = threading.Event()
        self.status: int | None = None
        self._process = _CONTEXT.Process(target=_run, args=given, daemon=True)
        self._process.start()
        threading.Thread(target=self._await, daemon=True).start()

    def end(self) -> None:
        self._process.terminate()
        self.exited.wait()

    def _await(self) -> None:
        self._process.join()
        self.status = self._process.exitcode
        self.exited.set()
