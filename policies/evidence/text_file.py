"""Files that a person or a repository names: read as text, and never without end."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final

MEGABYTE: Final = 2**20
LARGEST: Final = 64
"""Megabytes."""


def read(path: Path, *, largest: int = LARGEST) -> str:
    """The text of the regular file at `path`, which is UTF-8 and has at most `largest` megabytes.

    Raises:
        OSError: it cannot be read, is a device, a pipe or a directory, or is larger: `strerror` says so.
        UnicodeDecodeError: it is not UTF-8.
    """
    # Whoever opens a pipe would wait for somebody to write to it.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if not stat.S_ISREG(mode):
            what = os.strerror(errno.EISDIR) if stat.S_ISDIR(mode) else "not a regular file"
            raise OSError(errno.EINVAL, what, str(path))
        content = file.read(largest * MEGABYTE + 1)
    if len(content) > largest * MEGABYTE:
        raise OSError(errno.EFBIG, f"larger than {largest} MB", str(path))
    return content.decode("utf-8")


def is_there(path: Path) -> bool:
    """Whether there is anything at `path`, readable or not."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True
