"""The report as text for a terminal of any width, in colour or without."""

from __future__ import annotations

import io
import textwrap
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mailroute.rehearsal.result import Level, Operation, Severity
from reachability.values import UNKNOWN
from reachability.verdict import Verdict, identifier

from . import labels, paths
from .model import Change, OnlyCreated
from .paths import HEADING, QUIET, VERDICT_STYLE, section
from .repairs import IN_CREATION
from .source_lines import line_of
from .stacks import verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mailroute.rehearsal.result import Diagnostic, PlannedResource, PolicyResult
    from reachability.egress import Egress

    from .model import EgressChange, Report, RouteChange, SourceLine
    from .model import Group as ResourceGroup
    from .stacks import Common, Stacks, Told

_CHANGE_STYLE: Final = {Change.GAINED: "bold green", Change.LOST: "bold red"}
_MARK_STYLE: Final = {"✔": "bold green", "!": "bold yellow", "✘": "bold red"}
_SEVERITY_STYLE: Final = {Severity.INFO: "dim", Severity.WARNING: "yellow", Severity.ERROR: "red"}


def render(report: Report, *, width: int, colour: bool, details: bool = False) -> str:
    """Text that is at most `width` columns wide and ends with a newline; without `colour` it is plain.

    What is wrong comes first, and in full; with `details` all else is in full too.
    """
    parts: list[RenderableType] = []
    for part in _sections(report, details=details):
        parts += (part, "")
    return to_text(parts, _next(report, width) if report.next_steps else None, width=width, colour=colour)


def render_all(stacks: Stacks, *, width: int, colour: bool, details: bool = False) -> str:
    """The same of all stacks of a project: a line for each, then what is found, each once.

    With `details` the report of each follows.
    """
    parts: list[RenderableType] = []
    for part in _of_all(stacks):
        parts += (part, "")
    shown = [to_text(parts, width=width, colour=colour)]
    if details:
        shown += (render(report, width=width, colour=colour, details=True) for report in stacks.reports)
    return "\n".join(shown)


def _of_all(stacks: Stacks) -> Iterator[RenderableType]:
    count = labels.count(len(stacks.stacks), "stack")
    yield Text.assemble(("mailroute", HEADING), f" · {count} of {labels.text(stacks.project)}")
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for each in stacks.stacks:
        style = "green" if each.ok else "red" if each.report is not None else "yellow"
        table.add_row(Text(labels.text(each.name), style=HEADING), Text(verdict(each), style=style))
    yield table
    if stacks.problems:
        yield section("Findings", *map(_told, stacks.problems))
    for heading, found in stacks.lists:
        yield section(
            heading, *(Text(labels.short(each.said)).append_text(_names(each.stacks)) for each in found)
        )


def _told(found: Common[Told]) -> RenderableType:
    problem, line = found.said.problem, found.said.line
    mark, style = ("✘", "red") if problem.blocks else ("!", "yellow")
    why = f" · {problem.why}" if problem.why else ""
    about = f" · {labels.resource_name(problem.urn)}" if problem.urn else ""
    title = Text.assemble((f"{mark} {labels.text(problem.id)}", style), (about + why, QUIET))
    body = (
        *([paths.source_line(line)] if line else []),
        Text(labels.lines(problem.text)),
    )
    return Group(
        title.append_text(_names(found.stacks)),
        *(Padding(part, (0, 0, 0, 2)) for part in body),
        *paths.repairs(found.said.repairs),
    )


def _names(stacks: Sequence[str]) -> Text:
    return Text(f" · {', '.join(map(labels.text, stacks))}", style=HEADING)


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
        (about, QUIET),
    )


def _sections(report: Report, *, details: bool) -> Iterator[RenderableType]:
    yield _title(report)
    yield _verdict(report)
    if report.changes is not None:
        yield _changes(report.changes)
    if report.egress:
        yield _egress(report, details=details)
    if report.violations:
        yield section("Policies", *(_violation(result, report) for result in report.violations))
    if report.fixed:
        yield section(labels.FIXED, *map(Text, map(labels.known, report.fixed)), note=labels.FIXED_NOTE)
    if report.unjudged:
        yield _unjudged(report)
    if report.creation is not None and report.creation != OnlyCreated():
        yield _only_created(report.creation, report.source_lines)
    yield _resources(report, details=details)
    if report.dns:
        yield _dns(report)
    yield from paths.assumptions(report.egresses)
    if report.rehearsal.diagnostics:
        yield section("Diagnostics", *map(diagnostic_line, report.rehearsal.diagnostics))


