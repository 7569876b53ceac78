"""The same, with an image of its own repository: before the update, any port might be meant."""

import pulumi
import pulumi_aws as aws
from fargate import fargate
from network import Network

OUT = [
    {"protocol": "tcp", "from_port": port, "to_port": port, "cidr_blocks": ["0.0.0.0/0"]}
    for port in (443, 587)
]
repository = aws.ecr.Repository("audit")
fargate(
    "audit",
    Network("audit", egress=OUT),
    pulumi.Output.json_dumps(
        [
            {
                "name": "web",
                "image": repository.repository_url,
                "environment": [
                    {"name": "SMTP_HOST", "value": "smtp.mailgun.org"},
                    {"name": "SMTP_PORT", "value": "587"},
                ],
            }
        ]
    ),
)
