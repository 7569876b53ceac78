"""Grafana in isolated subnets: nothing leads out of them."""

import json

from fargate import fargate
from network import Network

fargate(
    "metrics",
    Network("metrics", nat="none"),
    json.dumps(
        [
            {
                "name": "grafana",
                "image": "grafana/grafana:11.1.0",
                "environment": [
                    {"name": "GF_SMTP_ENABLED", "value": "true"},
                    {"name": "GF_SMTP_HOST", "value": "smtp.office365.com:587"},
                ],
            }
        ]
    ),
)
