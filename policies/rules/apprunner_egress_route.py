"""`apprunner-egress-route`: every service has a proven path to every mail server that it needs."""

from __future__ import annotations

from typing import Final

from reachability.graph import tokens

from .egress import OPTIONS, check_of
from .rule import Rule, Severity

_NAME: Final = "apprunner-egress-route"

RULE = Rule(
    name=_NAME,
    description="Every App Runner service has a proven path to every mail server that it needs.",
    reference="Enabling VPC access for outgoing traffic (App Runner); How Amazon VPC works",
    remedy="Add an interface endpoint for email-smtp (aws.ec2.VpcEndpoint) or a NAT gateway "
    "(aws.ec2.NatGateway) to the VPC of the connector.",
    severity=Severity.CRITICAL,
    judges=tokens.APP_RUNNER_SERVICE,
    check=check_of(_NAME),
    options=OPTIONS,
)
