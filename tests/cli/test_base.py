"""What a change of the program does to its routes, beside an earlier rehearsal."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from mailroute.cli import earlier, rehearse
from mailroute.report import as_json, base, markdown, terminal
from mailroute.report.model import Change, EgressChange, Report
from reachability.egress import Destination, Egress
from reachability.verdict import Hop, Origin
from tests.cli.conftest import ROOT
from tests.cli.samples import AFTER, REPORT, TODAY
from tests.cli.test_output_schema import problems

ALIVE = AFTER
DEAD = replace(TODAY, urn=AFTER.urn, destination=AFTER.destination)
ELSEWHERE = replace(AFTER, destination=Destination("smtp.example.com", 587))
OTHER = replace(AFTER, service="web", urn=f"{AFTER.urn}-web")


def report_of(*egresses: Egress) -> Report:
    return replace(REPORT, egress=tuple(EgressChange(egress, None) for egress in egresses))


def compared(before: tuple[Egress, ...], *now: Egress) -> Report:
    """The report of `now` beside one of `before`, which has been written and read."""
    entries = json.loads(as_json.render(report_of(*before)))["egress"]
    return base.compare(report_of(*now), [Egress.from_json(entry) for entry in entries])


def changes(report: Report) -> list[tuple[str, str]]:
    return [(change.change.value, change.shown.service) for change in report.changes or ()]


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [
        (ALIVE, ALIVE, Change.UNCHANGED),
        (DEAD, DEAD, Change.UNCHANGED),
        (ALIVE, DEAD, Change.LOST),
        (DEAD, ALIVE, Change.GAINED),
        (ALIVE, replace(DEAD, destination=ELSEWHERE.destination), Change.LOST),
        (ALIVE, replace(ALIVE, outcome=replace(ALIVE.outcome, path=ALIVE.outcome.path[:2])), Change.CHANGED),
    ],
)
def test_a_route_is_compared_with_its_own(before: Egress, now: Egress, change: Change) -> None:
    assert changes(compared((before,), now)) == [(change.value, "api")]


def test_a_destination_is_compared_with_itself_first() -> None:
    dead = replace(DEAD, destination=ELSEWHERE.destination)
    report = compared((ALIVE, ELSEWHERE), dead, ALIVE)
    assert [(change.change, change.shown.destination.host) for change in report.changes or ()] == [
        (Change.LOST, "smtp.example.com"),
        (Change.UNCHANGED, "email-smtp.us-east-1.amazonaws.com"),
    ]


def test_what_was_lost_comes_first_and_nothing_is_left_out() -> None:
    gone, new = replace(OTHER, urn=f"{OTHER.urn}-gone", service="gone"), replace(OTHER, service="app")
    report = compared((DEAD, ELSEWHERE, gone), ALIVE, replace(DEAD, destination=ELSEWHERE.destination), new)
    assert changes(report) == [("lost", "api"), ("removed", "gone"), ("new", "app"), ("gained", "api")]


def test_json_has_both_sides_of_a_change() -> None:
    document = json.loads(as_json.render(compared((ALIVE,), DEAD)))
    assert problems(document, "rehearsal") == []
    (entry,) = document["changes"]
    assert (entry["service"], entry["urn"], entry["change"]) == ("api", AFTER.urn, "lost")
    assert (entry["before"]["verdict"], entry["after"]["verdict"]) == ("reachable", "unreachable")
    assert json.loads(as_json.render(REPORT))["changes"] is None


def test_terminal_names_what_was_lost_before_anything_else() -> None:
    shown = terminal.render(compared((OTHER, ALIVE), OTHER, DEAD), width=120, colour=False)
    to = "email-smtp.us-east-1.amazonaws.com:587"
    assert f"LOST: api → {to}: reachable before, unreachable now\n  1 route unchanged" in shown
    assert shown.index("LOST") < shown.index("Resources")
    assert "web → email-smtp" in shown  # In the egress, and not among what changed.
    assert "unchanged: " not in shown


def test_terminal_says_where_mail_went_before() -> None:
    moved = compared((ALIVE,), replace(DEAD, destination=ELSEWHERE.destination))
    shown = terminal.render(moved, width=200, colour=False)
    was = "reachable before (to email-smtp.us-east-1.amazonaws.com:587)"
    assert f"LOST: api → smtp.example.com:587: {was}, unreachable now" in shown


def test_a_comment_is_short_where_no_route_changed() -> None:
    shown = markdown.render(compared((ALIVE, OTHER), ALIVE, OTHER))
    assert "No route changed: 2 routes unchanged." in shown
    assert "mermaid" not in shown
    assert "### Resources" not in shown
    assert "1 mandatory violation" in shown  # What blocks is said all the same.


def test_a_comment_draws_only_what_changed() -> None:
    shown = markdown.render(compared((ALIVE, OTHER), DEAD, OTHER))
    row = "| 🔴 **lost** | `api` | `email-smtp.us-east-1.amazonaws.com:587` | ✔ reachable | ✘ unreachable |"
    assert row in shown
    assert "1 route unchanged." in shown
    assert shown.count("```mermaid") == 1
    assert shown.index("lost") < shown.index("### Egress")


def test_ids_of_the_account_are_no_change() -> None:
    """In a report a hop of the account has its type and id, in JSON the id alone."""
    hop = Hop("subnet", "aws:ec2/subnet:Subnet::subnet-9", "", Origin.ACCOUNT)
    egress = replace(ALIVE, outcome=replace(ALIVE.outcome, path=(hop,)))
    assert changes(compared((egress,), egress)) == [("unchanged", "api")]


def written(tmp_path: Path, document: Any) -> Path:
    file = tmp_path / "base.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return file


OF_WEB = EgressChange(replace(ALIVE, urn=ALIVE.urn.replace("::shop::", "::web::")), None)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"stack": "dev", "egress": []}, "base.json: of stack dev: give a rehearsal of stack prod"),
        ({"egress": []}, "base.json: not what 'mailroute rehearse --json'"),
        ({"stack": "prod", "egress": [{"service": "api"}]}, "KeyError 'path'"),
        ([1], "not what 'mailroute rehearse --json'"),
        ("{", "base.json:1:2: not JSON: "),
        (as_json.document(replace(REPORT, egress=(OF_WEB,))), "base.json: of project web: give one of shop"),
        ('{"stack": "dev", "stack": "prod"}', "the document: the key 'stack' stands there twice"),
    ],
)
def test_a_base_that_is_none_is_one_line(tmp_path: Path, document: Any, says: str) -> None:
    with pytest.raises(click.ClickException) as raised:
        earlier.rehearsed(written(tmp_path, document), "shop", "prod")
    assert says in raised.value.message


def test_a_base_is_read_before_any_work_is_done(tmp_path: Path) -> None:
    blocked = str(ROOT / "tests/cli/programs/blocked")
    result = CliRunner().invoke(rehearse.command, [blocked, "--base", str(tmp_path / "none.json")])
    assert (result.exit_code, result.output) == (
        1,
        f"Error: {tmp_path / 'none.json'}: No such file or directory\n",
    )
