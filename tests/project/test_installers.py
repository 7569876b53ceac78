"""The wheel by the tools that keep programs apart, and programs in the environments of toolchains."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from tests.project.test_wheel import ROOT, wheel

__all__ = ["wheel"]

pytestmark = pytest.mark.xdist_group("wheel")

PYPROJECT = """
[project]
name = "shop"
version = "0"
requires-python = ">=3.10,<4"
dependencies = []

[tool.poetry]
package-mode = false
"""
STARTED = {
    "uvx": ("uvx", "--from", "{wheel}", "mailroute"),
    "uv": ("uv", "run", "--no-project", "--with", "{wheel}", "mailroute"),
    "pipx": ("pipx", "run", "--spec", "{wheel}", "mailroute"),
}
MADE = {"uv": ("uv", "sync"), "poetry": ("poetry", "install", "--no-interaction")}
WHERE = {
    "uv": ("uv", "run", "python", "-c", "import sys; print(sys.prefix)"),
    "poetry": ("poetry", "env", "info", "--path", "--no-ansi"),
}


def needs(tool: str) -> object:
    return pytest.param(
        tool, marks=pytest.mark.skipif(shutil.which(tool) is None, reason=f"needs {tool} on PATH")
    )


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A program whose only service cannot reach its mail server."""
    folder = tmp_path / "shop"
    shutil.copytree(ROOT / "tests" / "cli" / "programs" / "blocked", folder)
    (folder / "accounts").mkdir()
    shutil.copy(ROOT / "accounts" / "prod.json", folder / "accounts")
    return folder


def run(*command: str | Path, cwd: Path, status: int = 0) -> str:
    """What a command prints, in an environment where no other is active."""
    hidden = ("VIRTUAL_ENV", "PYTHONPATH", "PULUMI_PYTHON_CMD")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == status, done.stderr
    return done.stdout


def rehearsed(*mailroute: str | Path, cwd: Path) -> dict[str, Any]:
    printed = run(*mailroute, "rehearse", "--no-creation", "--json", cwd=cwd, status=1)
    document: dict[str, Any] = json.loads(printed)
    assert [entry["verdict"] for entry in document["egress"]] == ["unreachable"]
    return document


@pytest.mark.parametrize("tool", [needs(tool) for tool in STARTED])
def test_it_runs_from_an_environment_of_its_own(tool: str, wheel: Path, shop: Path) -> None:
    """It needs a package index."""
    rehearsed(*(part.format(wheel=wheel) for part in STARTED[tool]), cwd=shop)


@pytest.mark.parametrize("tool", [needs(tool) for tool in MADE])
def test_a_program_runs_where_its_toolchain_keeps_it(tool: str, shop: Path) -> None:
    options = f"runtime:\n  name: python\n  options:\n    toolchain: {tool}\n"
    (shop / "Pulumi.yaml").write_text(f"name: shop\n{options}", encoding="utf-8")
    (shop / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    run(*MADE[tool], cwd=shop)
    folder = Path(run(*WHERE[tool], cwd=shop).strip())
    [packages] = folder.glob("lib/python*/site-packages")
    (packages / "locked.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    document = rehearsed(Path(sys.executable).parent / "mailroute", cwd=shop)
    assert document["runtime"]["path"] == str(folder / "bin" / "python")
