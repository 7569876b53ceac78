"""A file that is there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def atomic_file(path: Path, option: str) -> Iterator[Callable[[str], None]]:
    """A function that writes the whole of `path` at once, over what is there.

    That it can be written is known on entry, before any work is done. A device or a pipe, and
    whatever `/dev/stdout` stands for, is written to as it is.

    Args:
        option: what the path was given with, for the message.

    Raises:
        click.ClickException: it cannot be written.
    """
    if path.is_dir():
        raise click.ClickException(f"{option} {path}: is a directory: name a file")
    if path.absolute().is_relative_to("/dev") or (path.exists() and not path.is_file()):
        yield lambda text: _write(path, text, option)
        return
    target = path.resolve()
    if target.exists() and not os.access(target, os.W_OK):
        raise click.ClickException(f"{option} {path}: cannot be written: Permission denied")
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise click.ClickException(f"{option} {path}: cannot be written: {error.strerror}") from error
    os.close(handle)
    draft = Path(name)

    def write(text: str) -> None:
        _write(draft, text, option)
        draft.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
        draft.replace(target)

    try:
        yield write
    finally:
        draft.unlink(missing_ok=True)


def _write(path: Path, text: str, option: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{option} {path}: cannot be written: {error.strerror}") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
