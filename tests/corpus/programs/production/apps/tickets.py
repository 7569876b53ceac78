"""Mail through SES's SMTP endpoint alone."""

import json

from fargate import fargate
from network import Network

network = Network("tickets", nat="none")
network.endpoint("email-smtp", port=587)
fargate(
    "tickets",
    network,
    json.dumps(
        [
            {
                "name": "web",
                "image": "registry.example.com/tickets:2",
                "environment": [
                    {"name": "SMTP_HOST", "value": "email-smtp.us-east-1.amazonaws.com"},
                    {"name": "SMTP_PORT", "value": "587"},
                ],
            }
        ]
    ),
)
