"""The provider that is part of Pulumi's engine: stack references, stashes, resources by their URN."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final

from mailroute import wire
from reachability.values import contains_unknown

from ..result import RehearsalError
from ..shared import stacks, urns
from .providers import Provider

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..project import Project
    from ..result import PlannedResource

PACKAGE: Final = "pulumi"
_STASH: Final = "pulumi:index:Stash"
_GET_RESOURCE: Final = "pulumi:pulumi:getResource"


class BuiltinProvider(Provider):
    """What needs no plugin.

    Args:
        find: a resource of the program by its URN.
        note: takes what a person should know about a stack reference.
    """

    def __init__(
        self,
        urn: str,
        identity: str,
        project: Project,
        find: Callable[[str], PlannedResource | None],
        note: Callable[[str], None],
    ) -> None:
        super().__init__(urn, identity)
        self._project = project
        self._find = find
        self._note = note
        self.previews_creation = True

    def _configure(self, inputs: Mapping[str, Any]) -> bool:
        del inputs
        return True

    def check_config(self, inputs: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        return dict(inputs), []

    def check(self, urn: str, inputs: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        if urns.type_of(urn) != _STASH:
            raise RehearsalError(
                f"{urns.type_of(urn)} {urns.name_of(urn)!r}: a rehearsal does not simulate that"
            )
        return dict(inputs), [] if "input" in inputs else ["property input: it is required"]

    def create(
        self, urn: str, inputs: Mapping[str, Any], *, preview: bool, timeout: float
    ) -> tuple[str | None, Mapping[str, Any]]:
        del timeout
        identity = None if preview else str(uuid.uuid5(uuid.NAMESPACE_URL, urn))
        return identity, {"input": inputs["input"], "output": inputs["input"]}

    def read(
        self, urn: str, identity: str, inputs: Mapping[str, Any]
    ) -> tuple[str, Mapping[str, Any] | None]:
        del inputs
        if urns.type_of(urn) != urns.STACK_REFERENCE_TYPE:
            return "", {}
        self._project.stack_files.asked.add(identity)
        outputs = stacks.outputs(self._project, identity)
        if outputs is None:
            self._note(
                f"the outputs of the stack {identity!r} are unknown: --stack-reference {identity}=FILE takes "
                "what 'pulumi stack output --json' prints for it"
            )
            return identity, None
        unknown = sorted(key for key, value in outputs.items() if contains_unknown(wire.plain(value)))
        if unknown:
            self._note(
                f"the outputs of the stack {identity!r} are unknown: its file does not tell "
                f"{', '.join(unknown)}: save what 'pulumi stack output --json' prints"
            )
            return identity, None
        secret = sorted(key for key, value in outputs.items() if wire.contains_secret(value))
        return identity, {"name": identity, "outputs": outputs, "secretOutputNames": secret}

    def invoke(
        self, token: str, arguments: Mapping[str, Any], *, preview: bool
    ) -> tuple[Mapping[str, Any], list[tuple[str, str]]]:
        del preview
        if token != _GET_RESOURCE:
            raise RehearsalError(f"{token}: a rehearsal does not simulate that")
        resource = self._find(arguments["urn"])
        if resource is None:
            return {}, [("urn", f"{arguments['urn']} is no resource of the program")]
        return {"urn": resource.urn, "id": resource.id or "", "state": resource.outputs}, []

    def cancel(self) -> None:
        """There is no process to tell."""

    def close(self) -> None:
        """Nothing is held."""
