"""What to do about a failure of the program that comes of the packages in its environment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ..environment import package_version

if TYPE_CHECKING:
    from ..project import Project

_MISSING: Final = re.compile(r"No module named '([\w.]+)'")
_UNKNOWN_ARGUMENT: Final = re.compile(r"got an unexpected keyword argument '")
_OF_A_RESOURCE: Final = "_internal_init() got"
"""How Python calls the constructor that Pulumi generates for a resource."""
_REQUIREMENT: Final = re.compile(r"(?m)^[\s\"']*(pulumi[-_]aws(?![\w-])[^#;\n]*)")
_LOWER: Final = re.compile(r"(?:>=|==|~=|\^|~)[\s\"']*(\d+)")
_UPPER: Final = re.compile(r"<[\s\"']*(\d+)")
_FILES: Final = ("requirements.txt", "pyproject.toml")


def not_simulated(package: str) -> str:
    """What to say of a package that nobody here answers for."""
    return (
        f"the package {package!r} is not simulated: its outputs are unknown, "
        "and what depends on them is undetermined"
    )


def with_remedy(message: str, project: Project) -> str:
    """`message`, why the program fails, and what to do where its environment is the cause."""
    missing = _MISSING.search(message)
    if missing:
        return f"{message}{_install(missing[1].partition('.')[0], project)}"
    if _UNKNOWN_ARGUMENT.search(message):
        return f"{message}{_other_version(message, project)}"
    return message


def _install(module: str, project: Project) -> str:
    folder = project.working_directory
    if (folder / module).is_dir() or (folder / f"{module}.py").is_file():
        return ""  # One of its own that lacks a part.
    python = project.python
    if project.environment.install:
        return f": {python} lacks it: {project.environment.install}"
    # Of others a module's name is not that of its package: `dotenv` is in python-dotenv.
    named = module.replace("_", "-") if module.startswith("pulumi") else "PACKAGE, the one that has it"
    return f": {python} lacks it: {python} -m pip install {named}"


def _other_version(message: str, project: Project) -> str:
    """Which pulumi-aws runs the program, unless it is of the major version that the program requires."""
    file, required, major = _required(project)
    if not required and _OF_A_RESOURCE not in message:
        return ""
    version = package_version(project.python, "pulumi-aws")
    if not version or version.partition(".")[0] == major:
        return ""
    asks = f", and {file} asks for {required}" if required else ""
    return f": pulumi-aws {version} runs it{asks}"


def _required(project: Project) -> tuple[str, str, str]:
    """The file that says which pulumi-aws the program requires, what it says, and the major version."""
    for folder in dict.fromkeys((project.directory, project.working_directory)):
        for name in _FILES:
            file = folder / name
            text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
            found = _REQUIREMENT.search(text)
            if found:
                required = found[1].strip().rstrip(",").rstrip("\"'")
                lower, upper = _LOWER.search(required), _UPPER.search(required)
                major = lower[1] if lower else str(int(upper[1]) - 1) if upper else ""
                return name, required, major
    return "", "", ""


def provider_owns_outputs(urn: str) -> str:
    """What to say of a program that registers outputs of a custom resource, by which it would be judged."""
    return (
        f"outputs are registered for {urn}, a custom resource, whose outputs are its provider's: "
        "leave out RegisterResourceOutputs"
    )
