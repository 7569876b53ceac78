"""The creation that `mailroute rehearse` simulates beside a preview."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailroute.cli import creation
from mailroute.rehearsal.account import Account
from mailroute.rehearsal.project import Project
from mailroute.rehearsal.result import Creation
from tests.cli.conftest import Cli
from tests.cli.test_output_schema import problems

Make = Callable[..., Path]
HEAD = """
import json, pathlib
import pulumi, pulumi_aws as aws

def mailer(name, host):
    return aws.lambda_.Function(
        name,
        name=name,
        role="arn:aws:iam::123456789012:role/mail",
        package_type="Image",
        image_uri="123456789012.dkr.ecr.us-east-1.amazonaws.com/mail:1",
        environment={"variables": {"SMTP_HOST": host, "SMTP_PORT": "587"}},
    )

address = aws.ec2.Eip("address", domain="vpc")
"""
COMPUTED_HOST = f"{HEAD}\nmailer('api', address.public_ip.apply(lambda ip: 'smtp.example.com'))\n"
IN_APPLY = f"{HEAD}\naddress.public_ip.apply(lambda ip: mailer('late', 'smtp.example.com'))\n"
RAISES = f"""{HEAD}
mailer('api', 'smtp.example.com')
token = pulumi.Output.secret('literal-pass-word')
aws.ssm.Parameter('smtp', type='SecureString', value=token)
def fail(parts):
    raise ValueError(f'not with {{parts[1]}}')
pulumi.Output.all(address.public_ip, token).apply(fail)
"""
REFUSED = f"""{HEAD}
mailer('api', 'smtp.example.com')
vpc = aws.ec2.Vpc('vpc', cidr_block='10.0.0.0/16')
for name in ('one', 'two'):
    aws.ec2.Subnet(name, vpc_id=vpc.id, cidr_block='10.0.1.0/24')
"""
DYNAMIC = f"""{HEAD}
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

mailer('api', 'smtp.example.com')

class Writes(ResourceProvider):
    def create(self, props):
        pathlib.Path(props['path']).write_text('done', encoding='utf-8')
        return CreateResult('1', props)

class Mark(Resource):
    pass

Mark(Writes(), 'mark', {{'path': pulumi.Config().require('marker')}})
"""
SLEEPS = f"{HEAD}\nimport time\naddress.public_ip.apply(lambda ip: time.sleep(100))\n"


def rehearsed(inside: Cli, program: Path, *arguments: str) -> dict[str, Any]:
    result = inside("rehearse", "--engine", "embedded", "--json", "--program", str(program), *arguments)
    assert result.returncode == 0, result.stderr
    document: dict[str, Any] = json.loads(result.stdout)
    assert problems(document, "rehearsal") == []
    return document


def test_it_decides_what_the_preview_leaves_open(inside: Cli, project: Make, tmp_path: Path) -> None:
    program = project(program=COMPUTED_HOST)
    document = rehearsed(inside, program, "--markdown", str(tmp_path / "report.md"))
    (egress,) = document["egress"]
    assert (document["operation"], egress["verdict"]) == ("preview", "undetermined")
    assert (egress["creation"]["verdict"], egress["creation"]["destination"]["host"]) == (
        "reachable",
        "smtp.example.com",
    )
    assert document["creation"] == {"problem": None, "resources": [], "egress": []}
    assert all(resource["id"] is None for resource in document["resources"] if resource["custom"])
    assert "In the simulated creation: ✔ reachable" in (tmp_path / "report.md").read_text(encoding="utf-8")

    (tmp_path / "rehearsal.json").write_text(json.dumps(document), encoding="utf-8")
    explained = inside("explain", "rehearsal.json").stdout
    assert "creation  ✔ reachable  smtp.example.com:587" in explained


@pytest.mark.parametrize("arguments", [("--no-creation",), ("--up",)])
def test_it_is_left_out(inside: Cli, project: Make, arguments: tuple[str, ...]) -> None:
    document = rehearsed(inside, project(program=COMPUTED_HOST), *arguments)
    assert (document["creation"], document["egress"][0]["creation"]) == (None, None)


def test_what_is_made_inside_an_apply_is_seen_and_said(inside: Cli, project: Make, tmp_path: Path) -> None:
    program = project(program=IN_APPLY)
    document = rehearsed(inside, program, "--markdown", str(tmp_path / "report.md"))
    assert document["egress"] == []
    (resource,) = document["creation"]["resources"]
    assert (resource["type"], resource["name"]) == ("aws:lambda/function:Function", "late")
    (egress,) = document["creation"]["egress"]
    assert (egress["service"], egress["verdict"]) == ("late", "reachable")

    shown = inside("rehearse", "--engine", "embedded", "--program", str(program)).stdout
    for text in (shown, (tmp_path / "report.md").read_text(encoding="utf-8")):
        assert "Simulated creation" in text
        assert "late" in text


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        (RAISES, "ValueError: not with [secret]"),
        (REFUSED, "InvalidSubnet.Conflict"),
    ],
    ids=["the program raises", "AWS refuses"],
)
def test_its_failure_is_told_and_hides_nothing(inside: Cli, project: Make, program: str, reason: str) -> None:
    made = project(program=program)
    document = rehearsed(inside, made)
    assert reason in document["creation"]["problem"]
    assert [entry["verdict"] for entry in document["egress"]] == ["reachable"]
    assert "literal-pass-word" not in json.dumps(document)

    shown = inside("rehearse", "--engine", "embedded", "--program", str(made))
    assert (shown.returncode, "fails: " in shown.stdout) == (0, True)
    assert "✔ api → smtp.example.com:587" in shown.stdout


def test_the_programs_own_providers_do_not_run(inside: Cli, project: Make, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    stacks = {"dev": f"config:\n  aws:region: us-east-1\n  shop:marker: {marker}\n"}
    document = rehearsed(inside, project(program=DYNAMIC, stacks=stacks))
    assert "own dynamic providers" in document["creation"]["problem"]
    assert "--up runs them" in document["creation"]["problem"]
    assert not marker.exists()


def test_the_preview_alone_decides_the_exit_status(inside: Cli, project: Make) -> None:
    program = project(program=REFUSED, level="EnforcementLevel.MANDATORY")
    result = inside("rehearse", "--engine", "embedded", "--program", str(program))
    assert result.returncode == 1
    assert "✘ no-vpc (tiny) mandatory · vpc" in result.stdout
    assert "InvalidSubnet.Conflict" in result.stdout


def created(program: Path) -> Creation:
    """What comes of the creation alone."""
    with creation.creating(Project.load(program, "dev")) as begin:
        return begin(Account.empty("us-east-1"), 90)()


def test_it_is_not_waited_for_without_end(project: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creation, "PATIENCE", 0.5)
    assert created(project(program=SLEEPS)).problem == "it has not ended 0.5 s after the preview: --up waits"


def test_a_fault_in_it_is_told_too(project: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ValueError("what nobody expects")

    monkeypatch.setattr("mailroute.rehearsal.embedded.finish", fails)
    assert created(project()).problem == "ValueError: what nobody expects"
