"""A stack with one thing wrong at a time: the verdict, every code, and what a person reads of it.

That is every hop, every finding and every repair of the preview. `MAILROUTE_UPDATE_GOLDENS=1` writes it into
`tests/goldens/proof.txt` instead of comparing it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailroute.fixes import Repairs
from reachability import Egress, Resource, Settings
from tests.reachability.faults.firewall import FIREWALL
from tests.reachability.faults.nat import NAT
from tests.reachability.faults.own_network import OWN, own_stack
from tests.reachability.faults.row import Row
from tests.reachability.faults.ses import SES
from tests.reachability.firewalled import firewall_stack
from tests.reachability.stacks import Stack, nat_stack, ses_stack

GOLDEN = Path(__file__).parents[1] / "goldens" / "proof.txt"
STACKS = (
    ("SES", ses_stack, SES),
    ("NAT", nat_stack, NAT),
    ("firewall", firewall_stack, FIREWALL),
    ("own network", own_stack, OWN),
)
ROWS = [(name, build, row) for name, build, rows in STACKS for row in rows]


def sections() -> dict[str, str]:
    """What is said of each row, by its first line."""
    texts = GOLDEN.read_text(encoding="utf-8").rstrip("\n").split("\n\n") if GOLDEN.exists() else ()
    return {text.partition("\n")[0]: text for text in texts}


@pytest.mark.parametrize(
    ("name", "build", "row"), ROWS, ids=[f"{name}: {row.wrong}" for name, _, row in ROWS]
)
def test_one_thing_is_wrong(name: str, build: Callable[[], Stack], row: Row) -> None:
    stack = build()
    row.change(stack)
    title = f"{name}: {row.wrong}"

    (planned,), (created,) = stack.prove(preview=True), stack.prove(preview=False)

    for egress in (planned, created):
        codes = {finding.code for finding in egress.outcome.findings}
        assert (egress.verdict, codes) == (row.verdict, row.codes)
    said = "\n".join((title, *_lines(planned), *_repairs(stack, planned)))
    if os.environ.get("MAILROUTE_UPDATE_GOLDENS"):
        kept = {**sections(), title: said}
        GOLDEN.write_text("\n\n".join(kept.values()) + "\n", encoding="utf-8")
    assert said == sections().get(title), "look, then MAILROUTE_UPDATE_GOLDENS=1"


def test_every_text_is_that_of_a_row() -> None:
    assert set(sections()) == {f"{name}: {row.wrong}" for name, _, row in ROWS}


def _lines(egress: Egress) -> Iterator[str]:
    shown = egress.as_json()
    yield f"  {egress.service} to {egress.destination}: {shown['verdict']}"
    for hop in shown["path"]:
        yield f"  {hop['kind']} {_name(hop['resource'])}: {hop['fact']} ({hop['origin']})"
    for finding in shown["findings"]:
        yield f"  {finding['code']} {_name(finding['resource'])}: {finding['message']}"
        yield f"    {finding['remedy']}"


def _repairs(stack: Stack, egress: Egress) -> Iterator[str]:
    graph = stack.graph()
    for repair in Repairs(graph, Settings(), stack.evidence().zones).of(egress):
        yield f"  fixed for ${repair.monthly:.2f} a month:"
        for change in repair.changes:
            yield f"    {change.text} [{_name(change.resource)}]"
            yield from (f"      without {_name(key)}" for key in change.removed)
            for resource in change.put:
                what = _set(resource, graph.find(resource.key))
                yield f"      {resource.type} {_name(resource.key)}: {what}"


def _set(resource: Resource, before: Resource | None) -> str:
    """The properties that differ, and where those that are not known come from."""
    held = before.properties if before else {}
    changed = {name: value for name, value in resource.properties.items() if value != held.get(name)}
    sources = {
        name: [_name(key) for key in keys] for name, keys in resource.dependencies.items() if name in changed
    }
    return json.dumps({**changed, **({"from": sources} if sources else {})}, default=repr)


def _name(resource: str) -> str:
    return resource.rpartition("::")[2]
