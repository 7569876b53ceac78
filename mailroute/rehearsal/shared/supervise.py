"""Run a command until it ends, or standard input closes: then end everything that it has started.

On Linux that is all of it: a process that has left its session, or whose parent has ended, becomes a child
of this one, which asks for such orphans (prctl(2), PR_SET_CHILD_SUBREAPER). Elsewhere it is the command's
process group. Whoever starts this one holds the other end of its standard input, which closes with it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import select
import signal
import sys
import time

TYPE_CHECKING = False  # as in `typing`, which takes longer to load than all of this
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import NoReturn

CHILD_SUBREAPER = 36
PARENT_DEATH_SIGNAL = 1
PATIENCE = 5.0
"""Seconds in which everything is ended, whatever is started meanwhile."""


def main() -> NoReturn:
    on_linux(CHILD_SUBREAPER, 1)
    wake, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker)
    command = 0

    def ask(number: int, _frame: object) -> None:
        if command:
            with contextlib.suppress(OSError):
                os.killpg(command, number)

    signal.signal(signal.SIGCHLD, lambda *_: None)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, ask)
    command = os.fork()
    if not command:
        run(sys.argv[1:])
    status = wait_for(command, wake)
    leave(end_all(command, status))


def on_linux(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def run(command: list[str]) -> NoReturn:
    """Become the command, as if it had been started without a supervisor."""
    os.setsid()
    on_linux(PARENT_DEATH_SIGNAL, signal.SIGKILL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # which Python ignores
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvp(command[0], command)  # noqa: S606
    except OSError as error:
        os.write(2, f"{command[0]} cannot be run: {error.strerror}\n".encode())
        os._exit(127)


def wait_for(command: int, wake: int) -> int | None:
    """The status that the command ends with; `None` once standard input closes."""
    while True:
        ready, _, _ = select.select([0, wake], [], [])
        if 0 in ready:
            return None
        os.read(wake, 512)
        for process, status in ended():
            if process == command:
                return status


def ended() -> Iterator[tuple[int, int]]:
    """The children that have ended, with their status."""
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            yield found


def end_all(command: int, status: int | None) -> int:
    """End the command's group, and every child until there is none: the status of the command."""
    with contextlib.suppress(OSError):
        os.killpg(command, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        status = dict(ended()).get(command, status)
        left = list(children())
        if not left and status is not None:
            break
        for child in left:
            with contextlib.suppress(OSError):
                os.kill(child, signal.SIGKILL)
        time.sleep(0.002)
    return signal.SIGKILL if status is None else status


def children() -> Iterator[int]:
    """The children of this process, where Linux's /proc tells."""
    parent = str(os.getpid())
    for entry in os.listdir("/proc") if sys.platform == "linux" else ():  # noqa: PTH208
        with contextlib.suppress(OSError):
            if entry.isdigit():
                with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as stat:  # noqa: PTH123
                    if stat.read().rpartition(")")[2].split()[1] == parent:
                        yield int(entry)


def leave(status: int) -> NoReturn:
    """End as the command has ended."""
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with contextlib.suppress(OSError):  # of a signal that cannot be handled
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


if __name__ == "__main__":
    main()
