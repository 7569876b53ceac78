"""What the workflows may do: pinned actions, least permissions, no text of an event in a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.hostile("workflows")

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
        pinned = re.fullmatch(r" +(- )?uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)
        assert pinned or line.removeprefix("      - ").strip() == "uses: ./", line
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
    for name, job in _workflow("preview.yml")["jobs"].items():
        if "pull-requests" not in job["permissions"]:
            continue
        checkout, action = job["steps"]
        assert name == "comment"
        assert checkout["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"
        assert (action["uses"], list(action["with"])) == (
            "./",
            ["markdown"],
        )  # It comments, and runs nothing.


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


RUNS_A_PROGRAM = re.compile(r"pulumi (?:preview|up)")


def test_commands_are_stopped_while_a_program_runs() -> None:
    scripts = [
        step["run"]
        for path in WORKFLOWS
        for step in steps(path)
        if RUNS_A_PROGRAM.search(step.get("run", ""))
    ]
    assert len(scripts) == 2
    for script in scripts:
        before = script[: RUNS_A_PROGRAM.search(script).start()]  # type: ignore[union-attr]
        # From the kernel, by the shell itself: a command may be one of the repository's own.
        assert "token=$(< /proc/sys/kernel/random/uuid)" in before
        assert 'echo "::stop-commands::$token"' in before
        assert "trap 'echo \"::$token::\"' EXIT" in before


def test_no_python_imports_what_the_checkout_holds() -> None:
    """`python -c` and `python -m` put the current folder first: a `uuid.py` there would choose the token."""
    texts = [path.read_text(encoding="utf-8") for path in (*WORKFLOWS, ROOT / "action.yml")]
    assert not [line for text in texts for line in text.splitlines() if re.search(r"python3? -[cm]", line)]


def test_the_pulumi_cli_is_pinned() -> None:
    uses = [step for path in WORKFLOWS for step in steps(path) if "pulumi/actions" in step.get("uses", "")]
    assert len(uses) == 3
    assert {step["with"]["pulumi-version"] for step in uses} == {"3.260.0"}
