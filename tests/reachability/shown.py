"""What a person is shown of a stack's one service: hops and findings, with the names of resources."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reachability import Destination, Egress, Outcome, Proof, Settings, Verdict, merge, prove
from reachability.forwarding import Walk
from tests.reachability.stacks import Stack


def said(stack: Stack) -> list[tuple[str, str, str, str]]:
    """What stands in the way: code, resource, message and remedy."""
    (egress,) = stack.prove()
    shown = [finding.as_json() for finding in egress.outcome.findings]
    return [(one["code"], _name(one["resource"]), one["message"], one["remedy"]) for one in shown]


def walked(stack: Stack, *kinds: str, preview: bool = True) -> list[tuple[str, str, str, str]]:
    """The hops of these kinds, or else of all: kind, resource, fact and origin."""
    (egress,) = stack.prove(preview=preview)
    shown = [hop.as_json() for hop in egress.outcome.path if hop.kind in (kinds or (hop.kind,))]
    return [(hop["kind"], _name(hop["resource"]), hop["fact"], hop["origin"]) for hop in shown]


def verdicts(stack: Stack, settings: Settings | None = None) -> dict[str, Verdict]:
    """What becomes of the mail to each destination."""
    return {str(egress.destination): egress.verdict for egress in stack.prove(settings=settings)}


def judged(
    stack: Stack, *, preview: bool = True, settings: Settings | None = None
) -> tuple[Verdict, set[str]]:
    """The verdict, and the codes of what stands in the way."""
    return _judged(stack.prove(preview=preview, settings=settings))


def judge(stack: Stack, destination: Destination, settings: Settings | None = None) -> Outcome:
    """What the proof says of the one workload and a destination that it does not name itself."""
    proof = Proof(stack.graph(), settings, stack.evidence().zones)
    (workload,) = proof.workloads()
    return proof.judge(workload.placements, destination)


def judged_with_more(stack: Stack, name: str, prop: str) -> tuple[Verdict, set[str]]:
    """The same where the property `prop` of `name` may also come from what the graph does not hold."""
    resources = [
        replace(each, dependencies={**each.dependencies, prop: (*each.dependencies[prop], "urn:elsewhere")})
        if each.name == name
        else each
        for each in stack.resources(preview=True)
    ]
    return _judged(prove(merge(resources, stack.evidence(), project="mailroute", stack="prod")))


def sends_out(stack: Stack) -> set[str]:
    """What keeps the packets of the NAT gateway in its VPC: the codes."""
    network = stack.network()
    (gateway,) = network.nat_gateways
    return {finding.code for finding in Walk(network).sends_out(gateway).findings}


def _judged(found: Iterable[Egress]) -> tuple[Verdict, set[str]]:
    (egress,) = found
    return egress.verdict, {finding.code for finding in egress.outcome.findings}


def _name(resource: str) -> str:
    return resource.rpartition("::")[2]
