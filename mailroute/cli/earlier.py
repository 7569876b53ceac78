"""What an earlier rehearsal or diagnosis has printed as JSON, read again."""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from evidence import strict_json, text_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reachability import Egress

WRONG: Final = "not what 'mailroute rehearse --json' or 'mailroute diagnose --json' prints"
_STANDARD_INPUT: Final = Path("-")


def name_of(file: Path) -> str:
    """What to call `file` in a message."""
    return "standard input" if file == _STANDARD_INPUT else str(file)


def read(file: Path, purpose: str = "read") -> Any:
    """The JSON in `file`; `-` is standard input.

    Args:
        purpose: what it is read for, a verb.

    Raises:
        ClickException: it cannot be read, is empty, or is no JSON.
    """
    name = name_of(file)
    try:
        text = _standard_input() if file == _STANDARD_INPUT else text_file.read(file)
        if not text.strip():
            raise click.ClickException(f"nothing to {purpose}: {name} is empty")
        return strict_json.loads(text)
    except OSError as error:
        raise click.ClickException(f"{name}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{name}: byte {error.start} is not UTF-8") from error
    except strict_json.JsonError as error:
        raise click.ClickException(error.of(name)) from error


def _standard_input() -> str:
    text = sys.stdin.read(text_file.LARGEST * text_file.MEGABYTE + 1)
    if len(text) > text_file.LARGEST * text_file.MEGABYTE:
        raise OSError(errno.EFBIG, f"larger than {text_file.LARGEST} MB")
    return text


def entries(document: Any, name: str) -> Sequence[Mapping[str, Any]]:
    """The `egress` entries of a rehearsal, or the one that a diagnosis is.

    Raises:
        ClickException: it is neither.
    """
    found = document.get("egress", [document]) if isinstance(document, dict) else None
    if not isinstance(found, list) or not all(
        isinstance(entry, dict) and "service" in entry for entry in found
    ):
        raise click.ClickException(f"{name}: {WRONG}")
    return found


def rehearsed(file: Path, project: str, stack: str) -> tuple[Egress, ...]:
    """The egress that an earlier rehearsal of `stack` of `project` has shown.

    Raises:
        ClickException: the file cannot be read, or holds something else.
    """
    name = name_of(file)
    document = read(file, "compare")
    found = entries(document, name)
    of = document.get("stack")
    if of != stack:
        what = f"of stack {of}" if isinstance(of, str) else WRONG
        raise click.ClickException(f"--base {name}: {what}: give a rehearsal of stack {stack}")
    return _egresses(found, f"--base {name}", project)


def rehearsed_all(file: Path, project: str) -> dict[str, tuple[Egress, ...] | None]:
    """The egress that an earlier rehearsal of all stacks of `project` has shown, by stack.

    It is `None` of one that was not judged.

    Raises:
        ClickException: the file cannot be read, or holds something else.
    """
    name = f"--base {name_of(file)}"
    document = read(file, "compare")
    stacks = document.get("stacks") if isinstance(document, dict) else None
    if not isinstance(stacks, list) or not all(
        isinstance(each, dict) and isinstance(each.get("stack"), str) for each in stacks
    ):
        raise click.ClickException(f"{name}: not what 'mailroute rehearse --all-stacks --json' prints")
    if document.get("project") != project:
        raise click.ClickException(f"{name}: of project {document.get('project')}: give one of {project}")
    return {
        each["stack"]: _egresses(entries(each, name), name, project) if "egress" in each else None
        for each in stacks
    }


def _egresses(found: Sequence[Mapping[str, Any]], name: str, project: str) -> tuple[Egress, ...]:
    from reachability import Egress

    try:
        egresses = tuple(Egress.from_json(entry) for entry in found)
        others = {egress.urn.split("::")[1] for egress in egresses} - {project}
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise click.ClickException(f"{name}: {WRONG}: {type(error).__name__} {error}") from error
    if others:
        raise click.ClickException(f"{name}: of project {min(others)}: give one of {project}")
    return egresses
