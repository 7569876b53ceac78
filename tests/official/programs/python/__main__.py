"""An App Runner service that mails through a NAT gateway."""

import pulumi
import pulumi_aws as aws

network = aws.ec2.Vpc("network", cidr_block="10.0.0.0/16", enable_dns_hostnames=True)
internet = aws.ec2.InternetGateway("internet", vpc_id=network.id)
public, private_a, private_b = (
    aws.ec2.Subnet(name, vpc_id=network.id, cidr_block=f"10.0.{number}.0/24", availability_zone=zone)
    for number, (name, zone) in enumerate(
        [("public", "us-east-1a"), ("private-a", "us-east-1a"), ("private-b", "us-east-1b")]
    )
)
public_routes = aws.ec2.RouteTable(
    "public-routes", vpc_id=network.id, routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": internet.id}]
)
private_routes = aws.ec2.RouteTable("private-routes", vpc_id=network.id)
for name, subnet, table in [
    ("public", public, public_routes),
    ("private-a", private_a, private_routes),
    ("private-b", private_b, private_routes),
]:
    aws.ec2.RouteTableAssociation(f"{name}-association", subnet_id=subnet.id, route_table_id=table.id)

address = aws.ec2.Eip("address", domain="vpc")
nat = aws.ec2.NatGateway(
    "nat",
    subnet_id=public.id,
    allocation_id=address.allocation_id,
    opts=pulumi.ResourceOptions(depends_on=[internet]),
)
aws.ec2.Route(
    "default-route",
    route_table_id=private_routes.id,
    destination_cidr_block="0.0.0.0/0",
    nat_gateway_id=nat.id,
)

group = aws.ec2.SecurityGroup(
    "open",
    vpc_id=network.id,
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)
connector = aws.apprunner.VpcConnector(
    "connector",
    vpc_connector_name="shop",
    subnets=[private_a.id, private_b.id],
    security_groups=[group.id],
)
service = aws.apprunner.Service(
    "service",
    service_name="shop",
    source_configuration={
        "auto_deployments_enabled": False,
        "image_repository": {
            "image_identifier": "public.ecr.aws/nginx/nginx:latest",
            "image_repository_type": "ECR_PUBLIC",
            "image_configuration": {
                "runtime_environment_variables": {"SMTP_HOST": "smtp-relay.brevo.com", "SMTP_PORT": "587"}
            },
        },
    },
    network_configuration={
        "egress_configuration": {"egress_type": "VPC", "vpc_connector_arn": connector.arn}
    },
)

pulumi.export("url", service.service_url)
