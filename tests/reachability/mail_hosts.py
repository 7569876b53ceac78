"""What the proof says of a mail host that an App Runner service names."""

from __future__ import annotations

from reachability import Destination, Origin, Outcome, Proof, Settings, Verdict
from tests.reachability.stacks import Stack


def judge(stack: Stack, host: str, settings: Settings | None = None) -> Outcome:
    proof = Proof(stack.graph(), settings, stack.evidence().zones)
    (workload,) = proof.workloads(Origin.PROGRAM, "apprunner")
    return proof.judge(workload.placements, Destination(host, 587))


def undetermined(outcome: Outcome, code: str) -> bool:
    """Whether it is undetermined, by this code alone."""
    return outcome.verdict is Verdict.UNDETERMINED and {found.code for found in outcome.findings} == {code}
