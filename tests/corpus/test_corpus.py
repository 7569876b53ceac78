"""Programs as people write them: what a preview says of them is what the update will.

Each folder of `programs/` is a program; those in `programs/public/` are written in the manner of public ones.
Its `verdicts.json` holds, by workload, the verdict once the stack is up, as AWS's documents have it: the
worst where there are several mail servers, `unjudged` where there is none. Or it holds that verdict
(`update`) beside another one (`preview`) and the reason (`why`), where a preview cannot know enough.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from mailroute.rehearsal.result import Operation
from mailroute.report.graph import program_resources
from reachability import Egress, Graph, Proof, Resource, Settings, Verdict, merge, parse
from reachability.workloads.not_judged import not_judged
from tests.corpus.agreement import JUDGED
from tests.corpus.recorded import recorded

PROGRAMS = Path(__file__).parent / "programs"
NAMES = sorted(str(path.parent.relative_to(PROGRAMS)) for path in PROGRAMS.glob("**/__main__.py"))
UNJUDGED: Final = "unjudged"
ENVIRONMENT_UNKNOWN: Final = "ENVIRONMENT_UNKNOWN"
WORST: Final = (Verdict.UNREACHABLE, Verdict.UNDETERMINED, Verdict.REACHABLE)

Judged = Mapping[Resource, tuple[str, tuple[Egress, ...]]]
"""By workload, its name and its egress: none where it is not judged."""


def _judged(program: Path, operation: Operation) -> Judged:
    run = recorded(program, "dev", operation)
    evidence = parse(run.account.document)
    declared = program_resources(run.rehearsal.resources)
    graph = merge(declared, evidence, project=run.rehearsal.project, stack=run.rehearsal.stack)
    proof = Proof(graph, Settings(), evidence.zones)
    by_key = {resource.key: resource for resource in declared}
    found = {by_key[each.resource.key]: (each.name, proof.egress(each)) for each in proof.workloads()}
    left = {by_key[each.urn]: (each.service, ()) for each in not_judged(Graph(declared))}
    assert {each for each in declared if each.type in JUDGED} == found.keys() - left.keys()
    return {**found, **left}


def _verdicts(judged: Judged) -> dict[str, str]:
    found: dict[str, set[Verdict]] = defaultdict(set)
    for name, egresses in judged.values():
        found[name] |= {egress.verdict for egress in egresses}
    return {
        name: next((verdict.value for verdict in WORST if verdict in verdicts), UNJUDGED)
        for name, verdicts in found.items()
    }


def _expected(program: Path) -> Iterator[tuple[str, str, str]]:
    """Each workload with its verdict in a preview and in the update."""
    held: dict[str, Any] = json.loads((program / "verdicts.json").read_text(encoding="utf-8"))
    for service, entry in held.items():
        if isinstance(entry, str):
            yield service, entry, entry
        else:
            assert entry.keys() == {"update", "preview", "why"}
            assert entry["update"] != entry["preview"]
            assert entry["why"]
            yield service, entry["preview"], entry["update"]


def _is_sound(preview: str, update: str, *, assumed: bool) -> bool:
    """Whether a preview says no more than the update does, unless the environment was `assumed`."""
    return update in (preview, Verdict.UNDETERMINED.value) or preview == Verdict.UNDETERMINED.value or assumed


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in NAMES])
def test_a_preview_says_what_the_update_will(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    before = _judged(PROGRAMS / name, Operation.PREVIEW)
    preview, update = _verdicts(before), _verdicts(_judged(PROGRAMS / name, Operation.UP))

    assert (preview, update) == (
        {service: told for service, told, _ in _expected(PROGRAMS / name)},
        {service: told for service, _, told in _expected(PROGRAMS / name)},
    )
    assumed = {
        service
        for service, egresses in before.values()
        for egress in egresses
        if any(each.code == ENVIRONMENT_UNKNOWN for each in egress.outcome.assumptions)
    }
    assert all(_is_sound(preview[each], told, assumed=each in assumed) for each, told in update.items())
    reached = [service for service, told in update.items() if told == Verdict.REACHABLE.value]
    open_ones = Counter(preview[service] for service in reached)[Verdict.UNDETERMINED.value]
    what = "services of the corpus whose update is reachable"
    record_property("measured", {what: {"total": len(reached), "undetermined in preview": open_ones}})


def test_previews_leave_few_paths_open() -> None:
    """Of what the update reaches; `verdicts.json` gives each of these its reason."""
    told = [each for name in NAMES for each in _expected(PROGRAMS / name)]
    reached = Counter(preview for _, preview, update in told if update == Verdict.REACHABLE.value)
    assert reached[Verdict.UNDETERMINED.value] < 0.02 * reached.total()
    assert reached.keys() == {Verdict.REACHABLE.value, Verdict.UNDETERMINED.value}
