"""One preview or update by the real CLI."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from ..engine import tracebacks
from ..engine.journal import Journal
from ..engine.processes import Children, Command
from ..provider.server import ProviderServer
from ..result import Diagnostic, Level, Operation, Rehearsal, RehearsalError, Severity
from .calls import Calls
from .log import Log
from .workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..account import Account
    from ..project import Project
    from ..result import Event

_POLL: Final = 0.1
_SEVERITIES: Final = {
    "info": Severity.INFO,
    "info#err": Severity.INFO,
    "warning": Severity.WARNING,
    "error": Severity.ERROR,
}
_NO_REASON: Final = ("preview failed", "update failed")
"""What the CLI says of every failure."""


def rehearse(
    project: Project,
    account: Account,
    *,
    up: bool,
    packs: Sequence[Path],
    pack_config: Path | None,
    timeout: float,
    on_event: Callable[[Event], None],
) -> Rehearsal:
    """Rehearse with the `pulumi` that is on PATH: the counterpart of the embedded engine's `rehearse`.

    Raises:
        RehearsalError: the program, its config or a pack is wrong, or does not end in time.
    """
    with ExitStack() as stack:
        scratch = stack.enter_context(TemporaryDirectory(prefix="mailroute-pulumi-"))
        server = stack.enter_context(ProviderServer(account))
        workspace = Workspace(project, Path(scratch).resolve(), server.port)
        run = _Run(project, workspace, stack.enter_context(Children()), time.monotonic() + timeout, on_event)
        for command in workspace.commands():
            run.command(command)
        run.operation(_operation(project, workspace, up=up, packs=packs, pack_config=pack_config))
        return run.result(up=up)


def _operation(
    project: Project, workspace: Workspace, *, up: bool, packs: Sequence[Path], pack_config: Path | None
) -> list[str]:
    command = ["pulumi", *(["up", "--skip-preview", "--yes"] if up else ["preview"])]
    command += ["--stack", project.stack, "--non-interactive", "--color", "never"]
    command += ["--event-log", str(workspace.events)]
    for pack in packs:
        command += ["--policy-pack", str(pack)]
        if pack_config is not None:
            command += ["--policy-pack-config", str(pack_config.resolve())]
    return command


class _Run:
    """The commands of one rehearsal, and what their logs tell."""

    def __init__(
        self,
        project: Project,
        workspace: Workspace,
        children: Children,
        deadline: float,
        on_event: Callable[[Event], None],
    ) -> None:
        self._project = project
        self._workspace = workspace
        self._children = children
        self._deadline = deadline
        self._journal = Journal(on_event)
        self._calls = Calls(self._journal)
        self._over = False
        for diagnostic in project.diagnostics:
            self._journal.note(diagnostic)

    def command(self, command: Sequence[str]) -> None:
        """Run a command that prepares the operation.

        Raises:
            RehearsalError: it fails.
        """
        status, errors = self._run(command, lambda: None)
        if status:
            raise RehearsalError(f"{' '.join(command[:3])}: {errors}")

    def operation(self, command: Sequence[str]) -> None:
        """Run the preview or the update.

        Raises:
            RehearsalError: it fails, and not because a policy is violated.
        """
        calls, events = Log(self._workspace.calls), Log(self._workspace.events)

        def read_logs() -> None:
            for call in calls.new_entries():
                self._calls.read(call)
            for event in events.new_entries():
                self._note(event)

        status, said = self._run(command, read_logs)
        errors = [entry.message for entry in self._journal.diagnostics if entry.severity is Severity.ERROR]
        blocked = any(result.level is Level.MANDATORY for result in self._journal.policies)
        if errors or (status and not blocked):
            reason = tracebacks.one_line(errors[-1], self._project.working_directory) if errors else said
            raise RehearsalError(f"the program fails: {reason}")

    def result(self, *, up: bool) -> Rehearsal:
        return Rehearsal(
            project=self._project.name,
            stack=self._project.stack,
            engine="pulumi",
            operation=Operation.UP if up else Operation.PREVIEW,
            resources=self._calls.resources,
            policies=tuple(self._journal.policies),
            not_applicable=tuple(self._journal.inapplicable),
            outputs=self._calls.outputs,
            diagnostics=tuple(self._journal.diagnostics),
        )

    def _run(self, command: Sequence[str], meanwhile: Callable[[], None]) -> tuple[int | None, str]:
        """The exit status of a command, and what it wrote to its standard error, on one line."""
        child = self._children.start(
            Command(
                arguments=command,
                directory=self._workspace.directory,
                environment=self._workspace.environment,
                on_line=lambda _line: None,
            )
        )
        while not child.exited.wait(_POLL):
            meanwhile()
            if time.monotonic() > self._deadline:
                raise RehearsalError(
                    f"pulumi {command[1]} has not ended in time: see what the program waits for, "
                    "or give it more --timeout"
                )
        meanwhile()
        return child.status, " ".join(child.errors.split())

    def _note(self, event: Mapping[str, Any]) -> None:
        """Keep what the program and the engine say, up to the end: then the CLI stops what still runs."""
        self._over = self._over or "summaryEvent" in event
        said = event.get("diagnosticEvent", {})
        message = said.get("message", "").strip()
        severity = _SEVERITIES.get(said.get("severity", ""))
        if severity and message and message not in _NO_REASON and not self._over:
            self._journal.note(Diagnostic(severity, message, said.get("urn", "")))
