"""A Rails forum that names no port: Action Mailer takes 25, which AWS blocks."""

import json

from fargate import fargate
from network import Network

fargate(
    "forum",
    Network("forum"),
    json.dumps(
        [
            {
                "name": "web",
                "image": "registry.example.com/forum:12",
                "environment": [
                    {"name": "RAILS_ENV", "value": "production"},
                    {"name": "SMTP_ADDRESS", "value": "smtp.postmarkapp.com"},
                ],
            }
        ]
    ),
)
