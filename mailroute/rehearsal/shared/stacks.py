"""What a `StackReference` reads: the outputs of another stack, as an earlier rehearsal of it printed them.

The outputs of `organization/net/dev` are those in `accounts/stacks/organization/net/dev.json` beside the
program: what `mailroute rehearse --program NET --stack dev --up --json` prints for that project.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mailroute import wire

from ..result import RehearsalError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ..project import Project


def outputs(project: Project, name: str) -> dict[str, Any]:
    """The outputs of the stack `name`: `stack`, `organization/stack` or `organization/project/stack`.

    Raises:
        RehearsalError: there is no file for it, or the file is no such object, or of a preview.
    """
    parts = name.split("/")
    organization, other, stack = {
        1: (project.organization, project.name, parts[0]),
        2: (parts[0], project.name, parts[-1]),
    }.get(len(parts), (parts[0], "/".join(parts[1:-1]), parts[-1]))
    file = _folder(project) / organization / other / f"{stack}.json"
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RehearsalError(
            f"StackReference {name!r}: no {file}: save there what "
            f"`mailroute rehearse --stack {stack} --up --json` prints for the project {other!r}"
        ) from None
    except (OSError, ValueError) as error:
        raise RehearsalError(f"StackReference {name!r}: {file}: {error}") from None
    if not isinstance(document, dict) or not isinstance(document.get("outputs"), dict):
        raise RehearsalError(f"StackReference {name!r}: {file}: must be an object with the key outputs")
    return {
        key: _value(value, f"StackReference {name!r}: {file}: {key}", key)
        for key, value in document["outputs"].items()
    }


def saved(project: Project, organization: str) -> Iterator[tuple[str, str]]:
    """The projects and stacks of an organization of which there are files."""
    for file in sorted((_folder(project) / organization).glob("*/*.json")):
        yield file.parent.name, file.stem


def _folder(project: Project) -> Path:
    return project.directory / "accounts" / "stacks"


def _value(value: Any, where: str, path: str) -> Any:
    if value == {"$unknown": True}:
        raise RehearsalError(f"{where} is unknown: save what a rehearsal with --up prints")
    if value == {"$secret": True}:
        return wire.Secret(f"made-up-secret-for-{path}")
    if isinstance(value, dict):
        return {key: _value(element, where, f"{path}.{key}") for key, element in value.items()}
    if isinstance(value, list):
        return [_value(element, where, f"{path}.{index}") for index, element in enumerate(value)]
    return value
