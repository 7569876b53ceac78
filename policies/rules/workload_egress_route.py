"""`workload-egress-route`: what `apprunner-egress-route` asks, of ECS services and Lambda functions.

Many of them need no way out at all: only what they name, or the rule's `destinations` do, is asked.
"""

from __future__ import annotations

from typing import Final

from reachability.graph import tokens

from .egress import OPTIONS, check_of
from .rule import Rule, Severity

_NAME: Final = "workload-egress-route"

RULE = Rule(
    name=_NAME,
    description="Every ECS service and Lambda function has a proven path to each mail server that it needs.",
    reference="Task networking (Amazon ECS); Giving Lambda functions access to resources in a VPC",
    remedy="Add an interface endpoint for email-smtp (aws.ec2.VpcEndpoint) or a NAT gateway "
    "(aws.ec2.NatGateway) to the VPC of the workload.",
    severity=Severity.CRITICAL,
    judges=(*tokens.ECS_SERVICE, *tokens.ECS_EXPRESS_SERVICE, *tokens.LAMBDA_FUNCTION),
    check=check_of(_NAME),
    options=OPTIONS,
)
