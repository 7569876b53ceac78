"""The report as a pull-request comment: GitHub Markdown with a Mermaid picture of every path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mailroute.rehearsal.result import Operation
from reachability.egress import Egress

from . import clean, labels, mermaid
from .model import Change, EgressChange, OnlyCreated
from .repairs import IN_CREATION, PRICES
from .source_lines import line_of
from .stacks import verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mailroute.rehearsal.result import Diagnostic, PolicyResult
    from reachability.verdict import Assumption, Finding

    from .model import DnsRecord, Group, Repair, Report, RouteChange, SourceLine
    from .stacks import Common, Stacks, Told

LIMIT: Final = 60_000
"""Characters; GitHub refuses a comment of more than 65,536."""

_ROW_LIMITS: Final = (200, 60, 20, 5, 1, 0)
_LONGEST_TEXT: Final = 600
_MOST_LINES: Final = 12
_PUNCTUATION: Final = re.compile(r"([\\`*_\[\]<>#~&$])")
_MARK: Final = {"✔": "✅", "!": "🟡", "✘": "❌"}
_CHANGE_MARK: Final = {Change.GAINED: "🟢 **gained**", Change.LOST: "🔴 **lost**"}


def render(report: Report) -> str:
    """Markdown of less than `LIMIT` characters: long lists are cut, and say how much they leave out."""
    for rows in _ROW_LIMITS:
        document = clean.printable("\n\n".join(_sections(report, rows)) + "\n")
        if len(document) < LIMIT:
            return document
    short = (_title(report), _account(report), "_Too large to show in a comment._")
    return clean.printable("\n\n".join(short) + "\n")


def render_all(stacks: Stacks) -> str:
    """The same of all stacks of a project: a table of them, then what is found, each once."""
    for rows in _ROW_LIMITS:
        document = clean.printable("\n\n".join(_of_all(stacks, rows)) + "\n")
        if len(document) < LIMIT:
            return document
    return clean.printable(f"{_title_of_all(stacks)}\n\n_Too large to show in a comment._\n")


def _title_of_all(stacks: Stacks) -> str:
    mark = "✅" if stacks.ok else "❌"
    return f"## {mark} mailroute: {labels.count(len(stacks.stacks), 'stack')} of {code(stacks.project)}"


def _of_all(stacks: Stacks, rows: int) -> Iterator[str]:
    yield _title_of_all(stacks)
    lines = ((code(each.name), prose(verdict(each))) for each in stacks.stacks)
    yield _table(("stack", "verdict"), lines, max(rows, len(stacks.stacks)))
    if stacks.problems:
        yield "### Findings"
        for each in stacks.problems[:rows]:
            yield "\n".join(_told(each, rows))
        if len(stacks.problems) > rows:
            yield f"… {len(stacks.problems) - rows} more"
    for heading, found in stacks.lists:
        yield f"### {heading}"
        texts = [f"- {prose(labels.short(each.said))} ({_names(each.stacks)})" for each in found]
        yield "\n".join(_cut(texts, rows))


def _told(found: Common[Told], rows: int) -> Iterator[str]:
    problem, line = found.said.problem, found.said.line
    mark = "❌" if problem.blocks else "⚠️"
    about = f" at {code(labels.resource_name(problem.urn))}" if problem.urn else ""
    where = f" ({code(line.source)})" if line else ""
    why = f", {prose(problem.why)}" if problem.why else ""
    yield f"{mark} **{prose(problem.id)}**{about}{where}{why}: {_names(found.stacks)}"
    yield from (f"- {prose(line.removeprefix('- '))}" for line in problem.text.splitlines()[:_MOST_LINES])
    repairs = list(_repairs(found.said.repairs))
    if repairs:
        yield from ("", *_cut(repairs, rows))


def _names(stacks: Sequence[str]) -> str:
    return ", ".join(map(code, stacks))


def prose(text: object) -> str:
    """`text` on one line, as words: no markup, no HTML, no mention of a person."""
    escaped = _PUNCTUATION.sub(r"\\\1", _clip(labels.text(text)))
    return escaped.replace("@", "@<!-- -->")


def code(text: object) -> str:
    """`text` as a code span."""
    content = _clip(labels.text(text))
    longest = max((len(ticks) for ticks in re.findall("`+", content)), default=0)
    fence = "`" * (longest + 1)
    space = " " if content.startswith("`") or content.endswith("`") else ""
    return f"{fence}{space}{content}{space}{fence}" if content else ""


def _clip(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"


def _sections(report: Report, rows: int) -> Iterator[str]:
    yield _title(report)
    yield _account(report)
    if report.changes is not None:
        yield from _changes(report.changes, rows)
        if _nothing_changed(report):
            yield from _policies(report, rows)
            return
    if report.egress:
        yield from _egress(report, rows)
    yield from _policies(report, rows)
    if report.unjudged:
        yield from _unjudged(report, rows)
    if report.creation is not None and report.creation != OnlyCreated():
        yield from _only_created(report.creation, report.source_lines, rows)
    yield from _resources(report, rows)
    if report.dns:
        yield from _dns(report, rows)
    yield from _assumptions(report, rows)
    if report.rehearsal.diagnostics:
        yield "### Diagnostics"
        yield "\n".join(_cut([_diagnostic(entry) for entry in report.rehearsal.diagnostics], rows))
    if report.next_steps:
        yield "### Next"
        yield "\n".join(_steps(report))


def _title(report: Report) -> str:
    mark, rehearsal = _MARK[labels.mark(report)], report.rehearsal
    return f"## {mark} mailroute: stack {code(rehearsal.stack)} of {code(rehearsal.project)}"


def _account(report: Report) -> str:
    rehearsal = report.rehearsal
    operation = "up, simulated" if rehearsal.operation is Operation.UP else "preview"
    ran = labels.runtime(report)
    by = f" · {prose(ran)}" if ran else ""
    return f"{operation} · {rehearsal.engine} engine{by} · account: {prose(report.account)}"


def _cut(lines: Sequence[str], rows: int, what: str = "more") -> list[str]:
    """The first `rows` of `lines`, and how many more there are."""
    shown = list(lines[:rows])
    if len(lines) > rows:
        shown.append(f"- … {len(lines) - rows} {what}")
    return shown


def _table(head: Sequence[str], lines: Iterable[Sequence[str]], rows: int) -> str:
    body = list(lines)
    table = [_row(head), _row(["---"] * len(head)), *map(_row, body[:rows])]
    if len(body) > rows:
        table.append(_row([f"… {len(body) - rows} more", *[""] * (len(head) - 1)]))
    return "\n".join(table)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _details(summary: str, body: str) -> str:
    return f"<details>\n<summary>{summary}</summary>\n\n{body}\n\n</details>"


def _egress(report: Report, rows: int) -> Iterator[str]:
    yield "### Egress"
    yield _table(
        ("service", "to", "today", "after", ""),
        (
            (
                code(change.after.service),
                code(change.after.destination) + (" (optional)" if change.after.destination.optional else ""),
                _verdict(change.today),
                _verdict(change.after),
                _CHANGE_MARK.get(change.change, ""),
            )
            for change in report.egress
        ),
        rows,
    )
    for change in _shown_in_full(report)[:rows]:
        yield f"```mermaid\n{mermaid.flowchart(change)}\n```"
        if change.creation is not None:
            yield f"In the simulated creation: {_verdict(change.creation)}"
        for lines in (
            list(_findings(change, report.source_lines)),
            list(_repairs(change.repairs)),
            list(_repairs(change.creation_repairs, IN_CREATION)),
        ):
            if lines:
                yield "\n".join(_cut(lines, rows))


def _changes(changes: Sequence[RouteChange], rows: int) -> Iterator[str]:
    """What was lost comes first; what is as it was is counted."""
    shown = [change for change in changes if change.change is not Change.UNCHANGED]
    unchanged = f"{labels.count(len(changes) - len(shown), 'route')} unchanged"
    if not shown:
        yield f"No route changed: {unchanged}."
        return
    yield "### Changed routes"
    yield _table(("", "service", "to", "before", "now"), map(_route, shown), rows)
    yield f"{unchanged}."


def _route(change: RouteChange) -> tuple[str, ...]:
    before, after = change.before, change.after
    moved = before is not None and before.destination != change.shown.destination
    to = f" to {code(before.destination)}" if before is not None and moved else ""
    return (
        _CHANGE_MARK.get(change.change, change.change.value),
        code(change.shown.service),
        code(change.shown.destination),
        _verdict(before) + to,
        _verdict(after),
    )


def _shown_in_full(report: Report) -> Sequence[EgressChange]:
    """What has changed since an earlier rehearsal; everything where none is compared."""
    if report.changes is None:
        return report.egress
    changed = {
        (change.shown.urn, change.shown.destination)
        for change in report.changes
        if change.change is not Change.UNCHANGED
    }
    as_read = ((change, Egress.from_json(change.after.as_json())) for change in report.egress)
    return [change for change, egress in as_read if (egress.urn, egress.destination) in changed]


def _nothing_changed(report: Report) -> bool:
    return all(change.change is Change.UNCHANGED for change in report.changes or ())


def _unjudged(report: Report, rows: int) -> Iterator[str]:
    yield f"### Not judged: {len(report.unjudged)}"
    lines = [f"- {code(entry.service)}: {prose(entry.reason)}" for entry in report.unjudged]
    yield "\n".join(_cut(lines, rows))


def _verdict(egress: Egress | None) -> str:
    return "–" if egress is None else f"{labels.VERDICT_MARK[egress.verdict]} {egress.verdict.value}"


def _findings(change: EgressChange, source_lines: Mapping[str, SourceLine]) -> Iterator[str]:
    """What stands in the way; what does so today and after is said once."""
    times: dict[Finding, list[str]] = {}
    for when, egress in (("today", change.today), ("after", change.after), ("created", change.creation)):
        for finding in egress.outcome.told if egress else ():
            times.setdefault(finding, []).append(when)
    for finding, said in times.items():
        remedy = f" → {prose(finding.remedy)}" if finding.remedy else ""
        place = _located(finding.resource, source_lines)
        message = prose(labels.short(finding.message))
        yield f"- {' and '.join(said)} {code(finding.code)} at {place}: {message}{remedy}"


def _located(urn: str, source_lines: Mapping[str, SourceLine]) -> str:
    """A resource by its name, and the line of the program that registers it."""
    line = line_of(urn, source_lines)
    where = f" ({code(line.source)})" if line else ""
    return f"{code(labels.resource_name(urn))}{where}"


def _repairs(found: Sequence[Repair], where: str = "") -> Iterator[str]:
    """The smallest sets of changes that make a dead path work, with what each adds to the bill."""
    if found:
        yield f"**Any one of these fixes it{where}** (verified; prices of {prose(PRICES)}):"
    for repair in found:
        yield f"- {labels.price(repair)}: {'; '.join(map(prose, repair.changes))}"


def _only_created(creation: OnlyCreated, source_lines: Mapping[str, SourceLine], rows: int) -> Iterator[str]:
    """What a preview cannot show: what a program makes of values that an update makes known."""
    yield "### Simulated creation"
    yield "What the preview does not show:"
    lines = [f"- it fails: {prose(labels.short(creation.problem))}"] if creation.problem else []
    for resource in creation.resources:
        lines.append(f"- {code(labels.type_name(resource.type))} {code(resource.name)}")
    for egress in creation.egress:
        lines.append(f"- {code(egress.service)} → {code(egress.destination)}: {_verdict(egress)}")
        lines += [f"  {line}" for line in _findings(EgressChange(egress, None), source_lines)]
    yield "\n".join(_cut(lines, rows))


def _assumptions(report: Report, rows: int) -> Iterator[str]:
    found = labels.assumptions(report.egresses)
    if found:
        yield "### Assumptions"
        yield "Neither the plan nor the evidence shows these."
        yield "\n".join(_cut([_assumption(assumption) for assumption in found], rows))


def _assumption(assumption: Assumption) -> str:
    return f"- {code(assumption.code)}: {prose(labels.short(assumption.message))}"


def _policies(report: Report, rows: int) -> Iterator[str]:
    yield "### Policies"
    said = f"{_MARK[labels.mark(report)]} {labels.policies(report)}"
    yield " · ".join(filter(None, (said, labels.not_judged(report))))
    if report.fixed:
        yield f"{labels.FIXED}: {labels.FIXED_NOTE}."
        yield "\n".join(_cut([f"- {prose(labels.known(known))}" for known in report.fixed], rows))
    if report.violations:
        yield _table(
            ("policy", "level", "resource", "what is wrong"),
            (_violation(result, report) for result in report.violations),
            rows,
        )


def _violation(result: PolicyResult, report: Report) -> tuple[str, ...]:
    level = ", ".join(filter(None, (result.level.value, prose(result.severity), prose(result.accepted))))
    message = "<br>".join(
        prose(line) for line in labels.violation(result, report).splitlines()[:_MOST_LINES] if line.strip()
    )
    return code(result.policy), level, _located(result.urn, report.source_lines), message


def _resources(report: Report, rows: int) -> Iterator[str]:
    done = (
        "Resources created, simulated"
        if report.rehearsal.operation is Operation.UP
        else "Resources to create"
    )
    yield f"### {done}: {report.created}"
    lines = [line for group in report.groups for line in _group(group)]
    if lines:
        table = _table(("component", "resource", "name"), lines, rows)
        yield _details(labels.count(report.created, "resource"), table)


def _group(group: Group) -> Iterator[tuple[str, ...]]:
    component = code(group.component.name) if group.component else ""
    for resource in group.resources:
        yield component, code(labels.type_name(resource.type)), code(resource.name)


def _dns(report: Report, rows: int) -> Iterator[str]:
    yield f"### DNS records: {len(report.dns)}"
    if not all(record.published for record in report.dns):
        yield "Records marked *you* are to be published at your DNS host, never proxied."
    yield _table(("name", "type", "TTL", "value", "by"), map(_record, report.dns), rows)


def _record(record: DnsRecord) -> tuple[str, ...]:
    return (
        code(labels.dns_name(record)),
        prose(labels.value(record.type)),
        "" if record.ttl is None else prose(labels.value(record.ttl)),
        "<br>".join(code(labels.value(value)) for value in record.values),
        "Route 53" if record.published else "*you*",
    )


def _diagnostic(entry: Diagnostic) -> str:
    about = f" ({code(labels.resource_name(entry.urn))})" if entry.urn else ""
    return f"- {entry.severity.value}: {prose(entry.message)}{about}"


def _steps(report: Report) -> Iterator[str]:
    for step in report.next_steps:
        yield f"- {prose(step.text)}" + (f" {code(step.command)}" if step.command else "")
