"""Where output goes and how: width, colour, and a reader who leaves."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final, TextIO

import click

from mailroute.report import clean

from .parameters import is_replaced

if TYPE_CHECKING:
    from pathlib import Path

_WIDTH_OFF_A_TERMINAL: Final = 100
_NARROWEST: Final = 40


def is_terminal(stream: TextIO) -> bool:
    """Whether `stream` is a terminal that can move its cursor."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def in_colour(stream: TextIO) -> bool:
    """Whether to colour what goes to `stream`: on a terminal, unless NO_COLOR is set to anything."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR")


def width_of(stream: TextIO) -> int:
    """How many columns to fill: the terminal's, COLUMNS where it is set, else 100."""
    columns = shutil.get_terminal_size((_WIDTH_OFF_A_TERMINAL, 0)).columns
    return max(_NARROWEST, columns if stream.isatty() or "COLUMNS" in os.environ else _WIDTH_OFF_A_TERMINAL)


def write(text: str) -> None:
    """Print text for a person to standard output.

    Raises:
        click.ClickException: standard output cannot be written.
        BrokenPipeError: nobody reads it any more.
    """
    write_whole(clean.printable(text))


def write_json(text: str) -> None:
    """Print a JSON document to standard output: see `write`."""
    write_whole(clean.printable_json(text))


def say(line: str) -> None:
    """Print one line to standard error, which nobody has to read."""
    with suppress(OSError):
        click.echo(clean.printable(line), err=True)


def write_whole(text: str) -> None:
    """Print to standard output what is fit to be printed as it is: see `write`."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise click.ClickException(f"standard output cannot be written: {error.strerror}") from error


def save(path: Path, text: str) -> None:
    """Write the whole of `path` at once, over what is there.

    Raises:
        click.ClickException: it cannot be written; what was there still is.
    """
    replaced = is_replaced(path)
    try:
        file = click.open_file(path.resolve() if replaced else path, "w", encoding="utf-8", atomic=replaced)
        file.write(text)
        file.close()  # and not by `with`, which puts a half-written file in its place as well
    except OSError as error:
        raise click.ClickException(f"{path}: cannot be written: {error.strerror}") from error
