"""Discourse on instances in public subnets: tasks there have no public addresses."""

import json

from fargate import fargate
from network import Network

network = Network("community", nat="none")
fargate(
    "community",
    network,
    json.dumps(
        [
            {
                "name": "web",
                "image": "discourse/discourse:3.3",
                "environment": [
                    {"name": "DISCOURSE_SMTP_ADDRESS", "value": "smtp.mailgun.org"},
                    {"name": "DISCOURSE_SMTP_PORT", "value": "587"},
                ],
            }
        ]
    ),
    subnets=network.public,
    launch_type="EC2",
)
