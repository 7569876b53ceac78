"""What a `StackReference` reads: the outputs of another stack, from a file.

A file is what `pulumi stack output --json` or `pulumi stack export` prints for that stack, or what
`mailroute rehearse --up --json` does. `--stack-reference ORG/PROJECT/STACK=FILE` names one; a folder has
those of many stacks as `ORG/PROJECT/STACK.json`, and so has `accounts/stacks` beside the program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from evidence import strict_json, text_file
from mailroute import wire
from reachability import json_text
from reachability.values import UNKNOWN

from ..config import MADE_UP
from ..result import RehearsalError
from ..stack_files import parts_of
from . import urns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ..project import Project
    from ..stack_files import StackName

_HIDDEN: Final = "[secret]"
"""What `pulumi stack output --json` prints for a secret."""


def outputs(project: Project, name: str) -> dict[str, Any] | None:
    """The outputs of the stack `name`, a value that its file does not tell `UNKNOWN`; `None` without a file.

    Raises:
        RehearsalError: no stack has such a name, or its file has no outputs.
    """
    where = f"StackReference {name!r}"
    try:
        parts = parts_of(name, project.organization, project.name)
    except ValueError as error:
        raise RehearsalError(f"StackReference {error}") from None
    file = _file(project, parts)
    if file is None:
        return None
    try:
        found = _outputs_in(strict_json.loads(text_file.read(file)))
        if found is not None:
            return {key: _value(value, key) for key, value in found.items()}
    except strict_json.JsonError as error:
        raise RehearsalError(f"{where}: {error.of(file)}") from None
    except OSError as error:
        raise RehearsalError(f"{where}: {file}: {error.strerror or error}") from None
    except ValueError as error:
        raise RehearsalError(f"{where}: {file}: {error}") from None
    raise RehearsalError(
        f"{where}: {file}: has no outputs: save what 'pulumi stack output --json' or "
        f"'pulumi stack export' prints for the stack {'/'.join(parts)}"
    )


def saved(project: Project) -> Iterator[StackName]:
    """The stacks of the project's organization of which there are files."""
    found = {
        (folder.name, file.parent.name, file.stem)
        for base in _folders(project)
        for folder in [base / project.organization]
        for file in folder.glob("*/*.json")
    }
    given = {name for name in project.stack_files.files if name[0] == project.organization}
    yield from sorted(found | given)


def _file(project: Project, name: StackName) -> Path | None:
    if name in project.stack_files.files:
        return project.stack_files.files[name]
    organization, other, stack = name
    files = (folder / organization / other / f"{stack}.json" for folder in _folders(project))
    return next((file for file in files if text_file.is_there(file)), None)


def _folders(project: Project) -> tuple[Path, ...]:
    return (*project.stack_files.folders, project.directory / "accounts" / "stacks")


def _outputs_in(document: Any) -> Mapping[str, Any] | None:
    """The outputs in what one of the commands printed; `None` where there are none."""
    if not isinstance(document, dict):
        return None
    deployment = document.get("deployment")
    if isinstance(deployment, dict) and "resources" in deployment:
        resources = deployment["resources"] if isinstance(deployment["resources"], list) else []
        roots = (each for each in resources if isinstance(each, dict) and each.get("type") == urns.STACK_TYPE)
        return next((root.get("outputs") or {} for root in roots), None)
    rehearsed = "schema" in document or document.keys() == {"outputs"}
    if rehearsed and isinstance(document.get("outputs"), dict):
        return dict(document["outputs"])
    return document


def _value(value: Any, path: str) -> Any:
    """A value as the program shall have it: a secret that is not told is made up."""
    if isinstance(value, dict):
        return _object(value, path)
    if isinstance(value, list):
        return [_value(element, f"{path}.{index}") for index, element in enumerate(value)]
    return wire.Secret(f"{MADE_UP}{path}") if value == _HIDDEN else value


def _object(value: Mapping[str, Any], path: str) -> Any:
    if value == {"$unknown": True}:
        return UNKNOWN
    if value.get(wire.SIGNATURE_KEY) == wire.SECRET_SIGNATURE and "plaintext" in value:
        return wire.Secret(_value(_plaintext(value["plaintext"], path), path))
    if value == {"$secret": True} or value.get(wire.SIGNATURE_KEY) == wire.SECRET_SIGNATURE:
        return wire.Secret(f"{MADE_UP}{path}")
    return {key: _value(element, f"{path}.{key}") for key, element in value.items()}


def _plaintext(text: Any, path: str) -> Any:
    """
    Raises:
        ValueError: it is no JSON, of which nothing is shown.
    """
    try:
        return json_text.loads(text)
    except (TypeError, ValueError):
        raise ValueError(f"the plaintext of {path} is no JSON") from None
