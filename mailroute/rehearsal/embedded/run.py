"""A rehearsal from its first process to its last."""

from __future__ import annotations

import json
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pulumi.runtime.proto import engine_pb2_grpc, resource_pb2_grpc

from ..result import EngineFault, Operation, Rehearsal, RehearsalError
from ..shared import channels, tracebacks, urns
from ..shared.journal import Journal
from ..shared.processes import Child, Children, Command, activated
from . import builtin, monitor, policy_config
from .deployment import Deployment
from .lifecycle import Lifecycle
from .packs import PolicyPack
from .plugin import DYNAMIC_PACKAGE, PluginProvider
from .review import MandatoryViolationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..project import Project
    from ..result import Event
    from .plugin import Target
    from .providers import Provider

_LAUNCHER: Final = Path(__file__).with_name("launch.py")
SHUTDOWN_GRACE_SECONDS: Final = 5.0
"""Seconds that a creation which has begun gets to finish when the rehearsal ends."""


def run(
    project: Project,
    providers: Mapping[str, Target],
    *,
    up: bool,
    packs: Sequence[Path],
    pack_config: Path | None,
    timeout: float,
    on_event: Callable[[Event], None],
) -> Rehearsal:
    """Run a project's program against `providers`, by package.

    Raises:
        RehearsalError, EngineFault: see `rehearse`.
    """
    with ExitStack() as stack:
        rehearsal = _Run(project, providers, up=up, on_event=on_event, stack=stack)
        return rehearsal.finish(packs, pack_config, timeout)


