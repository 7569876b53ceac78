"""What the workflows may do: pinned actions, least permissions, no text of an event in a script."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.name)
def workflow(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def steps(workflow: Path) -> Iterator[dict[str, Any]]:
    for job in yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"].values():
        yield from job["steps"]


def test_there_are_workflows() -> None:
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "preview.yml", "up.yml"]


def test_actions_are_pinned_by_commit_and_say_their_version(workflow: Path) -> None:
    uses = [line for line in workflow.read_text(encoding="utf-8").splitlines() if "uses:" in line]
    for line in uses:
        assert re.fullmatch(r" +- uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line
    assert len(uses) == sum("uses" in step for step in steps(workflow))


def test_no_expression_reaches_a_script(workflow: Path) -> None:
    for step in steps(workflow):
        for script in (step.get("run", ""), step.get("with", {}).get("script", "")):
            assert "${{" not in script


def test_no_long_lived_secret_is_used(workflow: Path) -> None:
    assert "secrets." not in workflow.read_text(encoding="utf-8")


def test_permissions_are_given_job_by_job(workflow: Path) -> None:
    document = yaml.safe_load(workflow.read_text(encoding="utf-8"))
    granted = [document["permissions"], *(job.get("permissions", {}) for job in document["jobs"].values())]
    writes = {name for permissions in granted for name, level in permissions.items() if level == "write"}
    assert writes <= {"id-token", "pull-requests"}
    assert "write" not in document["permissions"].values()


def test_only_a_job_without_the_request_s_code_may_write() -> None:
    (preview,) = (path for path in WORKFLOWS if path.name == "preview.yml")
    for job in yaml.safe_load(preview.read_text(encoding="utf-8"))["jobs"].values():
        runs_code = any("run" in step for step in job["steps"])
        assert not (runs_code and "pull-requests" in job["permissions"])


def _workflow(name: str) -> dict[str, Any]:
    (path,) = (path for path in WORKFLOWS if path.name == name)
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def test_only_main_is_updated_from() -> None:
    (job,) = _workflow("up.yml")["jobs"].values()
    assert job["if"].startswith("github.ref == 'refs/heads/main' && ")
    assert job["environment"] == "${{ matrix.stack }}"


def test_the_guide_names_environment_and_branch_to_trust() -> None:
    guide = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    assert "repo:OWNER/NAME:environment:prod:ref:refs/heads/main" in guide
    assert "include_claim_keys[]=ref" in guide


RUNS_A_PROGRAM = re.compile(r"mailroute rehearse|pulumi (?:preview|up)")


def test_commands_are_stopped_while_a_program_runs() -> None:
    scripts = [
        step["run"]
        for path in WORKFLOWS
        for step in steps(path)
        if RUNS_A_PROGRAM.search(step.get("run", ""))
    ]
    assert len(scripts) == 3
    for script in scripts:
        before = script[: RUNS_A_PROGRAM.search(script).start()]  # type: ignore[union-attr]
        assert 'echo "::stop-commands::$token"' in before
        assert "trap 'echo \"::$token::\"' EXIT" in before


REHEARSES = """#!/bin/sh
echo "::error::from the program"
case "$*" in *"--stack dev"*) exit 2;; esac
while [ "$1" != --markdown ]; do shift; done
echo "report of prod" > "$2"
exit 1
"""


def test_a_file_of_the_repository_is_no_report(tmp_path: Path) -> None:
    (script,) = (
        step["run"] for step in _workflow("preview.yml")["jobs"]["rehearse"]["steps"] if "id" in step
    )
    rehearses = tmp_path / ".venv" / "bin" / "mailroute"
    rehearses.parent.mkdir(parents=True)
    rehearses.write_text(REHEARSES, encoding="utf-8")
    rehearses.chmod(0o755)
    for name in ("dev.md", "prod.md", "dev", "comment.md"):
        (tmp_path / name).write_text("what the repository holds", encoding="utf-8")
    (tmp_path / "python").symlink_to(sys.executable)
    files = {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary"), "GITHUB_OUTPUT": str(tmp_path / "output")}
    environment = {**os.environ, **files, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    ended = subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1, ended.stderr
    summary = (tmp_path / "summary").read_text(encoding="utf-8")
    assert summary == "**dev** could not be rehearsed: see the job's log.\nreport of prod\n"
    lines = (tmp_path / "output").read_text(encoding="utf-8").splitlines()
    assert "\n".join(lines[1:-2]) + "\n" == summary
    assert lines[0] == f"markdown<<{lines[-1]}"
    first, *said, last = ended.stdout.splitlines()
    assert said == ["::error::from the program"] * 2
    assert first.removeprefix("::stop-commands::") == last.strip(":")
    assert len(last) == len("::::") + 36
