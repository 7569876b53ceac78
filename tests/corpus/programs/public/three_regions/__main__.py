"""One product in three regions, each with SES of its own region."""

import json

import pulumi
import pulumi_aws as aws

REGIONS = {"us-east-1": 61, "us-west-2": 62, "eu-west-1": 63}


def deploy(region, second):
    provider = aws.Provider(region, region=region)
    opts = pulumi.ResourceOptions(provider=provider)
    vpc = aws.ec2.Vpc(region, cidr_block=f"10.{second}.0.0/16", enable_dns_hostnames=True, opts=opts)
    igw = aws.ec2.InternetGateway(region, vpc_id=vpc.id, opts=opts)
    outer = aws.ec2.RouteTable(
        f"{region}-outer",
        vpc_id=vpc.id,
        routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": igw.id}],
        opts=opts,
    )
    edge = aws.ec2.Subnet(
        f"{region}-edge",
        vpc_id=vpc.id,
        cidr_block=f"10.{second}.0.0/24",
        availability_zone=f"{region}a",
        opts=opts,
    )
    aws.ec2.RouteTableAssociation(f"{region}-edge", subnet_id=edge.id, route_table_id=outer.id, opts=opts)
    address = aws.ec2.Eip(region, domain="vpc", opts=opts)
    nat = aws.ec2.NatGateway(region, subnet_id=edge.id, allocation_id=address.id, opts=opts)
    inner = aws.ec2.RouteTable(
        f"{region}-inner",
        vpc_id=vpc.id,
        routes=[{"cidr_block": "0.0.0.0/0", "nat_gateway_id": nat.id}],
        opts=opts,
    )
    subnets = []
    for index, letter in enumerate("ab"):
        subnet = aws.ec2.Subnet(
            f"{region}-inner-{letter}",
            vpc_id=vpc.id,
            cidr_block=f"10.{second}.{10 + index}.0/24",
            availability_zone=f"{region}{letter}",
            opts=opts,
        )
        aws.ec2.RouteTableAssociation(
            f"{region}-inner-{letter}", subnet_id=subnet.id, route_table_id=inner.id, opts=opts
        )
        subnets.append(subnet.id)
    group = aws.ec2.SecurityGroup(
        region,
        vpc_id=vpc.id,
        egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
        opts=opts,
    )
    cluster = aws.ecs.Cluster(region, opts=opts)
    for process in ("api", "worker", "mailer"):
        name = f"{process}-{region}"
        task = aws.ecs.TaskDefinition(
            name,
            family=name,
            cpu="256",
            memory="512",
            network_mode="awsvpc",
            requires_compatibilities=["FARGATE"],
            container_definitions=json.dumps(
                [
                    {
                        "name": process,
                        "image": f"123456789012.dkr.ecr.{region}.amazonaws.com/{process}:1",
                        "environment": [
                            {"name": "SMTP_HOST", "value": f"email-smtp.{region}.amazonaws.com"},
                            {"name": "SMTP_PORT", "value": "465"},
                        ],
                    }
                ]
            ),
            opts=opts,
        )
        aws.ecs.Service(
            name,
            name=name,
            cluster=cluster.arn,
            task_definition=task.arn,
            launch_type="FARGATE",
            network_configuration={"subnets": subnets, "security_groups": [group.id]},
            opts=opts,
        )


for region, second in REGIONS.items():
    deploy(region, second)
