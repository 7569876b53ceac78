"""How things are called in front of a person: short, without control characters, never a raw marker."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from mailroute import wire
from mailroute.rehearsal.result import Level
from reachability.values import UNKNOWN
from reachability.verdict import Verdict

from . import clean
from .model import Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from enforcement.baseline import Known
    from mailroute.rehearsal.result import PolicyResult
    from reachability.egress import Egress
    from reachability.verdict import Assumption, Hop

    from .model import DnsRecord, EgressChange, Repair, Report, RouteChange, SourceLine

FIXED: Final = "Fixed since the baseline"
FIXED_NOTE: Final = "take them out of it with --write-baseline"
NOT_KNOWN_YET: Final = "known after creation"

_ARN: Final = re.compile(r"\barn:aws[\w-]*:[\w:/.-]*\w")
_TYPE: Final = re.compile(r"(?P<package>[^:]+):(?P<module>[^:/]*)(?:/[^:]*)?:(?P<name>.+)")

VERDICT_MARK: Final = {
    Verdict.REACHABLE: "✔",
    Verdict.UNREACHABLE: "✘",
    Verdict.UNDETERMINED: "?",
}
FINDING_MARK: Final = {**VERDICT_MARK, Verdict.REACHABLE: "!"}
"""A finding that the verdict does not depend on is a warning."""


def text(value: object) -> str:
    """`value` on one line, without what drives a terminal or is not seen."""
    return clean.one_line(value)


def lines(value: str) -> str:
    """`value` line by line, each as `text` has it."""
    return "\n".join(map(text, value.splitlines()))


def value(item: Any) -> str:
    """A property for a person: text as it is, all else as JSON, what is not known said in words."""
    if item is UNKNOWN:
        return f"({NOT_KNOWN_YET})"
    if isinstance(item, wire.Secret):
        return "(secret)"
    item = wire.flat(item)
    return text(item if isinstance(item, str) else json.dumps(wire.to_json(item), ensure_ascii=False))


def runtime(report: Report) -> str:
    """The Python that ran the program, and its pulumi-aws; empty where that is not known."""
    python = report.rehearsal.python
    if python is None:
        return ""
    aws = f", pulumi-aws {report.pulumi_aws}" if report.pulumi_aws else ""
    return text(f"Python {python.version}{aws}")


def source_line(found: SourceLine) -> str:
    """A line of the program as a compiler names it: `__main__.py:42: api = aws.apprunner.Service(`."""
    return text(f"{found.source}: {found.text}" if found.text else found.source)


def type_name(token: str) -> str:
    """A type token as a program writes it: `aws:ec2/vpcEndpoint:VpcEndpoint` -> `aws.ec2.VpcEndpoint`."""
    match = _TYPE.fullmatch(token)
    if not match:
        return text(token)
    parts = (match["package"], match["module"], match["name"])
    return text(".".join(part for part in parts if part not in {"", "index"}))


def resource_name(reference: str) -> str:
    """The name in a URN (`urn:pulumi:STACK::PROJECT::TYPE::NAME`), in a key `TYPE::ID` or in an ARN."""
    name = reference.rsplit("::", 1)[-1]
    if name.startswith("arn:"):
        kind, _, rest = name.rsplit(":", 1)[-1].partition("/")
        in_cluster = name.split(":")[2] == "ecs" and kind == "service"
        name = rest.rpartition("/")[2] if in_cluster else rest.partition("/")[0] or kind
    return text(name)


def short(sentence: object) -> str:
    """`sentence` with the name alone of each resource that it calls by its ARN."""
    return _ARN.sub(lambda match: resource_name(match[0]), text(sentence))


@dataclass(frozen=True)
class ShownHop:
    """One hop of a path for a person: the kind of thing, its name, and every fact that let packets pass.

    `origin` says where they come from: the program, the account, a default of AWS.
    """

    kind: str
    name: str
    facts: tuple[str, ...]
    origin: str


def hops(path: Sequence[Hop]) -> tuple[ShownHop, ...]:
    """The hops of a path; what stands for one thing several times in a row is one hop."""
    grouped = groupby(path, key=lambda hop: (hop.kind, hop.resource, hop.origin.value))
    return tuple(
        ShownHop(
            text(kind.replace("-", " ")),
            resource_name(resource),
            tuple(short(hop.fact) for hop in group if hop.fact and hop.fact != resource_name(resource)),
            origin,
        )
        for (kind, resource, origin), group in grouped
    )


def assumptions(egresses: Iterable[Egress]) -> tuple[Assumption, ...]:
    """What the verdicts of `egresses` rest on, each once though it is assumed in several places."""
    found: list[Assumption] = []
    said: set[tuple[str, str]] = set()
    for assumption in (each for egress in egresses for each in egress.outcome.assumptions):
        words = {(assumption.code, text) for text in (assumption.resource, assumption.message)}
        if not words & said:
            found.append(assumption)
        said |= words
    return tuple(sorted(found))


def change_sentence(change: EgressChange) -> str:
    """What the program does to this egress, in a few words, and what its creation decides otherwise."""
    if change.creation is not None:
        otherwise = f"{change.creation.verdict.value} in the simulated creation"
        return f"{change_sentence(replace(change, creation=None))}; {otherwise}"
    after = change.after.verdict.value
    if change.today is None:
        return f"{after}, a new service"
    today = change.today.verdict.value
    if change.change in {Change.GAINED, Change.LOST}:
        return f"{change.change.value.upper()}, {today} today, {after} after"
    if today != after:
        return f"{after}, {today} today"
    if change.after.verdict is not Verdict.REACHABLE:
        return f"still {after}"
    return "reachable, as today" if change.change is Change.UNCHANGED else "reachable, by another path"


def price(repair: Repair) -> str:
    """What a repair adds to the bill."""
    return f"${repair.monthly:.2f} a month" if repair.monthly else "no monthly price"


def route_change(change: RouteChange) -> str:
    """`LOST: api → smtp.example.com:587: reachable before, unreachable now`."""
    before, after = (egress.verdict.value if egress else "" for egress in (change.before, change.after))
    was = f"{before} before" if before else "not there before"
    to = text(change.shown.destination)
    if change.before is not None and change.before.destination != change.shown.destination:
        was += f" (to {text(change.before.destination)})"
    word = change.change.value.upper() if change.change is Change.LOST else change.change.value
    return f"{word}: {text(change.shown.service)} → {to}: {was}, {after or 'not there'} now"


def known(entry: Known) -> str:
    """An entry of a baseline: `NO_ROUTE at api → smtp.example.com:587`."""
    to = f" → {text(entry.destination)}" if entry.destination else ""
    return f"{text(entry.code)} at {resource_name(entry.urn)}{to}"


def violation(result: PolicyResult, report: Report) -> str:
    """The message of a violation; of a path that is shown with its findings, the first line alone."""
    about = {f" {change.after.destination}." for change in report.egress if change.after.urn == result.urn}
    first, _, more = result.message.partition("\n")
    return first if more and any(map(first.endswith, about)) else result.message


def mark(report: Report) -> str:
    """`✔`, `✘` where a policy blocks, `!` where only the creation beside a preview does not end well."""
    if not report.ok:
        return "✘"
    return "!" if report.creation_warns else "✔"


def creation(report: Report) -> str:
    """What the creation beside a preview says otherwise, in a few words; empty where it does not."""
    if report.creation is not None and report.creation.problem:
        return "the simulated creation fails"
    dead = len(report.dead_in_creation)
    if dead:
        return f"{count(dead, 'route')} not reachable in the simulated creation"
    more = sum(change.creation is not None for change in report.egress)
    return f"{count(more, 'more route')} reachable in the simulated creation" if more else ""


def policies(report: Report) -> str:
    """What the policies come to, and what the creation beside a preview says otherwise."""
    blocking = sum(result.level is Level.MANDATORY for result in report.violations)
    advisory = len(report.violations) - blocking
    held = (
        f"blocked: {count(blocking, 'mandatory violation')}" if blocking else "every mandatory policy holds"
    )
    otherwise = creation(report)
    but = "but " if mark(report) == "!" else ""
    return (
        held + (f", {advisory} advisory" if advisory else "") + (f"; {but}{otherwise}" if otherwise else "")
    )


def not_judged(report: Report) -> str:
    """How many services are not judged: without it a pass looks like a proof of all; empty for none."""
    return f"{count(len(report.unjudged), 'service')} not judged" if report.unjudged else ""


def verdict(report: Report) -> str:
    """The policies, the routes that work and what is not judged: `blocked: 1 mandatory violation · ...`."""
    routes = [change.after.verdict for change in report.egress]
    reachable = f"{routes.count(Verdict.REACHABLE)} of {count(len(routes), 'route')} reachable"
    parts = (f"{mark(report)} {policies(report)}", reachable if routes else "", not_judged(report))
    return " · ".join(filter(None, parts))


def dns_name(record: DnsRecord) -> str:
    """The name of a record; where it is not known yet, what the program calls it."""
    return f"{text(record.label)} ({NOT_KNOWN_YET})" if record.name is UNKNOWN else value(record.name)


def count(number: int, noun: str) -> str:
    """`1 resource`, `2 resources`, `2 policies`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun[:-1]}ies" if noun.endswith("y") else f"{number} {noun}s"
