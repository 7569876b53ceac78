"""Hand-made reports for the formats: small, and full of what is awkward to show."""

from __future__ import annotations

from dataclasses import replace

from mailroute.rehearsal.result import (
    Diagnostic,
    Level,
    NotApplicable,
    Operation,
    PlannedResource,
    PolicyResult,
    Rehearsal,
    Severity,
)
from mailroute.report.model import DnsRecord, EgressChange, Group, Report, Step
from mailroute.wire import Secret
from reachability.egress import Destination, Egress, Unjudged
from reachability.values import UNKNOWN
from reachability.verdict import Finding, Hop, Origin, Outcome

PREFIX = "urn:pulumi:prod::shop::"
STACK = f"{PREFIX}pulumi:pulumi:Stack::shop-prod"


def resource(token: str, name: str, **changes: object) -> PlannedResource:
    """A planned resource that stands directly in the program, changed by `changes`."""
    plain = PlannedResource(
        urn=f"{PREFIX}{token}::{name}",
        type=token,
        name=name,
        custom=True,
        parent=STACK,
        id=None,
        inputs={},
        outputs={},
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


ENDPOINT = resource(
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    "smtp",
    inputs={"vpcId": UNKNOWN, "serviceName": "com.amazonaws.us-east-1.email-smtp"},
    dependencies=(f"{PREFIX}aws:ec2/vpc:Vpc::main",),
    property_dependencies={"vpcId": (f"{PREFIX}aws:ec2/vpc:Vpc::main",), "serviceName": ()},
)
PASSWORD = resource(
    "aws:secretsmanager/secretVersion:SecretVersion",
    "smtp-password",
    inputs={"secretString": Secret("hunter2")},
)

TODAY = Egress(
    "api",
    "arn:aws:apprunner:us-east-1:123456789012:service/api/1",
    Destination("smtp-relay.brevo.com", 587),
    Outcome(
        (
            Hop(
                "service", "aws:apprunner/service:Service::api", "all egress through the VPC", Origin.ACCOUNT
            ),
            Hop("subnet", "aws:ec2/subnet:Subnet::subnet-1", "", Origin.ACCOUNT),
            Hop(
                "route table", "aws:ec2/routeTable:RouteTable::rtb-1", "explicitly associated", Origin.ACCOUNT
            ),
        ),
        (Finding("NO_ROUTE", "rtb-1", "no route for public addresses", "add a NAT gateway"),),
    ),
)
AFTER = Egress(
    "api",
    f"{PREFIX}aws:apprunner/service:Service::api",
    Destination("email-smtp.us-east-1.amazonaws.com", 587),
    Outcome(
        (
            Hop("service", f"{PREFIX}aws:apprunner/service:Service::api", "all egress through the VPC"),
            Hop("subnet", "aws:ec2/subnet:Subnet::subnet-1", "", Origin.ACCOUNT),
            Hop("endpoint", ENDPOINT.urn, "private DNS answers for the host"),
        )
    ),
)

REHEARSAL = Rehearsal(
    project="shop",
    stack="prod",
    engine="embedded",
    operation=Operation.PREVIEW,
    resources=(resource("pulumi:pulumi:Stack", "shop-prod", custom=False, parent=None), ENDPOINT, PASSWORD),
    policies=(
        PolicyResult("mailroute", "smtp-port-allowed", Level.ADVISORY, ENDPOINT.urn, "PORT: odd", "low"),
        PolicyResult(
            "mailroute",
            "smtp-endpoint-usable",
            Level.MANDATORY,
            ENDPOINT.urn,
            "PRIVATE_DNS_OFF: it is off",
            "high",
        ),
    ),
    not_applicable=(
        NotApplicable("mailroute", "nat-gateway-usable", STACK, "the stack has no NAT gateway"),
        NotApplicable("mailroute", "smtp-port-allowed", ENDPOINT.urn, "it does not judge endpoints"),
    ),
    outputs={
        "smtpHost": "email-smtp.us-east-1.amazonaws.com",
        "password": Secret("hunter2"),
        "endpoint": UNKNOWN,
    },
    diagnostics=(Diagnostic(Severity.WARNING, "deprecated", ENDPOINT.urn),),
)

REPORT = Report(
    rehearsal=REHEARSAL,
    account="123456789012 in us-east-1",
    groups=(Group(None, (ENDPOINT, PASSWORD)),),
    egress=(EgressChange(AFTER, TODAY),),
    unjudged=(Unjudged("nightly", f"{PREFIX}aws:batch/jobDefinition:JobDefinition::nightly", "no <reason>"),),
    dns=(
        DnsRecord("dkim-1", UNKNOWN, "CNAME", 300, (UNKNOWN,), published=True),
        DnsRecord(
            "spf", "mail.shop.example", "TXT", None, ("v=spf1 include:amazonses.com ~all",), published=False
        ),
    ),
    next_steps=(Step("Create it:", "pulumi up --stack prod --policy-pack policies"), Step("Then rest.")),
)
