"""Config that the command line gives: what `pulumi config set`, with `--path` or without it, would set."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from .result import RehearsalError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_SEGMENT: Final = re.compile(
    r"""\["(?P<quoted>(?:[^"\\]|\\.)+)"\]|\[(?P<index>0|[1-9]\d*)\]|(?:^|\.)(?P<name>[^.\[\]"]+)"""
)
_DEEPEST: Final = 100
_LONGEST_SHOWN: Final = 60
_INTEGER: Final = re.compile(r"-?(?:0|[1-9]\d*)")


@dataclass(frozen=True)
class GivenConfig:
    """What stands in place of, or over, the stack's config file.

    Attributes:
        values: keys and their texts, in the order in which they are set.
        paths: whether the keys are paths into objects and lists.
        file: the config file, in place of `Pulumi.<stack>.yaml`.
    """

    values: tuple[tuple[str, str], ...] = ()
    paths: bool = False
    file: Path | None = None

    def over(self, values: dict[str, Any], full_key: Callable[[str], str]) -> set[str]:
        """Set what is given in `values`, the stack's config by full keys: the full keys that were set.

        Raises:
            RehearsalError: a key is no path into what is there.
        """
        changed: set[str] = set()
        for key, text in self.values:
            namespace, name = _split(key)
            path = _path(key, name) if self.paths else (name,)
            full, rest = full_key(f"{namespace}{path[0]}"), path[1:]
            values[full] = _set(values.get(full), rest, text, f"--config {key}") if rest else text
            changed.add(full)
        return changed


def _split(key: str) -> tuple[str, str]:
    """The namespace of a key with its colon, and the rest, where a path may hold more of those."""
    namespace = re.match(r"[^.\[\]\"]*:", key)
    return (namespace[0], key[namespace.end() :]) if namespace else ("", key)


def _path(key: str, name: str) -> tuple[str | int, ...]:
    """The segments of `outer.inner[0]["any.key"]`."""
    path: list[str | int] = []
    end = 0
    while end < len(name):
        found = _SEGMENT.match(name, end)
        if not found or (found["name"] and end and name[end] != "."):
            break
        quoted = found["quoted"]
        if found["index"]:
            path.append(int(found["index"]))
        else:
            path.append(found["name"] or re.sub(r"\\(.)", r"\1", quoted))
        end = found.end()
    if len(path) > _DEEPEST:
        raise RehearsalError(
            f"--config {key[:_LONGEST_SHOWN]}...: a path of {len(path):,} steps: "
            f"nest values at most {_DEEPEST} deep"
        )
    if end < len(name) or not path or not isinstance(path[0], str):
        raise RehearsalError(f'--config {key}: no path: write it as outer.inner, names[0] or outer["a.b"]')
    return tuple(path)


def _set(there: Any, path: tuple[str | int, ...], text: str, prefix: str) -> Any:
    """`there` with `text` at `path` within it; numbers and truth values become what they look like."""
    if not path:
        return _coerced(text)
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        items = list(there) if isinstance(there, list) else []
        if step > len(items):
            raise RehearsalError(
                f"{prefix}: index {step} is out of range: the list has {len(items)} elements"
            )
        items[step : step + 1] = [_set(items[step] if step < len(items) else None, rest, text, prefix)]
        return items
    if isinstance(there, list):
        raise RehearsalError(f"{prefix}: {step!r} is no index of a list")
    entries = dict(there) if isinstance(there, dict) else {}
    return {**entries, step: _set(entries.get(step), rest, text, prefix)}


def _coerced(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    return int(text) if _INTEGER.fullmatch(text) else text
