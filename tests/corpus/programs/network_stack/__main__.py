"""The network is another stack's; this one adds an SES endpoint, and later a NAT gateway beside it."""

import pulumi
import pulumi_aws as aws

network = pulumi.StackReference("organization/network/dev")
vpc_id = network.require_output("vpcId")
private = network.require_output("privateSubnetIds")
client = aws.ec2.SecurityGroup("client", vpc_id=vpc_id)
server = aws.ec2.SecurityGroup(
    "server",
    vpc_id=vpc_id,
    ingress=[{"protocol": "tcp", "from_port": 587, "to_port": 587, "security_groups": [client.id]}],
)
aws.ec2.SecurityGroupRule(
    "client-out",
    type="egress",
    security_group_id=client.id,
    source_security_group_id=server.id,
    protocol="tcp",
    from_port=587,
    to_port=587,
)
endpoint = aws.ec2.VpcEndpoint(
    "smtp",
    vpc_id=vpc_id,
    service_name="com.amazonaws.us-east-1.email-smtp",
    vpc_endpoint_type="Interface",
    private_dns_enabled=True,
    subnet_ids=private,
    security_group_ids=[server.id],
)
SES = "email-smtp.us-east-1.amazonaws.com"


def service(name, subnets, groups, host):
    connector = aws.apprunner.VpcConnector(
        name, vpc_connector_name=name, subnets=subnets, security_groups=groups
    )
    aws.apprunner.Service(
        name,
        service_name=name,
        source_configuration={
            "image_repository": {
                "image_identifier": "public.ecr.aws/example/app:1",
                "image_repository_type": "ECR_PUBLIC",
                "image_configuration": {
                    "runtime_environment_variables": {"SMTP_HOST": host, "SMTP_PORT": "587"}
                },
            }
        },
        network_configuration={
            "egress_configuration": {"egress_type": "VPC", "vpc_connector_arn": connector.arn}
        },
    )


service("ses", private, [client.id], SES)
service("ses-from-one-subnet", [private[0]], [client.id], SES)
service("ses-with-the-default-group", private, [network.require_output("defaultSecurityGroupId")], SES)
service("relay", private, [network.require_output("defaultSecurityGroupId")], "smtp-relay.brevo.com")
service("ses-from-public-subnets", network.require_output("publicSubnetIds"), [client.id], SES)
