"""The report as text for a terminal of any width, in colour or without."""

from __future__ import annotations

import io
import textwrap
from collections import defaultdict
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mailroute.rehearsal.result import Level, Operation, Severity
from reachability.values import UNKNOWN
from reachability.verdict import Verdict

from . import labels
from .model import Change, OnlyCreated
from .repairs import PRICES
from .source_lines import line_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mailroute.rehearsal.result import Diagnostic, PlannedResource, PolicyResult
    from reachability.egress import Egress
    from reachability.verdict import Finding

    from .model import EgressChange, Repair, Report, RouteChange, SourceLine
    from .model import Group as ResourceGroup

_VERDICT_STYLE: Final = {
    Verdict.REACHABLE: "green",
    Verdict.UNREACHABLE: "red",
    Verdict.UNDETERMINED: "yellow",
}
_FINDING_STYLE: Final = {**_VERDICT_STYLE, Verdict.REACHABLE: "yellow"}
_CHANGE_STYLE: Final = {Change.GAINED: "bold green", Change.LOST: "bold red"}
_SEVERITY_STYLE: Final = {Severity.INFO: "dim", Severity.WARNING: "yellow", Severity.ERROR: "red"}
_NOWHERE: Final[Mapping[str, SourceLine]] = {}
_HEADING: Final = "bold"
_QUIET: Final = "dim"


def render(report: Report, *, width: int, colour: bool) -> str:
    """Text that is at most `width` columns wide and ends with a newline; without `colour` it is plain."""
    parts: list[RenderableType] = []
    for section in _sections(report):
        parts += (section, "")
    return to_text(parts, _next(report, width) if report.next_steps else None, width=width, colour=colour)


