"""Temporary folders that only this user can enter, and that no run leaves behind for good."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import stat
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PREFIX: Final = "mailroute-"
_MADE: Final = re.compile(rf"{_PREFIX}[a-z0-9_]{{8}}")
"""The names that `tempfile.mkdtemp` makes."""
_LOCK: Final = "lock"
_MARK: Final = b"mailroute: temporary folder of one run; removed by the next one once its process has ended\n"
"""What the lock file holds: a folder that somebody else has made is no run's, whatever it is called."""
_LONGEST: Final = 60
"""Characters of the folder for temporary files, beyond which the path of a Unix socket in it is too long."""
_SHORT: Final = "/tmp"  # noqa: S108 (the folder made in it is this user's own)


@contextmanager
def folder() -> Iterator[Path]:
    """An empty folder for the time of the context; what runs that were killed have left is removed first.

    Its owner holds a lock in it, which the system releases when the owner is gone, however that comes about.
    """
    parent = Path(tempfile.gettempdir())
    if len(str(parent)) > _LONGEST:
        parent = Path(_SHORT)
    remove_abandoned(parent)
    made = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent)).resolve()
    # Under its name the lock is held from the first moment on: another run must not find it free.
    lock = (made / f"{_LOCK}.part").open("wb", buffering=0)
    try:
        lock.write(_MARK)
        with suppress(OSError):  # of a file system without locks: such a folder is never taken for abandoned
            fcntl.flock(lock, fcntl.LOCK_EX)
            Path(lock.name).rename(made / _LOCK)
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        lock.close()


def remove_abandoned(parent: Path) -> None:
    """Remove the folders in `parent` that this user's runs have made and whose owners are gone."""
    for found in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if _MADE.fullmatch(found.name) and _is_own(found.lstat(), stat.S_ISDIR):
                _remove_unless_locked(found)


def _remove_unless_locked(folder: Path) -> None:
    # Neither a link nor a pipe of that name leads elsewhere or keeps the run waiting.
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb", buffering=0) as lock:
        if _is_own(os.fstat(descriptor), stat.S_ISREG) and lock.read(len(_MARK) + 1) == _MARK:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)


def _is_own(status: os.stat_result, is_kind: Callable[[int], bool]) -> bool:
    return is_kind(status.st_mode) and status.st_uid == os.getuid()
