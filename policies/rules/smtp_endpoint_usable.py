"""`smtp-endpoint-usable`: an SES SMTP endpoint can serve those that it is there for.

The conditions are those of the proof, without a client: whether one reaches it is up to
`apprunner-egress-route`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reachability import Finding, Outcome, Proof, Resource, kinds
from reachability.groups import INGRESS
from reachability.groups import Rule as GroupRule
from reachability.outcomes import blocked, open_question
from reachability.ranges import Ranges
from reachability.ses_names import SMTP_PORTS
from reachability.values import UNKNOWN, Unknown

from .rule import EVIDENCE, Judge, Options, Rule, Severity, Stack, Violation, found, proof_alone


def _check_alone(endpoint: Resource, _options: Options) -> Iterator[Violation]:
    endpoints = proof_alone(endpoint).ses.endpoints
    if endpoint in endpoints.smtp:
        for finding in endpoints.is_interface(endpoint).findings:
            yield _told(endpoint, finding)


def _check(stack: Stack, _options: Options) -> Judge:
    proof = stack.proof()

    def judge(endpoint: Resource) -> Iterator[Violation]:
        if endpoint in proof.ses.endpoints.smtp:
            said = proof.ses.endpoints.is_interface(endpoint).findings
            findings = (
                *proof.ses.endpoints.is_usable(endpoint).findings,
                *_lets_in(proof, endpoint).findings,
            )
            for finding in findings:
                if finding not in said:
                    yield _told(endpoint, finding)

    return judge


def _told(endpoint: Resource, finding: Finding) -> Violation:
    """A finding, which is an open question where the service that the endpoint is for is not known."""
    shown = found(endpoint, finding)
    if endpoint.declared("serviceName") is not UNKNOWN:
        return shown
    return replace(shown, message=f"If it is for SES's SMTP, {shown.message}", undetermined=True)


def _lets_in(proof: Proof, endpoint: Resource) -> Outcome:
    """Whether the endpoint's groups let anybody in on a port that SES offers."""
    security_groups = proof.crossing.groups
    refs = proof.ses.endpoints.security_groups(endpoint)
    groups = [group for ref in refs for group, _ in security_groups.resolve(ref)]
    openings = [
        _opens_smtp_port(rule)
        for group in groups
        if group is not None
        for rule in security_groups.rules(group, INGRESS)
    ]
    if not groups or True in openings:
        return Outcome()
    ports = ", ".join(map(str, sorted(SMTP_PORTS)))
    remedy = f"let the clients' security group in on one of the ports {ports}"
    if None in groups or UNKNOWN in openings:
        message = f"it cannot be known whether the security groups of {endpoint.label} let anybody in"
        return open_question("SG_RULES_UNKNOWN", endpoint.key, message, remedy)
    message = f"no security group of {endpoint.label} lets anybody in on a port that SES offers"
    return blocked("ENI_SG_RULES_MISMATCH", endpoint.key, message, remedy)


def _opens_smtp_port(rule: GroupRule) -> bool | Unknown:
    if isinstance(rule.ports, Unknown):
        return UNKNOWN
    opens = any(Ranges.of((port, port)) <= rule.ports for port in SMTP_PORTS)
    return UNKNOWN if opens and not rule.certain else opens


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
