"""A Next.js program whose public addresses are switched on by the configuration, which holds text."""

import json

import pulumi
from fargate import fargate
from network import Network

network = Network("dashboard", nat="none")
fargate(
    "dashboard",
    network,
    json.dumps(
        [
            {
                "name": "next",
                "image": "registry.example.com/dashboard:5",
                "environment": [{"name": "EMAIL_SERVER", "value": "smtp://shop@smtp.resend.com:587"}],
            }
        ]
    ),
    subnets=network.public,
    public=pulumi.Config().get("publicIp"),
)
