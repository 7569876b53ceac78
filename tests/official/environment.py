"""A virtual environment that has what a file of requirements asks for, and nothing else."""

from __future__ import annotations

import venv
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement


def make_environment(directory: Path, requirements: Path) -> None:
    """Make it out of links to what is installed here: quick, and without a package index."""
    venv.create(directory, with_pip=False, symlinks=True)
    [packages] = directory.glob("lib/python*/site-packages")
    for found in _required(requirements.read_text(encoding="utf-8")).values():
        _link(found, packages)


def _required(requirements: str) -> dict[str, Distribution]:
    """What is installed here of `requirements`, and of what that requires in turn."""
    found: dict[str, Distribution] = {}
    asked = [Requirement(line) for line in requirements.splitlines()]
    while asked:
        requirement = asked.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        installed = distribution(requirement.name)
        assert installed.version in requirement.specifier, f"{requirement}: {installed.version} is installed"
        if installed.name not in found:
            found[installed.name] = installed
            asked += map(Requirement, installed.requires or ())
    return found


def _link(package: Distribution, into: Path) -> None:
    """Link every file of `package`, and what Python has compiled of them."""
    for file in package.files or ():
        if ".." in file.parts or "__pycache__" in file.parts:
            continue
        source = Path(str(package.locate_file(file))).resolve()
        link = into / file
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(source)
        compiled, shown = source.parent / "__pycache__", link.parent / "__pycache__"
        if compiled.is_dir() and not shown.exists():
            shown.symlink_to(compiled)
