"""`smtp-endpoint-usable`: an SES SMTP endpoint can serve those that it is there for.

The conditions are those of the proof, without a client: whether one reaches it is up to
`apprunner-egress-route`. So is private DNS where a record, or an environment, may hold the endpoint's own
name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from reachability import UNKNOWN, Finding, Outcome, Proof, Resource
from reachability.aws.ses import SMTP, SMTP_PORTS
from reachability.aws.vpc_endpoint import VpcEndpoint
from reachability.findings import filters
from reachability.graph import tokens
from reachability.packet import INGRESS
from reachability.verdict import PASSES

from .rule import EVIDENCE, Judge, Options, Rule, Severity, Stack, Violation, found, proof_alone


def _check_alone(endpoint: Resource, _options: Options) -> Iterator[Violation]:
    smtp = proof_alone(endpoint).network.vpc_endpoints.smtp_of(endpoint)
    if smtp is not None:
        for finding in smtp.is_interface().findings:
            yield _told(endpoint, finding)


def _check(stack: Stack, _options: Options) -> Judge:
    proof = stack.proof()

    def judge(endpoint: Resource) -> Iterator[Violation]:
        smtp = proof.network.vpc_endpoints.smtp_of(endpoint)
        if smtp is not None:
            said = smtp.is_interface().findings
            for finding in proof.whatever_is_chosen(partial(_usable, endpoint.key)).findings:
                if finding not in said:
                    yield _told(endpoint, finding)

    return judge


def _usable(key: str, proof: Proof) -> Outcome:
    endpoints, endpoint = proof.network.vpc_endpoints, proof.graph[key]
    smtp = endpoints.read(endpoint)
    # By its own names it needs no private DNS, and nothing of the VPC's.
    usable = smtp.serves if endpoints.may_be_named(endpoint) else smtp.usable
    return usable + _lets_in(smtp)


def _told(endpoint: Resource, finding: Finding) -> Violation:
    """A finding, which is an open question where the service that the endpoint is for is not known."""
    shown = found(endpoint, finding)
    if endpoint.declared("serviceName") is not UNKNOWN:
        return shown
    return replace(shown, message=f"If it is for SES's SMTP, {shown.message}", undetermined=True)


def _lets_in(endpoint: VpcEndpoint) -> Outcome:
    """Whether the endpoint's groups let anybody in on a port that SES offers."""
    groups = [group for ref in endpoint.security_groups for group in ref.candidates]
    open_ended = any(ref.open for ref in endpoint.security_groups)
    openings = [rule.opens(SMTP_PORTS) for group in groups for rule in group.rules(INGRESS)]
    if not (groups or open_ended) or True in openings:
        return PASSES
    unsure = open_ended or UNKNOWN in openings
    says = filters.MAYBE_NOBODY_IN if unsure else filters.NOBODY_IN
    return says(endpoint, ports=SMTP.ports_text)


RULE = Rule(
    name="smtp-endpoint-usable",
    description="An SES SMTP endpoint has the type, the private DNS, the zones and the groups that it needs.",
    reference="Setting up VPC endpoints with Amazon SES; Interface VPC endpoints",
    remedy="Make it an interface endpoint with private DNS, in zones that offer it.",
    severity=Severity.HIGH,
    judges=tokens.VPC_ENDPOINT,
    check_alone=_check_alone,
    check=_check,
    options=EVIDENCE,
)
