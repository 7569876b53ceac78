"""Central egress: a transit gateway, and NAT in a VPC of its own."""

import pulumi
import pulumi_aws as aws

hub = aws.ec2transitgateway.TransitGateway("hub")
egress = aws.ec2.Vpc("egress", cidr_block="10.0.0.0/16")
gateway = aws.ec2.InternetGateway("egress", vpc_id=egress.id)
public = aws.ec2.Subnet("public", vpc_id=egress.id, cidr_block="10.0.0.0/24", availability_zone="us-east-1a")
attached = aws.ec2.Subnet(
    "attached", vpc_id=egress.id, cidr_block="10.0.1.0/24", availability_zone="us-east-1a"
)
nat = aws.ec2.NatGateway(
    "egress",
    subnet_id=public.id,
    allocation_id=aws.ec2.Eip("egress", domain="vpc").id,
    opts=pulumi.ResourceOptions(depends_on=[gateway]),
)
to_egress = aws.ec2transitgateway.VpcAttachment(
    "egress", transit_gateway_id=hub.id, vpc_id=egress.id, subnet_ids=[attached.id]
)
inside = aws.ec2.RouteTable(
    "attached", vpc_id=egress.id, routes=[{"cidr_block": "0.0.0.0/0", "nat_gateway_id": nat.id}]
)
aws.ec2.RouteTableAssociation("attached", subnet_id=attached.id, route_table_id=inside.id)
outside = aws.ec2.RouteTable("public", vpc_id=egress.id)
aws.ec2.RouteTableAssociation("public", subnet_id=public.id, route_table_id=outside.id)
aws.ec2.Route("public", route_table_id=outside.id, destination_cidr_block="0.0.0.0/0", gateway_id=gateway.id)
aws.ec2.Route(
    "back",
    route_table_id=outside.id,
    destination_cidr_block="10.0.0.0/9",
    transit_gateway_id=hub.id,
)
aws.ec2transitgateway.Route(
    "default",
    transit_gateway_route_table_id=hub.association_default_route_table_id,
    transit_gateway_attachment_id=to_egress.id,
    destination_cidr_block="0.0.0.0/0",
)


def spoke(name, block, attach=True):
    vpc = aws.ec2.Vpc(name, cidr_block=f"10.{block}.0.0/16")
    subnet = aws.ec2.Subnet(
        name, vpc_id=vpc.id, cidr_block=f"10.{block}.0.0/24", availability_zone="us-east-1a"
    )
    table = aws.ec2.RouteTable(name, vpc_id=vpc.id)
    aws.ec2.RouteTableAssociation(name, subnet_id=subnet.id, route_table_id=table.id)
    aws.ec2.Route(
        name, route_table_id=table.id, destination_cidr_block="0.0.0.0/0", transit_gateway_id=hub.id
    )
    if attach:
        aws.ec2transitgateway.VpcAttachment(
            name, transit_gateway_id=hub.id, vpc_id=vpc.id, subnet_ids=[subnet.id]
        )
    connector = aws.apprunner.VpcConnector(
        name,
        vpc_connector_name=name,
        subnets=[subnet.id],
        security_groups=[vpc.default_security_group_id],
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
                        "SMTP_HOST": "smtp-relay.brevo.com",
                        "SMTP_PORT": "587",
                    }
                },
            }
        },
        network_configuration={
            "egress_configuration": {"egress_type": "VPC", "vpc_connector_arn": connector.arn}
        },
    )


spoke("spoke", 1)
spoke("outside-the-route-back", 200)
spoke("not-attached", 2, attach=False)
