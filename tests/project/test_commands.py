"""Every command that README, CONTRIBUTING and the Makefile name is run by some test: none is left to rot."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.project import test_documents as documents
from tests.project import test_make as targets
from tests.project import test_wheel as wheel

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent

PARITY, OFFICIAL = "tests/parity/test_life_cycle.py", "tests/official/cli.py"
"""They need the official CLI on PATH, and are skipped without it."""


def test_the_hooks_are_installed_and_judge_a_commit(tmp_path: Path) -> None:
    def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": f"{BIN}:/usr/bin:/bin", "HOME": str(tmp_path), "SKIP": "mypy"}
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    for name in (".pre-commit-config.yaml", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv").symlink_to(BIN.parent)
    (tmp_path / "odd.py").write_text("import os\n")
    assert run("git", "init", "-q").returncode == 0
    assert run(BIN / "pre-commit", "install").returncode == 0
    assert run("git", "add", "odd.py", ".pre-commit-config.yaml").returncode == 0

    commit = run("git", "-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-m", "Add odd.py")

    assert commit.returncode == 1
    assert re.search(r"ruff check\.+Failed(.*\n)*Found 1 error \(1 fixed", commit.stderr + commit.stdout)


def test_continuous_integration_runs_lint_and_tests(tmp_path: Path) -> None:
    targets.stub(tmp_path / "make", 'echo "CI=$CI make $*"; cat')

    run = subprocess.run(
        [ROOT / ".ci/run"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert run.stdout == "CI=true make lint test\n"


RUN_BY: Final[Mapping[str, Callable[..., Any] | str]] = {
    "make help": targets.test_help_lists_every_target,
    "make install": targets.test_install_takes_the_locks_once,
    "make preview": documents.test_the_readme_shows_what_a_preview_prints,
    **{f"make {target}": targets.test_a_target_in_a_small_size for target in targets.SMALL},
    "make lock": targets.test_lock_writes_every_lock,
    "make clean": targets.test_clean_removes_what_was_made_and_nothing_else,
    ".ci/run": test_continuous_integration_runs_lint_and_tests,
    "docs/render.py": documents.test_a_reference_is_what_its_program_writes,
    "docs/render_commands.py": documents.test_a_reference_is_what_its_program_writes,
    "docs/render_proof.py": documents.test_a_reference_is_what_its_program_writes,
    "docs/render_simulated.py": documents.test_a_reference_is_what_its_program_writes,
    "docs/render_workloads.py": documents.test_a_reference_is_what_its_program_writes,
    "make wheel": wheel.test_nothing_but_mailroute_is_at_its_top,
    "python -m hatchling": wheel.test_nothing_but_mailroute_is_at_its_top,
    "python -m bench": targets.test_a_target_in_a_small_size,
    "python -m bench.preview": targets.test_a_target_in_a_small_size,
    "python -m tests.mutation": targets.test_a_target_in_a_small_size,
    "pytest": targets.test_a_target_in_a_small_size,
    "pre-commit install": test_the_hooks_are_installed_and_judge_a_commit,
    "mailroute rehearse": "tests/cli/test_rehearse.py",
    "mailroute diagnose": "tests/evidence/test_diagnose.py",
    "mailroute explain": "tests/cli/test_explain.py",
    "mailroute snapshot": "tests/evidence/test_snapshot.py",
    "mailroute adopt": "tests/cli/test_adopt.py",
    "mailroute apply-settings": "tests/settings_update/test_apply.py",
    "mailroute policy-pack": "tests/project/test_wheel.py",
    "mailroute iam-policy": "tests/evidence/test_iam_policy.py",
    "pulumi stack init": OFFICIAL,
    "pulumi preview": PARITY,
    "pulumi up": PARITY,
    "pulumi import": "tests/adoption/test_official.py",
    "pulumi policy analyze": OFFICIAL,
    "pulumi policy new": "tests/official/test_published_pack.py",
}
"""By command, the test that runs it, or the file with those that do."""

NOT_RUN: Final = {
    "npm install": "downloads what the TypeScript programs need",
    "pulumi stack output": "reads a stack that is there: test_stack_references.py has its form",
    "pulumi login": "chooses a backend for this machine's user: the tests name theirs in the environment",
}

_PROGRAM: Final = re.compile(
    r"(?:^|[\s/`@(])(make|mailroute|pulumi|npm|pre-commit)((?: (?:stack|policy))? [a-z-]+)\b|"
    r"(pytest)\b|(?:^|[ /`])(\.ci/run|docs/\w+\.py)|python (-m [\w.]+)"
)


def named() -> Iterator[str]:
    """The commands in the code of the documents, and in the Makefile's recipes."""
    for document in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        for code in (*blocks, *re.findall(r"`([^`\n]+)`", text)):
            yield from _commands(re.sub(r" # .*", "", code))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    yield from (f"make {target}" for target in re.findall(r"^([a-z]+):.* ## ", makefile, re.MULTILINE))
    yield from _commands("\n".join(re.findall(r"^\t.*\$\(BIN\)/(.*)$", makefile, re.MULTILINE)))


def _commands(code: str) -> Iterator[str]:
    for program, verb, pytest_, file, module in _PROGRAM.findall(code):
        yield f"{program}{verb}" or pytest_ or file or f"python {module}"


def test_no_command_is_forgotten() -> None:
    assert sorted(set(named())) == sorted({*RUN_BY, *NOT_RUN})


@pytest.mark.parametrize("command", [name for name, test in RUN_BY.items() if isinstance(test, str)])
def test_the_tests_of_a_command_name_it(command: str) -> None:
    text = (ROOT / str(RUN_BY[command])).read_text(encoding="utf-8")

    assert f'"{command.split()[-1]}"' in text
