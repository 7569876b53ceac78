"""What a person reads of each of the rows of `test_mutations.py`: every hop with its fact, every finding.

`MAILROUTE_UPDATE_GOLDENS=1` writes it into `tests/goldens/proof.txt` instead of comparing it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from reachability import Egress
from tests.reachability.firewalled import firewall_stack
from tests.reachability.stacks import nat_stack, ses_stack
from tests.reachability.test_mutations import FIREWALL, NAT, SES

GOLDEN = Path(__file__).parents[1] / "goldens" / "proof.txt"


def test_texts() -> None:
    texts = []
    stacks = (("SES", ses_stack, SES), ("NAT", nat_stack, NAT), ("firewall", firewall_stack, FIREWALL))
    for name, build, rows in stacks:
        for row in rows:
            stack = build()
            row.change(stack)
            (egress,) = stack.prove()
            texts.append("\n".join((f"{name}: {row.wrong}", *_lines(egress))))
    said = "\n\n".join(texts) + "\n"
    if os.environ.get("MAILROUTE_UPDATE_GOLDENS"):
        GOLDEN.write_text(said, encoding="utf-8")

    assert said == GOLDEN.read_text(encoding="utf-8"), "look, then MAILROUTE_UPDATE_GOLDENS=1"


def _lines(egress: Egress) -> Iterator[str]:
    shown = egress.as_json()
    yield f"  {egress.service} to {egress.destination}: {shown['verdict']}"
    for hop in shown["path"]:
        yield f"  {hop['kind']} {_name(hop['resource'])}: {hop['fact']} ({hop['origin']})"
    for finding in shown["findings"]:
        yield f"  {finding['code']} {_name(finding['resource'])}: {finding['message']}"
        yield f"    {finding['remedy']}"


def _name(resource: str) -> str:
    return resource.rpartition("::")[2]
