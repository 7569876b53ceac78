"""Laravel that sends by SES's API, through its interface endpoint."""

import json

from fargate import fargate
from network import Network

network = Network("newsletter", nat="none")
network.endpoint("email")
fargate(
    "newsletter",
    network,
    json.dumps(
        [
            {
                "name": "php",
                "image": "registry.example.com/newsletter:6",
                "environment": [
                    {"name": "MAIL_MAILER", "value": "ses"},
                    {"name": "MAIL_HOST", "value": "mailpit"},
                    {"name": "AWS_DEFAULT_REGION", "value": "us-east-1"},
                ],
            }
        ]
    ),
)
