"""A network whose NAT gateways a flag of the configuration chooses."""

import json
from ipaddress import IPv4Network

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
nat_strategy = config.get("nat") or "single"
zone_count = config.get_int("zones") or 2
single = nat_strategy == "single"

network = IPv4Network("10.210.0.0/16")
blocks = network.subnets(new_prefix=22)
zones = aws.get_availability_zones(state="available").names[:zone_count]
vpc = aws.ec2.Vpc("main", cidr_block=str(network), enable_dns_hostnames=True, tags={"Name": "main"})
igw = aws.ec2.InternetGateway("main", vpc_id=vpc.id)
public_table = aws.ec2.RouteTable("public", vpc_id=vpc.id, tags={"Name": "public"})
aws.ec2.Route("public", route_table_id=public_table.id, destination_cidr_block="0.0.0.0/0", gateway_id=igw.id)
publics, privates, data = [], [], []
for zone in zones:
    for kind, found in (("public", publics), ("private", privates), ("data", data)):
        found.append(
            aws.ec2.Subnet(
                f"{kind}-{zone}",
                vpc_id=vpc.id,
                cidr_block=str(next(blocks)),
                availability_zone=zone,
                map_public_ip_on_launch=kind == "public",
                tags={"Name": f"{kind}-{zone}", "kubernetes.io/role/elb": "1"},
            )
        )
for zone, subnet in zip(zones, publics, strict=True):
    aws.ec2.RouteTableAssociation(f"public-{zone}", subnet_id=subnet.id, route_table_id=public_table.id)
gateways = []
if nat_strategy != "none":
    for zone, subnet in list(zip(zones, publics, strict=True))[: 1 if single else zone_count]:
        gateways.append(
            aws.ec2.NatGateway(
                f"nat-{zone}",
                subnet_id=subnet.id,
                allocation_id=aws.ec2.Eip(f"nat-{zone}", domain="vpc").id,
                opts=pulumi.ResourceOptions(depends_on=[igw]),
            )
        )
for index, zone in enumerate(zones):
    table = aws.ec2.RouteTable(f"private-{zone}", vpc_id=vpc.id)
    if gateways:
        aws.ec2.Route(
            f"private-{zone}",
            route_table_id=table.id,
            destination_cidr_block="0.0.0.0/0",
            nat_gateway_id=gateways[0 if single else index].id,
        )
    aws.ec2.RouteTableAssociation(f"private-{zone}", subnet_id=privates[index].id, route_table_id=table.id)

group = aws.ec2.SecurityGroup(
    "tasks",
    vpc_id=vpc.id,
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)
cluster = aws.ecs.Cluster("main")
repository = aws.ecr.Repository("main")


def environment(port):
    return [
        {"name": "MAIL_HOST", "value": "email-smtp.us-east-1.amazonaws.com"},
        {"name": "MAIL_PORT", "value": port},
    ]


def service(name, subnets, image, port="587"):
    task = aws.ecs.TaskDefinition(
        name,
        family=name,
        cpu="256",
        memory="512",
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        container_definitions=pulumi.Output.from_input(image).apply(
            lambda uri: json.dumps([{"name": name, "image": uri, "environment": environment(port)}])
        ),
    )
    aws.ecs.Service(
        name,
        name=name,
        cluster=cluster.arn,
        task_definition=task.arn,
        launch_type="FARGATE",
        network_configuration={
            "subnets": [subnet.id for subnet in subnets],
            "security_groups": [group.id],
        },
    )


for name in ("web", "worker", "cron"):
    service(name, privates, pulumi.Output.concat(repository.repository_url, ":", name))
service("static-image", privates, "nginx:1", "465")
service("beside-the-data", data, "nginx:1")
service("beside-the-edge", publics, "nginx:1")
