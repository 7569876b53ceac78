"""How outcomes combine."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from reachability import UNKNOWN, Destination, Egress, Finding, Origin, Outcome, Verdict
from reachability.verdict import (
    PASSES,
    Assumption,
    Hop,
    across_possibilities,
    all_of,
    any_of,
    hop,
    worst,
    worst_first,
)

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED

GOOD = hop("subnet", "urn:a")
DEAD = Outcome(findings=(Finding("DEAD", "urn:b", "it is dead", "fix it"),))
OPEN = Outcome(findings=(Finding("OPEN", "urn:c", "it is open", "say it", UNDETERMINED),))

SETTING, QUOTA = (
    Assumption("SETTING", "vpc", "it is off", "look"),
    Assumption("QUOTA", "nat", "it is enough", "ask"),
)
IF_OFF, IF_ENOUGH = Outcome(assumptions=(SETTING,)), Outcome(assumptions=(QUOTA,))
TWICE = Outcome(warnings=(Finding("TWICE", "table", "two claim it", "keep one", REACHABLE),))


def test_all_must_hold() -> None:
    assert all_of([GOOD, OPEN]).verdict is UNDETERMINED
    assert all_of([OPEN, DEAD, OPEN]).findings == (*OPEN.findings, *DEAD.findings)
    assert all_of([]).verdict is REACHABLE
    assert worst([]) is REACHABLE


def test_of_several_that_let_it_pass_the_first_is_shown() -> None:
    other = hop("subnet", "urn:z")

    assert across_possibilities([GOOD, other]) == GOOD
    assert across_possibilities([other, GOOD]) == other


def test_one_is_enough() -> None:
    assert any_of([DEAD, OPEN, GOOD]) is GOOD
    assert any_of([DEAD, OPEN]) is OPEN
    assert any_of([DEAD, DEAD]).verdict is UNREACHABLE


def test_across_possibilities() -> None:
    assert across_possibilities([GOOD, GOOD]).verdict is REACHABLE
    assert across_possibilities([DEAD, DEAD]).verdict is UNREACHABLE
    mixed = across_possibilities([GOOD, DEAD])
    assert (mixed.verdict, mixed.findings) == (UNDETERMINED, (DEAD.findings[0].as_undetermined(),))
    assert across_possibilities([OPEN, DEAD]).verdict is UNDETERMINED


@pytest.mark.parametrize(
    "combine",
    [all_of, across_possibilities, worst_first],
    ids=["all of", "across possibilities", "worst first"],
)
def test_what_every_part_assumes_is_kept_once(combine: Callable[[list[Outcome]], Outcome]) -> None:
    found = combine([GOOD + IF_OFF, IF_ENOUGH, IF_OFF, TWICE])
    assert (found.verdict, found.assumptions, found.warnings) == (REACHABLE, (QUOTA, SETTING), TWICE.warnings)


@pytest.mark.parametrize("combine", [all_of, any_of, across_possibilities, worst_first])
def test_a_dead_path_rests_on_no_assumption(combine: Callable[[list[Outcome]], Outcome]) -> None:
    found = combine([DEAD + IF_OFF + TWICE, DEAD + IF_ENOUGH])
    assert (found.verdict, found.assumptions, found.warnings) == (UNREACHABLE, (), TWICE.warnings)


def test_an_open_path_rests_on_what_lets_it_pass() -> None:
    assert across_possibilities([DEAD + IF_OFF, GOOD + IF_ENOUGH]).assumptions == (QUOTA,)
    assert any_of([DEAD + IF_OFF, OPEN + IF_ENOUGH]).assumptions == (QUOTA,)
    assert any_of([OPEN + IF_OFF, GOOD + IF_ENOUGH]).assumptions == (QUOTA,)


@pytest.mark.parametrize("beside", [IF_OFF, TWICE], ids=["assumption", "warning"])
def test_what_is_told_beside_a_verdict_does_not_change_it(beside: Outcome) -> None:
    assert (PASSES + beside).verdict is REACHABLE
    assert beside.as_undetermined() == beside
    assert (GOOD + beside).without_path() == beside


@pytest.mark.parametrize(
    ("key", "identity"),
    [
        ("aws:ec2/subnet:Subnet::subnet-1", "subnet-1"),
        ("aws:iam/role:Role::arn:aws:iam::123456789012:role/mail", "arn:aws:iam::123456789012:role/mail"),
        (
            "urn:pulumi:prod::shop::aws:ec2/subnet:Subnet::a",
            "urn:pulumi:prod::shop::aws:ec2/subnet:Subnet::a",
        ),
        ("the internet", "the internet"),
    ],
)
def test_as_json_ids_stand_for_what_the_account_holds(key: str, identity: str) -> None:
    assert Finding("DEAD", key, "it is dead", "fix it").as_json()["resource"] == identity
    assert Outcome().verdict is REACHABLE


DESTINATIONS = [
    (Destination("mail.example.com", 587), "mail.example.com:587"),
    (Destination("mail.example.com", UNKNOWN, optional=True), "mail.example.com"),
    (Destination("mail.example.com", None), "mail.example.com"),
    (Destination(UNKNOWN, 587), "a host that is not known until the update:587"),
    (Destination(UNKNOWN, UNKNOWN, secret=True), "a host that is a secret"),
    (Destination(None, None), "any mail server"),
]


@pytest.mark.parametrize(("destination", "text"), DESTINATIONS, ids=lambda value: str(value))
def test_what_is_written_as_json_is_read_back(destination: Destination, text: str) -> None:
    findings = (*OPEN.findings, Finding("SLOW", "subnet-1", "it is slow", "wait", Verdict.UNDETERMINED))
    path = (Hop("subnet", "subnet-1", "in a zone", Origin.ACCOUNT), *GOOD.path)
    outcome = Outcome(path, findings, (SETTING,), TWICE.warnings)
    egress = Egress("api", "urn:service", destination, outcome)

    assert Egress.from_json(json.loads(json.dumps(egress.as_json()))) == egress
    assert str(destination) == text


def test_as_json_only_what_is_optional_is_said_to_be() -> None:
    assert Destination("a", 587).as_json() == {"host": "a", "port": 587}
    assert Destination(UNKNOWN, UNKNOWN, optional=True).as_json() == {
        "host": {"$unknown": True},
        "port": {"$unknown": True},
        "optional": True,
    }
    assert Destination(UNKNOWN, 587, secret=True).as_json() == {"host": {"$secret": True}, "port": 587}
