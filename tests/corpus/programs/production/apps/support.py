"""The same with an image of the program's own repository."""

import pulumi
import pulumi_aws as aws
from fargate import fargate
from network import Network

network = Network("support", nat="none")
network.endpoint("email-smtp", port=587)
repository = aws.ecr.Repository("support")
fargate(
    "support",
    network,
    pulumi.Output.json_dumps(
        [
            {
                "name": "web",
                "image": repository.repository_url,
                "environment": [
                    {"name": "SMTP_HOST", "value": "email-smtp.us-east-1.amazonaws.com"},
                    {"name": "SMTP_PORT", "value": "587"},
                ],
            }
        ]
    ),
)
