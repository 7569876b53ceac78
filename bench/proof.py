"""The proof by itself: no process, no protocol, no policy SDK."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from reachability import Evidence, Resource, Verdict, merge, prove

from .graph import PROJECT, STACK

if TYPE_CHECKING:
    from .graph import Stack


def seconds(stack: Stack) -> float:
    """The time to build the graph of `stack` and to prove the egress of each of its services.

    Raises:
        SystemExit: the verdicts are not those that the stack was made for.
    """
    resources = [
        Resource(
            key=found.urn,
            type=found.type,
            name=found.name,
            properties=found.outputs,
            dependencies=found.sources,
            region="us-east-1",
        )
        for found in stack.resources
    ]
    began = time.perf_counter()
    egress = prove(merge(resources, Evidence(), project=PROJECT, stack=STACK))
    elapsed = time.perf_counter() - began

    verdicts = {entry.service: entry.verdict for entry in egress}
    expected = {
        found.name: Verdict.UNREACHABLE if found.name in stack.broken else Verdict.REACHABLE
        for found in stack.services
    }
    if verdicts != expected:
        raise SystemExit("bench: the proof gives other verdicts than those that the stack was made for")
    return elapsed
