"""`apprunner-egress-route`: every service has a proven path to every mail server that it needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reachability import Destination, Egress, Proof, Resource, Settings, Verdict, kinds

from .environment import VARIABLES
from .rule import EVIDENCE, Judge, Options, Rule, Severity, Stack, Violation

_SAYS: Final = {
    Verdict.UNREACHABLE: "cannot reach",
    Verdict.UNDETERMINED: "is not known to reach",
}


def _check(stack: Stack, options: Options) -> Judge:
    proof = Proof(stack.graph, _settings(options), stack.evidence.offer)
    workloads = {workload.resource.key: workload for workload in proof.workloads()}

    def judge(service: Resource) -> Iterator[Violation]:
        for egress in proof.egress(workloads[service.key]):
            if egress.verdict is not Verdict.REACHABLE:
                yield _violation(egress)

    return judge


def _settings(options: Options) -> Settings:
    return Settings(
        host_variables=tuple(options["hostVariables"]),
        port_variables=tuple(options["portVariables"]),
        destinations=tuple(
            Destination(given["host"], given["port"], optional=given.get("optional", False))
            for given in options["destinations"]
        ),
        addresses={host: tuple(blocks) for host, blocks in options["addresses"].items()},
    )


def _violation(egress: Egress) -> Violation:
    """One violation for one destination: each blocker with its remedy, and the path that was walked."""
    findings = egress.outcome.findings
    lines = [f"{egress.service} {_SAYS[egress.verdict]} {egress.destination}."]
    lines += [
        f"- {finding.code} at {_name(finding.resource)}: {finding.message}. Remedy: {finding.remedy}."
        for finding in findings
    ]
    lines.append(f"Path: {' > '.join(f'{hop.kind} {_name(hop.resource)}' for hop in egress.outcome.path)}")
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


RULE = Rule(
    name="apprunner-egress-route",
    description="Every App Runner service has a proven path to every mail server that it needs.",
    reference="Enabling VPC access for outgoing traffic (App Runner); How Amazon VPC works",
    remedy="Add an SES endpoint (SmtpEndpoint) or a NAT gateway (NatEgress) to the VPC of the connector.",
    severity=Severity.CRITICAL,
    judges=kinds.APP_RUNNER_SERVICE,
    check=_check,
    options={
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
    },
)