class _Run:
    """The parts of one rehearsal. `stack` ends them, in the reverse order of their start."""

    def __init__(
        self,
        project: Project,
        providers: Mapping[str, Target],
        *,
        up: bool,
        on_event: Callable[[Event], None],
        stack: ExitStack,
    ) -> None:
        self._project = project
        self._preview = not up
        self._targets = providers
        self._lifecycle = Lifecycle()
        self._journal = Journal(self._guarded(on_event))
        self._server = channels.new_server(monitor.WORKERS)
        self._address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        stack.callback(lambda: self._server.stop(SHUTDOWN_GRACE_SECONDS).wait())
        self._children = stack.enter_context(Children())
        self._packs: list[PolicyPack] = []
        stack.callback(self._close)
        self._deployment = Deployment(
            project, self._packs, self._connect, self._journal, preview=self._preview
        )

    def finish(self, packs: Sequence[Path], pack_config: Path | None, timeout: float) -> Rehearsal:
        for diagnostic in self._project.diagnostics:
            self._journal.note(diagnostic)
        given = policy_config.load(pack_config) if pack_config else {}
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(
            monitor.Monitor(self._deployment, self._lifecycle), self._server
        )
        engine_pb2_grpc.add_EngineServicer_to_server(
            monitor.Engine(self._journal, self._project.working_directory), self._server
        )
        self._server.start()
        # All start to load at once; the program gets its first answer when the packs are ready.
        for directory in packs:
            self._packs.append(
                PolicyPack(
                    directory,
                    self._project,
                    dry_run=self._preview,
                    engine_address=self._address,
                    children=self._children,
                    journal=self._journal,
                )
            )
        program = self._start_program()
        self._in_background(lambda: self._configure(given))
        self._in_background(lambda: self._watch(program))
        end = self._await_end(timeout)
        try:
            if end is None:
                self._check_exit(program)
                self._lifecycle.judge_once(self._deployment.analyze_stack)
            elif not isinstance(end, MandatoryViolationError):
                raise end
        except RehearsalError as error:
            error.seen = self._deployment.registry.all()
            raise
        finally:
            self._shut_down(program)
        self._journal.release()
        return self._result()

    def _shut_down(self, program: Child) -> None:
        """End the program, let creations that have begun finish, then shut down providers and packs."""
        self._lifecycle.set_over()
        program.end()
        self._server.stop(SHUTDOWN_GRACE_SECONDS).wait()
        self._deployment.providers.cancel()
        for pack in self._packs:
            pack.finish()

    def _close(self) -> None:
        self._lifecycle.set_over()
        self._deployment.providers.close()
        self._deployment.callbacks.close()
        for pack in self._packs:
            pack.close()

    def _result(self) -> Rehearsal:
        return Rehearsal(
            project=self._project.name,
            stack=self._project.stack,
            engine="embedded",
            operation=Operation.PREVIEW if self._preview else Operation.UP,
            resources=self._deployment.registry.all(),
            policies=tuple(self._journal.policies),
            not_applicable=tuple(self._journal.inapplicable),
            outputs=self._deployment.outputs,
            diagnostics=tuple(self._journal.diagnostics),
        )

    def _await_end(self, timeout: float) -> Exception | None:
        try:
            return self._lifecycle.wait_for_end(timeout)
        except TimeoutError:
            who = "program has not ended" if self._lifecycle.is_ready else "policy packs have not loaded"
            raise RehearsalError(
                f"the {who} within {timeout:g} s: see what is waited for, or give a larger --timeout"
            ) from None

    def _check_exit(self, program: Child) -> None:
        """Raise what made a program fail, which is the last error that it logged, or wrote."""
        if program.status == 0:
            return
        if self._journal.errors:
            raise RehearsalError(f"the program fails: {self._journal.errors[-1].message}")
        if program.errors:
            raise RehearsalError(f"the program fails: {program.errors.splitlines()[-1]}")
        how = f"exits with status {program.status}"
        if program.status is not None and program.status < 0:
            how = f"is ended by signal {-program.status}"
        raise RehearsalError(f"the program {how} and says nothing")

    def _configure(self, given: Mapping[str, policy_config.RuleConfig]) -> None:
        for pack in self._packs:
            pack.configure(given)
        self._lifecycle.set_ready()

    def _watch(self, program: Child) -> None:
        program.exited.wait()
        self._lifecycle.end(None)

    def _guarded(self, on_event: Callable[[Event], None]) -> Callable[[Event], None]:
        """`on_event` as any thread may call it: what it raises ends the rehearsal, in the caller's thread."""

        def tell(event: Event) -> None:
            try:
                on_event(event)
            except Exception as error:
                self._lifecycle.end(error)

        return tell

    def _in_background(self, work: Callable[[], None]) -> None:
        def guarded() -> None:
            try:
                work()
            except (RehearsalError, EngineFault) as end:
                self._lifecycle.end(end)
            except Exception as fault:
                self._lifecycle.end(EngineFault.of(fault))

        threading.Thread(target=guarded, daemon=True).start()

    def _start_program(self) -> Child:
        project = self._project
        command = [
            project.python, "-u", str(_LAUNCHER),
            "--monitor", self._address,
            "--engine", self._address,
            "--project", project.name,
            "--stack", project.stack,
            "--organization", project.organization,
            "--root_directory", str(project.directory),
            "--parallel", str(monitor.PARALLEL),
            *(["--dry_run"] if self._preview else []),
            project.entry_point,
        ]  # fmt: skip
        return self._children.start(
            Command(
                command,
                project.working_directory,
                self._environment(),
                self._journal.print,
                on_error_line=self._journal.print,
            )
        )

    def _connect(self, urn: str, identity: str) -> Provider:
        """The provider for a provider resource.

        Raises:
            RehearsalError: nobody simulates its package.
        """
        package = urns.package_of(urns.type_of(urn))
        if package == builtin.PACKAGE:
            return builtin.BuiltinProvider(urn, identity, self._project, self._deployment.registry.find)
        if package == DYNAMIC_PACKAGE:
            target: Target = self._start_dynamic_providers()
        elif package in self._targets:
            target = self._targets[package]
        else:
            raise RehearsalError(
                f"the program uses the package {package!r}, which a rehearsal does not simulate: "
                f"it knows {', '.join(sorted(self._targets))} and dynamic providers"
            )
        return PluginProvider(urn, identity, target, self._address, self._project.working_directory)

    def _start_dynamic_providers(self) -> str:
        """Start the SDK's host for the program's dynamic providers: where it listens."""
        child = self._children.start(
            Command(
                [self._project.python, "-u", "-m", "pulumi.dynamic"],
                self._project.working_directory,
                {**self._environment(), "PULUMI_PROJECT": self._project.name},
                self._journal.print,
                on_error_line=self._journal.print,
                announces=True,
            )
        )
        port = child.announcement().strip()
        if not port.isdigit():
            reason = tracebacks.one_line(child.errors, self._project.working_directory)
            raise RehearsalError(f"the program's dynamic providers do not start: {reason or port}")
        return f"127.0.0.1:{port}"

    def _environment(self) -> dict[str, str]:
        return {
            **activated(self._project.python),
            "PULUMI_CONFIG": json.dumps(dict(self._project.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(sorted(self._project.secret_keys)),
            # The program's connection to this engine never goes through a proxy.
            "no_grpc_proxy": "127.0.0.1",
        }
