"""Exceptions: violations that a stack declares to be accepted, by whom it may concern, until a date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from rules.rule import Options, Violation

_MUST_BE_NAMED: Final = frozenset({"RULE_FAILED"})
"""Codes that only an exception naming them accepts: nothing is known of what they stand for."""


@dataclass(frozen=True)
class Exemption:
    """One violation, or all of one resource, accepted until the end of the day `expires`."""

    resource: str
    reason: str
    expires: date
    code: str | None = None

    def covers(self, found: Violation) -> bool:
        """Whether every cause of `found` is accepted."""
        if found.urn is None or self.resource not in (found.urn, found.urn.rpartition("::")[2]):
            return False
        if self.code is None:
            return _MUST_BE_NAMED.isdisjoint(found.codes)
        return found.codes == (self.code,)


def read(options: Options, today: date) -> tuple[tuple[Exemption, ...], tuple[Violation, ...]]:
    """The exceptions in force among a rule's options, and a violation for each that is not."""
    exemptions: list[Exemption] = []
    problems: list[Violation] = []
    for given in options["exceptions"]:
        try:
            exemption = _parse(given)
        except ValueError as error:
            problems.append(_problem("EXCEPTION_INVALID", given, str(error)))
            continue
        if exemption.expires < today:
            problems.append(_problem("EXCEPTION_EXPIRED", given, f"it expired on {exemption.expires}"))
        else:
            exemptions.append(exemption)
    return tuple(exemptions), tuple(problems)


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
    """The exception that accepts `found`, if there is one."""
    return next((exemption for exemption in exemptions if exemption.covers(found)), None)
