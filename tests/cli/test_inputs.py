"""What a rehearsal works on where the command line leaves it open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mailroute.cli.inputs import choose_engine, load_account, load_project, policy_packs
from mailroute.rehearsal.result import RehearsalError
from tests.cli.conftest import ROOT, Cli

Make = Callable[..., Path]


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


def test_default_program_is_our_own() -> None:
    assert load_project(None, "dev").directory == ROOT


def test_default_account_is_the_file_beside_the_program_for_that_stack() -> None:
    account, name = load_account(load_project(ROOT, "prod"), None)
    assert (account.id, account.region) == ("123456789012", "us-east-1")
    assert "123456789012 in us-east-1, as of 2026-01-05T09:00:00Z" in name


def test_default_account_is_empty_and_in_the_region_of_the_stack(project: Make) -> None:
    program = project(stacks={"dev": "config:\n  aws:region: eu-west-1\n"})
    account, name = load_account(load_project(program, None), None)
    assert (account.region, account.document["resources"]) == ("eu-west-1", [])
    assert name == "an empty one in eu-west-1"


def test_default_pack_is_that_of_the_program_else_ours(project: Make) -> None:
    program = project()
    assert policy_packs(load_project(program, None), ()) == (program / "policies",)
    (program / "policies" / "PulumiPolicy.yaml").unlink()
    assert policy_packs(load_project(program, None), ()) == (ROOT / "policies",)


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
