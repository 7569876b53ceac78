"""The processes of a rehearsal: its program, its packs, its dynamic providers. None outlives it."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import threading
import weakref
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from ..result import RehearsalError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_SUPERVISOR: Final = Path(__file__).with_name("supervise.py")
LONGEST_LINE: Final = 65_536
"""Bytes of the longest line, or characters of the longest message, of a program that is shown."""
_GRACE_SECONDS: Final = 0.5
"""Seconds that a process gets to end by itself, unless its command says otherwise."""


@dataclass(frozen=True)
class Command:
    """What to run, and how.

    Attributes:
        arguments: the first is the program. Others can read them: no secret is among them.
        on_line: gets each line of its output, on any thread.
        on_error_line: gets each line of its standard error.
        announces: whether the first line of its output is for the engine: the port that it listens on.
        grace_seconds: seconds between asking it to end and ending it.
    """

    arguments: Sequence[str]
    directory: Path
    environment: Mapping[str, str] = field(repr=False)
    on_line: Callable[[str], None]
    on_error_line: Callable[[str], None] | None = None
    announces: bool = False
    grace_seconds: float = _GRACE_SECONDS


class Child:
    """A process under a supervisor, which ends with it whatever it has started: see `supervise`.

    Attributes:
        exited: set when the process has ended and its last line has been read.
        status: its exit status, negative for a signal, once it has ended.
    """

    def __init__(self, command: Command) -> None:
        self.exited = threading.Event()
        self.status: int | None = None
        self._grace_seconds = command.grace_seconds
        self._announcement = ""
        self._announced = threading.Event()
        self._errors: deque[str] = deque(maxlen=500)
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_SUPERVISOR), *command.arguments],
            cwd=command.directory,
            env=command.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._lifeline, output, errors = map(
            _open, (self._process.stdin, self._process.stdout, self._process.stderr)
        )
        on_line = self._announcing(command.on_line) if command.announces else command.on_line
        self._threads = [
            threading.Thread(target=_each_line, args=(output, on_line), daemon=True),
            threading.Thread(
                target=_each_line, args=(errors, self._keeping(command.on_error_line)), daemon=True
            ),
        ]
        for thread in self._threads:
            thread.start()
        threading.Thread(target=self._await, daemon=True).start()

    @property
    def errors(self) -> str:
        """The end of what it wrote to its standard error."""
        return "\n".join(self._errors)

    def announcement(self) -> str:
        """The first line of its output, once it is there; empty from a process that ends without any."""
        self._announced.wait()
        return self._announcement

    def end(self) -> None:
        """End the process and everything that it started."""
        self._process.terminate()
        if not self.exited.wait(self._grace_seconds):
            self._lifeline.close()
            self.exited.wait()

    def _announcing(self, on_line: Callable[[str], None]) -> Callable[[str], None]:
        def take(line: str) -> None:
            if self._announced.is_set():
                on_line(line)
            else:
                self._announcement = line
                self._announced.set()

        return take

    def _keeping(self, on_line: Callable[[str], None] | None) -> Callable[[str], None]:
        def take(line: str) -> None:
            self._errors.append(line)
            if on_line is not None:
                on_line(line)

        return take

    def _await(self) -> None:
        self.status = self._process.wait()
        for thread in self._threads:
            # Where a supervisor cannot end what has left the group, that may hold the pipe for longer than
            # anybody wants to wait.
            thread.join(_GRACE_SECONDS)
        self.exited.set()
        self._announced.set()


def _each_line(stream: IO[bytes], on_line: Callable[[str], None]) -> None:
    """Give each line of `stream` to `on_line`; of one that is longer than anybody reads, how long it is."""
    while part := stream.readline(LONGEST_LINE):
        rest, length = part, len(part)
        while len(rest) == LONGEST_LINE and not rest.endswith(b"\n"):
            rest = stream.readline(LONGEST_LINE)
            length += len(rest)
        if (
            length > LONGEST_LINE
        ):  # Nor is it shown in part: a secret might be cut where it is not recognised.
            on_line(left_out(f"a line of {length:,} bytes"))
            continue
        for line in part.decode("utf-8", "replace").rstrip("\r\n").split("\r"):
            on_line(line)


def left_out(what: str) -> str:
    """What stands for a text that is too long to be shown."""
    return f"[{what}, more than {LONGEST_LINE:,}, is left out]"


def activated(python: str) -> dict[str, str]:
    """This process's environment, with the virtual environment of `python` active where that is another's."""
    environment = dict(os.environ)
    folder = Path(python).parent
    if python != sys.executable and (folder.parent / "pyvenv.cfg").is_file():
        environment["VIRTUAL_ENV"] = str(folder.parent)
        environment["PATH"] = os.pathsep.join((str(folder), environment.get("PATH", "")))
        environment.pop("PYTHONHOME", None)
    return environment


def _open(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise RuntimeError("a process was started without a pipe")
    return stream


_OPEN: Final[weakref.WeakSet[Children]] = weakref.WeakSet()
"""Those whose `with` block has not ended."""


def end_all() -> None:
    """End every process of every rehearsal that runs in this one: each of them fails."""
    for children in list(_OPEN):
        children.close()


class Children:
    """Starts processes, and ends them all when the `with` block ends, however it ends.

    Should this process be killed, the supervisor of each sees its standard input close, and does the same.
    """

    def __init__(self) -> None:
        self._children: list[Child] = []
        self._lock = threading.Lock()
        self._closed = False

    def __enter__(self) -> Children:
        _OPEN.add(self)
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        _OPEN.discard(self)

    def close(self) -> None:
        """End every process, and start no more."""
        with self._lock:
            self._closed = True
        for child in self._children:
            child.end()

    def start(self, command: Command) -> Child:
        """Start a process.

        Raises:
            RehearsalError: its program cannot be run, or its environment is too large.
        """
        with self._lock:
            if self._closed:
                raise RehearsalError("the rehearsal is over")
            program = command.arguments[0]
            if shutil.which(program, path=command.environment.get("PATH")) is None:
                reason = "Permission denied" if Path(program).exists() else "No such file or directory"
                raise RehearsalError(f"{program} cannot be run: {reason}")
            try:
                child = Child(command)
            except OSError as error:
                if error.errno != errno.E2BIG:
                    raise
                raise RehearsalError(
                    "the configuration is too large for a process of this system: keep large values in files"
                ) from error
            self._children.append(child)
        return child
