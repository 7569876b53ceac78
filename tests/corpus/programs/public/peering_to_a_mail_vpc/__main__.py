"""Services of two VPCs that share the SES endpoint of a third, over peering."""

import json

import pulumi
import pulumi_aws as aws

region = "us-east-1"
host = f"email-smtp.{region}.amazonaws.com"
ANY = [{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]


def network(name, second):
    vpc = aws.ec2.Vpc(name, cidr_block=f"10.{second}.0.0/16", enable_dns_hostnames=True, tags={"Name": name})
    table = aws.ec2.RouteTable(name, vpc_id=vpc.id)
    subnets = []
    for third, zone in enumerate("ab"):
        subnet = aws.ec2.Subnet(
            f"{name}-{zone}",
            vpc_id=vpc.id,
            cidr_block=f"10.{second}.{third}.0/24",
            availability_zone=f"{region}{zone}",
        )
        aws.ec2.RouteTableAssociation(f"{name}-{zone}", subnet_id=subnet.id, route_table_id=table.id)
        subnets.append(subnet.id)
    return vpc, table, subnets


shared, shared_table, shared_subnets = network("shared", 170)
entry = aws.ec2.SecurityGroup(
    "entry",
    vpc_id=shared.id,
    ingress=[{"protocol": "tcp", "from_port": 587, "to_port": 587, "cidr_blocks": ["10.0.0.0/8"]}],
)
endpoint = aws.ec2.VpcEndpoint(
    "ses",
    vpc_id=shared.id,
    service_name=f"com.amazonaws.{region}.email-smtp",
    vpc_endpoint_type="Interface",
    subnet_ids=shared_subnets,
    security_group_ids=[entry.id],
    private_dns_enabled=False,
)
zone = aws.route53.Zone(
    "ses",
    name=host,
    vpcs=[{"vpc_id": shared.id}],
    opts=pulumi.ResourceOptions(ignore_changes=["vpcs"]),
)
aws.route53.Record(
    "ses",
    zone_id=zone.zone_id,
    name=host,
    type="A",
    aliases=[
        {
            "name": endpoint.dns_entries[0]["dns_name"],
            "zone_id": endpoint.dns_entries[0]["hosted_zone_id"],
            "evaluate_target_health": False,
        }
    ],
)


def join(name, second):
    vpc, table, subnets = network(name, second)
    peering = aws.ec2.VpcPeeringConnection(
        name, vpc_id=vpc.id, peer_vpc_id=shared.id, auto_accept=True, tags={"Name": f"{name}-shared"}
    )
    aws.ec2.Route(
        f"{name}-to-shared",
        route_table_id=table.id,
        destination_cidr_block=shared.cidr_block,
        vpc_peering_connection_id=peering.id,
    )
    aws.ec2.Route(
        f"shared-to-{name}",
        route_table_id=shared_table.id,
        destination_cidr_block=vpc.cidr_block,
        vpc_peering_connection_id=peering.id,
    )
    return vpc, subnets


def service(name, vpc, subnets):
    group = aws.ec2.SecurityGroup(name, vpc_id=vpc.id, egress=ANY)
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
                    "name": name,
                    "image": "public.ecr.aws/example/app:1",
                    "environment": [
                        {"name": "MAIL_HOST", "value": host},
                        {"name": "MAIL_PORT", "value": "587"},
                    ],
                }
            ]
        ),
    )
    aws.ecs.Service(
        name,
        name=name,
        cluster=cluster.arn,
        task_definition=task.arn,
        launch_type="FARGATE",
        network_configuration={"subnets": subnets, "security_groups": [group.id]},
    )


cluster = aws.ecs.Cluster("apps")
orders, orders_subnets = join("orders", 171)
aws.route53.ZoneAssociation("orders", zone_id=zone.zone_id, vpc_id=orders.id)
service("orders", orders, orders_subnets)
stock, stock_subnets = join("stock", 172)
service("stock-without-the-zone", stock, stock_subnets)
service("mailer", shared, shared_subnets)
