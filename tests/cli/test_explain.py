"""`mailroute explain`: what it says of a diagnosis, and what it refuses."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from mailroute.cli import explain
from mailroute.report import as_json, documents
from mailroute.report.model import EgressChange
from reachability.findings import Code
from tests.cli.conftest import Cli
from tests.cli.samples import TODAY
from tests.cli.test_rehearse import same_as_golden

PROGRAMS = Path(__file__).parents[1] / "corpus" / "programs"
POLICIES = Path(__file__).parents[2] / "policies"
ACCOUNT = Path(__file__).parents[2] / "accounts" / "prod.json"
DIAGNOSIS = ("diagnose", "--service", "daadaar-backend", "--to", "smtp-relay.brevo.com:587")


def _mailroute(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mailroute", *arguments],
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "COLUMNS": "110"},
    )


@pytest.fixture(scope="module")
def diagnosis() -> str:
    done = _mailroute(*DIAGNOSIS, "--evidence", str(ACCOUNT), "--json")
    assert done.returncode == 1
    return done.stdout


def test_hops_name_their_source_and_fixes_their_price(diagnosis: str) -> None:
    done = _mailroute("explain", "-", text=diagnosis)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "daadaar-backend → smtp-relay.brevo.com:587: unreachable"
    hops = [line for line in lines if "└→" in line]
    assert len(hops) == 4
    assert "(account)" in hops[0]
    assert sum("✘ NO_ROUTE_TO_DESTINATION" in line for line in lines) == 1
    assert [line.split(" a month")[0].strip() for line in lines if " a month " in line][:2] == [
        "$36.50",
        "$14.60",
    ]


def test_each_hop_and_finding_has_its_documents(diagnosis: str) -> None:
    words = " ".join(_mailroute("explain", "-", text=diagnosis).stdout.partition("\nDocuments")[2].split())
    assert 'route table Amazon VPC User Guide, "Route priority" and "Subnet route tables"' in words
    assert f"NO_ROUTE_TO_DESTINATION {Code.catalogue['NO_ROUTE_TO_DESTINATION'].source}" in words


def test_every_kind_of_hop_has_documents() -> None:
    files = (POLICIES / "reachability").rglob("*.py")
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    assert set(re.findall(r'\bhop\(\s*"([a-z-]+)"', text)) == set(documents.HOPS)


def test_a_finding_says_where_the_program_registers_it() -> None:
    source = {"file": "infra/mail.py", "line": 42}
    egress = as_json.egress(EgressChange(TODAY, None))
    entry = {**egress, "findings": [{**found, "source": source} for found in egress["findings"]]}
    result = CliRunner().invoke(explain.command, ["-"], input=json.dumps(entry))
    assert (result.exit_code, result.output.count("infra/mail.py:42\n")) == (0, 1), result.output


def test_the_repairs_are_those_of_the_json(diagnosis: str) -> None:
    repairs = json.loads(diagnosis)["repairs"]
    assert [repair["monthlyUsd"] for repair in repairs] == [36.5, 14.6]
    words = " ".join(_mailroute("explain", "-", text=diagnosis).stdout.split())
    for repair in repairs:
        for change in repair["changes"]:
            assert change in words


@pytest.mark.parametrize("name", ["adopted", "egress_vpc", "ses_endpoint", "tasks"])
def test_paths_of_the_corpus_in_words(inside: Cli, name: str, tmp_path: Path) -> None:
    """Dead and living paths, through endpoints, NAT and transit gateways, with what fixes the dead ones."""
    program = ("--program", str(PROGRAMS / name), "--stack", "dev")
    rehearsed = inside("rehearse", "--engine", "embedded", *program, "--json")
    (tmp_path / "rehearsal.json").write_text(rehearsed.stdout, encoding="utf-8")

    explained = inside("explain", "rehearsal.json", COLUMNS="110")

    assert explained.stderr == ""
    same_as_golden(f"explain-{name}.txt", explained.stdout)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "not what 'mailroute rehearse --json' or 'mailroute diagnose --json' prints"),
        ('{"egress": [{"service": "a"}]}', "not what 'mailroute rehearse --json'"),
        ('{"egress": []}', "has no egress to explain"),
    ],
)
def test_what_is_no_rehearsal_is_refused_in_one_line(text: str, reason: str) -> None:
    done = _mailroute("explain", "-", text=text)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("mailroute: error: standard input:")
    assert reason in done.stderr
    assert done.stderr.count("\n") == 1


def test_empty_input_is_said_to_be_empty(tmp_path: Path) -> None:
    """As where the command before it in a pipe has failed, and has said why."""
    empty = tmp_path / "empty.json"
    empty.write_text("\n", encoding="utf-8")
    for file, text in (("-", ""), (str(empty), None)):
        done = CliRunner().invoke(explain.command, [file], input=text)
        name = "standard input" if text is not None else file
        assert done.output == f"Error: nothing to explain: {name} is empty\n"
        assert done.exit_code == 1  # `main` makes 2 of it


def test_an_unknown_service_is_refused_with_the_known_ones(diagnosis: str) -> None:
    done = _mailroute("explain", "-", "--service", "shop", text=diagnosis)
    assert done.returncode == 2
    assert "there are: daadaar-backend" in done.stderr


def test_a_file_that_is_not_there_is_refused() -> None:
    done = _mailroute("explain", "nowhere.json")
    assert done.returncode == 2
    assert done.stderr == "mailroute: error: nowhere.json: No such file or directory\n"
