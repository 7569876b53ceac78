"""One line for a person out of the traceback that a program or a policy pack fails with."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_REHEARSAL: Final = Path(__file__).parents[1]
_FRAME: Final = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+)')
_CAUSED: Final = "The above exception was the direct cause"
_CHAIN: Final = re.compile(
    rf"\n+({_CAUSED} of the following exception:|"
    r"During handling of the above exception, another exception occurred:)\n+"
)
_CALLBACK: Final = re.compile(r"Invoke callback \S+ error: (?P<error>.*?):?\n\s*File ", re.DOTALL)


def one_line(text: str, directory: Path) -> str:
    """What went wrong and where in `directory`: `__main__.py:8: ValueError: the port is wrong`.

    An error that was raised from another one comes after that. Text that holds no traceback comes back as one
    line.
    """
    parts = _CHAIN.split(text.strip())
    last = _described(parts[-1], directory)
    # Between the parts stand what they have to do with each other: back to the first direct cause.
    first = len(parts) - 1
    while first and parts[first - 1].startswith(_CAUSED):
        first -= 2
    return last if first == len(parts) - 1 else f"{_described(parts[first], directory)}, which led to {last}"


def _described(text: str, directory: Path) -> str:
    lines = text.strip().splitlines()
    frames = [index for index, line in enumerate(lines) if _FRAME.match(line)]
    if not frames:
        return " ".join(text.split())
    callback = _CALLBACK.match(text)
    if callback:
        error = callback["error"]
    else:
        # After the last frame comes its source, indented, and then the exception, which may have many lines.
        after = range(frames[-1] + 1, len(lines))
        end = next((index for index in after if not lines[index].startswith(" ")), len(lines) - 1)
        error = " ".join(lines[end:])
    places = (_place(lines[index], directory) for index in reversed(frames))
    place = next((place for place in places if place), None)
    error = " ".join(error.split())
    return f"{place}: {error}" if place else error


def _place(frame: str, directory: Path) -> str | None:
    """`file:line` of a frame in `directory`, relative to it; `None` for one in somebody else's code."""
    match = _FRAME.match(frame)
    if match is None:
        return None
    file = directory / match["file"]
    if file.is_relative_to(_REHEARSAL) or "site-packages" in file.parts or not file.is_relative_to(directory):
        return None
    return f"{file.relative_to(directory)}:{match['line']}"
