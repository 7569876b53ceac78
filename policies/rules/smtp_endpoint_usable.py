"""`smtp-endpoint-usable`: an SES SMTP endpoint can serve those that it is there for.

The conditions are those of the proof, without a client: whether one reaches it is up to
`apprunner-egress-route`.
"""

from __future__ import annotations

from collections.abc import Iterator

from reachability import Graph, Proof, Resource, kinds
from reachability.endpoints import SMTP_PORTS
from reachability.groups import INGRESS
from reachability.ranges import Ranges
from reachability.values import Unknown

from .rule import EVIDENCE, Judge, Options, Rule, Severity, Stack, Violation, found, undetermined, violation


def _check_alone(endpoint: Resource, _options: Options) -> Iterator[Violation]:
    endpoints = Proof(Graph([endpoint])).ses.endpoints
    if endpoint in endpoints.smtp:
        for finding in endpoints.is_interface(endpoint).findings:
            yield found(endpoint, finding)


def _check(stack: Stack, _options: Options) -> Judge:
    proof = Proof(stack.graph, offer=stack.evidence.offer)

    def judge(endpoint: Resource) -> Iterator[Violation]:
        if endpoint in proof.ses.endpoints.smtp:
            said = proof.ses.endpoints.is_interface(endpoint).findings
            for finding in proof.ses.endpoints.is_usable(endpoint).findings:
                if finding not in said:
                    yield found(endpoint, finding)
            yield from _check_groups(proof, endpoint)

    return judge


def _check_groups(proof: Proof, endpoint: Resource) -> Iterator[Violation]:
    """Somebody must be let in, on a port that SES offers."""
    refs = proof.ses.endpoints.security_groups(endpoint)
    groups = [group for ref in refs for group, _ in proof.crossing.groups.resolve(ref)]
    rules = [
        rule for group in groups if group is not None for rule in proof.crossing.groups.rules(group, INGRESS)
    ]
    if not groups or any(_opens_smtp_port(rule.ports) for rule in rules):
        return
    ports = ", ".join(map(str, sorted(SMTP_PORTS)))
    remedy = f"Remedy: let the clients' security group in on one of the ports {ports}."
    if None in groups:
        message = f"it cannot be known whether the security groups of {endpoint.name!r} let anybody in."
        yield undetermined(endpoint, "SG_RULES_UNKNOWN", message, remedy)
    else:
        message = f"no security group of {endpoint.name!r} lets anybody in on a port that SES offers."
        yield violation(endpoint, "ENI_SG_RULES_MISMATCH", message, remedy)


def _opens_smtp_port(ports: Ranges | Unknown) -> bool:
    return isinstance(ports, Unknown) or any(Ranges.of((port, port)) <= ports for port in SMTP_PORTS)


RULE = Rule(
    name="smtp-endpoint-usable",
    description="An SES SMTP endpoint has the type, the private DNS, the zones and the groups that it needs.",
    reference="Setting up VPC endpoints with Amazon SES; Interface VPC endpoints",
    remedy="Make it an interface endpoint with private DNS, in zones that offer it, as SmtpEndpoint does.",
    severity=Severity.HIGH,
    judges=kinds.VPC_ENDPOINT,
    check_alone=_check_alone,
    check=_check,
    options=EVIDENCE,
)
