"""How outcomes combine: all of them, any of them, or whichever of them turns out to be the case."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .verdict import Finding, Hop, Origin, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def passed(kind: str, resource: str, fact: str = "", origin: Origin = Origin.PROGRAM) -> Outcome:
    """A step that lets the packet through."""
    return Outcome((Hop(kind, resource, fact, origin),))


def blocked(code: str, resource: str, message: str, remedy: str) -> Outcome:
    """A step that certainly stops the packet."""
    return Outcome(findings=(Finding(code, resource, message, remedy),))


def open_question(code: str, resource: str, message: str, remedy: str) -> Outcome:
    """A step that cannot be decided from what is known."""
    return Outcome(findings=(Finding(code, resource, message, remedy, Verdict.UNDETERMINED),))


def all_of(outcomes: Iterable[Outcome]) -> Outcome:
    """Every one must hold: their hops in a row, the findings of all."""
    total = Outcome()
    for outcome in outcomes:
        total += outcome
    return total


def whichever(outcomes: Sequence[Outcome]) -> Outcome:
    """Exactly one of `outcomes` will be the case, and it is not known which.

    The verdict is theirs where they agree, and undetermined where they do not.
    """
    if len(outcomes) == 1:
        return outcomes[0]
    verdicts = {outcome.verdict for outcome in outcomes}
    if verdicts == {Verdict.REACHABLE}:
        return outcomes[0]
    failing = [outcome for outcome in outcomes if outcome.verdict is not Verdict.REACHABLE]
    findings = [finding for outcome in failing for finding in outcome.findings]
    if verdicts != {Verdict.UNREACHABLE}:
        findings = [soften(finding) for finding in findings]
    return Outcome(failing[0].path, tuple(dict.fromkeys(findings)))


def any_of(outcomes: Sequence[Outcome]) -> Outcome:
    """One that holds is enough; a reachable one is preferred, then an undetermined one."""
    for wanted in (Verdict.REACHABLE, Verdict.UNDETERMINED):
        for outcome in outcomes:
            if outcome.verdict is wanted:
                return outcome
    findings = [finding for outcome in outcomes for finding in outcome.findings]
    return Outcome(outcomes[0].path, tuple(dict.fromkeys(findings)))


def softened(outcome: Outcome) -> Outcome:
    """The same outcome where what it finds only may be the case."""
    return replace(outcome, findings=tuple(soften(finding) for finding in outcome.findings))


def soften(finding: Finding) -> Finding:
    """The same finding where it only may be the case."""
    return replace(finding, verdict=Verdict.UNDETERMINED)