def to_text(
    parts: Iterable[RenderableType], last: RenderableType | None = None, *, width: int, colour: bool
) -> str:
    """`parts` one under the other; `last` is left as wide as it is, for the terminal to wrap."""
    console = Console(
        file=io.StringIO(),
        width=width,
        color_system="standard" if colour else None,
        no_color=not colour,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    with console.capture() as capture:
        for part in parts:
            console.print(part)
        if last is not None:
            console.print(last, soft_wrap=True)
    lines = (line.rstrip() for line in capture.get().rstrip().splitlines())
    return "\n".join(lines) + "\n"


def diagnostic_line(diagnostic: Diagnostic) -> Text:
    """A line of the program or of the engine, with the resource that it is about."""
    about = f" ({labels.resource_name(diagnostic.urn)})" if diagnostic.urn else ""
    return Text.assemble(
        (f"{diagnostic.severity.value}: ", _SEVERITY_STYLE[diagnostic.severity]),
        labels.text(diagnostic.message),
        (about, _QUIET),
    )


def _sections(report: Report) -> Iterator[RenderableType]:
    yield _title(report)
    if report.changes is not None:
        yield _changes(report.changes)
    yield _resources(report)
    if report.egress:
        yield _egress(report)
    if report.unjudged:
        yield _unjudged(report)
    if report.creation is not None and report.creation != OnlyCreated():
        yield _only_created(report.creation, report.source_lines)
    yield from assumptions(report.egresses)
    if report.dns:
        yield _dns(report)
    yield _policies(report)
    if report.fixed:
        yield _section(labels.FIXED, *map(Text, map(labels.known, report.fixed)), note=labels.FIXED_NOTE)
    if report.rehearsal.diagnostics:
        yield _section("Diagnostics", *map(diagnostic_line, report.rehearsal.diagnostics))


def _section(heading: str, *body: RenderableType, note: str = "") -> RenderableType:
    title = Text.assemble((heading, _HEADING), (f"  {note}" if note else "", _QUIET))
    return Group(title, *(Padding(part, (0, 0, 0, 2)) for part in body))


def _title(report: Report) -> RenderableType:
    rehearsal = report.rehearsal
    operation = "up (simulated)" if rehearsal.operation is Operation.UP else "preview"
    return Group(
        Text.assemble(
            ("mailroute", _HEADING),
            f" · stack {labels.text(rehearsal.stack)} of {labels.text(rehearsal.project)}"
            f" · {operation} · {rehearsal.engine} engine",
        ),
        Text(f"account: {labels.text(report.account)}", style=_QUIET),
        *_runtime(report),
    )


def _runtime(report: Report) -> Iterator[Text]:
    python = report.rehearsal.python
    if python is not None:
        yield Text(f"program: {labels.runtime(report)} ({labels.text(python.path)})", style=_QUIET)


def _resources(report: Report) -> RenderableType:
    done = (
        "Resources created (simulated)"
        if report.rehearsal.operation is Operation.UP
        else "Resources to create"
    )
    return _section(f"{done}: {report.created}", *map(_group, report.groups))


def _group(group: ResourceGroup) -> RenderableType:
    if group.component is None:
        title = Text("outside any component")
    else:
        title = Text.assemble(
            labels.text(group.component.name), (f"  {labels.type_name(group.component.type)}", _QUIET)
        )
    title.append(f"  {len(group.resources)}", style=_QUIET)
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for type_token, members in _by_type(group.resources).items():
        times = f" ×{len(members)}" if len(members) > 1 else ""
        names = ", ".join(labels.text(member.name) for member in members)
        table.add_row(Text(f"+ {labels.type_name(type_token)}{times}", style="green"), Text(names))
    return Group(title, Padding(table, (0, 0, 0, 2)))


def _by_type(resources: tuple[PlannedResource, ...]) -> dict[str, list[PlannedResource]]:
    groups: defaultdict[str, list[PlannedResource]] = defaultdict(list)
    for resource in resources:
        groups[resource.type].append(resource)
    return dict(groups)


def _egress(report: Report) -> RenderableType:
    return _section("Egress", *(_change(change, report.source_lines) for change in report.egress))


def _changes(changes: Sequence[RouteChange]) -> RenderableType:
    """What was lost comes first; what is as it was is counted."""
    shown = [change for change in changes if change.change is not Change.UNCHANGED]
    lines = (
        Text(labels.route_change(change), style=_CHANGE_STYLE.get(change.change, "")) for change in shown
    )
    unchanged = labels.count(len(changes) - len(shown), "route")
    return _section("Changed routes", *lines, Text(f"{unchanged} unchanged", style=_QUIET))


def _unjudged(report: Report) -> RenderableType:
    table = Table.grid(padding=(0, 1, 0, 0))
    for entry in report.unjudged:
        table.add_row(Text.assemble(labels.text(entry.service), (f"  {labels.text(entry.reason)}", _QUIET)))
    return _section(f"Not judged: {len(report.unjudged)}", table)


def _change(change: EgressChange, source_lines: Mapping[str, SourceLine]) -> RenderableType:
    style = _CHANGE_STYLE.get(change.change, _VERDICT_STYLE[change.after.verdict])
    mark = labels.VERDICT_MARK[change.after.verdict]
    optional = " (optional)" if change.after.destination.optional else ""
    heading = Text.assemble(
        (f"{mark} {labels.text(change.after.service)}", style),
        f" → {labels.text(change.after.destination)}{optional}: ",
        (labels.change_sentence(change), style),
    )
    return Group(heading, *_paths(change, source_lines))


def _paths(change: EgressChange, source_lines: Mapping[str, SourceLine]) -> Iterator[RenderableType]:
    if change.today is not None:
        yield from path("today", change.today)
    yield from path("after", change.after, source_lines=source_lines)
    if change.creation is not None:
        yield from path("creation", change.creation, source_lines=source_lines)
    yield from repairs(change.repairs)


def path(
    when: str, egress: Egress, *, origins: bool = False, source_lines: Mapping[str, SourceLine] = _NOWHERE
) -> Iterator[RenderableType]:
    """An egress as its chain of hops, and what stands in the way.

    Args:
        when: what the path is, in a word.
        origins: whether to say of each hop where what is known of it comes from.
        source_lines: where the program registers resources, by URN.
    """
    style = _VERDICT_STYLE[egress.verdict]
    yield Padding(
        Text.assemble(
            (f"{when}  ", _HEADING),
            (f"{labels.VERDICT_MARK[egress.verdict]} {egress.verdict.value}", style),
            f"  {labels.text(egress.destination)}",
        ),
        (0, 0, 0, 2),
    )
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style=_QUIET)
    table.add_column(overflow="fold")
    for index, hop in enumerate(labels.hops(egress.outcome.path)):
        facts = f"  {'; '.join(hop.facts)}" if hop.facts else ""
        origin = f"  ({hop.origin})" if origins else ""
        table.add_row("└→" if index else "  ", hop.kind, Text.assemble(hop.name, (facts + origin, _QUIET)))
    yield Padding(table, (0, 0, 0, 4))
    if egress.outcome.told:
        yield Padding(_findings(egress.outcome.told, source_lines), (0, 0, 0, 5))


def _only_created(creation: OnlyCreated, source_lines: Mapping[str, SourceLine]) -> RenderableType:
    """What a preview cannot show: what a program makes of values that an update makes known."""
    parts: list[RenderableType] = []
    if creation.problem:
        parts.append(Text.assemble(("fails: ", "yellow"), labels.short(creation.problem)))
    for resource in creation.resources:
        kind = labels.type_name(resource.type)
        parts.append(Text.assemble((f"+ {kind}", "green"), f"  {labels.text(resource.name)}"))
    for egress in creation.egress:
        parts += (Text(labels.text(egress.service)), *path("creation", egress, source_lines=source_lines))
    return _section("Simulated creation", *parts, note="what the preview does not show")


