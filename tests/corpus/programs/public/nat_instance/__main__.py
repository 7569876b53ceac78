"""A NAT instance in place of a gateway, to save its price."""

import json

import pulumi
import pulumi_aws as aws

vpc = aws.ec2.Vpc("cheap", cidr_block="10.130.0.0/16", enable_dns_hostnames=True)
igw = aws.ec2.InternetGateway("cheap", vpc_id=vpc.id)
public = aws.ec2.Subnet(
    "public",
    vpc_id=vpc.id,
    cidr_block="10.130.0.0/24",
    availability_zone="us-east-1a",
    map_public_ip_on_launch=True,
)
private = aws.ec2.Subnet("private", vpc_id=vpc.id, cidr_block="10.130.1.0/24", availability_zone="us-east-1a")
outside = aws.ec2.RouteTable(
    "public", vpc_id=vpc.id, routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": igw.id}]
)
aws.ec2.RouteTableAssociation("public", subnet_id=public.id, route_table_id=outside.id)
forward = aws.ec2.SecurityGroup(
    "forward",
    vpc_id=vpc.id,
    ingress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["10.130.0.0/16"]}],
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)
image = aws.ec2.get_ami(
    most_recent=True,
    owners=["568608671756"],
    filters=[{"name": "name", "values": ["fck-nat-al2023-*-arm64-ebs"]}],
)
instance = aws.ec2.Instance(
    "nat",
    ami=image.id,
    instance_type="t4g.nano",
    subnet_id=public.id,
    vpc_security_group_ids=[forward.id],
    associate_public_ip_address=True,
    source_dest_check=False,
    tags={"Name": "nat"},
)
inside = aws.ec2.RouteTable(
    "private",
    vpc_id=vpc.id,
    routes=[{"cidr_block": "0.0.0.0/0", "network_interface_id": instance.primary_network_interface_id}],
)
aws.ec2.RouteTableAssociation("private", subnet_id=private.id, route_table_id=inside.id)

group = aws.ec2.SecurityGroup(
    "app",
    vpc_id=vpc.id,
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)
task = aws.ecs.TaskDefinition(
    "app",
    family="app",
    cpu="256",
    memory="512",
    network_mode="awsvpc",
    requires_compatibilities=["FARGATE"],
    container_definitions=json.dumps(
        [
            {
                "name": "app",
                "image": "public.ecr.aws/example/app:1",
                "environment": [
                    {"name": "SMTP_HOST", "value": "smtp.fastmail.com"},
                    {"name": "SMTP_PORT", "value": "465"},
                ],
            }
        ]
    ),
)
aws.ecs.Service(
    "app",
    name="app",
    cluster=aws.ecs.Cluster("app").arn,
    task_definition=task.arn,
    launch_type="FARGATE",
    network_configuration={"subnets": [private.id], "security_groups": [group.id]},
    opts=pulumi.ResourceOptions(depends_on=[instance]),
)
