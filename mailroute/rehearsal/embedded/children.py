"""The processes of a rehearsal. They load while this one does: nothing here imports what takes long."""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..shared import channels, scratch
from ..shared.journal import Journal
from ..shared.processes import Child, Children, Command, activated
from .lifecycle import Lifecycle
from .packs import PolicyPack
from .typecheck import TypeCheck

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import grpc

    from ..project import Project

PARALLEL: Final = 8
"""How many resources a program may have the engine work on at once; its SDK uses four threads for each."""

_WORKERS: Final = 4 * PARALLEL + 8
"""More than the program's threads: a transform that a worker waits for may call the engine in turn."""

_LAUNCHER: Final = Path(__file__).with_name("launch.py")
SHUTDOWN_GRACE_SECONDS: Final = 5.0
"""Seconds that a creation which has begun gets to finish when the rehearsal ends."""


@dataclass(frozen=True)
class Started:
    """The parts of a rehearsal that there are from its start on.

    Attributes:
        server: takes connections, and answers once it is started.
        address: where `server` listens: a socket that no other user can reach.
        sockets: the folder of this and other sockets.
    """

    project: Project
    preview: bool
    lifecycle: Lifecycle
    journal: Journal
    server: grpc.Server
    address: str
    sockets: Path
    children: Children
    packs: Sequence[PolicyPack]
    program: Child
    typecheck: TypeCheck | None = None


@contextmanager
def start_children(
    project: Project, packs: Sequence[Path], *, up: bool, checks_types: bool = True
) -> Iterator[Started]:
    """Start the packs and the program, which wait for the engine with the first thing that they ask.

    Args:
        checks_types: whether to run the type checker that the project names, too.

    Raises:
        RehearsalError: one of them is not to be started.
    """
    with ExitStack() as stack:
        journal = Journal()
        sockets = stack.enter_context(scratch.folder())
        server = channels.new_server(_WORKERS)
        address = channels.unix(sockets / "engine")
        server.add_insecure_port(address)
        stack.callback(lambda: server.stop(SHUTDOWN_GRACE_SECONDS).wait())
        children = stack.enter_context(Children())
        for diagnostic in project.diagnostics:
            journal.note(diagnostic)
        yield Started(
            project,
            not up,
            Lifecycle(),
            journal,
            server,
            address,
            sockets,
            children,
            [
                PolicyPack(
                    pack,
                    project,
                    dry_run=not up,
                    engine_address=address,
                    socket=sockets / f"pack-{number}",
                    children=children,
                    journal=journal,
                )
                for number, pack in enumerate(packs)
            ],
            children.start(_program(project, journal, address, preview=not up)),
            TypeCheck(project, children) if checks_types and project.environment.typechecker else None,
        )


def _program(project: Project, journal: Journal, engine: str, *, preview: bool) -> Command:
    command = [
        project.python, "-u", str(_LAUNCHER),
        "--monitor", engine,
        "--engine", engine,
        "--project", project.name,
        "--stack", project.stack,
        "--organization", project.organization,
        "--root_directory", str(project.directory),
        "--parallel", str(PARALLEL),
        *(["--dry_run"] if preview else []),
        project.entry_point,
    ]  # fmt: skip
    environment = program_environment(project)
    return Command(
        command, project.working_directory, environment, journal.print, on_error_line=journal.print
    )


def program_environment(project: Project) -> dict[str, str]:
    """What a program, and what serves its dynamic providers, knows of the stack."""
    return {
        **activated(project.python),
        "PULUMI_CONFIG": json.dumps(dict(project.config)),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(sorted(project.secret_keys)),
    }