def _title(report: Report) -> RenderableType:
    rehearsal = report.rehearsal
    operation = "up (simulated)" if rehearsal.operation is Operation.UP else "preview"
    return Group(
        Text.assemble(
            ("mailroute", HEADING),
            f" · stack {labels.text(rehearsal.stack)} of {labels.text(rehearsal.project)}"
            f" · {operation} · {rehearsal.engine} engine",
        ),
        Text(f"account: {labels.text(report.account)}", style=QUIET),
        *_runtime(report),
    )


def _runtime(report: Report) -> Iterator[Text]:
    python = report.rehearsal.python
    if python is not None:
        yield Text(f"program: {labels.runtime(report)} ({labels.text(python.path)})", style=QUIET)


def _verdict(report: Report) -> RenderableType:
    return Text(labels.verdict(report), style=_MARK_STYLE[labels.mark(report)])


def _resources(report: Report, *, details: bool) -> RenderableType:
    done = (
        "Resources created (simulated)"
        if report.rehearsal.operation is Operation.UP
        else "Resources to create"
    )
    shown = (_group(group, details=details) for group in report.groups)
    note = "" if details or not report.groups else "--details names each"
    return section(f"{done}: {report.created}", *shown, note=note)


def _group(group: ResourceGroup, *, details: bool) -> RenderableType:
    if group.component is None:
        title = Text("outside any component")
    else:
        title = Text.assemble(
            labels.text(group.component.name), (f"  {labels.type_name(group.component.type)}", QUIET)
        )
    title.append(f"  {len(group.resources)}", style=QUIET)
    types = _by_type(group.resources)
    if not details:
        return title.append(f"  {', '.join(map(labels.type_name, types))}", style="green")
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for type_token, members in types.items():
        times = f" ×{len(members)}" if len(members) > 1 else ""
        names = ", ".join(labels.text(member.name) for member in members)
        table.add_row(Text(f"+ {labels.type_name(type_token)}{times}", style="green"), Text(names))
    return Group(title, Padding(table, (0, 0, 0, 2)))


def _by_type(resources: tuple[PlannedResource, ...]) -> dict[str, list[PlannedResource]]:
    groups: defaultdict[str, list[PlannedResource]] = defaultdict(list)
    for resource in resources:
        groups[resource.type].append(resource)
    return dict(groups)


def _egress(report: Report, *, details: bool) -> RenderableType:
    """What does not work comes first."""
    first = sorted(report.egress, key=lambda change: change.after.verdict is Verdict.REACHABLE)
    return section("Egress", *(_change(change, report.source_lines, details=details) for change in first))


def _changes(changes: Sequence[RouteChange]) -> RenderableType:
    """What was lost comes first; what is as it was is counted."""
    shown = [change for change in changes if change.change is not Change.UNCHANGED]
    lines = (
        Text(labels.route_change(change), style=_CHANGE_STYLE.get(change.change, "")) for change in shown
    )
    unchanged = labels.count(len(changes) - len(shown), "route")
    return section("Changed routes", *lines, Text(f"{unchanged} unchanged", style=QUIET))


def _unjudged(report: Report) -> RenderableType:
    table = Table.grid(padding=(0, 1, 0, 0))
    for entry in report.unjudged:
        table.add_row(Text.assemble(labels.text(entry.service), (f"  {labels.text(entry.reason)}", QUIET)))
    return section(f"Not judged: {len(report.unjudged)}", table)


