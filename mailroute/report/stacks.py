"""The reports of all stacks of a project as one: a line for each, and what several have in common once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from mailroute.rehearsal.result import Severity
from reachability.verdict import Verdict

from . import labels
from .model import Change
from .places import Places, of_project
from .problems import problems
from .redact import redact
from .source_lines import line_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from reachability.egress import Egress

    from .model import Repair, Report, SourceLine
    from .places import Place
    from .problems import Problem

T = TypeVar("T")

_ANY_STACK = "urn:pulumi:*::"
"""How the URNs of a resource begin that several stacks have."""


@dataclass(frozen=True)
class JudgedStack:
    """What a rehearsal of one stack has come to.

    Attributes:
        report: `None` where it is not judged.
        problem: why it is not judged, in a line.
        fault: whether that is mailroute's own.
    """

    name: str
    report: Report | None = None
    problem: str = ""
    fault: bool = False

    @property
    def ok(self) -> bool:
        """Whether it is judged, and every mandatory policy holds."""
        return self.report is not None and self.report.ok


@dataclass(frozen=True)
class Common(Generic[T]):
    """Something that is said of `stacks`, all in the same words."""

    said: T
    stacks: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """One problem, where the program registers its resource, and what would fix it."""

    problem: Problem
    place: Place
    line: SourceLine | None
    repairs: tuple[Repair, ...]


@dataclass(frozen=True)
class Stacks:
    """The stacks of a project, in the order in which they are shown.

    Attributes:
        program: the directory of the project.
    """

    project: str
    program: Path
    stacks: tuple[JudgedStack, ...]

    @property
    def place(self) -> Place:
        """The project's own file."""
        return of_project(self.program)

    @property
    def ok(self) -> bool:
        """Whether every stack is judged, and every mandatory policy holds in each."""
        return all(each.ok for each in self.stacks)

    @property
    def reports(self) -> tuple[Report, ...]:
        """Those of the stacks that are judged."""
        return tuple(each.report for each in self.stacks if each.report is not None)

    @property
    def problems(self) -> tuple[Common[Told], ...]:
        """What the policies and the proof object to, what blocks first."""
        found = self._common(_told)
        return tuple(sorted(found, key=lambda each: not each.said.problem.blocks))

    @property
    def not_judged(self) -> tuple[Common[str], ...]:
        """Why stacks are not judged."""
        return _grouped((each.problem, each.name) for each in self.stacks if each.report is None)

    @property
    def lists(self) -> Iterator[tuple[str, tuple[Common[str], ...]]]:
        """What there is to know besides, in sentences under headings."""
        for heading, said in _LISTS.items():
            found = self._common(said)
            if found:
                yield heading, found

    def _common(self, found: Callable[[Report], Iterable[T]]) -> tuple[Common[T], ...]:
        return _grouped(
            (_of_any_stack(each, report.rehearsal.stack), report.rehearsal.stack)
            for report in self.reports
            for each in found(report)
        )


def verdict(stack: JudgedStack) -> str:
    """What becomes of a stack, in a line: verdict, services, what is wrong."""
    if stack.report is None:
        return f"? not judged: {labels.text(stack.problem)}"
    parts = (labels.verdict(stack.report), _services(stack.report), _what_is_wrong(stack.report))
    return " · ".join(filter(None, parts))


def _services(report: Report) -> str:
    """The workloads with what becomes of their paths: `✘ api, ✔ worker`."""
    order = (Verdict.UNREACHABLE, Verdict.UNDETERMINED, Verdict.REACHABLE)
    worst: dict[str, Verdict] = {}
    for egress in _decided(report):
        known = worst.get(egress.service, egress.verdict)
        worst[egress.service] = min(known, egress.verdict, key=order.index)
    return ", ".join(
        f"{labels.VERDICT_MARK[verdict]} {labels.text(service)}" for service, verdict in worst.items()
    )


def _what_is_wrong(report: Report) -> str:
    """The codes of what blocks, each once."""
    found = (problem for problem in problems(report) if problem.blocks)
    return ", ".join(dict.fromkeys(code for each in found for code in each.codes or (each.rule,)))


def _decided(report: Report) -> Iterator[Egress]:
    for change in report.egress:
        yield change.after
        if change.creation is not None:
            yield change.creation
    yield from report.creation.egress if report.creation else ()


def _unjudged(report: Report) -> Iterator[str]:
    return (f"{each.service}: {each.reason}" for each in report.unjudged)


def _assumed(report: Report) -> Iterator[str]:
    return (f"{each.code}  {each.message}" for each in labels.assumptions(report.egresses))


def _diagnosed(report: Report) -> Iterator[str]:
    for each in report.rehearsal.diagnostics:
        if each.severity is not Severity.INFO:
            about = f" ({labels.resource_name(each.urn)})" if each.urn else ""
            yield f"{each.severity.value}: {each.message}{about}"


def _created(report: Report) -> Iterator[str]:
    if report.creation is not None and report.creation.problem:
        yield f"it fails: {report.creation.problem}"
    for change in report.egress:
        if change.creation is not None:
            yield _decision(change.creation)
    yield from map(_decision, report.creation.egress if report.creation else ())


def _decision(egress: Egress) -> str:
    codes = ", ".join(dict.fromkeys(finding.code for finding in egress.outcome.findings))
    why = f": {codes}" if codes else ""
    return f"{egress.service} → {egress.destination}: {egress.verdict.value}{why}"


def _told(report: Report) -> Iterator[Told]:
    places = Places(report)
    repairs = {change.named: change.repairs for change in report.egress}
    for problem in problems(report):
        line = line_of(problem.urn, report.source_lines)
        yield Told(problem, places.of(problem.urn), line, repairs.get(problem.named, ()))


def _changed(report: Report) -> Iterator[str]:
    changes = (each for each in report.changes or () if each.change is not Change.UNCHANGED)
    return map(labels.route_change, changes)


def _fixed(report: Report) -> Iterator[str]:
    return map(labels.known, report.fixed)


_LISTS: Final[Mapping[str, Callable[[Report], Iterable[str]]]] = {
    "Changed routes": _changed,
    labels.FIXED: _fixed,
    "Workloads not judged": _unjudged,
    "Simulated creation": _created,
    "Assumptions": _assumed,
    "Diagnostics": _diagnosed,
}


def _of_any_stack(said: T, stack: str) -> T:
    """`said` as any stack might say it."""
    return redact(said, lambda text: text.replace(f"urn:pulumi:{stack}::", _ANY_STACK))


def _grouped(said: Iterable[tuple[T, str]]) -> tuple[Common[T], ...]:
    stacks: dict[T, dict[str, None]] = {}
    for each, stack in said:
        stacks.setdefault(each, {})[stack] = None
    return tuple(Common(each, tuple(names)) for each, names in stacks.items())
