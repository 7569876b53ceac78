"""`--write-baseline` and `--baseline`: day one has no failures, and what is new blocks."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from enforcement.baseline import Known, load
from mailroute.cli import rehearse
from mailroute.rehearsal.result import Level, Operation, PolicyResult
from mailroute.report import as_json, baseline, markdown, terminal
from mailroute.report.problems import problem_of
from tests.cli.conftest import ROOT, Cli
from tests.cli.samples import ENDPOINT, REHEARSAL, REPORT
from tests.cli.test_output_schema import problems as objections

URN = ENDPOINT.urn
BLOCKED = str(ROOT / "tests" / "cli" / "programs" / "blocked")
EMBEDDED = ("rehearse", "--engine", "embedded", "--no-creation", "--program", BLOCKED)


def result(message: str, **changes: Any) -> PolicyResult:
    """Of mailroute's pack where it has a code, else of another."""
    ours = message.partition(":")[0].isupper()
    pack, policy = ("mailroute", "smtp-port-allowed") if ours else ("theirs", "no-vpc")
    return replace(PolicyResult(pack, policy, Level.MANDATORY, URN, message), **changes)


def rehearsal(*results: PolicyResult, **changes: Any) -> Any:
    return replace(REHEARSAL, policies=results, **changes)


@pytest.mark.parametrize(
    ("found", "accepted"),
    [
        (result("there is a VPC"), True),
        (result("OLD: it is odd"), True),
        (result("NEW: it is odd"), False),
        (result("OLD, NEW: it is odd"), False),
        (result("there is a VPC", policy="another"), False),
        (result("there is a VPC", urn=""), False),
        (result("OLD: it is odd", pack="theirs"), False),
    ],
)
def test_packs_of_others_are_judged_by_it_too(found: PolicyResult, accepted: bool) -> None:
    judged = baseline.accept(rehearsal(found), [Known(URN, "no-vpc"), Known(URN, "OLD")])
    assert judged.ok is accepted
    assert problem_of(judged.policies[0]).accepted is accepted


def test_what_kept_a_resource_from_its_creation_blocks() -> None:
    stopped = rehearsal(result("there is a VPC"), operation=Operation.UP, resources=())
    assert not baseline.accept(stopped, [Known(URN, "no-vpc")]).ok


def test_a_baseline_lists_what_blocks_and_what_it_accepted() -> None:
    older = "OLD: (smtp-port-allowed, accepted: in the baseline) it is odd."
    excepted = "MINE: (smtp-port-allowed, accepted until 2999-01-01: known) it is odd."
    path = "NO_ROUTE: api cannot reach smtp.example.com:587.\n- NO_ROUTE at rtb-1: none."
    ours = {"policy": "apprunner-egress-route"}
    advisory = {"policy": "advisories", "level": Level.ADVISORY}
    results = [
        result("there is a VPC"),
        result("A, B: it is odd"),
        result(path, **ours),
        result(path.replace("smtp.example.com", "[secret]").replace("NO_ROUTE", "HID"), **ours),
        result(older, **advisory),
        result(excepted, **advisory),
        result("quiet", level=Level.ADVISORY),
        result("for the stack", urn=""),
        result("RULE_FAILED: it broke"),
    ]
    assert baseline.violations(results) == {
        Known(URN, "no-vpc"),
        Known(URN, "A"),
        Known(URN, "B"),
        Known(URN, "NO_ROUTE", "smtp.example.com:587"),
        Known(URN, "HID"),
        Known(URN, "OLD"),
    }


def test_what_is_fixed_is_named() -> None:
    known = [Known(URN, "A"), Known(URN, "B", "a:587"), Known(URN, "C")]
    seen = rehearsal(result("A: it is odd"), result("C: it is odd", level=Level.ADVISORY))
    assert baseline.fixed(known, seen) == (Known(URN, "B", "a:587"),)
    assert baseline.fixed(known, replace(seen, operation=Operation.UP)) == ()


def test_every_report_says_what_is_fixed() -> None:
    report = replace(REPORT, fixed=(Known(URN, "NO_ROUTE", "a:587"), Known(URN, "PORT")))
    shown = terminal.render(report, width=100, colour=False)
    assert "Fixed since the baseline  take them out of it with --write-baseline\n" in shown
    assert "  NO_ROUTE at smtp → a:587\n  PORT at smtp\n" in shown
    assert "- NO\\_ROUTE at smtp → a:587\n- PORT at smtp\n" in markdown.render(report)
    document = json.loads(as_json.render(report))
    assert objections(document, "rehearsal") == []
    assert document["fixed"][1] == {"urn": URN, "code": "PORT", "destination": None}
    assert "Fixed" not in terminal.render(REPORT, width=100, colour=False)


def test_day_one_has_no_failures_and_new_ones_block(inside: Cli, tmp_path: Path) -> None:
    """The real pack reads the file, and report and pack still say the same."""
    written = inside(*EMBEDDED, "--json", "--write-baseline", "known.json")
    known = load(tmp_path / "known.json")
    assert (written.returncode, json.loads(written.stdout)["ok"]) == (0, True), written.stderr
    assert [(entry.code, entry.destination) for entry in known] == [
        ("SUBNET_NOT_READ", "smtp-relay.brevo.com:587")
    ]

    again = inside(*EMBEDDED, "--json", "--baseline", "known.json")
    document = json.loads(again.stdout)
    assert (again.returncode, document["ok"], document["fixed"]) == (0, True, []), again.stderr
    assert [found["policy"] for found in document["policies"]] == ["advisories"]
    assert "(apprunner-egress-route, accepted: in the baseline)" in document["policies"][0]["message"]

    other = (tmp_path / "known.json").read_text(encoding="utf-8").replace(".com:587", ".com:465")
    (tmp_path / "other.json").write_text(other, encoding="utf-8")
    new = inside(*EMBEDDED, "--json", MAILROUTE_BASELINE="other.json")
    assert new.returncode == 1, new.stderr
    assert [found["destination"] for found in json.loads(new.stdout)["fixed"]] == ["smtp-relay.brevo.com:465"]


def test_a_baseline_is_read_before_any_work_is_done(tmp_path: Path) -> None:
    ended = CliRunner().invoke(rehearse.command, [BLOCKED, "--baseline", str(tmp_path / "none.json")])
    assert (ended.exit_code, ended.output) == (
        1,
        f"Error: --baseline {tmp_path / 'none.json'}: No such file or directory: "
        "give the path of a baseline\n",
    )
