"""`mailroute explain`: a rehearsal's or a diagnosis' JSON, hop by hop, with what would fix a dead path."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import earlier
from .output import in_colour, width_of, write
from .status import Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.console import RenderableType

    from mailroute.report.model import Repair, SourceLine
    from reachability import Egress


@click.command("explain", short_help="Explain the paths of a rehearsal or a diagnosis, hop by hop.")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--service", metavar="NAME", help="Only the paths of this service.")
def command(file: Path, service: str | None) -> int:
    """Explain each path: every hop with the fact that decided it and where that is known from, every
    blocker with the line of the program and its remedy, the smallest changes that make a dead path work,
    and the AWS documents that say why.

    FILE holds what 'rehearse --json' or 'diagnose --json' printed; - is standard input.

    \b
    Examples:
      mailroute rehearse --json > rehearsal.json; mailroute explain rehearsal.json
      mailroute diagnose --service shop --to smtp.example.com:587 --json | mailroute explain -

    \b
    Exit status:
      0  explained
      2  an argument or the file is wrong
    """
    from mailroute.report import documents, paths, terminal

    name = earlier.name_of(file)
    entries = earlier.entries(earlier.read(file, "explain"), name)
    if not entries:
        raise click.ClickException(f"{name}: has no egress to explain: its program declares no workload")
    if service is not None:
        named = [entry for entry in entries if entry["service"] == service]
        if not named:
            there = ", ".join(sorted({str(entry["service"]) for entry in entries})) or "none"
            raise click.ClickException(f"--service {service}: not in {name}: there are: {there}")
        entries = named
    try:
        parts = [part for entry in entries for part in _explained(entry)]
        shown = [egress for entry in entries for egress in _egresses(entry)]
        assumed = list(paths.assumptions(shown, remedies=True))
        parts += [*assumed, ""] if assumed else []
        parts.append(paths.documents(documents.of(shown)))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise click.ClickException(f"{name}: {earlier.WRONG}: {type(error).__name__} {error}") from error
    write(terminal.to_text(parts, width=width_of(sys.stdout), colour=in_colour(sys.stdout)))
    return Status.OK


def _egresses(entry: Mapping[str, Any]) -> Iterator[Egress]:
    """Every one that is shown of an entry."""
    from reachability import Egress

    yield Egress.from_json(entry)
    yield from filter(None, (_at(entry, time) for time in ("today", "creation")))


def _at(entry: Mapping[str, Any], time: str) -> Egress | None:
    """The egress of an entry at another time; `None` where there was none, or the same verdict."""
    from reachability import Egress

    return Egress.from_json({**entry, **entry[time]}) if entry.get(time) is not None else None


def _repairs(judged: Mapping[str, Any]) -> list[Repair]:
    from mailroute.report import repairs

    return [repairs.from_json(found) for found in judged.get("repairs", ())]


def _source_lines(entry: Mapping[str, Any]) -> dict[str, SourceLine]:
    """Where the program registers what stands in the way; a diagnosis is of no program."""
    from mailroute.rehearsal.result import Source
    from mailroute.report.model import SourceLine

    judged = (entry, entry.get("today"), entry.get("creation"))
    findings = (finding for each in judged if each for finding in each["findings"])
    return {
        finding["resource"]: SourceLine(Source(str(source["file"]), int(source["line"])), "")
        for finding in findings
        if (source := finding.get("source"))
    }


def _explained(entry: Mapping[str, Any]) -> Iterator[RenderableType]:
    from mailroute.report import labels, paths, repairs
    from reachability import Egress

    egress = Egress.from_json(entry)
    today, created = (_at(entry, time) for time in ("today", "creation"))
    lines = _source_lines(entry)
    yield f"{labels.text(egress.service)} → {labels.text(egress.destination)}: {egress.verdict.value}"
    if today is not None and today.outcome.path != egress.outcome.path:
        yield from paths.path("today", today, origins=True, source_lines=lines)
        yield from paths.path("after", egress, origins=True, source_lines=lines)
    else:
        yield from paths.path("path", egress, origins=True, source_lines=lines)
    if created is not None:
        yield from paths.path("creation", created, origins=True, source_lines=lines)
        yield from paths.repairs(_repairs(entry["creation"]), repairs.IN_CREATION)
    yield from paths.repairs(_repairs(entry))
    yield ""
