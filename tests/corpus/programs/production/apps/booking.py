"""Symfony in public subnets, without the public addresses that it would need there."""

import json

from fargate import fargate
from network import Network

network = Network("booking", nat="none")
fargate(
    "booking",
    network,
    json.dumps(
        [
            {
                "name": "php",
                "image": "registry.example.com/booking:4",
                "environment": [{"name": "MAILER_DSN", "value": "smtps://booking@smtp-relay.brevo.com:465"}],
            }
        ]
    ),
    subnets=network.public,
)
