"""Keycloak with public addresses, on the default capacity provider of its cluster."""

import json

import pulumi
import pulumi_aws as aws
from fargate import fargate
from network import Network

network = Network("login", nat="none")
cluster = aws.ecs.Cluster("login-cluster")
capacity = aws.ecs.ClusterCapacityProviders(
    "login-capacity",
    cluster_name=cluster.name,
    capacity_providers=["FARGATE"],
    default_capacity_provider_strategies=[{"capacity_provider": "FARGATE", "weight": 1}],
)
fargate(
    "login",
    network,
    json.dumps(
        [
            {
                "name": "keycloak",
                "image": "quay.io/keycloak/keycloak:25.0",
                "environment": [
                    {"name": "KC_SMTP_HOST", "value": "smtp.eu.mailgun.org"},
                    {"name": "KC_SMTP_PORT", "value": "587"},
                ],
            }
        ]
    ),
    subnets=network.public,
    public=True,
    launch_type=None,
    cluster=cluster,
    opts=pulumi.ResourceOptions(depends_on=[capacity]),
)
