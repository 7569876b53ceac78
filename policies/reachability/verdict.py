"""What a proof says: a verdict, the path that it walked, what stands in the way, and how these combine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Verdict(str, Enum):
    """The three answers; the order is that of `worst`."""

    REACHABLE = "reachable"
    UNDETERMINED = "undetermined"
    UNREACHABLE = "unreachable"


_SEVERITY = {Verdict.REACHABLE: 0, Verdict.UNDETERMINED: 1, Verdict.UNREACHABLE: 2}


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict where **every** one of `verdicts` must hold; `REACHABLE` of none."""
    return max(verdicts, key=_SEVERITY.__getitem__, default=Verdict.REACHABLE)


class Origin(str, Enum):
    """Where a fact comes from."""

    PROGRAM = "program"
    ACCOUNT = "account"
    AWS_DEFAULT = "aws default"


def identifier(key: str) -> str:
    """The URN of a resource of the program, or the id of one that the account holds."""
    return key if key.startswith("urn:") else key.partition("::")[2] or key


@dataclass(frozen=True)
class Hop:
    """One step of a path: `kind` of thing, the `resource` (URN or id), the `fact` that let it pass."""

    kind: str
    resource: str
    fact: str = ""
    origin: Origin = Origin.PROGRAM

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "resource": identifier(self.resource),
            "fact": self.fact,
            "origin": self.origin.value,
        }


@dataclass(frozen=True)
class Finding:
    """One blocker: a `code`, the `resource` at fault, what is wrong and what fixes it.

    `verdict` says whether it proves the path dead or only leaves it open; `REACHABLE` is that of a warning,
    which names a fault that the path does not depend on.
    """

    code: str
    resource: str
    message: str
    remedy: str
    verdict: Verdict = Verdict.UNREACHABLE

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "resource": identifier(self.resource),
            "message": self.message,
            "remedy": self.remedy,
            "verdict": self.verdict.value,
        }

    def as_undetermined(self) -> Finding:
        """The same finding where it only may be the case."""
        return replace(self, verdict=Verdict.UNDETERMINED)


@dataclass(frozen=True, order=True)
class Assumption:
    """What neither a plan nor evidence shows, and a verdict rests on: that a packet passes here.

    Attributes:
        remedy: how to know it.
    """

    code: str
    resource: str
    message: str
    remedy: str

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "resource": identifier(self.resource),
            "message": self.message,
            "remedy": self.remedy,
        }


@dataclass(frozen=True)
class Outcome:
    """What one step, or a chain of them, comes to.

    Attributes:
        findings: what stands in the way; the verdict is that of the worst.
        assumptions: what the verdict rests on, sorted; a dead path is dead even if they hold.
        warnings: faults that the verdict does not depend on.
    """

    path: tuple[Hop, ...] = ()
    findings: tuple[Finding, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    warnings: tuple[Finding, ...] = ()

    @property
    def verdict(self) -> Verdict:
        return worst(finding.verdict for finding in self.findings)

    @property
    def told(self) -> tuple[Finding, ...]:
        """Its findings, then its warnings, none of which says a finding again."""
        said = {replace(finding, verdict=Verdict.REACHABLE) for finding in self.findings}
        return (*self.findings, *(warning for warning in self.warnings if warning not in said))

    def __add__(self, other: Outcome) -> Outcome:
        """Both must hold: the hops follow each other, the findings add up."""
        if self is PASSES or other is PASSES:
            return other if self is PASSES else self
        return _together(self.path + other.path, (*self.findings, *other.findings), (self, other))

    def given(self, other: Outcome) -> Outcome:
        """The same outcome where what `other` assumes decides it, dead paths included."""
        return replace(self, assumptions=tuple(sorted({*self.assumptions, *other.assumptions})))

    def as_undetermined(self) -> Outcome:
        """The same outcome where what it finds only may be the case."""
        return replace(self, findings=tuple(finding.as_undetermined() for finding in self.findings))

    def as_warnings(self) -> Outcome:
        """What it finds, where the path does not depend on it."""
        warnings = (replace(finding, verdict=Verdict.REACHABLE) for finding in self.findings)
        return Outcome(warnings=(*warnings, *self.warnings))

    def without_path(self) -> Outcome:
        """What it finds, without the hops."""
        return replace(self, path=())


PASSES = Outcome()
"""A step that lets the packet through, and is no hop of its own."""


def _together(path: tuple[Hop, ...], findings: Iterable[Finding], parts: Sequence[Outcome]) -> Outcome:
    """`path` and `findings`, with what is told beside the verdict by each of `parts`, all of which count."""
    found = tuple(dict.fromkeys(findings))
    warned = tuple(dict.fromkeys(warning for part in parts for warning in part.warnings))
    assuming = {part.assumptions for part in parts if part.assumptions}
    if not assuming or worst(finding.verdict for finding in found) is Verdict.UNREACHABLE:
        return Outcome(path, found, (), warned)
    assumed = {assumption for assumptions in assuming for assumption in assumptions}
    return Outcome(path, found, assuming.pop() if len(assuming) == 1 else tuple(sorted(assumed)), warned)


def hop(kind: str, resource: str, fact: str = "", origin: Origin = Origin.PROGRAM) -> Outcome:
    """A step that lets the packet through."""
    return Outcome((Hop(kind, resource, fact, origin),))


def all_of(outcomes: Iterable[Outcome]) -> Outcome:
    """Every one must hold: their hops in a row, the findings of all."""
    total = PASSES
    for outcome in outcomes:
        total += outcome
    return total


def any_of(outcomes: Sequence[Outcome]) -> Outcome:
    """One that holds is enough; a reachable one is preferred, then an undetermined one."""
    for wanted in (Verdict.REACHABLE, Verdict.UNDETERMINED):
        for outcome in outcomes:
            if outcome.verdict is wanted:
                return outcome
    findings = [finding for outcome in outcomes for finding in outcome.findings]
    return _together(outcomes[0].path, findings, outcomes)


def across_possibilities(possibilities: Sequence[Outcome]) -> Outcome:
    """Exactly one of `possibilities` will be the case, and it is not known which.

    The verdict is theirs where they agree, and undetermined where they do not.
    """
    if len(possibilities) == 1:
        return possibilities[0]
    verdicts = {outcome.verdict for outcome in possibilities}
    failing = [outcome for outcome in possibilities if outcome.verdict is not Verdict.REACHABLE]
    findings = [finding for outcome in failing for finding in outcome.findings]
    if verdicts != {Verdict.UNREACHABLE}:
        findings = [finding.as_undetermined() for finding in findings]
    return _together((failing or possibilities)[0].path, findings, possibilities)


def worst_first(outcomes: Sequence[Outcome]) -> Outcome:
    """All must hold; the path shown is that of the worst, so that it ends where the findings are."""
    ranked = sorted(outcomes, key=lambda outcome: -_SEVERITY[outcome.verdict])
    findings = (finding for outcome in ranked for finding in outcome.findings)
    return _together(ranked[0].path, findings, ranked)
