"""Exceptions: violations that a stack declares to be accepted, by whom it may concern, until a date."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from rules.rule import Options, Violation

from . import baseline, paths

ACCEPTED: Final = "accepted"
"""How what is reported of a violation that the configuration accepts begins."""

_MUST_BE_NAMED: Final = frozenset({"RULE_FAILED"})
"""Codes that only an exception naming them accepts: nothing is known of what they stand for."""


@dataclass(frozen=True)
class Exemption:
    """One violation, or all of one resource, accepted until the end of the day `expires`, or without an end.

    Attributes:
        code: only this cause; every one where there is none.
        destination: only an egress to it; to any where it is empty.
    """

    resource: str
    reason: str
    expires: date | None
    code: str | None = None
    destination: str = ""

    def __str__(self) -> str:
        """Until when, and why."""
        until = f" until {self.expires}" if self.expires else ""
        return f"{ACCEPTED}{until}: {self.reason}"

    def covers(self, found: Violation) -> frozenset[str]:
        """The causes of `found` that it accepts."""
        if found.urn is None or self.resource not in (found.urn, found.urn.rpartition("::")[2]):
            return frozenset()
        if self.destination not in ("", found.destination):
            return frozenset()
        if self.code is None:
            return frozenset(found.codes if _MUST_BE_NAMED.isdisjoint(found.codes) else ())
        return frozenset({self.code} & {*found.codes})


def read(options: Options, today: date) -> tuple[tuple[Exemption, ...], tuple[Violation, ...]]:
    """The exceptions in force among a rule's options and in its baseline, and a violation for all else."""
    exemptions: list[Exemption] = []
    problems: list[Violation] = []
    for given in options["exceptions"]:
        try:
            exemption = _parse(given)
        except ValueError as error:
            problems.append(_problem("EXCEPTION_INVALID", given, str(error)))
            continue
        if exemption.expires is not None and exemption.expires < today:
            problems.append(_problem("EXCEPTION_EXPIRED", given, f"it expired on {exemption.expires}"))
        else:
            exemptions.append(exemption)
    file = os.environ.get(baseline.VARIABLE) or options.get("baseline")
    try:
        exemptions += map(of_baseline, baseline.load(paths.given(file)) if file else ())
    except baseline.BaselineError as error:
        problems.append(Violation(None, ("BASELINE_INVALID",), f"the baseline does not count: {error}.", ""))
    return tuple(exemptions), tuple(problems)


def of_baseline(known: baseline.Known) -> Exemption:
    """The exception that an entry of a baseline is: it has no end."""
    return Exemption(known.urn, "in the baseline", None, known.code, known.destination)


def _parse(given: Any) -> Exemption:
    """
    Raises:
        ValueError: it has no reason, or its date is none.
    """
    if not given["reason"].strip():
        raise ValueError("it has no reason")
    try:
        expires = date.fromisoformat(given["expires"])
    except ValueError:
        raise ValueError(f"{given['expires']!r} is no date of the form YYYY-MM-DD") from None
    return Exemption(given["resource"], given["reason"].strip(), expires, given.get("code"))


def _problem(code: str, given: Any, objection: str) -> Violation:
    return Violation(
        None,
        (code,),
        f"the exception for {given['resource']!r} does not count: {objection}.",
        "Fix the violation, or renew the exception with a reason and a date in the future.",
    )


def find(exemptions: Iterable[Exemption], found: Violation) -> Exemption | None:
    """The exception that accepts `found`, of several that do so together the one that ends first, if any."""
    covering = [exemption for exemption in exemptions if exemption.covers(found)]
    covered = {code for exemption in covering for code in exemption.covers(found)}
    if not covered.issuperset(found.codes):
        return None
    return min(covering, key=lambda exemption: exemption.expires or date.max, default=None)
