"""Isolated subnets with endpoints for what ECS itself needs, and mail by SendGrid's API: which has none."""

import json

from fargate import fargate
from network import Network

network = Network("invoices", nat="none")
for service in ("ecr.api", "ecr.dkr", "logs", "secretsmanager"):
    network.endpoint(service)
KEY = "arn:aws:secretsmanager:us-east-1:123456789012:secret:sendgrid-AbCdEf"
fargate(
    "invoices",
    network,
    json.dumps(
        [
            {
                "name": "worker",
                "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/invoices:3",
                "secrets": [{"name": "SENDGRID_API_KEY", "valueFrom": KEY}],
            }
        ]
    ),
)
