"""Programs as people write them: what a preview says of them is what the update will.

Each folder of `programs/` is a program. Its `verdicts.json` holds, by service, the verdict once the stack is
up, as AWS's documents have it; or that verdict (`update`) beside a weaker one (`preview`) and the reason
(`why`), where a preview cannot know enough.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from mailroute.cli.run import run
from mailroute.rehearsal.account import Account
from mailroute.rehearsal.project import Project
from mailroute.rehearsal.result import Operation
from mailroute.report.graph import program_resources
from reachability import Egress, Settings, Verdict, merge, parse, prove

PROGRAMS = Path(__file__).parent / "programs"
PACK = Path(__file__).parents[2] / "policies"
REGION = "us-east-1"


def _rehearse(program: Path, operation: Operation, *packs: Path) -> tuple[dict[str, Egress], set[str]]:
    """The egress of each service, and the URNs of those that the egress rules of `packs` report."""
    saved = program / "accounts" / "dev.json"
    account = Account.load(saved, REGION) if saved.exists() else Account.empty(REGION)
    project = Project.load(program, "dev")
    evidence = parse(account.document)
    rehearsal = run(
        "embedded", project, account, operation=operation, packs=packs, pack_config=None, timeout=120
    )
    declared = program_resources(rehearsal.resources)
    graph = merge(declared, evidence, project=rehearsal.project, stack=rehearsal.stack)
    egress = {entry.service: entry for entry in prove(graph, Settings(), evidence.zones)}
    reported = {result.urn for result in rehearsal.policies if result.policy.endswith("egress-route")}
    return egress, reported


def _verdicts(egress: Mapping[str, Egress]) -> dict[str, Verdict]:
    return {service: entry.verdict for service, entry in egress.items()}


def _expected(program: Path, operation: str) -> dict[str, Verdict]:
    held: dict[str, Any] = json.loads((program / "verdicts.json").read_text(encoding="utf-8"))
    return {
        service: Verdict(entry if isinstance(entry, str) else entry[operation])
        for service, entry in held.items()
    }


@pytest.mark.parametrize("name", sorted(path.parent.name for path in PROGRAMS.glob("*/__main__.py")))
def test_a_preview_says_what_the_update_will(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    planned, reported = _rehearse(PROGRAMS / name, Operation.PREVIEW, PACK)
    created, _ = _rehearse(PROGRAMS / name, Operation.UP)
    preview, update = _verdicts(planned), _verdicts(created)

    assert update == _expected(PROGRAMS / name, "update")
    assert preview == _expected(PROGRAMS / name, "preview")
    assert reported == {entry.urn for entry in planned.values() if entry.verdict is not Verdict.REACHABLE}
    determined = [service for service, verdict in update.items() if verdict is not Verdict.UNDETERMINED]
    for service in determined:
        assert preview[service] in (update[service], Verdict.UNDETERMINED)
    alarms = Counter(preview[service] for service in determined)[Verdict.UNDETERMINED]
    what = "services of the corpus whose update is determined"
    record_property("measured", {what: {"total": len(determined), "undetermined in preview": alarms}})
