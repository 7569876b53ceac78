"""One preview or update by the real CLI."""

from __future__ import annotations

import re
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..environment import version_of
from ..provider.server import ProviderServer
from ..result import Diagnostic, Interpreter, Level, Operation, Rehearsal, RehearsalError, Severity
from ..shared import scratch, tracebacks, urns
from ..shared.journal import Journal
from ..shared.processes import Children, Command
from ..shared.remedies import not_simulated, with_remedy
from .calls import Calls
from .log import Events, Log
from .stand_in import StandInServer
from .workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..account import Account
    from ..project import Project
    from ..result import Event

_POLL: Final = 0.1
_GRACE_SECONDS: Final = 10.0
"""Seconds that the CLI gets to end its language host, program and packs, each in a group of its own."""
_SEVERITIES: Final = {
    "info": Severity.INFO,
    "info#err": Severity.INFO,
    "warning": Severity.WARNING,
    "error": Severity.ERROR,
}
_MISSING: Final = re.compile(r"no resource plugin 'pulumi-resource-(?P<package>[\w-]+)")
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
    started = time.monotonic()
    unknown: list[str] = []
    with ProviderServer(account) as server, StandInServer() as stand_in:
        while True:
            notes = (Diagnostic(Severity.WARNING, not_simulated(package)) for package in unknown)
            try:
                return run(
                    replace(project, diagnostics=(*project.diagnostics, *notes)),
                    server.port,
                    dict.fromkeys(unknown, stand_in.port),
                    up=up,
                    packs=packs,
                    pack_config=pack_config,
                    timeout=timeout,
                    on_event=on_event,
                    started=started,
                )
            except MissingPluginError as missing:
                if up or missing.package in unknown:
                    raise
                unknown.append(missing.package)


class MissingPluginError(RehearsalError):
    """There is no plugin for a package."""

    def __init__(self, reason: str, package: str) -> None:
        super().__init__(reason)
        self.package = package


def run(
    project: Project,
    provider_port: int,
    others: Mapping[str, int] | None = None,
    *,
    up: bool,
    packs: Sequence[Path],
    pack_config: Path | None,
    timeout: float,
    on_event: Callable[[Event], None],
    started: float | None = None,
) -> Rehearsal:
    """Rehearse against the provider for `aws` that listens on this port; there is at least one pack.

    Args:
        others: where providers for other packages listen.
        started: since when the time runs, by `time.monotonic()`; from now where it is not given.

    Raises:
        MissingPluginError: the program uses another package, of which there is no plugin.
        RehearsalError: see `rehearse`.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(scratch.folder())
        workspace = Workspace(project, folder, provider_port, others)
        deadline = (time.monotonic() if started is None else started) + timeout
        children = stack.enter_context(Children())
        rehearsal = _Run(project, workspace, children, timeout, deadline, on_event)
        rehearsal.command(workspace.command())
        rehearsal.operation(up=up, packs=packs, pack_config=pack_config)
        return rehearsal.result(up=up)


class _Run:
    """The commands of one rehearsal, and what their logs tell."""

    def __init__(
        self,
        project: Project,
        workspace: Workspace,
        children: Children,
        timeout: float,
        deadline: float,
        on_event: Callable[[Event], None],
    ) -> None:
        self._project = project
        self._workspace = workspace
        self._children = children
        self._timeout = timeout
        self._deadline = deadline
        self._journal = Journal()
        self._journal.follow(on_event)
        self._calls = Calls(self._journal, project)
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

    def operation(self, *, up: bool, packs: Sequence[Path], pack_config: Path | None) -> None:
        """Run the preview or the update.

        Raises:
            RehearsalError: it fails, and not because a policy is violated.
        """
        command = ["pulumi", *(["up", "--skip-preview", "--yes"] if up else ["preview"])]
        command += ["--stack", self._project.stack, "--non-interactive", "--color", "never"]
        command += ["--event-log", str(self._workspace.events)]
        for pack in packs:
            command += ["--policy-pack", str(pack)]
            if pack_config is not None:
                command += ["--policy-pack-config", str(pack_config.resolve())]
        calls, events = Log(self._workspace.calls), Events(self._workspace.events)

        def read_logs() -> None:
            for call in calls.new_entries():
                self._calls.read(call)
            for event in events.new_entries():
                self._note(event)

        status, said = self._run(command, read_logs)
        errors = [entry for entry in self._journal.diagnostics if entry.severity is Severity.ERROR]
        if status and errors:
            missing = next(filter(None, (_MISSING.search(error.message) for error in errors)), None)
            reason = self._reason(errors[0])
            raise MissingPluginError(reason, missing["package"]) if missing else RehearsalError(reason)
        if status and not any(result.level is Level.MANDATORY for result in self._journal.policies):
            parts = ("pulumi", said.removeprefix("error: "), self._hidden_reason(packs))
            raise RehearsalError(": ".join(filter(None, parts)))

    def _reason(self, error: Diagnostic) -> str:
        """One line for what the CLI says of a failure."""
        message = tracebacks.one_line(error.message, self._project.working_directory)
        if message != " ".join(error.message.split()) or not error.urn:
            return f"the program fails: {with_remedy(message, self._project)}"
        kind = urns.type_of(error.urn)
        if kind == urns.STACK_TYPE or message.startswith(kind):
            return message
        return f"{kind} {urns.name_of(error.urn)!r}: {message}"

    def _hidden_reason(self, packs: Sequence[Path]) -> str:
        """What a pack that does not load wrote about it."""
        text = self._calls.plugin_errors
        directory = next((pack for pack in packs if str(pack) in text), self._workspace.directory)
        return tracebacks.one_line(text, directory)

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
            python=Interpreter(self._workspace.python, version_of(self._workspace.python)),
        )

    def _run(self, command: Sequence[str], meanwhile: Callable[[], None]) -> tuple[int | None, str]:
        """The exit status of a command, and what it wrote to its standard error, on one line."""
        child = self._children.start(
            Command(
                arguments=command,
                directory=self._workspace.directory,
                environment=self._workspace.environment,
                on_line=lambda _line: None,
                grace_seconds=_GRACE_SECONDS,
            )
        )
        while not child.exited.wait(_POLL):
            meanwhile()
            if time.monotonic() > self._deadline:
                raise RehearsalError(
                    f"the program has not ended within {self._timeout:g} s: see what is waited for, "
                    "or give a larger --timeout"
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
