"""Programs as people write them: what a preview says of them is what the update will.

Each folder of `programs/` is a program. Its `verdicts.json` holds, by service, the verdict once the stack is
up, as AWS's documents have it; or that verdict (`update`) beside a weaker one (`preview`) and the reason
(`why`), where a preview cannot know enough.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailroute.rehearsal.result import Operation
from mailroute.report.graph import program_resources
from reachability import Egress, Settings, Verdict, merge, parse, prove
from tests.corpus.recorded import recorded

PROGRAMS = Path(__file__).parent / "programs"
NAMES = sorted(path.parent.name for path in PROGRAMS.glob("*/__main__.py"))


def _egress(program: Path, operation: Operation) -> tuple[Egress, ...]:
    """The egress of each service."""
    run = recorded(program, "dev", operation)
    evidence = parse(run.account.document)
    declared = program_resources(run.rehearsal.resources)
    graph = merge(declared, evidence, project=run.rehearsal.project, stack=run.rehearsal.stack)
    return prove(graph, Settings(), evidence.zones)


def _verdicts(program: Path, operation: Operation) -> dict[str, Verdict]:
    return {egress.service: egress.verdict for egress in _egress(program, operation)}


def _expected(program: Path, operation: str) -> dict[str, Verdict]:
    held: dict[str, Any] = json.loads((program / "verdicts.json").read_text(encoding="utf-8"))
    return {
        service: Verdict(entry if isinstance(entry, str) else entry[operation])
        for service, entry in held.items()
    }


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in NAMES])
def test_a_preview_says_what_the_update_will(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    preview = _verdicts(PROGRAMS / name, Operation.PREVIEW)
    update = _verdicts(PROGRAMS / name, Operation.UP)

    assert update == _expected(PROGRAMS / name, "update")
    assert preview == _expected(PROGRAMS / name, "preview")
    determined = [service for service, verdict in update.items() if verdict is not Verdict.UNDETERMINED]
    for service in determined:
        assert preview[service] in (update[service], Verdict.UNDETERMINED)
    alarms = Counter(preview[service] for service in determined)[Verdict.UNDETERMINED]
    what = "services of the corpus whose update is determined"
    record_property("measured", {what: {"total": len(determined), "undetermined in preview": alarms}})
