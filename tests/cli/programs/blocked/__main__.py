"""The incident: all of the service's traffic goes through private subnets that have no default route."""

import pulumi_aws as aws

connector = aws.apprunner.VpcConnector(
    "backend",
    vpc_connector_name="backend",
    subnets=["subnet-058489269eab00608", "subnet-0a836887b9508ed97"],
    security_groups=["sg-01e6a4f3bd829c57e"],
)
aws.apprunner.Service(
    "backend",
    service_name="daadaar-backend",
    source_configuration={
        "image_repository": {
            "image_identifier": "public.ecr.aws/aws-containers/hello-app-runner:latest",
            "image_repository_type": "ECR_PUBLIC",
            "image_configuration": {
                "port": "8000",
                "runtime_environment_variables": {"SMTP_HOST": "smtp-relay.brevo.com", "SMTP_PORT": "587"},
            },
        }
    },
    network_configuration={
        "egress_configuration": {"egress_type": "VPC", "vpc_connector_arn": connector.arn}
    },
)
