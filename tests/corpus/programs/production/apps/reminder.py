"""A function beside a database in isolated subnets, which calls SES's API."""

import pulumi_aws as aws
from fargate import task_role
from network import Network

network = Network("reminder", nat="none")
aws.lambda_.Function(
    "reminder",
    name="reminder",
    role=task_role("reminder").arn,
    package_type="Image",
    image_uri="123456789012.dkr.ecr.us-east-1.amazonaws.com/reminder:1",
    environment={"variables": {"SES_REGION": "us-east-1"}},
    vpc_config={
        "subnet_ids": [subnet.id for subnet in network.private],
        "security_group_ids": [network.group.id],
    },
)
