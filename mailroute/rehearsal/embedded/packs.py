"""Policy packs: each the real one, in a process of its own, behind Pulumi's `Analyzer` protocol.

Functions import what is slow to load, so that a pack's process is started before that.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import grpc

from .. import environment
from ..result import Diagnostic, RehearsalError, Severity
from ..shared import channels, tracebacks, urns
from ..shared.processes import Command, activated
from ..yaml_file import read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi.runtime.proto import analyzer_pb2

    from ..project import Project
    from ..shared.journal import Journal
    from ..shared.processes import Children
    from .policy_config import RuleConfig


_CANCEL_SECONDS: Final = 5.0
"""What a pack has to end by itself, once everything is judged."""
_OPTIONAL: Final = ("Handshake", "ConfigureStack", "Remediate", "Cancel")
"""What packs of an older SDK lack, as Pulumi allows."""
SERVE: Final = Path(__file__).with_name("serve.py")
"""Runs a host of the SDK, which a process imports nothing else of mailroute for."""


class PolicyPack:
    """One policy pack, from the start of its process on.

    Raises:
        RehearsalError: `directory` holds no Python policy pack.
    """

    def __init__(
        self,
        directory: Path,
        project: Project,
        *,
        dry_run: bool,
        engine_address: str,
        socket: Path,
        children: Children,
        journal: Journal,
    ) -> None:
        self._directory = directory.resolve()
        self._project = project
        self._dry_run = dry_run
        self._engine_address = engine_address
        self._socket = socket
        self._journal = journal
        self.name = self._directory.name
        self._channel: grpc.Channel | None = None
        pack = _pack_environment(self._directory)
        for note in pack.notes:
            journal.note(note)
        self._child = children.start(
            Command(
                [pack.python, "-u", str(SERVE), str(socket), "pulumi.policy", engine_address, "."],
                self._directory,
                _variables(pack.python, project, dry_run=dry_run),
                self._print,
                announces=True,
            )
        )

    def configure(self, given: Mapping[str, RuleConfig]) -> None:
        """Wait until the pack listens, and configure it for the stack.

        Raises:
            RehearsalError: it does not load, or its config is wrong.
        """
        from google.protobuf.empty_pb2 import Empty
        from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

        from . import policy_config

        self._channel = channels.open_channel(channels.announced(self._await_port(), self._socket))
        self._stub = analyzer_pb2_grpc.AnalyzerStub(self._channel)
        self._call(
            "Handshake",
            analyzer_pb2.AnalyzerHandshakeRequest(
                engine_address=self._engine_address,
                root_directory=str(self._directory),
                program_directory=str(self._directory),
            ),
        )
        self._call(
            "ConfigureStack",
            analyzer_pb2.AnalyzerStackConfigureRequest(
                stack=self._project.stack,
                project=self._project.name,
                organization=self._project.organization,
                dry_run=self._dry_run,
                config_secret_keys=sorted(self._project.secret_keys),
                config=self._project.config,
            ),
        )
        self._call("GetPluginInfo", Empty())
        info = self._call("GetAnalyzerInfo", Empty())
        self.name = info.name
        self._call("Configure", policy_config.reconcile(info, given))

    def remediate(self, request: analyzer_pb2.AnalyzeRequest) -> dict[str, Any] | None:
        """What the pack would rather have a resource's inputs be; `None` where it leaves them as they are."""
        from mailroute import wire

        response = self._call("Remediate", request, request.urn)
        if response is None:
            return None
        self._journal.not_applicable(self.name, request.urn, response.not_applicable)
        remedied = None
        for remediation in response.remediations:
            if self._journal.remediation(self.name, request.urn, remediation):
                remedied = wire.decode(remediation.properties)
        return remedied

    def analyze(self, request: analyzer_pb2.AnalyzeRequest) -> bool:
        """Have the pack judge one resource: whether it violates a mandatory rule."""
        return self._judge(self._call("Analyze", request, request.urn), request.urn)

    def analyze_stack(self, request: analyzer_pb2.AnalyzeStackRequest, stack: str) -> None:
        """Have the pack judge the stack, whose own URN is `stack`."""
        self._judge(self._call("AnalyzeStack", request, stack), stack)

    def finish(self) -> None:
        """Shut the pack down, and note what it has written to its standard error."""
        from google.protobuf.empty_pb2 import Empty

        if self._channel is None or self._child.exited.is_set():
            return
        try:
            self._call("Cancel", Empty(), timeout=_CANCEL_SECONDS)
        except TimeoutError:
            self._child.end()
            self._journal.note(
                Diagnostic(Severity.WARNING, f"policy pack {self.name}: does not answer Cancel, and is ended")
            )
        for line in filter(str.strip, self._child.errors.splitlines()):
            self._journal.note(Diagnostic(Severity.WARNING, f"policy pack {self.name}: {line}"))

    def close(self) -> None:
        if self._channel is not None:
            self._channel.close()

    def _judge(self, response: analyzer_pb2.AnalyzeResponse, urn: str) -> bool:
        self._journal.not_applicable(self.name, urn, response.not_applicable)
        blocking = [self._journal.violation(self.name, urn, found) for found in response.diagnostics]
        return any(blocking)

    def _print(self, line: str) -> None:
        self._journal.print(f"policy pack {self.name}: {line}")

    def _await_port(self) -> str:
        port = self._child.announcement().strip()
        if not port:
            raise self._failure("it does not load, or ends without a PolicyPack(...)", "")
        if not port.isdigit():
            raise RehearsalError(
                f"policy pack {self._directory}: it prints {port!r} before it is ready: "
                "nothing may be printed before PolicyPack(...)"
            )
        return port

    def _call(self, method: str, request: Any, urn: str = "", timeout: float | None = None) -> Any:
        try:
            return getattr(self._stub, method)(request, timeout=timeout)
        except grpc.RpcError as error:
            if channels.is_unimplemented(error) and method in _OPTIONAL:
                return None
            if timeout is not None and channels.is_too_late(error):
                raise TimeoutError from None
            judged = f" on {urns.type_of(urn)} {urns.name_of(urn)!r}" if urn else ""
            raise self._failure(f"{method} fails{judged}", channels.said(error)) from None

    def _failure(self, what: str, said: str) -> RehearsalError:
        """The error for a pack that is no longer of use: what it said, or else wrote last, is why."""
        self._child.end()
        written = tracebacks.one_line(self._child.errors, self._directory)
        return RehearsalError(
            f"policy pack {self._directory}: {what}: {said or written or 'it says nothing'}"
        )


def _pack_environment(directory: Path) -> environment.Environment:
    if not directory.is_dir():
        raise RehearsalError(f"policy pack {directory}: no such directory")
    file = directory / "PulumiPolicy.yaml"
    if not file.is_file():
        raise RehearsalError(f"policy pack {directory}: no PulumiPolicy.yaml here")
    return environment.of_pack(file, read_yaml(file))


def _variables(python: str, project: Project, *, dry_run: bool) -> dict[str, str]:
    """What a pack knows of the stack when it starts, secrets in clear as in Pulumi."""
    return {
        **activated(python),
        "PULUMI_PROJECT": project.name,
        "PULUMI_STACK": project.stack,
        "PULUMI_ORGANIZATION": project.organization,
        "PULUMI_DRY_RUN": "true" if dry_run else "false",
        "PULUMI_CONFIG": json.dumps(dict(project.config)),
        **project.pack_variables,
    }