def _change(change: EgressChange, source_lines: Mapping[str, SourceLine], *, details: bool) -> RenderableType:
    style = _CHANGE_STYLE.get(change.change, VERDICT_STYLE[change.after.verdict])
    mark = labels.VERDICT_MARK[change.after.verdict]
    optional = " (optional)" if change.after.destination.optional else ""
    heading = Text.assemble(
        (f"{mark} {labels.text(change.after.service)}", style),
        f" → {labels.text(change.after.destination)}{optional}: ",
        (labels.change_sentence(change), style),
    )
    line = line_of(change.after.urn, source_lines) if change.after.outcome.told else None
    where = [] if line is None else [Padding(paths.source_line(line), (0, 0, 0, 2))]
    return Group(heading, *where, *_paths(change, source_lines, details=details))


def _paths(
    change: EgressChange, source_lines: Mapping[str, SourceLine], *, details: bool
) -> Iterator[RenderableType]:
    """What is as it was is shown once; a path that works, and a fault that the program ends, in brief."""
    same = change.today is not None and _says(change.today) == _says(change.after)
    if change.today is not None and details:
        yield from paths.path("today", change.today)
    elif change.today is not None and not same:
        yield paths.brief("today", change.today)
    when = "today and after" if same and not details else "after"
    if details or change.after.outcome.told:
        yield from paths.path(when, change.after, source_lines=source_lines)
    else:
        yield paths.brief(when, change.after)
    if change.creation is not None:
        yield from paths.path("creation", change.creation, source_lines=source_lines)
        yield from paths.repairs(change.creation_repairs, IN_CREATION)
    yield from paths.repairs(change.repairs)


def _says(egress: Egress) -> object:
    """What a person is told of an egress: what is wrong with it, else where it goes through."""
    found = [(each.code, identifier(each.resource), each.message) for each in egress.outcome.told]
    return egress.destination, egress.verdict, found or egress.outcome.path


def _only_created(creation: OnlyCreated, source_lines: Mapping[str, SourceLine]) -> RenderableType:
    """What a preview cannot show: what a program makes of values that an update makes known."""
    parts: list[RenderableType] = []
    if creation.problem:
        parts.append(Text.assemble(("fails: ", "yellow"), labels.short(creation.problem)))
    for resource in creation.resources:
        kind = labels.type_name(resource.type)
        parts.append(Text.assemble((f"+ {kind}", "green"), f"  {labels.text(resource.name)}"))
    for egress in creation.egress:
        parts += (
            Text(labels.text(egress.service)),
            *paths.path("creation", egress, source_lines=source_lines),
        )
    return section("Simulated creation", *parts, note="what the preview does not show")


def _dns(report: Report) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style=QUIET)
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
                (labels.dns_name(record), HEADING), *(f"\n{labels.value(value)}" for value in values)
            ),
            "Route 53" if record.published else "you",
        )
    elsewhere = sum(not record.published for record in report.dns)
    note = f"{elsewhere} to publish at your DNS host, never proxied" if elsewhere else ""
    return section(f"DNS records: {len(report.dns)}", table, note=note)


def _violation(result: PolicyResult, report: Report) -> RenderableType:
    style = "red" if result.level is Level.MANDATORY else "yellow"
    severity = f" · {result.severity}" if result.severity else ""
    about = f" · {labels.resource_name(result.urn)}" if result.urn else ""
    about += f" · {result.accepted}" if result.accepted else ""
    title = Text.assemble(
        (f"{'✘' if result.level is Level.MANDATORY else '!'} {labels.text(result.policy)}", style),
        (f" ({labels.text(result.pack)}) {result.level.value}{severity}{about}", QUIET),
    )
    message = labels.violation(result, report)
    shown = message != result.message  # with the path, and so is the line
    line = None if shown else line_of(result.urn, report.source_lines)
    where = [] if line is None else [paths.source_line(line)]
    return Group(title, *(Padding(part, (0, 0, 0, 2)) for part in (*where, Text(labels.lines(message)))))


def _next(report: Report, width: int) -> Text:
    """Commands are left whole, to be copied: the terminal wraps them where it must."""
    lines: list[str | tuple[str, str]] = [("Next", HEADING)]
    for step in report.next_steps:
        sentence = textwrap.wrap(labels.text(step.text), max(20, width - 4))
        lines.append("\n  • " + "\n    ".join(sentence))
        if step.command:
            lines.append((f"\n      {labels.text(step.command)}", "cyan"))
    return Text.assemble(*lines)
