"""A VPC that is there already, found in every way that a program can find it."""

import pulumi
import pulumi_aws as aws

ANYWHERE = "0.0.0.0/0"
vpc = aws.ec2.get_vpc(filters=[{"name": "tag:Name", "values": ["shop"]}])
found = aws.ec2.get_subnets(
    filters=[{"name": "vpc-id", "values": [vpc.id]}, {"name": "tag:Tier", "values": ["private"]}]
)
later = aws.ec2.get_subnets_output(
    filters=[{"name": "vpc-id", "values": [vpc.id]}, {"name": "tag:Tier", "values": ["private"]}]
)
read = aws.ec2.Subnet.get("read", "subnet-0000000000000000a")
group = aws.ec2.SecurityGroup(
    "mail",
    vpc_id=vpc.id,
    egress=[{"protocol": "tcp", "from_port": 587, "to_port": 587, "cidr_blocks": [ANYWHERE]}],
)


def service(name, subnets, host="smtp-relay.brevo.com"):
    connector = aws.apprunner.VpcConnector(
        name, vpc_connector_name=name, subnets=subnets, security_groups=[group.id]
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


address = aws.ec2.Eip("nat", domain="vpc")
nat = aws.ec2.NatGateway("nat", subnet_id="subnet-0000000000000000c", allocation_id=address.id)
table = aws.ec2.get_route_table(subnet_id="subnet-0000000000000000a")
aws.ec2.Route("nat", route_table_id=table.id, destination_cidr_block=ANYWHERE, nat_gateway_id=nat.id)

service("by-invoke", found.ids)
service("by-output", later.ids)
service("by-get", [read.id])
service("by-id", ["subnet-0000000000000000b"])
service("public", ["subnet-0000000000000000c"])

added = aws.ec2.Subnet("added", vpc_id=vpc.id, cidr_block="10.9.7.0/24")
service("new-subnet-on-the-main-table", [added.id])
routed = aws.ec2.Subnet("routed", vpc_id=vpc.id, cidr_block="10.9.8.0/24")
aws.ec2.RouteTableAssociation("routed", subnet_id=routed.id, route_table_id=table.id)
service("new-subnet-on-a-found-table", [routed.id])
service("one-found-one-new", [read.id, routed.id])
service("found-and-new-as-one-list", pulumi.Output.all(read.id, routed.id))