def assumptions(egresses: Iterable[Egress], *, remedies: bool = False) -> Iterator[RenderableType]:
    """What the verdicts of `egresses` rest on and nothing shows; with `remedies`, how to know it."""
    found = labels.assumptions(egresses)
    if not found:
        return
    table = Table.grid(padding=(0, 1, 0, 0))
    for assumption in found:
        table.add_row(Text.assemble(labels.text(assumption.code), f"  {labels.short(assumption.message)}"))
        if remedies:
            table.add_row(Text(f"↳ {labels.text(assumption.remedy)}", style=_QUIET))
    yield _section("Assumptions", table, note="neither the plan nor the evidence shows these")


def repairs(found: Sequence[Repair]) -> Iterator[RenderableType]:
    """The smallest sets of changes that make a dead path work, with what each adds to the bill."""
    if not found:
        return
    yield Padding(Text("Any one of these fixes it (verified)", style=_HEADING), (0, 0, 0, 2))
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True, justify="right")
    for repair in found:
        table.add_row(labels.price(repair), Text("; ".join(map(labels.text, repair.changes))))
    yield Padding(table, (0, 0, 0, 5))
    yield Padding(Text(f"prices of {PRICES}", style=_QUIET), (0, 0, 0, 5))


def _findings(findings: Sequence[Finding], source_lines: Mapping[str, SourceLine]) -> RenderableType:
    """What stands in the way; a remedy that several share is said once, after the last of them."""
    table = Table.grid(padding=(0, 1, 0, 0))
    for finding, after in zip_longest(findings, findings[1:]):
        style = _FINDING_STYLE[finding.verdict]
        mark = Text(labels.FINDING_MARK[finding.verdict], style=style)
        table.add_row(
            mark, Text.assemble((labels.text(finding.code), style), f"  {labels.short(finding.message)}")
        )
        line = line_of(finding.resource, source_lines)
        if line:
            table.add_row("", _source_line(line))
        if finding.remedy and (after is None or after.remedy != finding.remedy):
            table.add_row("", Text(f"↳ {labels.text(finding.remedy)}", style=_QUIET))
    return table


def _source_line(line: SourceLine) -> Text:
    return Text(labels.source_line(line), style=_QUIET, no_wrap=True, overflow="ellipsis")


def _dns(report: Report) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style=_QUIET)
    table.add_column("type", no_wrap=True)
    table.add_column("TTL", no_wrap=True, justify="right")
    table.add_column("name, value", overflow="fold")
    table.add_column("by", no_wrap=True)
    for record in report.dns:
        later = record.name is UNKNOWN  # and said once
        values = [value for value in record.values if not (later and value is UNKNOWN)]
        table.add_row(
            labels.value(record.type),
            "" if record.ttl is None else labels.value(record.ttl),
            Text.assemble(
                (labels.dns_name(record), _HEADING), *(f"\n{labels.value(value)}" for value in values)
            ),
            "Route 53" if record.published else "you",
        )
    elsewhere = sum(not record.published for record in report.dns)
    note = f"{elsewhere} to publish at your DNS host, never proxied" if elsewhere else ""
    return _section(f"DNS records: {len(report.dns)}", table, note=note)


def _policies(report: Report) -> RenderableType:
    blocking = sum(result.level is Level.MANDATORY for result in report.violations)
    advisory = len(report.violations) - blocking
    verdict = Text.assemble(
        ("✘ blocked: ", "bold red") if blocking else ("✔ every mandatory policy holds", "green"),
        labels.count(blocking, "mandatory violation") if blocking else "",
        f", {advisory} advisory" if advisory else "",
    )
    return _section(
        "Policies", verdict, *(_violation(result, report.source_lines) for result in report.violations)
    )


def _violation(result: PolicyResult, source_lines: Mapping[str, SourceLine]) -> RenderableType:
    style = "red" if result.level is Level.MANDATORY else "yellow"
    severity = f" · {result.severity}" if result.severity else ""
    about = f" · {labels.resource_name(result.urn)}" if result.urn else ""
    about += f" · {result.accepted}" if result.accepted else ""
    title = Text.assemble(
        (f"{'✘' if result.level is Level.MANDATORY else '!'} {labels.text(result.policy)}", style),
        (f" ({labels.text(result.pack)}) {result.level.value}{severity}{about}", _QUIET),
    )
    message = Text(labels.lines(result.message))
    line = line_of(result.urn, source_lines)
    where = [_source_line(line)] if line else []
    return Group(title, *(Padding(part, (0, 0, 0, 2)) for part in (*where, message)))


def _next(report: Report, width: int) -> Text:
    """Commands are left whole, to be copied: the terminal wraps them where it must."""
    lines: list[str | tuple[str, str]] = [("Next", _HEADING)]
    for step in report.next_steps:
        sentence = textwrap.wrap(labels.text(step.text), max(20, width - 4))
        lines.append("\n  • " + "\n    ".join(sentence))
        if step.command:
            lines.append((f"\n      {labels.text(step.command)}", "cyan"))
    return Text.assemble(*lines)
