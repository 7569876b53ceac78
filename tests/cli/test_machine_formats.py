"""The formats that CI servers read: SARIF, JUnit and annotations of a GitHub runner."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from jsonschema import Draft4Validator

from enforcement.masking import Masker
from mailroute.cli import rehearse
from mailroute.rehearsal.result import Level, PolicyResult, Source
from mailroute.report import formats, github, junit, sarif
from mailroute.report.model import EgressChange, Report
from mailroute.report.problems import problem_of, problems
from mailroute.report.redact import redact
from reachability.verdict import Finding, Outcome, Verdict
from rules.egress import violation_of
from tests.cli.samples import AFTER, ENDPOINT, PREFIX, REHEARSAL, REPORT, TODAY, resource

SCHEMA = json.loads((Path(__file__).parent / "data" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
RULE = "apprunner-egress-route"
SERVICE = resource("aws:apprunner/service:Service", "api", source=Source("infra/mail.py", 42))
DEAD = replace(TODAY, urn=SERVICE.urn)
HOSTILE = "a\x1b[31m\n::error::b\u202e %0A \x00\ufffe <script> \ud800 ]]> ,:="


def violation(message: str, **changes: Any) -> PolicyResult:
    return replace(
        PolicyResult("mailroute", "smtp-port-allowed", Level.MANDATORY, ENDPOINT.urn, message, "high"),
        **changes,
    )


def report_of(*results: PolicyResult, egress: tuple[EgressChange, ...] = (), **changes: Any) -> Report:
    rehearsal = replace(REHEARSAL, resources=(*REHEARSAL.resources, SERVICE), policies=results)
    return replace(REPORT, rehearsal=rehearsal, egress=egress, unjudged=(), program=Path("shop"), **changes)


BLOCKED = report_of(
    violation(str(violation_of(DEAD)), policy=RULE, urn=SERVICE.urn, severity="critical"),
    violation("PORT_BLOCKED: port 25 is blocked. Remedy: use 587."),
    violation(
        "BROAD: (ses-sender-least-privilege, accepted until 2999-01-01: known) it may. Remedy: narrow it.",
        policy="advisories",
        level=Level.ADVISORY,
    ),
    violation(HOSTILE, pack="theirs", policy="no <b>", urn="", severity="", level=Level.ADVISORY),
    egress=(EgressChange(DEAD, None),),
)


def results(report: Report) -> list[dict[str, Any]]:
    document = json.loads(sarif.render(report))
    assert [error.message for error in Draft4Validator(SCHEMA).iter_errors(document)] == []
    (run,) = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[found["ruleIndex"]]["id"] == found["ruleId"] for found in run["results"])
    found: list[dict[str, Any]] = run["results"]
    return found


# The command line


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--format", "xml"], "'xml' is not one of 'text', 'json', 'sarif', 'junit', 'github', 'markdown'"),
        (["--json", "--format", "junit"], "--json and --format junit name two formats"),
        (["--save", "sarif"], "'sarif': write it as FORMAT=FILE, FORMAT one of json, sarif, "),
        (["--save", "xml=a"], "'xml=a': write it as FORMAT=FILE"),
        (["--save", "sarif=nowhere/a"], "nowhere' cannot be written to"),
    ],
)
def test_a_format_that_is_wrong_is_refused_early(arguments: list[str], says: str) -> None:
    result = CliRunner().invoke(rehearse.command, arguments)
    assert (result.exit_code, says in result.output.replace("\n", " ")) == (2, True), result.output


# What there is to list


def test_a_text_of_our_pack_is_taken_apart() -> None:
    problem = problem_of(BLOCKED.rehearsal.policies[2])
    assert (problem.rule, problem.codes) == ("ses-sender-least-privilege", ("BROAD",))
    assert (problem.message, problem.remedy) == ("it may.", "narrow it.")
    assert (problem.blocks, problem.accepted) == (False, True)
    assert (problem.why, problem.severity) == ("accepted until 2999-01-01: known", "high")


def test_a_text_of_another_pack_stays_as_it_is() -> None:
    text = "CODE: (smtp-port-allowed, mine) what: Now. Remedy: none"
    problem = problem_of(violation(text, pack="theirs", policy="advisories"))
    assert (problem.id, problem.message, problem.remedy) == ("theirs/advisories", text, "")
    problem = problem_of(violation("CODE: (smtp-port-allowed, mine) what"))
    assert (problem.rule, problem.message) == ("smtp-port-allowed", "(smtp-port-allowed, mine) what")


def test_a_dead_path_that_no_policy_names_is_listed() -> None:
    (problem,) = problems(report_of(egress=(EgressChange(DEAD, None), EgressChange(AFTER, None))))
    assert (problem.id, problem.blocks) == (f"{RULE}/NO_ROUTE", False)
    assert problem.why == "no policy asks for it"


def test_a_path_that_a_policy_names_is_listed_once() -> None:
    assert [problem.id for problem in problems(BLOCKED)].count(f"{RULE}/NO_ROUTE") == 1


AWKWARD = {
    "a secret host": "mail.hidden.example",
    "a secret of three": "x.hid.example",
    "lines": "mail.\r\n- \x1b[1mb:1.",
}


@pytest.mark.parametrize("host", AWKWARD)
def test_a_host_that_is_shown_otherwise_is_listed_once(host: str) -> None:
    dead = replace(DEAD, destination=replace(DEAD.destination, host=AWKWARD[host]))
    said = violation(str(violation_of(dead)), policy=RULE, urn=SERVICE.urn)
    egress = EgressChange(dead, None, judged=str(dead.destination))
    report = redact(report_of(said, egress=(egress,)), Masker(["mail.hidden.example", "hid"]))
    assert [problem.blocks for problem in problems(report)] == [True]
    ends = [ended for (group, _), (ended, _) in cases(report).items() if group == "api"]
    assert ends == ["failure"]


# SARIF


def test_sarif_has_the_published_form() -> None:
    assert [(found["ruleId"], found["level"]) for found in results(BLOCKED)] == [
        (f"{RULE}/NO_ROUTE", "error"),
        ("smtp-port-allowed/PORT_BLOCKED", "error"),
        ("ses-sender-least-privilege/BROAD", "warning"),
        ("theirs/no <b>", "warning"),
    ]
    assert results(report_of()) == []


def test_the_schema_refuses_what_is_not_sarif() -> None:
    document = json.loads(sarif.render(BLOCKED))
    del document["runs"][0]["tool"]["driver"]["name"]
    document["runs"][0]["results"][0]["level"] = "fatal"
    assert len(list(Draft4Validator(SCHEMA).iter_errors(document))) == 2


def test_sarif_says_where_the_program_registers_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    at, child, unknown, *_ = results(
        report_of(
            violation("A: a", urn=SERVICE.urn),
            violation("A: a", urn=f"{PREFIX}x::child"),
            violation("A: a", urn=""),
        )
    )
    physical = at["locations"][0]["physicalLocation"]
    assert physical == {"artifactLocation": {"uri": "shop/infra/mail.py"}, "region": {"startLine": 42}}
    assert at["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == SERVICE.urn
    for found in (child, unknown):
        physical = found["locations"][0]["physicalLocation"]
        assert physical == {"artifactLocation": {"uri": "shop/Pulumi.yaml"}, "region": {"startLine": 1}}
    assert "logicalLocations" not in unknown["locations"][0]


def test_a_child_is_where_its_component_is(tmp_path: Path) -> None:
    child = resource("aws:ec2/vpc:Vpc", "odd name", parent=SERVICE.urn)
    report = report_of(violation("A: a", urn=child.urn))
    rehearsal = replace(report.rehearsal, resources=(SERVICE, child))
    (found,) = results(replace(report, rehearsal=rehearsal, program=tmp_path / "a shop"))
    uri = found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == f"{tmp_path.as_uri()}/a%20shop/infra/mail.py"
    (found,) = results(replace(report, rehearsal=rehearsal, program=Path("a shop")))
    uri = found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "a%20shop/infra/mail.py"


def test_sarif_keeps_the_lines_of_a_remedy() -> None:
    (found,) = results(report_of(violation("A: a. Remedy: one of\n- b\n- c")))
    assert found["message"]["text"] == "a.\nRemedy: one of\n- b\n- c"


def test_sarif_helps_with_the_documents_and_the_remedy() -> None:
    (run,) = json.loads(sarif.render(BLOCKED))["runs"]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    port = rules["smtp-port-allowed/PORT_BLOCKED"]
    assert "AWS: " in port["help"]["text"]
    assert port["properties"] == {"tags": ["mailroute", "smtp-port-allowed"], "severity": "high"}
    assert rules["theirs/no <b>"]["help"]["text"] == "no <b>"
    assert results(BLOCKED)[1]["message"]["text"] == "port 25 is blocked.\nRemedy: use 587."


def test_fingerprints_outlive_lines_and_wording() -> None:
    def of(report: Report) -> list[dict[str, str]]:
        return [found["partialFingerprints"] for found in results(report)]

    undecided = replace(
        DEAD, outcome=Outcome((), (Finding("NO_ROUTE", "rtb-1", "perhaps", "r", Verdict.UNDETERMINED),))
    )
    before = report_of(violation(str(violation_of(DEAD)), policy=RULE, urn=SERVICE.urn))
    after = report_of(violation(str(violation_of(undecided)), policy=RULE, urn=SERVICE.urn))
    elsewhere = replace(DEAD, destination=replace(DEAD.destination, port=465))
    other = report_of(violation(str(violation_of(elsewhere)), policy=RULE, urn=SERVICE.urn))
    assert of(before) == of(replace(after, program=Path("moved")))
    assert of(before) != of(other)
    assert len({found["mailroute/v1"] for found in of(report_of(violation("A: a"), violation("A: b")))}) == 2


def test_sarif_shows_an_exception_as_suppressed() -> None:
    assert [found.get("suppressions") for found in results(BLOCKED)[1:3]] == [
        None,
        [{"kind": "external", "justification": "accepted until 2999-01-01: known"}],
    ]


# JUnit


def cases(report: Report) -> dict[tuple[str, str], tuple[str, str]]:
    """By class and name of a case, how it ended and the message."""
    found = {}
    for case in ElementTree.fromstring(junit.render(report)).iter("testcase"):  # noqa: S314
        child = next(iter(case), None)
        ended = ("passed", "") if child is None else (child.tag, child.get("message", ""))
        found[case.get("classname", ""), case.get("name", "")] = ended
    return found


def test_junit_has_a_case_for_each_path_and_violation() -> None:
    report = replace(BLOCKED, egress=(*BLOCKED.egress, EgressChange(AFTER, None)), unjudged=REPORT.unjudged)
    assert cases(report) == {
        ("api", "to smtp-relay.brevo.com:587"): ("failure", "api cannot reach smtp-relay.brevo.com:587."),
        ("api", "to email-smtp.us-east-1.amazonaws.com:587"): ("passed", ""),
        ("nightly", "is not judged"): ("skipped", "no <reason>"),
        ("smtp-port-allowed/PORT_BLOCKED", "smtp"): ("failure", "port 25 is blocked."),
        ("ses-sender-least-privilege/BROAD", "smtp"): (
            "skipped",
            "accepted until 2999-01-01: known: it may.",
        ),
        ("theirs/no <b>", "prod"): ("skipped", "advisory: a"),
    }


def test_junit_counts_what_failed() -> None:
    egress, policies = ElementTree.fromstring(junit.render(BLOCKED))  # noqa: S314
    assert {name: egress.get(name) for name in ("tests", "failures", "skipped", "errors")} == {
        "tests": "1", "failures": "1", "skipped": "0", "errors": "0",
    }  # fmt: skip
    assert (policies.get("tests"), policies.get("failures"), policies.get("skipped")) == ("3", "1", "2")


def test_junit_of_a_good_stack_has_what_passed() -> None:
    assert cases(report_of()) == {("policies", "nothing else is violated"): ("passed", "")}


# Annotations


def test_annotations_stand_at_lines_of_the_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    first, port, accepted, theirs = github.render(BLOCKED).splitlines()
    assert first.startswith(
        f"::error file=shop/infra/mail.py,line=42,title={RULE}/NO_ROUTE at api::api cannot reach "
    )
    assert port == (
        "::error file=shop/Pulumi.yaml,line=1,title=smtp-port-allowed/PORT_BLOCKED at smtp"
        "::port 25 is blocked.%0ARemedy: use 587."
    )
    assert accepted.startswith("::notice ")
    assert theirs.startswith("::warning ")
    assert github.render(report_of()) == ""


def test_no_text_is_a_command_of_its_own() -> None:
    report = report_of(violation(HOSTILE, urn=f"{PREFIX}x::a,b:c%"))
    (line,) = github.render(report).splitlines()
    head, _, data = line[2:].partition("::")
    assert head.endswith("title=smtp-port-allowed at a%2Cb%3Ac%25")
    assert data == "a%0A::error::b %250A  \ufffe <script> � ]]> ,:="


@pytest.mark.parametrize("form", formats.FORMATS)
def test_every_format_is_clean(form: str) -> None:
    shown = formats.render(form, report_of(violation(HOSTILE), egress=BLOCKED.egress))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e\ud800]", shown)
    assert form == "github" or not re.search(r"^::", shown, re.MULTILINE)
