"""Logs that the CLI writes, read while it writes them: one JSON object to a line."""

from __future__ import annotations

import json
import re
from typing import IO, TYPE_CHECKING, Any, Final

from ..shared.processes import left_out

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PART: Final = 2**20
"""Bytes; of the events that are read, one that is longer is a message, which nobody is shown."""
_SEVERITY: Final = re.compile(rb'"severity":"([a-z#]+)"')


class Log:
    """The lines of a file that grows."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read = 0

    def new_entries(self) -> Iterator[dict[str, Any]]:
        """What has been written whole since the last time."""
        if not self._file.exists():
            return
        with self._file.open("rb") as stream:
            stream.seek(self._read)
            while line := self._line(stream):
                self._read = stream.tell()
                yield line

    def _line(self, stream: IO[bytes]) -> dict[str, Any] | None:
        line = stream.readline()
        found: dict[str, Any] | None = json.loads(line) if line.endswith(b"\n") else None
        return found


class Events(Log):
    """The log of events, of which a message may be as long as what the program prints."""

    def _line(self, stream: IO[bytes]) -> dict[str, Any] | None:
        line = end = stream.readline(_PART)
        length = len(line)
        while len(end) == _PART and not end.endswith(b"\n"):
            line, end = end, stream.readline(_PART)
            length += len(end)
        if not end.endswith(b"\n"):
            return None
        if length <= _PART:
            found: dict[str, Any] = json.loads(line)
            return found
        severities = _SEVERITY.findall(line[-_PART // 2 :] + end)
        severity = severities[-1].decode() if severities else "info"
        message = left_out(f"a message of {length:,} bytes")
        return {"diagnosticEvent": {"severity": severity, "message": message}}
