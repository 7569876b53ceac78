"""One finding for one cause: those that differ in a single name are one that gives all the names."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

    from ..verdict import Finding, Outcome

_NOUNS: Final = frozenset({"port", "subnet"})
_SUBNET: Final = re.compile(r"/(subnet:Subnet|defaultSubnet:DefaultSubnet)::")
_NAMED_SUBNET: Final = re.compile(r"(?<=\bsubnet )\S+")
_VERBS: Final = {"has": "have", "is": "are"}


def said_once(outcome: Outcome) -> Outcome:
    """`outcome` with what stands in the way said once."""
    return replace(outcome, findings=_merged(outcome.findings))


def first_of_each(outcome: Outcome) -> Outcome:
    """`outcome`, of several ports of one host, with the first finding of each resource and code."""
    first = {(finding.code, finding.resource): finding for finding in reversed(outcome.findings)}
    return replace(outcome, findings=tuple(each for each in outcome.findings if each in first.values()))


def _merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings by their codes; of those of one cause the first, with the names that the others give."""
    texts: dict[Hashable, Finding] = {}
    for finding in findings:
        texts.setdefault((finding.code, finding.message, finding.remedy, finding.verdict), finding)
    codes: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in texts.values():
        codes[finding.code].append(finding)
    return tuple(
        found for alike in codes.values() for found in _alike(_alike(alike, _but_for_subnet), _cause)
    )


def _alike(findings: Iterable[Finding], of: Callable[[Finding], Hashable]) -> Iterator[Finding]:
    """The findings, in which those that have the same in common are one where their texts let them be."""
    causes: defaultdict[Hashable, list[Finding]] = defaultdict(list)
    for finding in findings:
        causes[of(finding)].append(finding)
    return (found for alike in causes.values() for found in _of_one_cause(alike))


def _cause(finding: Finding) -> Hashable:
    return finding.resource, finding.verdict, finding.remedy


def _but_for_subnet(finding: Finding) -> Hashable:
    """What findings have in common that are about several subnets, by the name of each."""
    about = "" if _SUBNET.search(finding.resource) else finding.resource
    return about, finding.verdict, finding.remedy, _NAMED_SUBNET.sub("", finding.message)


def _of_one_cause(findings: Sequence[Finding]) -> Sequence[Finding]:
    texts = [finding.message.split(" ") for finding in findings]
    if len(findings) == 1 or len({len(words) for words in texts}) > 1:
        return findings
    places = [place for place, words in enumerate(zip(*texts, strict=True)) if len(set(words)) > 1]
    if not places or places != [*range(places[0], places[-1] + 1)]:
        return findings
    start, end = places[0], places[-1] + 1
    names = list(dict.fromkeys(" ".join(words[start:end]) for words in texts))
    # A comma behind a name stands behind the last of them.
    ends = {name[len(name.rstrip(",;:")) :] for name in names}
    if len(ends) > 1:
        return findings
    *first, last = (name.rstrip(",;:") for name in names)
    together = f"{', '.join(first)} and {last}{ends.pop()}"
    before, after = texts[0][:start], texts[0][end:]
    if before and before[-1] in _NOUNS:
        before = [*before[:-1], f"{before[-1]}s"]
        verb = next((place for place, word in enumerate(after) if word in _VERBS), None)
        if len(before) == 1 and verb is not None:  # They are what the sentence is about.
            after[verb] = _VERBS[after[verb]]
    return [replace(findings[0], message=" ".join([*before, together, *after]))]
