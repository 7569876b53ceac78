"""App Runner whose connector leads into isolated subnets: the incident, with Postmark's API."""

import pulumi_aws as aws
from fargate import task_role
from network import Network

network = Network("orders", nat="none")
connector = aws.apprunner.VpcConnector(
    "orders",
    vpc_connector_name="orders",
    subnets=[subnet.id for subnet in network.private],
    security_groups=[network.group.id],
)
aws.apprunner.Service(
    "orders",
    service_name="orders",
    source_configuration={
        "image_repository": {
            "image_identifier": "public.ecr.aws/example/orders:9",
            "image_repository_type": "ECR_PUBLIC",
            "image_configuration": {
                "runtime_environment_secrets": {
                    "POSTMARK_SERVER_TOKEN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:postmark"
                }
            },
        },
        "auto_deployments_enabled": False,
    },
    instance_configuration={"instance_role_arn": task_role("orders").arn},
    network_configuration={
        "egress_configuration": {"egress_type": "VPC", "vpc_connector_arn": connector.arn}
    },
)
