"""What the policies and the proof object to, each once: what formats for programs and baselines list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from enforcement.exceptions import ACCEPTED
from enforcement.pack import ADVISORIES
from mailroute.rehearsal.result import Level
from reachability.verdict import Verdict
from rules import RULES
from rules.egress import WORKLOADS, destination_in, violation_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailroute.rehearsal.result import PolicyResult

    from .model import EgressChange, Report

_TOLD: Final = re.compile(
    r"(?P<codes>[A-Z][A-Z0-9_]*(?:, [A-Z][A-Z0-9_]*)*): "
    r"(?:\((?P<rule>[a-z][a-z0-9-]*), (?P<why>[^\n]*?)\) )?(?P<text>.*)",
    re.DOTALL,
)
_CREATION: Final = "simulated-creation"
_REMEDY: Final = " Remedy: "
_RULES: Final = {rule.name: rule for rule in RULES}
_RULE_OF: Final = {token: rule for rule in RULES if rule.name in WORKLOADS for token in rule.judges}
PACK: Final = "mailroute"


@dataclass(frozen=True)
class Problem:
    """One violation.

    Attributes:
        pack: the policy pack; empty where the report alone says it.
        rule: the policy that objects, for an advisory that for which it stands.
        codes: what is wrong, in capitals, in mailroute's own pack; other packs have none.
        urn: the resource at fault, empty for the stack.
        destination: of an egress the host and port, else empty.
        why: why it does not block, empty where the policy's level says so or it does block.
        message: what is wrong, where, and of an egress each finding with its remedy; lines.
        remedy: what fixes it, where `message` does not say it.
        severity: `low`, `medium`, `high` or `critical`, or empty.
    """

    pack: str
    rule: str
    codes: tuple[str, ...]
    urn: str
    destination: str
    blocks: bool
    why: str
    message: str
    remedy: str
    severity: str

    @property
    def named(self) -> tuple[str, str]:
        """What it is about, as `EgressChange.named` has it."""
        return self.urn, self.destination

    @property
    def text(self) -> str:
        """The whole of what it says; lines."""
        return f"{self.message}\nRemedy: {self.remedy}" if self.remedy else self.message

    @property
    def accepted(self) -> bool:
        """Whether the stack's configuration accepts it: by an exception, or in a baseline."""
        return self.why.startswith(ACCEPTED)

    @property
    def id(self) -> str:
        """The policy, of another pack than mailroute's with its name, and the first code."""
        policy = self.rule if self.pack in ("", PACK) else f"{self.pack}/{self.rule}"
        return "/".join((policy, *self.codes[:1]))


def problems(report: Report) -> tuple[Problem, ...]:
    """Every one of a report, those that block first; what a policy says of a path is not said again."""
    told = [problem_of(result) for result in report.violations]
    said = {problem.named for problem in told}
    types = {resource.urn: resource.type for resource in report.rehearsal.resources}
    more = (
        problem_of_egress(change, types.get(change.after.urn, ""), blocks=False, why="no policy asks for it")
        for change in report.egress
        if change.after.verdict is not Verdict.REACHABLE and change.named not in said
    )
    return (*told, *more, *_of_creation(report))


def _of_creation(report: Report) -> Iterator[Problem]:
    """What the creation beside a preview says otherwise, which no policy has judged."""
    creation = report.creation
    if creation is not None and creation.problem:
        yield _created("", f"the simulated creation fails: {creation.problem}")
    for egress in report.dead_in_creation:
        yield _created(egress.urn, f"in the simulated creation {violation_of(egress).message}")


def _created(urn: str, message: str) -> Problem:
    return Problem(
        pack="",
        rule=_CREATION,
        codes=(),
        urn=urn,
        destination="",
        blocks=False,
        why="a preview's policies decide",
        message=message,
        remedy="",
        severity="",
    )


def problem_of(result: PolicyResult) -> Problem:
    """What one violation says; the texts of mailroute's own pack are taken apart."""
    codes, rule, why, text = "", result.policy, result.accepted, result.message
    told = _TOLD.fullmatch(text) if result.pack == PACK else None
    if told is not None:
        codes, text = told["codes"], told["text"]
        if told["rule"] in _RULES and result.policy == ADVISORIES:
            rule, why = told["rule"], told["why"]
        elif told["rule"]:
            text = result.message.removeprefix(f"{codes}: ")
    destination = destination_in(text) if told and rule in WORKLOADS else ""
    message, _, remedy = text.rpartition(_REMEDY) if told and not destination else ("", "", "")
    known = result.severity if rule == result.policy else _RULES[rule].severity.value
    return Problem(
        pack=result.pack,
        rule=rule,
        codes=tuple(codes.split(", ")) if codes else (),
        urn=result.urn,
        destination=destination,
        blocks=result.level is Level.MANDATORY,
        why=why,
        message=message or text,
        remedy=remedy if message else "",
        severity=known,
    )


def problem_of_egress(change: EgressChange, token: str, *, blocks: bool, why: str) -> Problem:
    """What no policy says, such as that of another pack than mailroute's.

    Args:
        token: the type of its workload.
        blocks: whether it does where the destination is not known to be reached.
        why: why it does not block.
    """
    rule, violation = _RULE_OF[token], violation_of(change.after)
    urn, destination = change.named
    return Problem(
        pack="",
        rule=rule.name,
        codes=violation.codes,
        urn=urn,
        destination=destination,
        blocks=blocks and not violation.warning,
        why=why,
        message=violation.message,
        remedy="",
        severity=rule.severity.value,
    )
