"""Laravel by SMTP, behind NAT, on Spot capacity."""

import json

import pulumi
import pulumi_aws as aws
from fargate import fargate
from network import Network

cluster = aws.ecs.Cluster("courses")
spot = aws.ecs.ClusterCapacityProviders(
    "courses", cluster_name=cluster.name, capacity_providers=["FARGATE_SPOT"]
)

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
    cluster=cluster,
    launch_type=None,
    capacity_provider_strategies=[{"capacity_provider": "FARGATE_SPOT", "weight": 1}],
    opts=pulumi.ResourceOptions(depends_on=[spot]),
)
