"""What becomes of a rule's findings: each blocks, unless the stack's configuration says otherwise."""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from reachability.graph import Resource
from rules.rule import Options, Rule, Stack, Violation

from . import exceptions, options
from .masking import Masker

Report = Callable[[str, str | None], None]
"""Takes a message, and the URN that it is about: `None` for the stack."""

Advisories = deque[tuple[str, str | None]]
"""What was found and does not block: each message, and the URN that it is about."""


@dataclass(frozen=True)
class Configuration:
    """How a stack configures a rule.

    Attributes:
        options: every one, the default where the stack sets none.
        exemptions: the exceptions in force.
        problems: what is wrong with the configuration itself.
    """

    options: Options
    exemptions: tuple[exceptions.Exemption, ...]
    problems: tuple[Violation, ...]

    @classmethod
    def read(cls, rule: Rule, given: Mapping[str, Any], today: date) -> Configuration:
        """Read what the stack gives, as of `today`."""
        known, invalid = options.read(rule, given)
        exemptions, not_in_force = exceptions.read(known, today)
        return cls(known, exemptions, (*invalid, *not_in_force))


class Reporter:
    """Reports the findings of one rule by its configuration.

    Args:
        secrets: the texts that no message may show; they are asked for where there is a message.
    """

    def __init__(
        self,
        rule: Rule,
        configuration: Configuration,
        report: Report,
        advisories: Advisories,
        secrets: Callable[[], Iterable[str]],
    ) -> None:
        self._rule = rule
        self._configuration = configuration
        self._report = report
        self._advisories = advisories
        self._secrets = secrets

    def report_problems(self) -> None:
        """Report what is wrong with the configuration itself."""
        for problem in self._configuration.problems:
            self._report(str(problem), problem.urn)

    def report_evidence(self, stack: Stack) -> None:
        """Report that what is known of the account could not be read."""
        if stack.evidence_problem is not None:
            self._report(f"EVIDENCE_UNREADABLE: {stack.evidence_problem}.", None)

    def report_failure(self, error: Exception) -> None:
        """Report that nothing is known of the whole stack."""
        self._report(str(_failure(self._rule, error, "the stack", None)), None)

    def run_check(self, resource: Resource, check: Callable[[], Iterable[Violation]]) -> None:
        """Report what `check` finds, and, where it breaks, that nothing is known of `resource`.

        A check that breaks is our own fault. It blocks, and the resources after it are still judged.
        """
        found: list[Violation] = []
        try:
            for violation in check():
                found.append(violation)
        except Exception as error:
            found.append(_failure(self._rule, error, resource.name, resource.key))
        for violation in found:
            self._report_violation(violation)

    @cached_property
    def _mask(self) -> Masker:
        return Masker(self._secrets())

    def _report_violation(self, violation: Violation) -> None:
        found = replace(
            violation,
            message=self._mask(violation.message),
            destination=self._mask(violation.destination),
        )
        exemption = exceptions.find(self._configuration.exemptions, found)
        if exemption is not None:
            self._advise(found, str(exemption))
        elif found.warning:
            self._advise(found, "warning")
        elif found.optional:
            self._advise(found, "optional")
        elif found.undetermined and self._configuration.options["undetermined"] == "advisory":
            self._advise(found, "undetermined")
        else:
            self._report(str(found), found.urn)

    def _advise(self, found: Violation, why: str) -> None:
        told = replace(found, message=f"({self._rule.name}, {why}) {found.message}")
        self._advisories.append((str(told), found.urn))


def _failure(rule: Rule, error: Exception, judged: str, urn: str | None) -> Violation:
    """Says where `error` came from, and nothing that it says: its text may hold a secret."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return Violation(
        urn,
        ("RULE_FAILED",),
        f"{rule.name} failed on {judged}, so that nothing is known of it: "
        f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}.",
        "This is a fault of the policy pack: report it with this line.",
    )
