"""How outcomes combine."""

from __future__ import annotations

from reachability import Finding, Outcome, Verdict
from reachability.outcomes import all_of, any_of, blocked, open_question, passed, soften, whichever
from reachability.verdict import worst

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED

GOOD = passed("subnet", "urn:a")
DEAD = blocked("DEAD", "urn:b", "it is dead", "mend it")
OPEN = open_question("OPEN", "urn:c", "it is open", "say it")


def test_all_must_hold() -> None:
    assert all_of([GOOD, OPEN]).verdict is UNDETERMINED
    assert all_of([OPEN, DEAD, OPEN]).findings == (*OPEN.findings, *DEAD.findings)
    assert all_of([]).verdict is REACHABLE
    assert worst([]) is REACHABLE


def test_one_is_enough() -> None:
    assert any_of([DEAD, OPEN, GOOD]) is GOOD
    assert any_of([DEAD, OPEN]) is OPEN
    assert any_of([DEAD, DEAD]).verdict is UNREACHABLE


def test_whichever_is_the_case() -> None:
    assert whichever([GOOD, GOOD]).verdict is REACHABLE
    assert whichever([DEAD, DEAD]).verdict is UNREACHABLE
    mixed = whichever([GOOD, DEAD])
    assert (mixed.verdict, mixed.findings) == (UNDETERMINED, (soften(DEAD.findings[0]),))
    assert whichever([OPEN, DEAD]).verdict is UNDETERMINED


def test_as_json_ids_stand_for_what_the_account_holds() -> None:
    finding = Finding("DEAD", "aws:ec2/subnet:Subnet::subnet-1", "it is dead", "mend it")

    assert finding.as_json()["resource"] == "subnet-1"
    assert DEAD.findings[0].as_json()["resource"] == "urn:b"
    assert Outcome().verdict is REACHABLE
