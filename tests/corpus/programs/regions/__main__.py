"""Two regions through two providers, an SES endpoint in each."""

import pulumi
import pulumi_aws as aws


def stack(name, region, host_region, provider):
    opts = pulumi.ResourceOptions(provider=provider)
    vpc = aws.ec2.Vpc(name, cidr_block="10.0.0.0/16", enable_dns_hostnames=True, opts=opts)
    subnet = aws.ec2.Subnet(
        name, vpc_id=vpc.id, cidr_block="10.0.0.0/24", availability_zone=f"{region}a", opts=opts
    )
    group = aws.ec2.SecurityGroup(
        name,
        vpc_id=vpc.id,
        ingress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "self": True}],
        egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
        opts=opts,
    )
    aws.ec2.VpcEndpoint(
        name,
        vpc_id=vpc.id,
        service_name=f"com.amazonaws.{region}.email-smtp",
        vpc_endpoint_type="Interface",
        private_dns_enabled=True,
        subnet_ids=[subnet.id],
        security_group_ids=[group.id],
        opts=opts,
    )
    connector = aws.apprunner.VpcConnector(
        name, vpc_connector_name=name, subnets=[subnet.id], security_groups=[group.id], opts=opts
    )
    aws.apprunner.Service(
        name,
        service_name=name,
        source_configuration={
            "image_repository": {
                "image_identifier": "public.ecr.aws/example/app:1",
                "image_repository_type": "ECR_PUBLIC",
                "image_configuration": {
                    "runtime_environment_variables": {
                        "SMTP_HOST": f"email-smtp.{host_region}.amazonaws.com",
                        "SMTP_PORT": "587",
                    }
                },
            }
        },
        network_configuration={
            "egress_configuration": {"egress_type": "VPC", "vpc_connector_arn": connector.arn}
        },
        opts=opts,
    )


ireland = aws.Provider("ireland", region="eu-west-1")
frankfurt = aws.Provider("frankfurt", region="eu-central-1")
stack("ireland", "eu-west-1", "eu-west-1", ireland)
stack("frankfurt", "eu-central-1", "eu-central-1", frankfurt)
stack("mail-of-another-region", "eu-central-1", "eu-west-1", frankfurt)
