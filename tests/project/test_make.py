"""`make` explains itself, and says in one line what it lacks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make on PATH")


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["make", "--no-print-directory", *arguments]
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        command, cwd=ROOT, env=outside, capture_output=True, text=True, check=False, timeout=60
    )


def python_that(folder: Path, script: str) -> Path:
    """A command that stands for a Python: `script` decides what `-c` and `-V` answer."""
    command = folder / "python"
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)
    return command


def test_help_is_the_default_and_lists_every_target() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)

    shown = make().stdout

    assert shown == make("help").stdout
    assert sorted(re.findall(r"^  make (\w+)", shown, re.MULTILINE)) == sorted(phony.split())


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (
            'case "$*" in -V) echo Python 3.9.1;; *) exit 1;; esac',
            "is Python 3.9.1, but 3.10 or later is needed",
        ),
        ('case "$*" in *ensurepip*) exit 1;; esac', "lacks the modules venv and ensurepip"),
    ],
)
def test_an_unsuitable_python_is_refused_in_one_line(tmp_path: Path, script: str, reason: str) -> None:
    result = make("install", f"PYTHON={python_that(tmp_path, script)}", f"VENV={tmp_path / 'venv'}")

    (line,) = (line for line in result.stderr.splitlines() if not line.startswith("make"))
    assert reason in line
    assert result.returncode != 0
    assert not (tmp_path / "venv").exists()


def test_a_python_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = make("install", "PYTHON=python-of-nowhere", f"VENV={tmp_path / 'venv'}")

    (line,) = (line for line in result.stderr.splitlines() if not line.startswith("make"))
    assert "there is no 'python-of-nowhere' on PATH" in line
