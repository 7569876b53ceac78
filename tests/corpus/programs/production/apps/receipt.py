"""A function in public subnets, where functions get no public address."""

import pulumi_aws as aws
from fargate import task_role
from network import Network

network = Network("receipt")
aws.lambda_.Function(
    "receipt",
    name="receipt",
    role=task_role("receipt").arn,
    package_type="Image",
    image_uri="123456789012.dkr.ecr.us-east-1.amazonaws.com/receipt:1",
    environment={"variables": {"MAIL_SERVER": "smtp.gmail.com", "MAIL_PORT": "587"}},
    vpc_config={
        "subnet_ids": [subnet.id for subnet in network.public],
        "security_group_ids": [network.group.id],
    },
)
