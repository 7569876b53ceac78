"""The proof by itself: no process, no protocol, no policy SDK."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pulumi.runtime.proto.analyzer_pb2 import AnalyzeRequest, AnalyzeStackRequest

from enforcement.deployment import Deployment
from reachability import Evidence, Graph, Verdict
from rules.egress import Egresses
from rules.rule import Stack as JudgedStack

if TYPE_CHECKING:
    from .graph import Stack
    from .messages import Messages


def seconds(stack: Stack, messages: Messages) -> float:
    """The time to build the graph of `stack` and to prove the egress of each of its services.

    Raises:
        SystemExit: the verdicts are not those that the stack was made for.
    """
    deployment = Deployment()
    for message in messages.resources:
        deployment.remember(AnalyzeRequest.FromString(message))
    program = deployment.program(AnalyzeStackRequest.FromString(messages.stack))
    began = time.perf_counter()
    judged = JudgedStack(Graph(program.resources), Evidence())
    egress = Egresses(judged.proof()).all()
    elapsed = time.perf_counter() - began

    verdicts = sorted((entry.service, entry.verdict) for entry in egress)
    expected = sorted(
        (found.name, Verdict.UNREACHABLE if found.name in stack.broken else Verdict.REACHABLE)
        for found in stack.services
    )
    if verdicts != expected:
        other = sorted({service for service, _ in set(verdicts) ^ set(expected)})
        raise SystemExit(
            f"bench: the proof gives {len(other)} services other verdicts than they were made for, "
            f"such as {other[:3]}"
        )
    return elapsed
