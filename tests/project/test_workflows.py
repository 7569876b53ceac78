"""What the workflows may do: pinned actions, least permissions, no text of an event in a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

WORKFLOWS = sorted((Path(__file__).parents[2] / ".github/workflows").glob("*.yml"))


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
