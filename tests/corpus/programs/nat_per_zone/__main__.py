"""Public and private subnets in every zone, one NAT gateway per zone, routes inside the tables."""

import json

import pulumi
import pulumi_aws as aws

zones = aws.get_availability_zones(state="available").names[:2]
vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", enable_dns_hostnames=True)
gateway = aws.ec2.InternetGateway("main", vpc_id=vpc.id)
public = aws.ec2.RouteTable(
    "public", vpc_id=vpc.id, routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": gateway.id}]
)
private_subnets, public_subnets = [], []
for number, zone in enumerate(zones):
    outside = aws.ec2.Subnet(
        f"public-{zone}",
        vpc_id=vpc.id,
        cidr_block=f"10.0.{number}.0/24",
        availability_zone=zone,
        map_public_ip_on_launch=True,
    )
    aws.ec2.RouteTableAssociation(f"public-{zone}", subnet_id=outside.id, route_table_id=public.id)
    address = aws.ec2.Eip(f"nat-{zone}", domain="vpc")
    nat = aws.ec2.NatGateway(
        f"nat-{zone}",
        subnet_id=outside.id,
        allocation_id=address.id,
        opts=pulumi.ResourceOptions(depends_on=[gateway]),
    )
    inside = aws.ec2.Subnet(
        f"private-{zone}", vpc_id=vpc.id, cidr_block=f"10.0.{number + 10}.0/24", availability_zone=zone
    )
    table = aws.ec2.RouteTable(
        f"private-{zone}", vpc_id=vpc.id, routes=[{"cidr_block": "0.0.0.0/0", "nat_gateway_id": nat.id}]
    )
    aws.ec2.RouteTableAssociation(f"private-{zone}", subnet_id=inside.id, route_table_id=table.id)
    public_subnets.append(outside)
    private_subnets.append(inside)

open_group = aws.ec2.SecurityGroup(
    "open",
    vpc_id=vpc.id,
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)
closed_group = aws.ec2.SecurityGroup(
    "https-only",
    vpc_id=vpc.id,
    egress=[{"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["0.0.0.0/0"]}],
)


def service(name, subnets, groups, host="smtp-relay.brevo.com"):
    connector = aws.apprunner.VpcConnector(
        name,
        vpc_connector_name=name,
        subnets=[subnet.id for subnet in subnets],
        security_groups=[group.id for group in groups],
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


service("private", private_subnets, [open_group])
service("in-public-subnets", public_subnets, [open_group])
service("one-of-each", [private_subnets[0], public_subnets[1]], [open_group])
service("https-only", private_subnets, [closed_group])
service("two-groups", private_subnets, [closed_group, open_group])

role = aws.iam.Role(
    "function",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                }
            ],
        }
    ),
)
aws.lambda_.Function(
    "mailer",
    name="mailer",
    role=role.arn,
    package_type="Image",
    image_uri="123456789012.dkr.ecr.us-east-1.amazonaws.com/mailer:1",
    environment={"variables": {"SMTP_HOST": "smtp-relay.brevo.com", "SMTP_PORT": "587"}},
    vpc_config={
        "subnet_ids": [subnet.id for subnet in private_subnets],
        "security_group_ids": [open_group.id],
    },
)
pulumi.export("vpcId", vpc.id)
