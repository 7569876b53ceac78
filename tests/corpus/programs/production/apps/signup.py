"""A service that sends by SendGrid's API, its key in Secrets Manager."""

import json

from fargate import fargate
from network import Network

KEY = "arn:aws:secretsmanager:us-east-1:123456789012:secret:sendgrid-AbCdEf"
fargate(
    "signup",
    Network("signup"),
    json.dumps(
        [
            {
                "name": "api",
                "image": "registry.example.com/signup:7",
                "secrets": [{"name": "SENDGRID_API_KEY", "valueFrom": KEY}],
            }
        ]
    ),
)
