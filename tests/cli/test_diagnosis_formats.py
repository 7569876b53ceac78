"""`mailroute diagnose` in the formats that CI servers read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from jsonschema import Draft4Validator

from mailroute.cli import diagnose
from mailroute.report import formats
from mailroute.report.diagnosis import Diagnosis
from mailroute.report.model import EgressChange
from reachability.verdict import Finding, Verdict
from tests.cli.samples import AFTER, TODAY
from tests.cli.test_machine_formats import SCHEMA

ROOT = Path(__file__).parents[2]
SERVICE = "aws:apprunner/service:Service"
RULE = "apprunner-egress-route"
LIVE = Diagnosis(EgressChange(TODAY, TODAY), SERVICE, "123456789012/us-east-1")
REACHED = Diagnosis(EgressChange(AFTER, AFTER), SERVICE, "123456789012/us-east-1")


def run_of(text: str) -> dict[str, Any]:
    document = json.loads(text)
    assert [error.message for error in Draft4Validator(SCHEMA).iter_errors(document)] == []
    (run,) = document["runs"]
    found: dict[str, Any] = run
    return found


@pytest.fixture
def printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """By format, what is written of the service of the incident, and what is printed."""
    monkeypatch.chdir(ROOT)
    files = {name: tmp_path / name for name in formats.OF_DIAGNOSIS}
    arguments = ["--service", "daadaar-backend", "--to", "smtp-relay.brevo.com:587"]
    arguments += ["--evidence", "accounts/prod.json", "--format", "github"]
    arguments += [part for name, file in files.items() for part in ("--save", f"{name}={file}")]
    result = CliRunner().invoke(diagnose.command, arguments, standalone_mode=False)
    assert (result.exception, result.return_value) == (None, 1)
    return {**{name: file.read_text(encoding="utf-8") for name, file in files.items()}, "": result.stdout}


def test_every_format_is_printed_and_saved(printed: dict[str, str]) -> None:
    assert printed[""] == printed["github"]
    assert printed["github"].startswith(
        f"::error file=accounts/prod.json,line=1,title={RULE}/NO_ROUTE_TO_DESTINATION at daadaar-backend "
        "(123456789012/us-east-1)::daadaar-backend cannot reach smtp-relay.brevo.com:587.%0A- NO_ROUTE"
    )
    assert json.loads(printed["json"])["verdict"] == "unreachable"
    run = run_of(printed["sarif"])
    (found,) = run["results"]
    assert run["automationDetails"] == {"id": "mailroute/123456789012/us-east-1/"}
    assert (found["ruleId"], found["level"]) == (f"{RULE}/NO_ROUTE_TO_DESTINATION", "error")
    uri = found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "accounts/prod.json"
    (suite,) = ElementTree.fromstring(printed["junit"])  # noqa: S314
    (case,) = suite
    assert (suite.get("failures"), case.get("file")) == ("1", "accounts/prod.json")
    assert (case.get("classname"), case[0].tag) == ("daadaar-backend", "failure")


def test_a_live_account_is_no_line_of_a_file() -> None:
    (found,) = run_of(formats.render_diagnosis("sarif", LIVE))["results"]
    (location,) = found["locations"]
    assert list(location) == ["logicalLocations"]
    assert formats.render_diagnosis("github", LIVE).startswith(f"::error title={RULE}/NO_ROUTE at ")
    case = ElementTree.fromstring(formats.render_diagnosis("junit", LIVE))[0][0]  # noqa: S314
    assert sorted(case.attrib) == ["classname", "name"]
    assert (case[0].text or "").startswith("api cannot reach smtp-relay.brevo.com:587.")


def test_a_warning_of_a_path_that_works_is_no_failure() -> None:
    warning = Finding("UNUSED", "nat-1", "it is unused", "delete it", Verdict.REACHABLE)
    warned = replace(AFTER, outcome=replace(AFTER.outcome, warnings=(warning,)))
    diagnosis = replace(REACHED, found=EgressChange(warned, warned))
    (found,) = run_of(formats.render_diagnosis("sarif", diagnosis))["results"]
    assert (found["ruleId"], found["level"]) == (f"{RULE}/UNUSED", "warning")
    (case,) = ElementTree.fromstring(formats.render_diagnosis("junit", diagnosis))[0]  # noqa: S314
    assert case[0].tag == "skipped"


def test_a_path_that_works_is_no_problem() -> None:
    assert run_of(formats.render_diagnosis("sarif", REACHED))["results"] == []
    assert formats.render_diagnosis("github", REACHED) == ""
    (case,) = ElementTree.fromstring(formats.render_diagnosis("junit", REACHED))[0]  # noqa: S314
    assert (case.get("name"), len(case)) == ("to email-smtp.us-east-1.amazonaws.com:587", 0)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--format", "html"], "'html' is not one of 'text', 'json', 'sarif', 'junit', 'github'"),
        (["--save", "html=a"], "write it as FORMAT=FILE, FORMAT one of json, sarif, junit, github"),
        (["--json", "--format", "sarif"], "--json and --format sarif name two formats"),
        (["--save", "sarif=a", "--save", "json=a"], "given for more than one output"),
    ],
)
def test_a_format_that_it_lacks_is_refused(arguments: list[str], says: str) -> None:
    command = ["--service", "shop", "--to", "smtp.example.com:587", *arguments]
    result = CliRunner().invoke(diagnose.command, command)
    assert (result.exit_code, says in " ".join(result.output.split())) == (2, True), result.output
