"""`account-egress-route`: no change of the stack takes mail from the others that share its network.

An interface endpoint with private DNS answers for SES's host in its whole VPC, a route is that of every
subnet of its table: a change that is right for the stack's own workloads can cut those of others. The
evidence shows these; each that reaches a mail server today must reach it after.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from reachability import Egress, Graph, Origin, Proof, Resource, Settings, Verdict

from .egress import OPTIONS, Egresses, violation_of
from .rule import Judge, Options, Rule, Severity, Stack, Violation

_STACK: Final = "pulumi:pulumi:Stack"


def _check(stack: Stack, options: Options) -> Judge:
    settings = Settings.from_options(options)

    def judge(root: Resource) -> Iterator[Violation]:
        for egress in _lost(stack, settings):
            found = violation_of(egress)
            message = f"{found.message}\nToday it does. The stack {_does(egress)}, which it does not manage."
            yield replace(found, urn=root.key, message=message, destination="")

    return judge


def _lost(stack: Stack, settings: Settings) -> Iterator[Egress]:
    """What reaches its destination today, and does not after the update, or may not."""
    evidence = stack.evidence
    account = Graph(evidence.resources, evidence.coverage)
    today = Egresses(Proof(account, settings, evidence.zones)).all(Origin.ACCOUNT)
    reached = {(each.urn, each.destination) for each in today if each.verdict is Verdict.REACHABLE}
    after = Egresses(stack.proof(settings))
    taken_over = {(own.resource.type, own.name) for own in after.workloads()}
    for workload in after.workloads(Origin.ACCOUNT):
        if (workload.resource.type, workload.name) in taken_over:
            continue  # AWS has one of a name: it is the program's, before it is imported.
        for egress in after.of(workload):
            if egress.verdict is not Verdict.REACHABLE and (egress.urn, egress.destination) in reached:
                yield egress


def _does(egress: Egress) -> str:
    takes = "takes" if egress.verdict is Verdict.UNREACHABLE else "may take"
    return f"{takes} the path from {egress.service}"


RULE = Rule(
    name="account-egress-route",
    description="Each service of the account that the stack does not manage, and that reaches its mail "
    "server today, still does after the update.",
    reference="Private DNS for interface endpoints (AWS PrivateLink); Route tables (Amazon VPC)",
    remedy="Let the security group of that service in at the endpoint, leave the route that it uses, or move "
    "it first.",
    severity=Severity.CRITICAL,
    judges=(_STACK,),
    check=_check,
    options=OPTIONS,
)
