"""Exit statuses, and the one place where an exception becomes a line on standard error."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from enum import IntEnum
from typing import TYPE_CHECKING, NoReturn

import click

from mailroute.rehearsal.result import EngineFault, RehearsalError
from mailroute.report import clean

from .output import say

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType


class Status(IntEnum):
    """What a command leaves with: the contract of the project's design, then what a shell expects."""

    OK = 0
    BLOCKED = 1
    WRONG = 2
    FAULT = 3
    UNDETERMINED = 4
    INTERRUPTED = 128 + signal.SIGINT
    PIPE_CLOSED = 128 + signal.SIGPIPE


def exit_status(command: Callable[[], int | None]) -> int:
    """Run `command` and give its exit status; whatever it raises becomes one line on standard error."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _terminate)
    try:
        status = command() or Status.OK
        sys.stdout.flush()
    except click.UsageError as error:
        context = error.ctx
        hint = f" (see '{context.command_path} --help')" if context else ""
        message = error.format_message().rstrip(".")
        return fail(message[:1].lower() + message[1:] + hint, Status.WRONG)
    except (click.ClickException, RehearsalError) as error:
        message = error.format_message() if isinstance(error, click.ClickException) else str(error)
        return fail(message, Status.WRONG)
    except (KeyboardInterrupt, click.Abort):
        return fail("interrupted", Status.INTERRUPTED)
    except BrokenPipeError:
        _drop_output()
        return Status.PIPE_CLOSED
    except Exception as error:
        if isinstance(error, OSError) and _is_printed_by_click(error):
            return fail(f"standard output cannot be written: {error.strerror}", Status.WRONG)
        return _fault(error)
    return status


def _is_printed_by_click(error: Exception) -> bool:
    """Whether `error` comes of what click prints itself: a help text, the version."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return frames[-1].f_code is click.echo.__code__


def fail(message: str, status: Status) -> int:
    """Say `message` in one line on standard error, and give `status` back."""
    say(f"mailroute: error: {' '.join(clean.one_line(message).split())}")
    return status


def _fault(error: Exception) -> int:
    if os.environ.get("MAILROUTE_DEBUG"):
        own = "".join(traceback.format_exception(error))
        say((isinstance(error, EngineFault) and error.trace) or own)
    described = str(error) if isinstance(error, EngineFault) else f"{type(error).__name__}: {error}"
    return fail(f"internal fault: {described} (MAILROUTE_DEBUG=1 shows the traceback)", Status.FAULT)


def _terminate(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001
    """Leave by an exception, so that everything started on the way here is stopped."""
    sys.exit(128 + number)


def _drop_output() -> None:
    """Nobody reads standard output any more: keep Python from complaining when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
