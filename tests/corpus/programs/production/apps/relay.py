"""A relay in a container beside the program, which the program knows as localhost."""

import json

from fargate import fargate
from network import Network

fargate(
    "relay",
    Network("relay"),
    json.dumps(
        [
            {"name": "postfix", "image": "registry.example.com/postfix:3"},
            {
                "name": "web",
                "image": "registry.example.com/web:9",
                "environment": [{"name": "SMTP_HOST", "value": "localhost"}],
            },
        ]
    ),
)
