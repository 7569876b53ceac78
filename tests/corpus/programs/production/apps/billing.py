"""Spring Boot whose security group lets out HTTPS and PostgreSQL alone."""

import json

from fargate import fargate
from network import Network

OUT = [
    {"protocol": "tcp", "from_port": port, "to_port": port, "cidr_blocks": ["0.0.0.0/0"]}
    for port in (443, 5432)
]
fargate(
    "billing",
    Network("billing", egress=OUT),
    json.dumps(
        [
            {
                "name": "app",
                "image": "registry.example.com/billing:8",
                "environment": [
                    {"name": "SPRING_MAIL_HOST", "value": "smtp.gmail.com"},
                    {"name": "SPRING_MAIL_PORT", "value": "587"},
                ],
            }
        ]
    ),
)
