"""`apprunner-egress-route`: every service has a proven path to every mail server that it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from reachability import Egress, Origin, Proof, Resource, Settings, Verdict, kinds
from reachability.workloads import APP_RUNNER

from .environment import VARIABLES
from .rule import EVIDENCE, Judge, Options, Rule, Severity, Stack, Violation

_SAYS: Final = {
    Verdict.UNREACHABLE: "cannot reach",
    Verdict.UNDETERMINED: "is not known to reach",
}


def egress_of(*kinds_of_workload: str) -> Callable[[Stack, Options], Judge]:
    """What judges the egress of workloads of some kinds, by their names in `reachability.workloads`."""

    def check(stack: Stack, options: Options) -> Judge:
        proof = Proof(stack.graph, Settings.from_options(options), stack.evidence.offer)
        found = proof.workloads(Origin.PROGRAM, *kinds_of_workload)
        workloads = {workload.resource.key: workload for workload in found}

        def judge(resource: Resource) -> Iterator[Violation]:
            if resource.type not in kinds.APP_RUNNER_SERVICE and resource.key not in workloads:
                return  # It names no mail host. An App Runner service is always a workload.
            for egress in proof.egress(workloads[resource.key]):
                if egress.verdict is not Verdict.REACHABLE:
                    yield _violation(egress)

        return judge

    return check


def _violation(egress: Egress) -> Violation:
    """One violation for one destination: each blocker with its remedy, and the path that was walked."""
    findings = egress.outcome.findings
    lines = [f"{egress.service} {_SAYS[egress.verdict]} {egress.destination}."]
    lines += [
        f"- {finding.code} at {_name(finding.resource)}: {finding.message}. Remedy: {finding.remedy}."
        for finding in findings
    ]
    if egress.outcome.path:
        hops = (f"{hop.kind} {_name(hop.resource)}" for hop in egress.outcome.path)
        lines.append(f"Path: {' > '.join(hops)}")
    return Violation(
        egress.urn,
        tuple(dict.fromkeys(finding.code for finding in findings)),
        "\n".join(lines),
        "",
        undetermined=egress.verdict is Verdict.UNDETERMINED,
        optional=egress.destination.optional,
    )


def _name(resource: str) -> str:
    """The name in a URN, or the id in the key of a resource of the account."""
    return resource.rpartition("::")[2]


OPTIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    **VARIABLES,
    "destinations": {
        "description": "Hosts that every service needs beside those of its environment; an optional one "
        "is judged and reported, and never blocks.",
        "type": "array",
        "default": [],
        "items": {
            "type": "object",
            "required": ["host", "port"],
            "additionalProperties": False,
            "properties": {
                "host": {"type": "string", "minLength": 1},
                "port": {"type": "integer", "minimum": 1, "maximum": 65535},
                "optional": {"type": "boolean"},
            },
        },
    },
    "addresses": {
        "description": "The CIDR blocks of hosts, where they are known: otherwise a host may have any "
        "public address.",
        "type": "object",
        "default": {},
        "additionalProperties": {"type": "array", "items": {"type": "string"}, "minItems": 1},
    },
    **EVIDENCE,
}

RULE = Rule(
    name="apprunner-egress-route",
    description="Every App Runner service has a proven path to every mail server that it needs.",
    reference="Enabling VPC access for outgoing traffic (App Runner); How Amazon VPC works",
    remedy="Add an SES endpoint (SmtpEndpoint) or a NAT gateway (NatEgress) to the VPC of the connector.",
    severity=Severity.CRITICAL,
    judges=kinds.APP_RUNNER_SERVICE,
    check=egress_of(APP_RUNNER),
    options=OPTIONS,
)
