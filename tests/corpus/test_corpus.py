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

from mailroute.rehearsal import engine
from mailroute.rehearsal.account import Account
from mailroute.rehearsal.project import Project
from mailroute.report.graph import program_resources
from reachability import Settings, Verdict, merge, parse, prove

PROGRAMS = Path(__file__).parent / "programs"
REGION = "us-east-1"


def _verdicts(program: Path, *, up: bool) -> dict[str, Verdict]:
    saved = program / "accounts" / "dev.json"
    account = Account.load(saved, REGION) if saved.exists() else Account.empty(REGION)
    evidence = parse(account.document)
    rehearsal = engine.rehearse(
        Project.load(program, "dev"),
        account,
        up=up,
        packs=(),
        pack_config=None,
        timeout=120,
        on_event=lambda _event: None,
    )
    declared = program_resources(rehearsal.resources)
    graph = merge(declared, evidence, project=rehearsal.project, stack=rehearsal.stack)
    return {egress.service: egress.verdict for egress in prove(graph, Settings(), evidence.offer)}


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
    update = _verdicts(PROGRAMS / name, up=True)
    preview = _verdicts(PROGRAMS / name, up=False)

    assert update == _expected(PROGRAMS / name, "update")
    assert preview == _expected(PROGRAMS / name, "preview")
    determined = [service for service, verdict in update.items() if verdict is not Verdict.UNDETERMINED]
    for service in determined:
        assert preview[service] in (update[service], Verdict.UNDETERMINED)
    alarms = Counter(preview[service] for service in determined)[Verdict.UNDETERMINED]
    what = "services of the corpus whose update is determined"
    record_property("measured", {what: {"total": len(determined), "undetermined in preview": alarms}})
