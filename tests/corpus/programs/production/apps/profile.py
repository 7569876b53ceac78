"""App Runner with a connector in private subnets behind NAT, and an environment that is an output."""

import pulumi_aws as aws
from network import Network

network = Network("profile")
bucket = aws.s3.Bucket("profile-pictures")
connector = aws.apprunner.VpcConnector(
    "profile",
    vpc_connector_name="profile",
    subnets=[subnet.id for subnet in network.private],
    security_groups=[network.group.id],
)
aws.apprunner.Service(
    "profile",
    service_name="profile",
    source_configuration={
        "image_repository": {
            "image_identifier": "public.ecr.aws/example/profile:2",
            "image_repository_type": "ECR_PUBLIC",
            "image_configuration": {
                "runtime_environment_variables": bucket.bucket.apply(
                    lambda name: {"BUCKET": name, "EMAIL_HOST": "smtp.mailgun.org", "EMAIL_PORT": "587"}
                )
            },
        },
        "auto_deployments_enabled": False,
    },
    network_configuration={
        "egress_configuration": {"egress_type": "VPC", "vpc_connector_arn": connector.arn}
    },
)
