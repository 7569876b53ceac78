"""The Python that Pulumi would run a project with: of its virtualenv or toolchain, else the active one."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .result import Diagnostic, RehearsalError, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOOLCHAINS: Final = ("pip", "poetry", "uv")
_TYPECHECKERS: Final = ("mypy", "pyright")
_LOCKS: Final = {"uv.lock": "uv", "poetry.lock": "poetry"}
"""The files that tell the toolchain of a project which names none, the first one first."""
_PATIENCE: Final = 20
"""Seconds that a toolchain or an interpreter gets to answer."""
_WINDOWS: Final = os.name == "nt"
_HAS_SDK: Final = (
    "import sys; del sys.path[0]; from importlib.util import find_spec; "
    "print(sys.executable if find_spec('pulumi') else '')"
)
"""What prints where the Python is that runs it; nothing where it lacks Pulumi's SDK."""
_VERSION: Final = "import sys; print(sys.version.split()[0])"
_OWN_VERSION: Final = sys.version.split()[0]
_PACKAGE_VERSION: Final = (
    "import sys; del sys.path[0]; from importlib.metadata import version; print(version('{}'))"
)


@dataclass(frozen=True)
class Environment:
    """Where a program or a policy pack runs.

    Attributes:
        python: the interpreter.
        install: the command that installs what the program requires; empty where no file says what that is.
        typechecker: `mypy` or `pyright`, which Pulumi runs before the program; empty for none.
        notes: what a person should know about the choice.
    """

    python: str
    install: str = ""
    typechecker: str = ""
    notes: tuple[Diagnostic, ...] = ()


def of_program(file: Path, options: Mapping[str, str], directory: Path) -> Environment:
    """That of the program in `directory`, whose project file is `file` with these options of its runtime.

    Raises:
        RehearsalError: `PULUMI_PYTHON_CMD` names what is not there.
    """
    toolchain = options.get("toolchain") or _detected(directory)
    virtualenv = options.get("virtualenv", "")
    folder = _FOLDERS[toolchain](file.parent, directory, virtualenv)
    python = _python_in(folder) if folder else active_python()
    notes: tuple[Diagnostic, ...] = ()
    if not python:
        python = active_python()
        whose = f"virtualenv {virtualenv!r}" if virtualenv else f"the virtualenv of {toolchain}"
        notes = _missing(file, whose, python)
    install = _install(toolchain, file.parent, directory, virtualenv if notes else "", python)
    return Environment(python, install, options.get("typechecker", ""), notes)


def of_pack(file: Path, document: Mapping[str, Any]) -> Environment:
    """That of the policy pack whose project file is `file`: its own, else that of mailroute.

    Raises:
        RehearsalError: see `runtime_options`.
    """
    virtualenv = runtime_options(file, document, runs="runs Python policy packs").get("virtualenv", "")
    if not virtualenv:
        return Environment(sys.executable)
    python = _python_in(file.parent / virtualenv)
    if python:
        return Environment(python)
    return Environment(sys.executable, notes=_missing(file, f"virtualenv {virtualenv!r}", sys.executable))


def _missing(file: Path, whose: str, instead: str) -> tuple[Diagnostic, ...]:
    note = f"{file}: {whose} is not there: {instead} runs it instead"
    return (Diagnostic(Severity.WARNING, note),)


def runtime_options(file: Path, document: Mapping[str, Any], *, runs: str) -> dict[str, str]:
    """The options of the runtime in `file`, which holds `document`.

    Args:
        runs: what mailroute does with Python alone, for the error about another language.

    Raises:
        RehearsalError: the runtime is another one, or not written as Pulumi reads it.
    """
    declared = document.get("runtime")
    runtime: Any = {"name": declared} if isinstance(declared, str) else declared
    if not isinstance(runtime, dict) or not isinstance(runtime.get("options") or {}, dict):
        raise RehearsalError(f"{file}: runtime must be a name, or an object with name and options")
    if runtime.get("name") != "python":
        raise RehearsalError(f"{file}: runtime is {runtime.get('name')!r}: mailroute {runs} only")
    options: dict[str, str] = {}
    for name, known in (("virtualenv", ()), ("toolchain", _TOOLCHAINS), ("typechecker", _TYPECHECKERS)):
        value = (runtime.get("options") or {}).get(name)
        if value is None:
            continue
        if not isinstance(value, str) or (known and value not in known):
            expected = f"Pulumi knows {', '.join(known)}" if known else "it must be the path of a folder"
            raise RehearsalError(f"{file}: runtime option {name} is {value!r}: {expected}")
        options[name] = value
    return options


