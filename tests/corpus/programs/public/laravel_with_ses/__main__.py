"""A Laravel application that sends by the API of SES, in three environments of one account."""

import json

import pulumi
import pulumi_aws as aws

ENVIRONMENTS = {
    "staging": {"second": 221, "nat": False, "mailer": "log"},
    "preview": {"second": 222, "nat": False, "mailer": "ses"},
    "live": {"second": 223, "nat": True, "mailer": "ses"},
}
region = aws.config.region
ecs = aws.ecs.Cluster("laravel")
identity = aws.sesv2.EmailIdentity("domain", email_identity="mail.example.com")


def network(name, second, with_nat):
    vpc = aws.ec2.Vpc(name, cidr_block=f"10.{second}.0.0/16", enable_dns_hostnames=True)
    gateway = aws.ec2.InternetGateway(name, vpc_id=vpc.id)
    public = aws.ec2.Subnet(
        f"{name}-public", vpc_id=vpc.id, cidr_block=f"10.{second}.0.0/24", availability_zone=f"{region}a"
    )
    private = aws.ec2.Subnet(
        f"{name}-private", vpc_id=vpc.id, cidr_block=f"10.{second}.1.0/24", availability_zone=f"{region}a"
    )
    outer = aws.ec2.RouteTable(
        f"{name}-public",
        vpc_id=vpc.id,
        routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": gateway.id}],
    )
    aws.ec2.RouteTableAssociation(f"{name}-public", subnet_id=public.id, route_table_id=outer.id)
    inner = aws.ec2.RouteTable(f"{name}-private", vpc_id=vpc.id)
    aws.ec2.RouteTableAssociation(f"{name}-private", subnet_id=private.id, route_table_id=inner.id)
    if with_nat:
        nat = aws.ec2.NatGateway(name, subnet_id=public.id, allocation_id=aws.ec2.Eip(name, domain="vpc").id)
        aws.ec2.Route(
            f"{name}-nat",
            route_table_id=inner.id,
            destination_cidr_block="0.0.0.0/0",
            nat_gateway_id=nat.id,
        )
    group = aws.ec2.SecurityGroup(
        name,
        vpc_id=vpc.id,
        egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
    )
    return vpc, private, group


def process(name, environment, private, group, command):
    task = aws.ecs.TaskDefinition(
        name,
        family=name,
        cpu="512",
        memory="1024",
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        container_definitions=json.dumps(
            [
                {
                    "name": "php",
                    "image": "public.ecr.aws/example/laravel:11",
                    "command": command,
                    "environment": [
                        {"name": "APP_NAME", "value": name},
                        {"name": "MAIL_MAILER", "value": environment["mailer"]},
                        {"name": "MAIL_FROM_ADDRESS", "value": "hello@mail.example.com"},
                        {"name": "AWS_DEFAULT_REGION", "value": region},
                    ],
                }
            ]
        ),
    )
    aws.ecs.Service(
        name,
        name=name,
        cluster=ecs.arn,
        task_definition=task.arn,
        launch_type="FARGATE",
        network_configuration={"subnets": [private.id], "security_groups": [group.id]},
    )


for name, environment in ENVIRONMENTS.items():
    vpc, private, group = network(name, environment["second"], environment["nat"])
    process(f"{name}-octane", environment, private, group, ["php", "artisan", "octane:start"])
    process(f"{name}-horizon", environment, private, group, ["php", "artisan", "horizon"])
pulumi.export("identity", identity.arn)
