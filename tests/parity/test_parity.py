"""The embedded engine against the official one: the same programs, the same account, the same pack."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TRACES = ROOT / "tests" / "traces"
CASES = sorted(path.parent.name for path in TRACES.glob("*/program.py"))

pytestmark = pytest.mark.skipif(
    shutil.which("pulumi") is None,
    reason="needs the official Pulumi CLI on PATH: https://www.pulumi.com/docs/install/",
)


def _rehearse(engine: str, program: Path, stack: str, *options: str) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mailroute", "rehearse", "--json", "--no-creation"),
            *("--engine", engine, "--program", str(program), "--stack", stack, *options),
        ],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode in (0, 1, 2), done.stderr
    return done.returncode, json.loads(done.stdout) if done.stdout else {}


def _comparable(document: dict[str, Any]) -> dict[str, Any]:
    """A rehearsal without what is an engine's own: its name, the order of a race, the ids of providers."""
    resources = {resource["urn"]: _resource(resource) for resource in document.get("resources", ())}
    ordered = {name: sorted(document.get(name, ()), key=json.dumps) for name in ("policies", "egress")}
    return {**document, "engine": None, "resources": resources, **ordered}


def _resource(resource: dict[str, Any]) -> dict[str, Any]:
    drawn = resource["type"].startswith("pulumi:providers:")
    return {
        **resource,
        "id": None if drawn else resource["id"],
        "dependencies": sorted(resource["dependencies"]),
        "propertyDependencies": {
            name: sorted(urns) for name, urns in resource["propertyDependencies"].items()
        },
    }


def _agree(program: Path, stack: str, *options: str) -> dict[str, Any]:
    embedded = _rehearse("embedded", program, stack, *options)
    official = _rehearse("pulumi", program, stack, *options)
    assert _comparable(embedded[1]) == _comparable(official[1])
    assert embedded[0] == official[0]
    return official[1]


@pytest.mark.parametrize("operation", ["preview", "up"])
@pytest.mark.parametrize("case", CASES)
def test_small_programs(case: str, operation: str, tmp_path: Path) -> None:
    """Every program whose traces the engine is held to."""
    shutil.copytree(TRACES / case, tmp_path / "demo", ignore=shutil.ignore_patterns("*.*.json"))
    program = tmp_path / "demo"
    (program / "program.py").rename(program / "__main__.py")
    _agree(program, "dev", *(["--up"] if operation == "up" else []))


@pytest.mark.parametrize("operation", ["preview", "up"])
@pytest.mark.parametrize("route", ["ses", "nat", "both"])
@pytest.mark.parametrize("stack", ["prod", "dev"])
def test_this_program(stack: str, route: str, operation: str, tmp_path: Path) -> None:
    """The project's own stacks, over every route."""
    program = tmp_path / "mailroute"
    program.mkdir()
    for name in ("__main__.py", "Pulumi.yaml", f"Pulumi.{stack}.yaml"):
        shutil.copy(ROOT / name, program)
    for name in ("components", "accounts", "policies"):
        (program / name).symlink_to(ROOT / name)
    config = program / f"Pulumi.{stack}.yaml"
    lines = config.read_text(encoding="utf-8").splitlines()
    changed = [line for line in lines if "mailroute:route:" not in line and "mailroute:domain:" not in line]
    config.write_text(
        "\n".join([*changed, f"  mailroute:route: {route}", "  mailroute:domain: daadaar.com", ""]),
        encoding="utf-8",
    )
    found = _agree(program, stack, *(["--up"] if operation == "up" else []))
    if found:
        assert [entry["verdict"] for entry in found["egress"]] == ["reachable"]
