"""Ghost behind NAT; its image is from a repository of the program, so that the definitions are an output."""

import pulumi
import pulumi_aws as aws
from fargate import fargate
from network import Network

network = Network("blog")
repository = aws.ecr.Repository("blog")
fargate(
    "blog",
    network,
    pulumi.Output.json_dumps(
        [
            {
                "name": "ghost",
                "image": pulumi.Output.concat(repository.repository_url, ":5"),
                "environment": [
                    {"name": "mail__transport", "value": "SMTP"},
                    {"name": "mail__options__host", "value": "smtp.eu.mailgun.org"},
                    {"name": "mail__options__port", "value": "465"},
                ],
            }
        ]
    ),
)
