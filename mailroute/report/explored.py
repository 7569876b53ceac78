"""What a program loses under other configurations: the report of an exploration."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mailroute.rehearsal.result import Level
from reachability.verdict import Verdict

from . import as_json, clean, labels, paths
from .base import route_changes
from .model import Change
from .paths import HEADING, QUIET, section
from .terminal import to_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mailroute.exploration import Configuration, Exploration, Loss, Parameter
    from reachability.egress import Egress

    from .model import Report, RouteChange, SourceLine

_MOST: Final = 10
"""How many of what is alike a person is shown."""


@dataclass(frozen=True)
class Fixed:
    """What is not varied, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class LostPath:
    """A path that the base run has and another has not, or a workload or destination there without one.

    Attributes:
        source_lines: where the program registers resources, by their URNs.
    """

    change: RouteChange
    source_lines: Mapping[str, SourceLine]


@dataclass(frozen=True)
class Explored:
    """An exploration, and what it was of.

    Attributes:
        base: the report of the program as it is.
        limit: how many configurations were to be chosen at most.
        bases: the value of each parameter in the base run, by name.
        said: how to give a program a value, by the parameter's name and the value.
    """

    base: Report
    exploration: Exploration[LostPath]
    limit: int
    seed: int
    parameters: tuple[Parameter, ...]
    bases: Mapping[str, str]
    fixed: tuple[Fixed, ...]
    said: Mapping[tuple[str, str], str]

    @property
    def ok(self) -> bool:
        """Whether every mandatory policy holds as the program is, and nothing that was run loses a path."""
        return self.base.ok and not self.exploration.losing and not self.exploration.blocked

    def words(self, configuration: Configuration) -> str:
        """What to give the program for `configuration`."""
        return "  ".join(labels.text(self.said[each]) for each in sorted(configuration))


def losses(base: Report, report: Report) -> dict[str, LostPath]:
    """The paths that `base` has and `report` has not, by workload and destination.

    Both as they are planned and as the simulated creation decides; a path that never blocks is none of them.
    """
    found: dict[str, LostPath] = {}
    for before, after in ((_planned(base), _planned(report)), (_created(base), _created(report))):
        for change in route_changes(before, after):
            if _is_lost(change):
                name = f"{change.shown.urn} {(change.before or change.shown).destination}"
                found.setdefault(name, LostPath(change, report.source_lines))
    return found


def newly_blocked(base: Report, report: Report) -> tuple[str, ...]:
    """The policies with a mandatory violation in `report` and none in `base`."""
    return tuple(sorted(_blocking(report) - _blocking(base)))


def _blocking(report: Report) -> set[str]:
    return {result.policy for result in report.violations if result.level is Level.MANDATORY}


def _is_lost(change: RouteChange) -> bool:
    after = change.after
    if after is None or after.destination.optional or after.verdict is Verdict.REACHABLE:
        return False
    return change.change in (Change.LOST, Change.NEW)


def _planned(report: Report) -> list[Egress]:
    return [change.after for change in report.egress]


def _created(report: Report) -> list[Egress]:
    created = report.creation.egress if report.creation else ()
    return [*(change.creation or change.after for change in report.egress), *created]


def render_json(explored: Explored) -> str:
    """One object, with a newline at its end."""
    found = explored.exploration
    document = {
        "schema": as_json.SCHEMA,
        "project": explored.base.rehearsal.project,
        "stack": explored.base.rehearsal.stack,
        "ok": explored.ok,
        "base": as_json.document(explored.base),
        "configurations": {
            "possible": found.possible,
            "run": 1 + len(found.chosen),
            "judged": 1 + len(found.judged),
            "lost": len(found.losing),
            "blocked": len(found.blocked),
            "limit": explored.limit,
            "seed": explored.seed,
            "values": sum(len(each.values) for each in explored.parameters),
            "judgedValues": len(found.judged_values),
            "pairs": found.pairs,
            "judgedPairs": found.judged_pairs,
        },
        "losses": [
            {
                **_configuration(loss.configuration, explored),
                "smallest": loss.smallest,
                "changes": [as_json.route_change(lost.change) for lost in loss.lost],
            }
            for loss in found.losses
        ],
        "blocked": [
            {**_configuration(each, explored), "policies": list(found.runs[each].blocked)}
            for each in found.blocked
        ],
        "notJudged": [
            {**_configuration(each, explored), "problem": found.runs[each].problem}
            for each in found.chosen
            if found.runs[each].problem
        ],
        "varied": [
            {"name": each.name, "base": explored.bases[each.name], "values": list(each.values)}
            for each in explored.parameters
        ],
        "notVaried": [{"name": each.name, "reason": each.reason} for each in explored.fixed],
    }
    return clean.printable_json(json.dumps(document, indent=2) + "\n")


def _configuration(configuration: Configuration, explored: Explored) -> dict[str, Any]:
    return {
        "configuration": dict(sorted(configuration)),
        "arguments": [explored.said[each] for each in sorted(configuration)],
    }


def render(explored: Explored, *, width: int, colour: bool, details: bool = False) -> str:
    """Text that is at most `width` columns wide; with `details` every configuration that was run."""
    parts: list[RenderableType] = []
    for part in _sections(explored, details=details):
        parts += (part, "")
    return to_text(parts, width=width, colour=colour)


