"""ECS Express Mode in private subnets behind NAT, with a Sentry mail host."""

import pulumi_aws as aws
from fargate import task_role
from network import Network

network = Network("express")
aws.ecs.ExpressGatewayService(
    "express",
    service_name="express-sentry",
    execution_role_arn=task_role("express").arn,
    infrastructure_role_arn=task_role("express-infrastructure").arn,
    primary_container={
        "image": "getsentry/sentry:24.8.0",
        "environments": [
            {"name": "SENTRY_EMAIL_HOST", "value": "smtp.sendgrid.net"},
            {"name": "SENTRY_EMAIL_PORT", "value": "587"},
        ],
    },
    network_configurations=[
        {"subnets": [subnet.id for subnet in network.private], "security_groups": [network.group.id]}
    ],
)
