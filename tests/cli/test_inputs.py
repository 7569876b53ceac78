"""What a rehearsal works on where the command line leaves it open."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailroute.cli.inputs import (
    choose_engine,
    load_account,
    load_project,
    policy_packs,
    rule_options,
    with_assumed_region,
)
from mailroute.rehearsal.result import RehearsalError
from rules import RULES
from tests.cli.conftest import ROOT, Cli

Make = Callable[..., Path]
PACK = ROOT / "policies"


@pytest.mark.parametrize(
    ("stacks", "chosen"),
    [(("dev",), "dev"), (("dev", "prod", "test"), "prod"), (("prod",), "prod"), ((), "prod")],
)
def test_default_stack(project: Make, stacks: tuple[str, ...], chosen: str) -> None:
    assert load_project(project(stacks=dict.fromkeys(stacks, "")), None).stack == chosen


def test_stack_must_be_named_where_several_would_do(project: Make) -> None:
    with pytest.raises(RehearsalError, match="--stack: dev, test"):
        load_project(project(stacks={"dev": "", "test": ""}), None)


def test_stack_of_the_environment(cli: Cli, project: Make) -> None:
    result = cli("rehearse", "--program", str(project()), PULUMI_STACK="live")
    assert "no stack 'live'" in result.stderr


@pytest.mark.parametrize("folder", [".", "app", "app/policies"])
def test_default_project_is_the_nearest_around_this_folder(
    project: Make, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    shop = project(**{"app/policies/keep": "", "below/Pulumi.yaml": "name: below\nruntime: python\n"})
    (shop.parent / "Pulumi.yaml").write_text("name: above\nruntime: python\n", encoding="utf-8")
    monkeypatch.chdir(shop / folder)
    assert load_project(None, None).directory == shop.resolve()


def test_the_default_account_is_the_stack_s_own_file() -> None:
    account, name = load_account(load_project(ROOT, "prod"), None)
    assert (account.id, account.region) == ("123456789012", "us-east-1")
    assert "123456789012 in us-east-1, as of 2026-01-05T09:00:00Z" in name


def test_default_account_is_empty_and_in_the_region_of_the_stack(project: Make) -> None:
    program = project(stacks={"dev": "config:\n  aws:region: eu-west-1\n"})
    account, name = load_account(load_project(program, None), None)
    assert account.region == "eu-west-1"
    assert [vpc.get("default") for vpc in account.of("aws:ec2/vpc:Vpc")] == [True]
    assert name == "an empty one in eu-west-1"


def test_default_pack_is_that_of_the_program_else_ours(project: Make) -> None:
    program = project()
    assert policy_packs(load_project(program, None), ()) == (program / "policies",)
    (program / "policies" / "PulumiPolicy.yaml").unlink()
    assert policy_packs(load_project(program, None), ()) == (ROOT / "policies",)


def test_without_a_configuration_every_option_has_its_default() -> None:
    found = rule_options(None, [PACK])
    assert set(found) == {rule.name for rule in RULES}
    assert found["workload-egress-route"]["undetermined"] == "mandatory"


def test_each_rule_is_told_what_is_its_own(tmp_path: Path) -> None:
    told = {
        "apprunner-egress-route": {"enforcementLevel": "advisory", "hostVariables": ["RELAY"]},
        "workload-egress-route": {"destinations": [{"host": "a.example", "port": 587.0}]},
        "smtp-port-allowed": "disabled",
    }
    found = rule_options(_config(tmp_path, told), [PACK])
    assert found["apprunner-egress-route"]["hostVariables"] == ["RELAY"]
    assert found["workload-egress-route"]["hostVariables"] == []
    assert found["workload-egress-route"]["destinations"] == [{"host": "a.example", "port": 587}]
    assert found["apprunner-egress-route"]["destinations"] == []


@pytest.mark.parametrize(
    ("told", "parts"),
    [
        ({"apprunner-egress-route": {"destinations": [{"port": 587}]}}, ["[0]: {'port': 587}: 'host' is"]),
        ({"workload-egress-route": {"hostVariables": "MAIL"}}, ["hostVariables", "'MAIL' is not of type"]),
        ({"smtp-port-allowed": {"ports": [587]}}, ["'ports' of smtp-port-allowed", "no such option"]),
    ],
)
def test_a_wrong_option_is_one_line_before_the_run(
    tmp_path: Path, told: dict[str, Any], parts: list[str]
) -> None:
    file = _config(tmp_path, told)
    with pytest.raises(RehearsalError) as refused:
        rule_options(file, [PACK])
    line = str(refused.value)
    assert line.startswith(f"policy config {file}: option ")
    assert [part for part in parts if part not in line] == []
    assert "leave it out" in line
    assert "\n" not in line


def test_options_of_another_pack_are_its_own_but_for_egress(tmp_path: Path) -> None:
    other = [tmp_path / "pack"]
    rule_options(_config(tmp_path, {"smtp-port-allowed": {"ports": [587]}}), other)
    with pytest.raises(RehearsalError):
        rule_options(_config(tmp_path, {"workload-egress-route": {"ports": [587]}}), other)


def _config(folder: Path, told: dict[str, Any]) -> Path:
    file = folder / "config.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    return file


def test_auto_takes_the_cli_where_it_is_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert choose_engine("auto") == "embedded"
    pulumi = tmp_path / "pulumi"
    pulumi.write_text("#!/bin/sh\n", encoding="utf-8")
    pulumi.chmod(0o755)
    assert [choose_engine(engine) for engine in ("auto", "pulumi", "embedded")] == [
        "pulumi",
        "pulumi",
        "embedded",
    ]


@pytest.mark.parametrize(
    ("config", "variables", "files", "assumed"),
    [
        ("", {}, {}, True),
        ("config:\n  aws:region: eu-west-1\n", {}, {}, False),
        ("", {"AWS_REGION": "eu-west-1"}, {}, False),
        ("", {"AWS_DEFAULT_REGION": "eu-west-1"}, {}, False),
        ("", {}, {"accounts/dev.json": "{}"}, False),
    ],
)
def test_a_region_is_never_assumed_in_silence(
    project: Make,
    monkeypatch: pytest.MonkeyPatch,
    config: str,
    variables: dict[str, str],
    files: dict[str, str],
    assumed: bool,
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    known = load_project(project(stacks={"dev": config}, **files), None)
    told = [entry.message for entry in with_assumed_region(known, None).diagnostics[len(known.diagnostics) :]]
    said = "no region is set: us-east-1 is assumed: --config aws:region=REGION names it"
    assert told == ([said] if assumed else [])
    assert with_assumed_region(known, known.directory / "account.json") is known
    if not files:
        account, _ = load_account(known, None)
        assert account.region == ("us-east-1" if assumed else "eu-west-1")
