"""A rehearsal from its first process to its last."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Final

from pulumi.runtime.proto import engine_pb2_grpc, resource_pb2_grpc

from ..environment import version_of
from ..packages import PACKAGES
from ..result import Diagnostic, EngineFault, Interpreter, Operation, Rehearsal, RehearsalError, Severity
from ..shared import channels, tracebacks, urns
from ..shared.processes import Command
from ..shared.remedies import not_simulated, with_remedy
from . import builtin, monitor, policy_config
from .children import SHUTDOWN_GRACE_SECONDS, program_environment, start_children
from .deployment import Deployment
from .launch import COMPLETE
from .packaged import PackagedProvider
from .packs import SERVE
from .plugin import DYNAMIC_PACKAGE, PluginProvider
from .providers import UnsimulatedProvider
from .review import MandatoryViolationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from ..project import Project
    from ..result import Event
    from .children import Started
    from .plugin import Target
    from .providers import Provider

_COMMAND: Final = "command"


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
    with start_children(project, packs, up=up) as started:
        return finish(started, providers, pack_config=pack_config, timeout=timeout, on_event=on_event)


def finish(
    started: Started,
    providers: Mapping[str, Target],
    *,
    pack_config: Path | None,
    timeout: float,
    on_event: Callable[[Event], None],
    runs_dynamic: bool = True,
) -> Rehearsal:
    """Answer the processes of a rehearsal, to its end.

    Args:
        runs_dynamic: whether the program's own dynamic providers may run.

    Raises:
        RehearsalError, EngineFault: see `rehearse`.
    """

    def guarded(event: Event) -> None:
        # It is called on any thread: what it raises ends the rehearsal, in the caller's.
        try:
            on_event(event)
        except Exception as error:
            started.lifecycle.end(error)

    started.journal.follow(guarded)
    with closing(_Run(started, providers, runs_dynamic=runs_dynamic)) as rehearsal:
        return rehearsal.run(pack_config, timeout)


class _Run:
    """The engine of one rehearsal."""

    def __init__(self, started: Started, providers: Mapping[str, Target], *, runs_dynamic: bool) -> None:
        self._runs_dynamic = runs_dynamic
        self._project = started.project
        self._preview = started.preview
        self._targets = providers
        self._lifecycle = started.lifecycle
        self._journal = started.journal
        self._server = started.server
        self._address = started.address
        self._sockets = started.sockets
        self._children = started.children
        self._packs = started.packs
        self._program = started.program
        self._typecheck = started.typecheck
        self._lock = threading.Lock()
        self._told: set[str] = set()
        self._deployment = Deployment(
            self._project, self._packs, self._connect, self._journal, preview=self._preview
        )

    def run(self, pack_config: Path | None, timeout: float) -> Rehearsal:
        given = policy_config.load(pack_config) if pack_config else {}
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(
            monitor.Monitor(self._deployment, self._lifecycle), self._server
        )
        engine_pb2_grpc.add_EngineServicer_to_server(
            monitor.Engine(self._journal, self._project.working_directory), self._server
        )
        self._server.start()
        self._in_background(lambda: self._configure(given))
        self._in_background(self._watch)
        began = time.monotonic()
        end = self._await_end(timeout)
        try:
            if self._typecheck is not None:
                self._typecheck.finish(timeout - (time.monotonic() - began))
            if end is None:
                self._check_exit()
                self._lifecycle.judge_once(self._deployment.analyze_stack)
                end = self._lifecycle.failure()
            if end is not None and not isinstance(end, MandatoryViolationError):
                raise end
        except RehearsalError as error:
            error.seen = self._deployment.registry.all()
            raise
        finally:
            self._shut_down()
        self._journal.release()
        return self._result()

    def _shut_down(self) -> None:
        """End the program, let creations that have begun finish, then shut down providers and packs."""
        self._lifecycle.set_over()
        self._program.end()
        self._server.stop(SHUTDOWN_GRACE_SECONDS).wait()
        self._deployment.providers.cancel()
        for pack in self._packs:
            pack.finish()

    def close(self) -> None:
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
            python=Interpreter(self._project.python, version_of(self._project.python)),
        )

    def _await_end(self, timeout: float) -> Exception | None:
        try:
            return self._lifecycle.wait_for_end(timeout)
        except TimeoutError:
            who = "program has not ended" if self._lifecycle.is_ready else "policy packs have not loaded"
            raise RehearsalError(
                f"the {who} within {timeout:g} s: see what is waited for, or give a larger --timeout"
            ) from None

    def _check_exit(self) -> None:
        """Raise what made a program fail, which is the last error that it logged, or wrote."""
        program = self._program
        if program.status == COMPLETE or (program.status == 0 and self._lifecycle.is_declared):
            return
        if program.status == 0:
            raise RehearsalError(
                "the program ends, with status 0, before it has registered everything: "
                "let it come to its end, without sys.exit in apply and without os._exit"
            )
        if self._journal.errors:
            raise self._failure(self._journal.errors[-1].message)
        if program.errors:
            raise self._failure(program.errors.splitlines()[-1])
        how = f"exits with status {program.status}"
        if program.status is not None and program.status < 0:
            how = f"is ended by signal {-program.status}"
        raise RehearsalError(f"the program {how} and says nothing")

    def _failure(self, message: str) -> RehearsalError:
        return RehearsalError(f"the program fails: {with_remedy(message, self._project)}")

    def _configure(self, given: Mapping[str, policy_config.RuleConfig]) -> None:
        for pack in self._packs:
            pack.configure(given)
        self._lifecycle.set_ready()

    def _watch(self) -> None:
        self._program.exited.wait()
        self._lifecycle.end(None)

    def _in_background(self, work: Callable[[], None]) -> None:
        def guarded() -> None:
            try:
                work()
            except (RehearsalError, EngineFault) as end:
                self._lifecycle.end(end)
            except Exception as fault:
                self._lifecycle.end(EngineFault.of(fault))

        threading.Thread(target=guarded, daemon=True).start()

    def _connect(self, urn: str, identity: str) -> Provider:
        """The provider for a provider resource.

        Raises:
            RehearsalError: the program's own are not to run, or do not start.
        """
        package = urns.package_of(urns.type_of(urn))
        if package == builtin.PACKAGE:
            find = self._deployment.registry.find
            return builtin.BuiltinProvider(urn, identity, self._project, find, self._note_once)
        if package == DYNAMIC_PACKAGE:
            if not self._runs_dynamic:
                raise RehearsalError("the program's own dynamic providers would run for real: --up runs them")
            target: Target = self._start_dynamic_providers()
        elif package in self._targets:
            target = self._targets[package]
        elif package in PACKAGES:
            return PackagedProvider(urn, identity, PACKAGES[package], self._note_once)
        elif package == _COMMAND:
            self._note_once("commands of the package 'command' are not run: their outputs are unknown")
            return UnsimulatedProvider(urn, identity)
        else:
            self._note_once(not_simulated(package))
            return UnsimulatedProvider(urn, identity)
        return PluginProvider(urn, identity, target, self._address, self._project.working_directory)

    def _note_once(self, warning: str) -> None:
        with self._lock:
            told = warning in self._told
            self._told.add(warning)
        if not told:
            self._journal.note(Diagnostic(Severity.WARNING, warning))

    def _start_dynamic_providers(self) -> str:
        """Start the SDK's host for the program's dynamic providers: where it listens."""
        socket = self._sockets / "dynamic"
        child = self._children.start(
            Command(
                [self._project.python, "-u", str(SERVE), str(socket), "pulumi.dynamic"],
                self._project.working_directory,
                {**program_environment(self._project), "PULUMI_PROJECT": self._project.name},
                self._journal.print,
                on_error_line=self._journal.print,
                announces=True,
            )
        )
        port = child.announcement().strip()
        if not port.isdigit():
            reason = tracebacks.one_line(child.errors, self._project.working_directory)
            raise RehearsalError(f"the program's dynamic providers do not start: {reason or port}")
        return channels.announced(port, socket)
