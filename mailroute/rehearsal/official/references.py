"""The stacks that a `StackReference` finds, put into a throw-away backend as their own updates would have."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mailroute import wire
from reachability.values import contains_unknown

from ..result import RehearsalError
from ..shared import stacks, urns

if TYPE_CHECKING:
    from pathlib import Path

    from ..project import Project


def save(project: Project, backend: Path) -> None:
    """Put what `stacks.saved` has into the local backend in this empty directory.

    Raises:
        RehearsalError: a file of another stack's outputs cannot be used.
    """
    for organization, other, stack in stacks.saved(project):
        if (other, stack) == (project.name, project.stack):
            continue  # the one that is to be made
        name = f"{organization}/{other}/{stack}"
        outputs = stacks.outputs(project, name) or {}
        if contains_unknown(wire.plain(outputs)):
            raise RehearsalError(f"StackReference {name!r}: its file does not tell every output")
        root = {
            "urn": urns.make(stack, other, "", urns.STACK_TYPE, f"{other}-{stack}"),
            "type": urns.STACK_TYPE,
            "custom": False,
            "outputs": _in_state(outputs),
        }
        manifest = {"time": "2026-01-05T09:00:00Z", "magic": "", "version": ""}
        checkpoint = {"stack": name, "latest": {"manifest": manifest, "resources": [root]}}
        _write(
            backend / ".pulumi" / "stacks" / other / f"{stack}.json",
            json.dumps({"version": 3, "checkpoint": checkpoint}),
        )
        _write(backend / ".pulumi" / "meta.yaml", "version: 1\n")


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _in_state(value: Any) -> Any:
    """A value as the state of a stack has it; made-up secrets need no encryption."""
    if isinstance(value, wire.Secret):
        return {wire.SIGNATURE_KEY: wire.SECRET_SIGNATURE, "plaintext": json.dumps(_in_state(value.value))}
    if isinstance(value, dict):
        return {key: _in_state(part) for key, part in value.items()}
    return [_in_state(part) for part in value] if isinstance(value, list) else value
