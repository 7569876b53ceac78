"""`--engine pulumi`: the real CLI says what the embedded engine says, and nothing of it is left behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import ROOT, command, environment
from tests.cli.test_process import HANGS, left_after

Make = Callable[..., Path]
BLOCKED = ROOT / "tests" / "cli" / "programs" / "blocked"
ACCOUNT = ROOT / "accounts" / "prod.json"

pytestmark = [
    pytest.mark.pulumi,
    pytest.mark.skipif(
        shutil.which("pulumi") is None, reason="put the official pulumi CLI on PATH to compare the engines"
    ),
]

SECRETIVE = """
import pulumi, pulumi_aws as aws

config = pulumi.Config()
print("token is", config.get("token"))
vpc = aws.ec2.Vpc("vpc", cidr_block=config.require("block"), tags={"token": config.require_secret("token")})
subnets = [
    aws.ec2.Subnet(f"subnet-{index}", vpc_id=vpc.id, cidr_block=f"10.0.{index}.0/24") for index in range(2)
]
table = aws.ec2.RouteTable("table", vpc_id=vpc.id, routes=[])
pulumi.export("ids", [subnet.id for subnet in subnets])
pulumi.export("nested", config.require_object("nested"))
pulumi.export("password", pulumi.Output.secret("literal-pass-word"))
"""
STACK = """
config:
  aws:region: us-east-1
  shop:block: 10.0.0.0/16
  shop:nested: {list: [1, 2], text: "yes"}
  shop:token: {secure: "v1:abc:def"}
"""


def rehearse(*arguments: str, engine: str, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command("rehearse", "--engine", engine, "--no-creation", *arguments),
        env=environment(PATH=os.environ["PATH"], **changes),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def comparable(result: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The JSON without what differs by its nature: the engine, a race's order, a provider's random id."""
    document: dict[str, Any] = json.loads(result.stdout)
    del document["engine"]
    for resource in document["resources"]:
        resource["dependencies"].sort()
        for urns in resource["propertyDependencies"].values():
            urns.sort()
        if resource["type"].startswith("pulumi:providers:"):
            resource["id"] = resource["id"] is not None
    document["resources"] = {resource["urn"]: resource for resource in document["resources"]}
    document["policies"].sort(key=lambda found: (found["policy"], found["urn"], found["message"]))
    return document


@pytest.mark.parametrize("operation", [(), ("--up",)])
@pytest.mark.parametrize(
    "arguments",
    [
        ("--stack", "prod"),
        ("--stack", "dev"),
        ("--program", str(BLOCKED), "--account", str(ACCOUNT)),
    ],
)
def test_both_engines_agree(arguments: tuple[str, ...], operation: tuple[str, ...]) -> None:
    embedded = rehearse(*arguments, *operation, "--json", engine="embedded")
    official = rehearse(*arguments, *operation, "--json", engine="pulumi")
    assert official.returncode == embedded.returncode, official.stderr
    assert json.loads(official.stdout)["engine"] == "pulumi"
    assert comparable(official) == comparable(embedded)


@pytest.mark.hostile("secrets")
@pytest.mark.parametrize("operation", [(), ("--up",)])
def test_both_engines_agree_on_config_and_secrets(project: Make, operation: tuple[str, ...]) -> None:
    arguments = ("--program", str(project(program=SECRETIVE, stacks={"dev": STACK})), *operation, "--json")
    embedded, official = rehearse(*arguments, engine="embedded"), rehearse(*arguments, engine="pulumi")
    assert official.returncode == 0, official.stderr
    assert comparable(official) == comparable(embedded)
    for shown in (official.stdout, official.stderr):
        assert "literal-pass-word" not in shown
        assert "made-up-secret" not in shown


def test_the_users_project_is_not_written_to(project: Make) -> None:
    program = project()
    before = {path: path.read_bytes() for path in program.rglob("*") if path.is_file()}
    assert rehearse("--program", str(program), engine="pulumi").returncode == 0
    after = {
        path: path.read_bytes() for path in program.rglob("*") if path.is_file() and path.suffix != ".pyc"
    }
    assert after == before


@pytest.mark.parametrize(
    ("files", "parts"),
    [
        ({"program": "import pulumi\n1 / 0\n"}, ["__main__.py:2: ZeroDivisionError"]),
        ({"policies/__main__.py": "raise ValueError('no pack')"}, ["policy pack", "ValueError: no pack"]),
        ({"program": "import pulumi_aws as a\na.ec2.Eip('x')\na.ec2.Eip('x')\n"}, ["Eip 'x'", "Duplicate"]),
    ],
)
def test_what_is_wrong_is_one_line(project: Make, files: dict[str, str], parts: list[str]) -> None:
    result = rehearse("--program", str(project(**files)), engine="pulumi")
    last = result.stderr.splitlines()[-1]
    assert (result.returncode, result.stdout) == (2, "")
    assert last.startswith("mailroute: error: ")
    assert all(part in last for part in parts), last


@pytest.mark.hostile("faults")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_every_process(project: Make, number: signal.Signals, status: int) -> None:
    mark = f"mark-{uuid.uuid4()}"
    program = project(program=HANGS)
    with subprocess.Popen(
        command("rehearse", "--engine", "pulumi", "--program", str(program)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(PATH=os.environ["PATH"], TEST_MARK=mark),
    ) as process:
        while not (program / "started").exists():
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(number)
        process.communicate(timeout=30)
    assert process.returncode == status
    assert left_after(mark, 6) == []


@pytest.mark.hostile("faults")
def test_a_program_that_never_ends_leaves_no_process(project: Make) -> None:
    mark = f"mark-{uuid.uuid4()}"
    program = str(project(program=HANGS))
    result = rehearse("--program", program, "--timeout", "8", engine="pulumi", TEST_MARK=mark)
    assert result.returncode == 2
    assert "within 8 s" in result.stderr
    assert left_after(mark, 6) == []
