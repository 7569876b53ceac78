"""`mailroute adopt`, `pulumi import --file` and `pulumi preview` on the official engine, as in the guide."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from mailroute.cli import cli
from mailroute.rehearsal.account import Account
from mailroute.rehearsal.official.log import Log
from mailroute.rehearsal.official.workspace import environment
from mailroute.rehearsal.provider.server import ProviderServer
from tests.adoption.services import CONNECTOR, MAIL, NAME, OWN, ROOT, SERVICES, Running, differences
from tests.parity.stack import needs_pulumi

pytestmark = [pytest.mark.pulumi, needs_pulumi]

STACK = "shop"


class Project:
    """A copy of this project's `Pulumi.yaml`, its program where it is, and a backend and an account."""

    def __init__(self, directory: Path, provider_port: int) -> None:
        self.directory = directory / "project"
        self.directory.mkdir()
        self._events = directory / "events.json"
        backend = directory / "state"
        backend.mkdir()
        document = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))
        options = {"toolchain": "pip", "virtualenv": str(Path(sys.executable).parents[1])}
        document |= {"main": str(ROOT), "runtime": {"name": "python", "options": options}}
        (self.directory / "Pulumi.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
        self._environment = {
            **environment(backend, directory / "calls.json", provider_port),
            "PULUMI_HOME": str(directory / "home"),
        }

    def pulumi(self, *arguments: str) -> str:
        """Run a command of the CLI that succeeds: what it says."""
        done = subprocess.run(
            ["pulumi", *arguments, "--stack", STACK, "--non-interactive", "--color", "never"],
            cwd=self.directory,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def steps(self) -> list[dict[str, Any]]:
        """The steps of a preview: operation, type and detailed differences."""
        self._events.unlink(missing_ok=True)
        self.pulumi("preview", "--event-log", str(self._events))
        entries = Log(self._events).new_entries()
        return [each["resourcePreEvent"]["metadata"] for each in entries if "resourcePreEvent" in each]


def given(inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs of a service without the path of a TCP health check, which AWS shows and nothing goes by."""
    check = inputs.get("healthCheckConfiguration", {})
    if check.get("protocol") != "TCP":
        return inputs
    check = {key: value for key, value in check.items() if key != "path"}
    return {**inputs, "healthCheckConfiguration": check}


@pytest.mark.parametrize("running", SERVICES.values(), ids=SERVICES)
def test_after_the_import_a_preview_changes_mail_alone(running: Running, tmp_path: Path) -> None:
    document = running.document
    saved = tmp_path / "account.json"
    saved.write_text(json.dumps(document), encoding="utf-8")
    with ProviderServer(Account.load(saved)) as server:
        project = Project(tmp_path, server.port)
        arguments = ("--service", NAME, "--stack", STACK, "--snapshot", str(saved), *running.options)
        adopted = CliRunner().invoke(
            cli, ["adopt", "--program", str(project.directory), *arguments], standalone_mode=False
        )
        assert (adopted.return_value, adopted.exception) == (0, None), adopted.output
        project.pulumi("stack", "init")
        options = ("--protect=false", "--generate-code=false", "--yes")
        project.pulumi("import", "--file", f"import.{STACK}.json", *options)
        steps = project.steps()
    assert {step["op"] for step in steps} <= {"create", "update", "same"}
    [update] = [step for step in steps if step["op"] == "update"]
    assert update["type"] == "aws:apprunner/service:Service"
    old, new = (update[side]["inputs"] for side in ("old", "new"))
    changed = set(differences(given(old), given(new)))
    of_mail = {path for path in changed if path.rpartition(".")[2] in MAIL}
    assert {path.rpartition(".")[2] for path in of_mail} == running.changed
    assert changed - of_mail == {CONNECTOR, *OWN}
    again = CliRunner().invoke(
        cli, ["adopt", "--program", str(project.directory), *arguments], standalone_mode=False
    )
    assert again.output.startswith("Pulumi.shop.yaml: unchanged\nimport.shop.json: unchanged\n")
