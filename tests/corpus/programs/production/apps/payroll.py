""".NET with one NAT gateway in each zone."""

import json

from fargate import fargate
from network import Network

fargate(
    "payroll",
    Network("payroll", nat="each"),
    json.dumps(
        [
            {
                "name": "api",
                "image": "registry.example.com/payroll:2",
                "environment": [
                    {"name": "ASPNETCORE_ENVIRONMENT", "value": "Production"},
                    {"name": "Smtp__Host", "value": "smtp.office365.com"},
                    {"name": "Smtp__Port", "value": "587"},
                ],
            }
        ]
    ),
)
