"""A Django tracker in isolated subnets, with a database password from Secrets Manager."""

import json

import pulumi
import pulumi_aws as aws
from fargate import fargate
from network import Network

network = Network("tracker", nat="none")
repository = aws.ecr.Repository("tracker")
password = aws.secretsmanager.Secret("tracker-database")
fargate(
    "tracker",
    network,
    pulumi.Output.all(repository.repository_url, password.arn).apply(
        lambda args: json.dumps(
            [
                {
                    "name": "web",
                    "image": f"{args[0]}:latest",
                    "secrets": [{"name": "DATABASE_PASSWORD", "valueFrom": args[1]}],
                    "environment": [
                        {"name": "EMAIL_HOST", "value": "smtp.sendgrid.net"},
                        {"name": "EMAIL_PORT", "value": "587"},
                    ],
                }
            ]
        )
    ),
)
