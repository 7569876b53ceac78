"""A function outside any VPC that sends by Resend's API."""

import pulumi_aws as aws
from fargate import task_role

aws.lambda_.Function(
    "digest",
    name="digest",
    role=task_role("digest").arn,
    package_type="Image",
    image_uri="123456789012.dkr.ecr.us-east-1.amazonaws.com/digest:1",
    environment={"variables": {"RESEND_API_KEY_ARN": "arn:secret", "RESEND_API_KEY": "re_example"}},
)
