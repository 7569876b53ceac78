"""Mail by Mailgun's API, named by a DSN, behind NAT."""

import json

from fargate import fargate
from network import Network

fargate(
    "crm",
    Network("crm"),
    json.dumps(
        [
            {
                "name": "php",
                "image": "registry.example.com/crm:11",
                "environment": [{"name": "MAILER_DSN", "value": "mailgun+https://default?region=eu"}],
            }
        ]
    ),
)
