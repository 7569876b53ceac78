"""Tasks of their own network interfaces on instances, in public and private subnets."""

import base64
import json

import pulumi
import pulumi_aws as aws

vpc = aws.ec2.Vpc("ecs", cidr_block="10.60.0.0/16", enable_dns_hostnames=True)
igw = aws.ec2.InternetGateway("ecs", vpc_id=vpc.id)
public = aws.ec2.Subnet(
    "public",
    vpc_id=vpc.id,
    cidr_block="10.60.0.0/24",
    availability_zone="us-east-1a",
    map_public_ip_on_launch=True,
)
private = aws.ec2.Subnet("private", vpc_id=vpc.id, cidr_block="10.60.1.0/24", availability_zone="us-east-1a")
table = aws.ec2.RouteTable("public", vpc_id=vpc.id)
aws.ec2.Route("public", route_table_id=table.id, destination_cidr_block="0.0.0.0/0", gateway_id=igw.id)
aws.ec2.RouteTableAssociation("public", subnet_id=public.id, route_table_id=table.id)
nat = aws.ec2.NatGateway("nat", subnet_id=public.id, allocation_id=aws.ec2.Eip("nat", domain="vpc").id)
inside = aws.ec2.RouteTable("private", vpc_id=vpc.id)
aws.ec2.Route("private", route_table_id=inside.id, destination_cidr_block="0.0.0.0/0", nat_gateway_id=nat.id)
aws.ec2.RouteTableAssociation("private", subnet_id=private.id, route_table_id=inside.id)
group = aws.ec2.SecurityGroup(
    "ecs",
    vpc_id=vpc.id,
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)

cluster = aws.ecs.Cluster("ecs", name="ecs")
ami = aws.ec2.get_ami(
    most_recent=True,
    owners=["amazon"],
    filters=[{"name": "name", "values": ["al2023-ami-ecs-hvm-*-x86_64"]}],
)
template = aws.ec2.LaunchTemplate(
    "ecs",
    image_id=ami.id,
    instance_type="t3.large",
    vpc_security_group_ids=[group.id],
    user_data=base64.b64encode(b"#!/bin/bash\necho ECS_CLUSTER=ecs >> /etc/ecs/ecs.config\n").decode(),
)
fleet = aws.autoscaling.Group(
    "ecs",
    name="ecs-instances",
    min_size=1,
    max_size=4,
    vpc_zone_identifiers=[private.id],
    launch_template={"id": template.id, "version": "$Latest"},
    protect_from_scale_in=True,
)
provider = aws.ecs.CapacityProvider(
    "ecs",
    auto_scaling_group_provider={
        "auto_scaling_group_arn": fleet.arn,
        "managed_scaling": {"status": "ENABLED", "target_capacity": 90},
    },
)
aws.ecs.ClusterCapacityProviders("ecs", cluster_name=cluster.name, capacity_providers=[provider.name])
task = aws.ecs.TaskDefinition(
    "rails",
    family="rails",
    network_mode="awsvpc",
    container_definitions=json.dumps(
        [
            {
                "name": "rails",
                "image": "registry.example.com/rails:7",
                "memory": 512,
                "environment": [
                    {"name": "RAILS_ENV", "value": "production"},
                    {"name": "SMTP_ADDRESS", "value": "smtp.mandrillapp.com"},
                    {"name": "SMTP_PORT", "value": "587"},
                ],
            }
        ]
    ),
)
for name, subnet, options in (
    ("private", private, {"launch_type": "EC2"}),
    ("public", public, {"launch_type": "EC2"}),
    (
        "by-provider",
        private,
        {"capacity_provider_strategies": [{"capacity_provider": provider.name, "weight": 1}]},
    ),
):
    aws.ecs.Service(
        name,
        name=name,
        cluster=cluster.arn,
        task_definition=task.arn,
        network_configuration={"subnets": [subnet.id], "security_groups": [group.id]},
        opts=pulumi.ResourceOptions(depends_on=[fleet]),
        **options,
    )
