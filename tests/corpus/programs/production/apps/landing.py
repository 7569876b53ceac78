"""App Runner with the service's own way out, and an environment that is an output."""

import pulumi_aws as aws

table = aws.dynamodb.Table(
    "landing", attributes=[{"name": "id", "type": "S"}], hash_key="id", billing_mode="PAY_PER_REQUEST"
)
aws.apprunner.Service(
    "landing",
    service_name="landing",
    source_configuration={
        "image_repository": {
            "image_identifier": "public.ecr.aws/example/landing:1",
            "image_repository_type": "ECR_PUBLIC",
            "image_configuration": {
                "runtime_environment_variables": table.name.apply(
                    lambda name: {"TABLE": name, "SMTP_HOST": "smtp-relay.brevo.com"}
                )
            },
        },
        "auto_deployments_enabled": False,
    },
)
