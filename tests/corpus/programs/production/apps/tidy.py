"""A security group that lets out the submission port alone, which is all that the program needs."""

import json

from fargate import fargate
from network import Network

OUT = [
    {"protocol": "tcp", "from_port": port, "to_port": port, "cidr_blocks": ["0.0.0.0/0"]}
    for port in (443, 587)
]
fargate(
    "tidy",
    Network("tidy", egress=OUT),
    json.dumps(
        [
            {
                "name": "web",
                "image": "registry.example.com/tidy:1",
                "environment": [
                    {"name": "SMTP_HOST", "value": "smtp.mailgun.org"},
                    {"name": "SMTP_PORT", "value": "587"},
                ],
            }
        ]
    ),
)
