"""Temporary folders that only this user can enter, and that no run leaves behind for good."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX: Final = "mailroute-"
_LOCK: Final = "lock"
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
    lock = (made / f"{_LOCK}.part").open("w")
    try:
        with suppress(OSError):  # of a file system without locks: such a folder is never taken for abandoned
            fcntl.flock(lock, fcntl.LOCK_EX)
            Path(lock.name).rename(made / _LOCK)
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        lock.close()


def remove_abandoned(parent: Path) -> None:
    """Remove this user's folders in `parent` whose owners are gone."""
    for found in parent.glob(f"{_PREFIX}*/{_LOCK}"):
        with suppress(OSError):
            if found.parent.stat().st_uid != os.getuid():
                continue
            with found.open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(found.parent, ignore_errors=True)
