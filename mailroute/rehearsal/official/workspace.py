"""A throw-away project, backend and environment for the CLI: nothing of the user's is written to."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from .. import passphrase
from . import references

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..project import Project


class Workspace:
    """The program where it is, as the project of a stack in a local backend with no more than it refers to.

    The config is that of `Project.load`, which has checked it and filled in its defaults.

    Attributes:
        events: where the CLI logs what happens.
        calls: where it logs what the engine, the program, the providers and the packs say to each other.
        environment: of the CLI.
        python: the interpreter that the CLI runs the program with.

    Args:
        directory: an empty one, for this alone.
        provider_port: where the provider for `aws` listens.
        others: where those for other packages do.
    """

    def __init__(
        self, project: Project, directory: Path, provider_port: int, others: Mapping[str, int] | None = None
    ) -> None:
        self.directory = directory
        self.events = directory / "events.json"
        self.calls = directory / "calls.json"
        self._project = project
        # Without a virtual environment the CLI runs program and packs alike: these need mailroute's Python.
        in_virtualenv = (Path(project.python).parent.parent / "pyvenv.cfg").is_file()
        self.python = project.python if in_virtualenv else sys.executable
        backend = directory / "state"
        backend.mkdir()
        references.save(project, backend)
        self.environment = {
            **environment(backend, self.calls, provider_port, others),
            **project.pack_variables,
        }
        salt, encrypt = passphrase.encrypter(self.environment[passphrase.VARIABLE])
        config = {
            key: {"secure": encrypt(text)} if key in project.secret_keys else text
            for key, text in project.config.items()
        }
        self._write("Pulumi.yaml", self._document())
        self._write(f"Pulumi.{project.stack}.yaml", {"encryptionsalt": salt, "config": config})

    def command(self) -> list[str]:
        """What makes the stack."""
        return ["pulumi", "stack", "init", self._project.stack, "--no-select", "--non-interactive"]

    def _document(self) -> dict[str, Any]:
        project = self._project
        folder = Path(self.python).parent.parent
        options = {"toolchain": "pip"}  # The CLI would go by a lock file above the program otherwise.
        if (folder / "pyvenv.cfg").is_file():
            options["virtualenv"] = str(folder)
        if project.environment.typechecker:
            options["typechecker"] = project.environment.typechecker
        program = project.working_directory
        return {
            "name": project.name,
            "runtime": {"name": "python", "options": options},
            "main": str(program if project.entry_point == "." else program / project.entry_point),
        }

    def _write(self, name: str, document: Mapping[str, Any]) -> None:
        (self.directory / name).write_text(yaml.safe_dump(dict(document)), encoding="utf-8")


def environment(
    backend: Path, calls: Path, provider_port: int, others: Mapping[str, int] | None = None
) -> Mapping[str, str]:
    """The environment of a CLI that keeps its state in `backend` and logs its calls in `calls`."""
    providers = {"aws": provider_port, **(others or {})}
    return {
        **os.environ,
        "PULUMI_BACKEND_URL": f"file://{backend}",
        passphrase.VARIABLE: secrets.token_urlsafe(),
        "PULUMI_DEBUG_PROVIDERS": ",".join(f"{package}:{port}" for package, port in providers.items()),
        "PULUMI_DEBUG_COMMANDS": "true",  # makes --event-log known
        "PULUMI_DEBUG_GRPC": str(calls),
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_PYTHON_CMD": sys.executable,
    }
