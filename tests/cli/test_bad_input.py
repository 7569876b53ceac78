"""What a person gets wrong is answered by one line that says what, where, the value and the remedy."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Cli

pytestmark = pytest.mark.hostile("files")

Make = Callable[..., Path]


def refused(result, *parts: str, status: int = 2) -> None:  # type: ignore[no-untyped-def]
    """One line on standard error with all of `parts`, nothing on standard output, and the status."""
    errors = [line for line in result.stderr.splitlines() if line.startswith("mailroute: error: ")]
    assert result.returncode == status, result.stderr
    assert len(errors) == 1, result.stderr
    assert result.stderr.splitlines()[-1] == errors[0]
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    for part in parts:
        assert part in errors[0]


OLDER = """
import pulumi
options = pulumi.ResourceOptions(version="5.43.0")
pulumi.CustomResource("aws:ec2/routeTable:RouteTable", "table", {}, options)
"""
"""A program whose pulumi-aws is of another major version."""


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["rehearse", "--stak", "prod"], ["no such option '--stak'", "--stack", "mailroute rehearse --help"]),
        (["reherse"], ["no such command 'reherse'", "mailroute --help"]),
        (["rehearse", "shop", "extra"], ["unexpected extra argument (extra)"]),
        (["rehearse", "shop", "--program", "cafe"], ["named twice, as shop and with --program cafe"]),
        (["rehearse", "--timeout", "0"], ["--timeout", "0"]),
        (["rehearse", "--timeout", "soon"], ["--timeout", "soon"]),
        (["rehearse", "--timeout", "99999999999999999999"], ["--timeout", "1<=x<=86400"]),
        (["diagnose", "--to", "a.example.com:587", "--timeout", "86401"], ["--timeout", "1<=x<=86400"]),
        (["apply-settings", "--timeout", "86401"], ["--timeout", "1<=x<=86400"]),
        (
            ["rehearse", "--save", "json=report", "--html", "./report"],
            ["report: given for more than one output"],
        ),
        (["rehearse", "--engine", "fast"], ["--engine", "'fast'", "embedded"]),
        (["rehearse", "--stack"], ["--stack", "argument"]),
        (["rehearse", "--config", "port"], ["--config", "'port': write it as KEY=VALUE"]),
        (["rehearse", "-c", "=587"], ["--config", "'': write it as KEY=VALUE"]),
        (["rehearse", "--config-file", "none.yaml"], ["none.yaml: cannot be read"]),
        (["rehearse", "nowhere"], ["nowhere: no such directory"]),
        (["rehearse", "--program", "nowhere"], ["nowhere: no such directory"]),
        (["rehearse", "docs"], ["docs: no Pulumi.yaml here"]),
        (["rehearse", "--engine", "pulumi"], ["no 'pulumi' on PATH", "--engine embedded"]),
        (["rehearse", "--stack", "prdo"], ["no stack 'prdo'", "dev, prod"]),
        (["rehearse", "--account", "none.json"], ["none.json: No such file or directory"]),
        (["rehearse", "--policy-pack", "none"], ["none: no such directory"]),
        (["rehearse", "--policy-pack-config", "none.json"], ["none.json"]),
        (["rehearse", "--markdown", "no/where/a.md"], ["--markdown", "no/where' cannot be written to"]),
        (["rehearse", "--markdown", "."], ["--markdown", "is a directory"]),
    ],
)
def test_arguments(inside: Cli, arguments: list[str], parts: list[str]) -> None:
    refused(inside(*arguments, cwd=ROOT), *parts)


def test_outside_any_project(cli: Cli, tmp_path: Path) -> None:
    refused(cli("rehearse"), f"{tmp_path}: no Pulumi.yaml here or above", "mailroute rehearse DIR")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("{", ["account.json:1:2: not JSON"]),
        ('{"version": 1}', ["account.json: ", "required"]),
        ("[]", ["account.json: the document", "object"]),
    ],
)
def test_account_that_is_none(inside: Cli, tmp_path: Path, text: str, parts: list[str]) -> None:
    (tmp_path / "account.json").write_text(text, encoding="utf-8")
    refused(inside("rehearse", "--account", str(tmp_path / "account.json"), cwd=ROOT), *parts)


def test_account_of_another_region(inside: Cli, project: Make) -> None:
    program = project(stacks={"dev": "config:\n  aws:region: eu-west-1\n"})
    account = str(ROOT / "accounts" / "prod.json")
    refused(inside("rehearse", "--program", str(program), "--account", account), "us-east-1", "eu-west-1")


@pytest.mark.parametrize(
    ("files", "parts"),
    [
        ({"declared": "name: shop\nruntime: [python\n"}, ["Pulumi.yaml:", "not YAML"]),
        ({"stacks": {"dev": "config:\n  a: b: c\n"}}, ["Pulumi.dev.yaml:2:", "not YAML"]),
        ({"declared": "name: shop\nruntime: nodejs\n"}, ["'nodejs'", "Python"]),
        (
            {
                "declared": "name: shop\nruntime: python\nconfig:\n  port:\n    type: integer\n",
                "stacks": {"dev": "config:\n  shop:port: often\n"},
            },
            ["shop:port", "'often'", "integer"],
        ),
        (
            {"declared": "name: shop\nruntime: python\nconfig:\n  port:\n    type: integer\n"},
            ["'dev'", "shop:port", "pulumi config set"],
        ),
        ({"stacks": {"a": "", "b": ""}}, ["--stack", "a, b"]),
        ({"stacks": {"dev": "config:\n  aws:region: moon-1\n"}}, ["moon-1"]),
        ({"program": "import pulumi\n1 / 0\n"}, ["__main__.py:2: ZeroDivisionError"]),
        ({"program": "import nowhere\n"}, ["__main__.py:1: ModuleNotFoundError"]),
        ({"program": "config = ("}, ["SyntaxError"]),
        (
            {
                "program": "import pulumi, pulumi_aws as aws\n"
                'aws.ec2.Vpc.get("vpc", pulumi.Config().require("vpcId"))\n',
                "stacks": {"dev": "config:\n  aws:region: us-east-1\n  vpcId: {secure: v1:abc}\n"},
            },
            ["'vpc': its id is the config shop:vpcId, encrypted", "here: --config shop:vpcId=ID gives one"],
        ),
        ({"program": OLDER}, ["vpcId: a value is required", "has pulumi-aws 5.43.0, and 7.", "is simulated"]),
        ({"policies/__main__.py": "raise ValueError('no pack')"}, ["policies", "ValueError: no pack"]),
        ({"policies/PulumiPolicy.yaml": "runtime: nodejs\n"}, ["PulumiPolicy.yaml", "nodejs"]),
    ],
)
def test_project(inside: Cli, project: Make, files: dict[str, str], parts: list[str]) -> None:
    refused(inside("rehearse", "--engine", "embedded", "--program", str(project(**files))), *parts)


def test_program_that_never_ends(cli: Cli, project: Make) -> None:
    program = project(program="import time\ntime.sleep(1000)\n")
    refused(cli("rehearse", "--program", str(program), "--timeout", "2"), "within 2 s", "--timeout")


def test_pack_config_that_the_pack_does_not_take(inside: Cli, project: Make, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"no-vpc": "loud"}), encoding="utf-8")
    arguments = ("--program", str(project()), "--policy-pack-config", "config.json")
    refused(inside("rehearse", *arguments), "config.json: no-vpc", "'loud'")


def test_an_option_of_a_rule_that_is_wrong(inside: Cli, tmp_path: Path) -> None:
    told = {"apprunner-egress-route": {"destinations": [{"port": 587}]}}
    (tmp_path / "config.json").write_text(json.dumps(told), encoding="utf-8")
    result = inside("rehearse", "--policy-pack-config", str(tmp_path / "config.json"), cwd=ROOT)
    refused(result, "config.json: option 'destinations' of apprunner-egress-route", "{'port': 587}", "'host'")


def test_nothing_is_written_where_the_run_fails(inside: Cli, project: Make, tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    report.write_text("before", encoding="utf-8")
    program = project(program="raise ValueError('no')\n")
    refused(inside("rehearse", "--program", str(program), "--markdown", str(report)), "ValueError: no")
    assert report.read_text(encoding="utf-8") == "before"
    assert {path.name for path in tmp_path.iterdir()} == {"report.md", "shop"}


def test_a_fault_of_ours_is_said_to_be_one(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "jsonschema.py").write_text("raise RuntimeError('it is broken')", encoding="utf-8")
    result = cli("rehearse", cwd=ROOT, PYTHONPATH=str(tmp_path))
    refused(result, "internal fault: RuntimeError: it is broken", "MAILROUTE_DEBUG=1", status=3)
    explained = cli("rehearse", cwd=ROOT, PYTHONPATH=str(tmp_path), MAILROUTE_DEBUG="1")
    assert "Traceback (most recent call last)" in explained.stderr
    assert explained.returncode == 3
