"""The file of a journal: written whole, readable to its owner alone, and used by one run at a time."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from . import journal as journals
from .journal import Journal, JournalError

if TYPE_CHECKING:
    from pathlib import Path


class JournalFile:
    """A journal on a disk, for the time of a `with`. Another run cannot open it meanwhile.

    Raises:
        JournalError: it cannot be read or written, is none, or is in use: the message names the file.
    """

    def __init__(self, path: Path, *, must_exist: bool = False) -> None:
        self.path = path
        self._file = path.resolve()
        self._must_exist = must_exist
        self._descriptor = -1

    def __enter__(self) -> JournalFile:
        create = 0 if self._must_exist else os.O_CREAT
        try:
            while not self._is_locked():
                self._close()
                # Whoever opens a pipe would wait for somebody to write to it.
                flags = os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK | create
                self._descriptor = os.open(self._file, flags, 0o600)
                _require_regular(self._descriptor)
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._close()
            raise JournalError(f"{self.path}: another run uses it: wait until that has ended") from error
        except OSError as error:
            self._close()
            raise JournalError(f"{self.path}: cannot be used as the journal: {error.strerror}") from error
        return self

    def __exit__(self, *_: Any) -> None:
        with suppress(OSError):
            if self._file.stat().st_size == 0:  # made by this run, which had nothing to write
                self._file.unlink()
        self._close()

    def read(self) -> Journal | None:
        """What it holds; `None` where it is new."""
        from evidence import text_file

        try:
            text = text_file.read(self._file, largest=1)
            return journals.of_json(text) if text else None
        except OSError as error:
            raise JournalError(f"{self.path}: cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise JournalError(f"{self.path}: is no journal: it is not UTF-8") from error
        except JournalError as error:
            raise JournalError(f"{self.path}: {error}") from error

    def held(self) -> Journal:
        """What it holds, which is more than nothing."""
        journal = self.read()
        if journal is None:
            raise JournalError(
                f"{self.path}: is empty: nothing was changed by a run that had it as its journal"
            )
        return journal

    def is_unfinished(self) -> bool:
        """Whether it says that something is under way."""
        try:
            journal = self.read()
        except JournalError:
            return False
        return journal is not None and journal.state.end is not None

    def write(self, journal: Journal) -> None:
        """Put `journal` in the place of what it holds, on the disk too when this returns."""
        part = self._file.with_name(f"{self._file.name}.part")
        try:
            part.unlink(missing_ok=True)
            descriptor = os.open(part, os.O_RDWR | os.O_CLOEXEC | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)  # before it has the name by which others open it
                with os.fdopen(descriptor, "wb", closefd=False) as file:
                    file.write(journal.to_json().encode())
                os.fsync(descriptor)
                part.replace(self._file)
                self._sync_folder()
            except BaseException:
                os.close(descriptor)
                with suppress(OSError):
                    part.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise JournalError(f"{self.path}: cannot be written: {error.strerror}") from error
        # In this order: a signal may come between, and none is to be closed twice.
        replaced, self._descriptor = self._descriptor, descriptor
        os.close(replaced)

    def remove(self) -> None:
        """Take it away: nothing has been changed that it would be needed for."""
        try:
            self._file.unlink()
        except OSError as error:
            raise JournalError(f"{self.path}: cannot be removed: {error.strerror}") from error

    def _sync_folder(self) -> None:
        folder = os.open(self._file.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _is_locked(self) -> bool:
        """Whether the file that is open is still the one of that name: it may have been replaced."""
        if self._descriptor < 0:
            return False
        try:
            return os.path.samestat(os.fstat(self._descriptor), self._file.stat())
        except FileNotFoundError:
            return False

    def _close(self) -> None:
        if self._descriptor >= 0:
            closed, self._descriptor = self._descriptor, -1
            os.close(closed)


def _require_regular(descriptor: int) -> None:
    """
    Raises:
        OSError: it is a device or a pipe.
    """
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise OSError(errno.EINVAL, "not a regular file")
