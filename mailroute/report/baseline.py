"""What a baseline does to a rehearsal: the violations that it lists do not block, and new ones do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from enforcement import exceptions
from enforcement.baseline import Known, dump
from enforcement.masking import MASK
from mailroute.rehearsal.result import Level, Operation
from rules.rule import Violation

from .problems import problem_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mailroute.rehearsal.result import PolicyResult, Rehearsal

    from .problems import Problem

__all__ = ["accept", "dump", "fixed", "violations"]

_NEVER: Final = frozenset({"RULE_FAILED"})
"""Codes that no baseline lists: nothing is known of what they stand for."""


def accept(rehearsal: Rehearsal, known: Iterable[Known]) -> Rehearsal:
    """`rehearsal` where the violations of packs that do not read baselines are advisory if `known` has them.

    What kept a resource from being created still blocks.
    """
    exemptions = [exceptions.of_baseline(each) for each in known]
    created = {resource.urn for resource in rehearsal.resources}

    def judged(result: PolicyResult) -> PolicyResult:
        if result.level is not Level.MANDATORY or result.urn not in created:
            return result
        exemption = exceptions.find(exemptions, _violation(problem_of(result)))
        return replace(result, level=Level.ADVISORY, accepted=str(exemption)) if exemption else result

    return replace(rehearsal, policies=tuple(map(judged, rehearsal.policies)))


def violations(results: Iterable[PolicyResult]) -> frozenset[Known]:
    """What a baseline of `results` lists: all that blocks, and all that an older one accepts."""
    return frozenset(entry for problem in map(problem_of, results) for entry in _entries(problem))


def fixed(known: Iterable[Known], rehearsal: Rehearsal) -> tuple[Known, ...]:
    """Those of `known` that are no more, sorted; of a stopped update, which has not seen all, none."""
    if rehearsal.operation is Operation.UP and not rehearsal.ok:
        return ()
    found = [_violation(problem_of(result)) for result in rehearsal.policies]
    return tuple(
        entry
        for entry in sorted({*known})
        if not any(exceptions.of_baseline(entry).covers(violation) for violation in found)
    )


def _entries(problem: Problem) -> Iterator[Known]:
    in_older = problem.why == str(exceptions.of_baseline(Known("", "")))
    if (problem.blocks or in_older) and problem.urn and _NEVER.isdisjoint(problem.codes):
        destination = "" if MASK in problem.destination else problem.destination
        for code in problem.codes or (problem.rule,):
            yield Known(problem.urn, code, destination)


def _violation(problem: Problem) -> Violation:
    codes = problem.codes or (problem.rule,)
    return Violation(problem.urn or None, codes, "", "", destination=problem.destination)
