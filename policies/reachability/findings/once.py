"""One finding for one cause: those that differ in a single name are one that gives all the names."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..verdict import Finding, Outcome


def said_once(outcome: Outcome) -> Outcome:
    """`outcome` with what stands in the way said once."""
    return replace(outcome, findings=_merged(outcome.findings))


def _merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings by their codes; of those of one cause the first, with the names that the others give."""
    codes: defaultdict[str, defaultdict[tuple[object, ...], list[Finding]]]
    codes = defaultdict(lambda: defaultdict(list))
    for finding in findings:
        codes[finding.code][finding.resource, finding.verdict, finding.remedy].append(finding)
    return tuple(
        found for causes in codes.values() for alike in causes.values() for found in _of_one_cause(alike)
    )


def _of_one_cause(findings: Sequence[Finding]) -> Sequence[Finding]:
    texts = [finding.message.split(" ") for finding in findings]
    if len(findings) == 1 or len({len(words) for words in texts}) > 1:
        return findings
    places = [place for place, words in enumerate(zip(*texts, strict=True)) if len(set(words)) > 1]
    if len(places) != 1:
        return findings
    (place,) = places
    names = list(dict.fromkeys(words[place] for words in texts))
    # A comma behind a name stands behind the last of them.
    ends = {name[len(name.rstrip(",;:")) :] for name in names}
    if len(ends) > 1:
        return findings
    *first, last = (name.rstrip(",;:") for name in names)
    together = f"{', '.join(first)} and {last}{ends.pop()}"
    before, after = texts[0][:place], texts[0][place + 1 :]
    if before[-1:] == ["subnet"]:
        before = [*before[:-1], "subnets"]
    return [replace(findings[0], message=" ".join([*before, together, *after]))]
