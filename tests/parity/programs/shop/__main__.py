"""A service whose mail leaves through a NAT gateway, or, with `way: none`, not at all."""

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
zone = config.require("zone")
block = "10.0.1.0/24" if zone == "us-east-1a" else "10.0.2.0/24"

vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16")
internet = aws.ec2.InternetGateway("internet", vpc_id=vpc.id)
public = aws.ec2.Subnet("public", vpc_id=vpc.id, cidr_block="10.0.0.0/24", availability_zone="us-east-1a")
public_table = aws.ec2.RouteTable("public", vpc_id=vpc.id)
aws.ec2.RouteTableAssociation("public", subnet_id=public.id, route_table_id=public_table.id)
out = aws.ec2.Route(
    "out", route_table_id=public_table.id, destination_cidr_block="0.0.0.0/0", gateway_id=internet.id
)

private = aws.ec2.Subnet("private", vpc_id=vpc.id, cidr_block=block, availability_zone=zone)
private_table = aws.ec2.RouteTable("private", vpc_id=vpc.id)
aws.ec2.RouteTableAssociation("private", subnet_id=private.id, route_table_id=private_table.id)

if config.require("way") == "nat":
    address = aws.ec2.Eip("nat", domain="vpc")
    nat = aws.ec2.NatGateway(
        "nat",
        allocation_id=address.allocation_id,
        subnet_id=public.id,
        opts=pulumi.ResourceOptions(depends_on=[out]),
    )
    aws.ec2.Route(
        "nat", route_table_id=private_table.id, destination_cidr_block="0.0.0.0/0", nat_gateway_id=nat.id
    )

group = aws.ec2.SecurityGroup(
    "shop",
    vpc_id=vpc.id,
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)
connector = aws.apprunner.VpcConnector(
    "shop", vpc_connector_name="shop", subnets=[private.id], security_groups=[group.id]
)
service = aws.apprunner.Service(
    "shop",
    service_name="shop",
    source_configuration={
        "image_repository": {
            "image_identifier": "public.ecr.aws/aws-containers/hello-app-runner:latest",
            "image_repository_type": "ECR_PUBLIC",
            "image_configuration": {
                "runtime_environment_variables": {"SMTP_HOST": "smtp-relay.brevo.com", "SMTP_PORT": "587"}
            },
        },
        "auto_deployments_enabled": False,
    },
    network_configuration={
        "egress_configuration": {"egress_type": "VPC", "vpc_connector_arn": connector.arn}
    },
)
pulumi.export("service", service.arn)
