"""Every target of `make` does what it says, in a small size; what it lacks it says in one line."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.project.test_locks import LOCKS

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make on PATH")


SET_UP = ("-o", ".venv/.runtime", "-o", ".venv/.dev")
"""These tests run in what the set-up has made: it is not to be made anew beneath them."""


def make(*arguments: str, folder: Path = ROOT, **changes: str) -> subprocess.CompletedProcess[str]:
    command = ["make", "--no-print-directory", *arguments]
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "PYTEST"))}
    return subprocess.run(
        command,
        cwd=folder,
        env={**outside, **changes},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def stub(path: Path, script: str) -> Path:
    """A command of `path` that does what the shell's `script` says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_help_lists_every_target() -> None:
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
    result = make("install", f"PYTHON={stub(tmp_path / 'python', script)}", f"VENV={tmp_path / 'venv'}")

    (line,) = (line for line in result.stderr.splitlines() if not line.startswith("make"))
    assert reason in line
    assert result.returncode != 0
    assert not (tmp_path / "venv").exists()


def test_a_python_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = make("install", "PYTHON=python-of-nowhere", f"VENV={tmp_path / 'venv'}")

    (line,) = (line for line in result.stderr.splitlines() if not line.startswith("make"))
    assert "there is no 'python-of-nowhere' on PATH" in line


SMALL = {
    "test": ("-n 0 -q tests/project/test_locks.py", r"\d+ passed"),
    "fuzz": ("-n 0 -q tests/policies/test_fuzz.py", r"\d+ passed"),
    "lint": ("docs/render.py", r"All checks passed!(.*\n)*Success: no issues(.*\n)*0 errors, 0 warnings"),
    "mutation": (
        "-j 1 values:to_int --tests tests/reachability/test_values.py",
        r"all +2 +2 +0 +0 +100.0%",
    ),
    "bench": (
        "100",
        r"mailroute / empty: [\d.]+x the time(.*\n)*.* second run: [\d.]+s(.*\n)* +104 .*% is the \w+'s",
    ),
}
"""Arguments that make a target's work small, and what it prints then."""


@pytest.mark.parametrize("target", SMALL)
def test_a_target_in_a_small_size(target: str) -> None:
    small, shown = SMALL[target]

    result = make(*SET_UP, target, f"ARGS={small}", MAILROUTE_ROUNDS="0.001")

    assert (result.returncode, result.stderr) == (0, "")
    assert re.search(shown, result.stdout), result.stdout


def test_install_takes_the_locks_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    inner = f"""printf '%s\\n' "$*" >> {log}"""
    creates = (
        f"""[ "$1 $2" = "-m venv" ] || exit 0; mkdir -p "$3/bin"; cp {tmp_path}/inner "$3/bin/python" """
    )
    stub(tmp_path / "inner", inner)
    setting = (f"PYTHON={stub(tmp_path / 'python', creates)}", f"VENV={tmp_path / 'venv'}")

    assert make("install", *setting).returncode == 0
    assert [line.split("--no-deps ")[1] for line in log.read_text().splitlines()] == [
        "--require-hashes -r requirements.txt",
        "--no-build-isolation --editable .",
    ]
    again = make("install", *setting)
    assert (again.returncode, len(log.read_text().splitlines())) == (0, 2)


def test_lock_writes_every_lock(tmp_path: Path) -> None:
    log = tmp_path / "log"
    stub(tmp_path / "uv", f"""printf '%s\\n' "$*" >> {log}""")

    assert make("lock", PATH=f"{tmp_path}:{os.environ['PATH']}").returncode == 0

    commands = log.read_text().splitlines()
    assert sorted(re.findall(r"-o (\S+)", log.read_text())) == sorted(LOCKS)
    assert all(command.startswith("pip compile ") and "--generate-hashes" in command for command in commands)


def test_clean_removes_what_was_made_and_nothing_else(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    for made in (".venv/bin/python", "build/x", "dist/x", ".mypy_cache/x", "tests/__pycache__/x.pyc"):
        stub(tmp_path / made, "")
    kept = stub(tmp_path / "tests/test_x.py", "")

    assert make("clean", folder=tmp_path).returncode == 0

    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == [tmp_path / "Makefile", kept]
