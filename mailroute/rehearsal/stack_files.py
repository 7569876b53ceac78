"""The files that the command line gives for the outputs of other stacks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

StackName = tuple[str, str, str]
"""Organization, project and stack."""

_PART: Final = re.compile(r"(?!\.+$)[A-Za-z0-9_.-]{1,100}")
_LONGEST_SHOWN: Final = 60
_MOST_PARTS: Final = 3


@dataclass(frozen=True)
class StackFiles:
    """The files that are given for stack references.

    Attributes:
        files: by the stack.
        folders: each with files `ORGANIZATION/PROJECT/STACK.json`, the first one first.
        asked: the stacks that the program has referred to, as it calls them.
    """

    files: Mapping[StackName, Path] = field(default_factory=dict)
    folders: tuple[Path, ...] = ()
    asked: set[str] = field(default_factory=set, compare=False)


def parts_of(name: str, organization: str, project: str) -> StackName:
    """The parts of `STACK`, `ORGANIZATION/STACK` or `ORGANIZATION/PROJECT/STACK`, those left out filled in.

    Raises:
        ValueError: it is none of these.
    """
    parts = name.split("/")
    if len(parts) > _MOST_PARTS or not all(map(_PART.fullmatch, parts)):
        shown = name if len(name) <= _LONGEST_SHOWN else f"{name[:_LONGEST_SHOWN]}..."
        raise ValueError(
            f"{shown!r} is no name of a stack: write it as ORGANIZATION/PROJECT/STACK, each of at most 100 "
            "letters, digits, '-', '_' and '.'"
        )
    stack = parts.pop()
    return (parts[0] if parts else organization), (parts[1] if len(parts) > 1 else project), stack
