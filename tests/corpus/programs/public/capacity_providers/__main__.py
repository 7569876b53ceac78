"""A cluster that runs its services on Fargate and Fargate Spot by its capacity providers."""

import json

import pulumi
import pulumi_aws as aws

vpc = aws.ec2.Vpc("workers", cidr_block="10.50.0.0/20", enable_dns_hostnames=True)
gateway = aws.ec2.InternetGateway("workers", vpc_id=vpc.id)
aws.ec2.DefaultRouteTable(
    "workers",
    default_route_table_id=vpc.default_route_table_id,
    routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": gateway.id}],
)
subnets = [
    aws.ec2.Subnet(
        f"workers-{index}",
        vpc_id=vpc.id,
        cidr_block=f"10.50.{index}.0/24",
        availability_zone=f"us-east-1{letter}",
        map_public_ip_on_launch=True,
    )
    for index, letter in enumerate("abc")
]
group = aws.ec2.SecurityGroup(
    "workers",
    vpc_id=vpc.id,
    egress=[
        {
            "protocol": "-1",
            "from_port": 0,
            "to_port": 0,
            "cidr_blocks": ["0.0.0.0/0"],
            "ipv6_cidr_blocks": ["::/0"],
        }
    ],
)
cluster = aws.ecs.Cluster("workers", name="workers")
providers = aws.ecs.ClusterCapacityProviders(
    "workers",
    cluster_name=cluster.name,
    capacity_providers=["FARGATE", "FARGATE_SPOT"],
    default_capacity_provider_strategies=[
        {"capacity_provider": "FARGATE_SPOT", "weight": 3},
        {"capacity_provider": "FARGATE", "weight": 1, "base": 1},
    ],
)


def worker(name, **options):
    definition = aws.ecs.TaskDefinition(
        name,
        family=name,
        cpu="256",
        memory="512",
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        container_definitions=json.dumps(
            [
                {
                    "name": "worker",
                    "image": "ghcr.io/example/worker:2024-11",
                    "environment": [{"name": "SMTP_URL", "value": "smtps://smtp.resend.com:465"}],
                }
            ]
        ),
    )
    aws.ecs.Service(
        name,
        name=name,
        cluster=cluster.arn,
        task_definition=definition.arn,
        desired_count=4,
        network_configuration={
            "subnets": [subnet.id for subnet in subnets],
            "security_groups": [group.id],
            "assign_public_ip": True,
        },
        **options,
    )


worker("by-default", opts=pulumi.ResourceOptions(depends_on=[providers]))
worker("spot", capacity_provider_strategies=[{"capacity_provider": "FARGATE_SPOT", "weight": 1}])
worker(
    "mixed",
    capacity_provider_strategies=[
        {"capacity_provider": "FARGATE", "base": 1, "weight": 1},
        {"capacity_provider": "FARGATE_SPOT", "weight": 4},
    ],
)
worker("launch-type", launch_type="FARGATE")