def _detected(directory: Path) -> str:
    """The toolchain of a project that names none: its lock file tells."""
    return next((tool for lock, tool in _LOCKS.items() if _above(directory, lock)), "pip")


def _above(directory: Path, name: str) -> Path | None:
    """The nearest folder with a file of that name, from `directory` upwards."""
    return next((folder for folder in (directory, *directory.parents) if (folder / name).is_file()), None)


def _pip_folder(root: Path, directory: Path, virtualenv: str) -> Path | None:
    del directory
    return root / virtualenv if virtualenv else None


def _uv_folder(root: Path, directory: Path, virtualenv: str) -> Path:
    if virtualenv:
        return root / virtualenv
    return (_above(directory, "uv.lock") or _above(directory, "pyproject.toml") or directory) / ".venv"


def _poetry_folder(root: Path, directory: Path, virtualenv: str) -> Path:
    """The environment that poetry keeps for the project; it takes no `virtualenv`."""
    del root, virtualenv
    inside = (_above(directory, "pyproject.toml") or directory) / ".venv"
    if not inside.is_dir() and shutil.which("poetry"):
        return Path(_answer(["poetry", "env", "info", "--path", "--no-ansi"], directory) or inside)
    return inside


_FOLDERS: Final = {"pip": _pip_folder, "uv": _uv_folder, "poetry": _poetry_folder}


def _python_in(folder: Path) -> str:
    python = folder / ("Scripts/python.exe" if _WINDOWS else "bin/python")
    return os.path.normpath(python) if python.is_file() else ""


def active_python() -> str:
    """The Python that Pulumi would find active, where it has Pulumi's SDK; else that of mailroute.

    Raises:
        RehearsalError: `PULUMI_PYTHON_CMD` names one that is not there.
    """
    named = os.environ.get("PULUMI_PYTHON_CMD")
    commands = (named,) if named else ("python", "python3") if _WINDOWS else ("python3", "python")
    found = next(filter(None, map(shutil.which, commands)), None)
    if found is None:
        if named:
            raise RehearsalError(f"PULUMI_PYTHON_CMD is {named!r}: there is no such command")
        return sys.executable
    if Path(found).parent == Path(sys.executable).parent and Path(found).samefile(sys.executable):
        return sys.executable
    return found if named else (_with_sdk(found) or sys.executable)


def version_of(python: str) -> str:
    """The version of an interpreter; empty where it does not say."""
    if python == sys.executable:
        return _OWN_VERSION
    return _answer([python, "-I", "-S", "-c", _VERSION], Path.cwd())


def package_version(python: str, package: str) -> str:
    """The version of a package in the environment of `python`; empty where it is not there."""
    return _answer([python, "-c", _PACKAGE_VERSION.format(package)], Path.cwd())


@cache
def _with_sdk(python: str) -> str:
    """The interpreter that the command `python` starts, if it has Pulumi's SDK; else nothing."""
    return _answer([python, "-c", _HAS_SDK], Path.cwd())


def _answer(command: list[str], directory: Path) -> str:
    """What a command prints; nothing where it fails."""
    try:
        done = subprocess.run(
            command, cwd=directory, capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "" if done.returncode else done.stdout.strip()


def _install(toolchain: str, root: Path, directory: Path, missing: str, python: str) -> str:
    """The command that installs the requirements of a project; `missing` is a virtualenv to be made first."""
    if toolchain != "pip":
        return {"uv": "uv sync", "poetry": "poetry install"}[toolchain]
    files = (folder / "requirements.txt" for folder in (root, directory))
    requirements = next((shlex.quote(str(file)) for file in files if file.is_file()), "")
    if not requirements:
        return ""
    if missing:
        new = shlex.quote(str(root / missing))
        return f"python3 -m venv {new} && {new}/bin/python -m pip install -r {requirements}"
    return f"{shlex.quote(python)} -m pip install -r {requirements}"
