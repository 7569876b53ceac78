"""Paths as text for a terminal: the hops, what stands in the way, what fixes it and what is assumed."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reachability.verdict import Verdict

from . import labels
from .repairs import PRICES
from .source_lines import line_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reachability.egress import Egress
    from reachability.verdict import Finding

    from .model import Repair, SourceLine

VERDICT_STYLE: Final = {
    Verdict.REACHABLE: "green",
    Verdict.UNREACHABLE: "red",
    Verdict.UNDETERMINED: "yellow",
}
_FINDING_STYLE: Final = {**VERDICT_STYLE, Verdict.REACHABLE: "yellow"}
HEADING: Final = "bold"
QUIET: Final = "dim"
_NOWHERE: Final[Mapping[str, SourceLine]] = {}


def section(heading: str, *body: RenderableType, note: str = "") -> RenderableType:
    """A heading with its parts indented under it."""
    title = Text.assemble((heading, HEADING), (f"  {note}" if note else "", QUIET))
    return Group(title, *(Padding(part, (0, 0, 0, 2)) for part in body))


def path(
    when: str, egress: Egress, *, origins: bool = False, source_lines: Mapping[str, SourceLine] = _NOWHERE
) -> Iterator[RenderableType]:
    """An egress as its chain of hops, and what stands in the way.

    Args:
        when: what the path is, in a word.
        origins: whether to say of each hop where what is known of it comes from.
        source_lines: where the program registers resources, by URN.
    """
    yield Padding(_verdict(when, egress), (0, 0, 0, 2))
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style=QUIET)
    table.add_column(overflow="fold")
    for index, hop in enumerate(labels.hops(egress.outcome.path)):
        facts = f"  {'; '.join(hop.facts)}" if hop.facts else ""
        origin = f"  ({hop.origin})" if origins else ""
        table.add_row("└→" if index else "  ", hop.kind, Text.assemble(hop.name, (facts + origin, QUIET)))
    yield Padding(table, (0, 0, 0, 4))
    if egress.outcome.told:
        yield Padding(_findings(egress.outcome.told, source_lines), (0, 0, 0, 5))


def _verdict(when: str, egress: Egress) -> Text:
    return Text.assemble(
        (f"{when}  ", HEADING),
        (
            f"{labels.VERDICT_MARK[egress.verdict]} {egress.verdict.value}",
            VERDICT_STYLE[egress.verdict],
        ),
        f"  {labels.text(egress.destination)}",
    )


def assumptions(egresses: Iterable[Egress], *, remedies: bool = False) -> Iterator[RenderableType]:
    """What the verdicts of `egresses` rest on and nothing shows; with `remedies`, how to know it."""
    found = labels.assumptions(egresses)
    if not found:
        return
    table = Table.grid(padding=(0, 1, 0, 0))
    for assumption in found:
        table.add_row(Text.assemble(labels.text(assumption.code), f"  {labels.short(assumption.message)}"))
        if remedies:
            table.add_row(Text(f"↳ {labels.text(assumption.remedy)}", style=QUIET))
    yield section("Assumptions", table, note="neither the plan nor the evidence shows these")


def documents(titles: Mapping[str, str]) -> RenderableType:
    """What a path passes and what stands in its way, with the titles of AWS's documents."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    for about, title in titles.items():
        table.add_row(about, Text(title, style=QUIET))
    return section("Documents", table, note="by title, where AWS says so")


def repairs(found: Sequence[Repair], where: str = "") -> Iterator[RenderableType]:
    """The smallest sets of changes that make a dead path work, with what each adds to the bill."""
    if not found:
        return
    yield Padding(Text(f"Any one of these fixes it{where} (verified)", style=HEADING), (0, 0, 0, 2))
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True, justify="right")
    for repair in found:
        table.add_row(labels.price(repair), Text("; ".join(map(labels.text, repair.changes))))
    yield Padding(table, (0, 0, 0, 5))
    yield Padding(Text(f"prices of {PRICES}", style=QUIET), (0, 0, 0, 5))


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
            table.add_row("", source_line(line))
        if finding.remedy and (after is None or after.remedy != finding.remedy):
            table.add_row("", Text(f"↳ {labels.text(finding.remedy)}", style=QUIET))
    return table


def brief(when: str, egress: Egress) -> RenderableType:
    """An egress on a line: where it goes through, or what stands in its way."""
    hops = " → ".join(f"{hop.kind} {hop.name}" for hop in labels.hops(egress.outcome.path))
    found = "; ".join(
        f"{labels.text(code)} at {labels.resource_name(resource)}"
        for code, resource in dict.fromkeys((each.code, each.resource) for each in egress.outcome.told)
    )
    return Padding(
        Group(_verdict(when, egress), Padding(Text(found or hops, style=QUIET), (0, 0, 0, 5))), (0, 0, 0, 2)
    )


def source_line(line: SourceLine) -> Text:
    return Text(labels.source_line(line), style=QUIET, no_wrap=True, overflow="ellipsis")
