"""`workload-egress-route`: what `apprunner-egress-route` asks, of ECS services and Lambda functions.

Only of those that name a mail host: many others need no way out at all.
"""

from __future__ import annotations

from reachability import kinds

from .apprunner_egress_route import OPTIONS, egress_of
from .rule import Rule, Severity

RULE = Rule(
    name="workload-egress-route",
    description="Every ECS service and Lambda function has a proven path to each mail server that it names.",
    reference="Task networking (Amazon ECS); Giving Lambda functions access to resources in a VPC",
    remedy="Add an SES endpoint (SmtpEndpoint) or a NAT gateway (NatEgress) to the VPC of the workload.",
    severity=Severity.CRITICAL,
    judges=(*kinds.ECS_SERVICE, *kinds.ECS_EXPRESS_SERVICE, *kinds.LAMBDA_FUNCTION),
    check=egress_of("ecs", "lambda"),
    options=OPTIONS,
)
