"""Laravel by SMTP, behind NAT, on Spot capacity."""

import json

from fargate import fargate
from network import Network

fargate(
    "courses",
    Network("courses"),
    json.dumps(
        [
            {
                "name": "php",
                "image": "registry.example.com/courses:3",
                "environment": [
                    {"name": "MAIL_MAILER", "value": "smtp"},
                    {"name": "MAIL_HOST", "value": "smtp.mailtrap.io"},
                    {"name": "MAIL_PORT", "value": "2525"},
                ],
            }
        ]
    ),
    launch_type=None,
    capacity_provider_strategies=[{"capacity_provider": "FARGATE_SPOT", "weight": 1}],
)