def _sections(explored: Explored, *, details: bool) -> Iterator[RenderableType]:
    base, found = explored.base, explored.exploration
    rehearsal = base.rehearsal
    yield Group(
        Text.assemble(
            ("mailroute", HEADING),
            f" · configurations of stack {labels.text(rehearsal.stack)} of {labels.text(rehearsal.project)}"
            f" · {rehearsal.engine} engine",
        ),
        Text(f"account: {labels.text(base.account)}", style=QUIET),
    )
    yield Group(
        Text(_verdict(explored), style="bold green" if explored.ok else "bold red"),
        Text(f"as it is: {labels.verdict(base)}", style="green" if base.ok else "red"),
    )
    if found.losses:
        shown = (_loss(loss, explored) for loss in found.losses[:_MOST])
        more = len(found.losses) - _MOST
        yield section(
            "Smallest configurations that lose a path",
            *shown,
            note=f"{more} more: --json" if more > 0 else "",
        )
    for heading, configurations in (
        ("Blocked, no path lost", found.blocked),
        ("Not judged", _refused(found)),
    ):
        if configurations:
            yield _list(heading, configurations, explored)
    yield _counts(explored)
    yield _varied(explored)
    if explored.fixed:
        table = _grid()
        for each in explored.fixed:
            table.add_row(labels.text(each.name), Text(labels.text(each.reason), style=QUIET))
        yield section("Not varied", table)
    if details:
        rows = (f"{explored.words(each)}  {_outcome(each, explored)}" for each in found.chosen)
        yield section("Run", *map(Text, rows))


def _verdict(explored: Explored) -> str:
    found = explored.exploration
    run, losing, blocked = 1 + len(found.chosen), len(found.losing), len(found.blocked)
    refused = run - 1 - len(found.judged)
    parts = (
        f"{'✔' if explored.ok else '✘'} of the {labels.count(run, 'configuration')} run, "
        f"{losing or 'none'} {'lose' if losing > 1 else 'loses'} a path",
        f", {blocked} {'are' if blocked > 1 else 'is'} blocked by a policy" if blocked else "",
        f", {refused} {'are' if refused > 1 else 'is'} not judged" if refused else "",
    )
    return "".join(parts)


def _loss(loss: Loss[LostPath], explored: Explored) -> RenderableType:
    doubt = "" if loss.smallest else "  perhaps not the smallest"
    parts: list[RenderableType] = [
        Text.assemble((explored.words(loss.configuration), "cyan"), (doubt, QUIET))
    ]
    for lost in loss.lost:
        parts.append(Padding(Text(labels.route_change(lost.change), style="red"), (0, 0, 0, 2)))
        parts += paths.path("there", lost.change.shown, source_lines=lost.source_lines)
    return Group(*parts)


def _refused(found: Exploration[LostPath]) -> list[Configuration]:
    """Those that are not judged; one that has all of a smaller one's values is not named besides."""
    refused = [each for each in found.chosen if found.runs[each].problem]
    return [each for each in refused if not any(other < each for other in refused)]


def _list(heading: str, configurations: Sequence[Configuration], explored: Explored) -> RenderableType:
    rows = (
        Text.assemble((explored.words(each), "cyan"), (f"  {_outcome(each, explored)}", QUIET))
        for each in configurations[:_MOST]
    )
    more = len(configurations) - _MOST
    return section(heading, *rows, note=f"{more} more: --details" if more > 0 else "")


def _outcome(configuration: Configuration, explored: Explored) -> str:
    outcome = explored.exploration.runs[configuration]
    if outcome.problem:
        return labels.text(outcome.problem)
    if outcome.lost:
        return f"loses {labels.count(len(outcome.lost), 'path')}"
    return (
        f"blocked by {', '.join(map(labels.text, outcome.blocked))}" if outcome.blocked else "loses no path"
    )


def _counts(explored: Explored) -> RenderableType:
    found = explored.exploration
    run = 1 + len(found.chosen)
    table = _grid()
    table.add_row("run", f"{run} of {found.possible} possible, of these values")
    if run < found.possible:
        table.add_row("chosen", f"at most {explored.limit} beside that as it is, by seed {explored.seed}")
    table.add_row("judged", f"{1 + len(found.judged)} of {run}")
    paths_there = _planned(explored.base)
    reachable = sum(egress.verdict is Verdict.REACHABLE for egress in paths_there)
    kept = (
        f"{reachable} of {len(paths_there)} reachable as it is" if paths_there else "none is judged as it is"
    )
    table.add_row("paths to lose", kept)
    table.add_row("lose a path", str(len(found.losing)))
    values = sum(len(each.values) for each in explored.parameters)
    table.add_row("other values", f"{len(found.judged_values)} of {values} judged")
    table.add_row("pairs of them", f"{found.judged_pairs} of {found.pairs} judged")
    extra = len(found.runs) - len(found.chosen)
    if extra:
        table.add_row("to make them small", f"{extra} more run")
    return section("Configurations", table)


def _varied(explored: Explored) -> RenderableType:
    table = _grid()
    judged = explored.exploration.judged_values
    for each in explored.parameters:
        values = [_value(explored.bases[each.name])]
        for assignment in each.assignments:
            values.append(_value(assignment[1]) + ("" if assignment in judged else " (not judged)"))
        table.add_row(labels.text(each.name), " | ".join(values))
    return section("Varied", table if explored.parameters else Text("nothing: no key has another value"))


def _value(value: str) -> str:
    return labels.text(value) or "(empty)"


def _grid() -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return table
