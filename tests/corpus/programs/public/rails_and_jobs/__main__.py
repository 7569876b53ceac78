"""A Rails application with its jobs, in one stack with its network and its database."""

import ipaddress
import json

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

stack = pulumi.get_stack()
block = ipaddress.ip_network("10.90.0.0/16")
blocks = list(block.subnets(new_prefix=20))
zones = aws.get_availability_zones(state="available")

vpc = aws.ec2.Vpc(
    f"{stack}-vpc", cidr_block=str(block), enable_dns_hostnames=True, tags={"Name": f"{stack}-vpc"}
)
internet = aws.ec2.InternetGateway(f"{stack}-igw", opts=ResourceOptions(parent=vpc))
attached = aws.ec2.InternetGatewayAttachment(f"{stack}-igw", vpc_id=vpc.id, internet_gateway_id=internet.id)
public, private = {}, {}
for position, zone in enumerate(zones.names[:3]):
    public[zone] = aws.ec2.Subnet(
        f"{stack}-public-{zone}",
        vpc_id=vpc.id,
        availability_zone=zone,
        cidr_block=str(blocks[position]),
        map_public_ip_on_launch=True,
        opts=ResourceOptions(parent=vpc),
    )
    private[zone] = aws.ec2.Subnet(
        f"{stack}-private-{zone}",
        vpc_id=vpc.id,
        availability_zone=zone,
        cidr_block=str(blocks[position + 4]),
        opts=ResourceOptions(parent=vpc),
    )
outer = aws.ec2.RouteTable(f"{stack}-outer", vpc_id=vpc.id, opts=ResourceOptions(parent=vpc))
aws.ec2.Route(
    f"{stack}-outer",
    route_table_id=outer.id,
    destination_cidr_block="0.0.0.0/0",
    gateway_id=internet.id,
    opts=ResourceOptions(parent=outer, depends_on=[attached]),
)
for zone, subnet in public.items():
    aws.ec2.RouteTableAssociation(
        f"{stack}-public-{zone}",
        subnet_id=subnet.id,
        route_table_id=outer.id,
        opts=ResourceOptions(parent=outer),
    )
    address = aws.ec2.Eip(f"{stack}-nat-{zone}", domain="vpc", opts=ResourceOptions(depends_on=[attached]))
    gateway = aws.ec2.NatGateway(
        f"{stack}-nat-{zone}",
        subnet_id=subnet.id,
        allocation_id=address.id,
        opts=ResourceOptions(parent=subnet, delete_before_replace=True),
    )
    table = aws.ec2.RouteTable(f"{stack}-inner-{zone}", vpc_id=vpc.id, opts=ResourceOptions(parent=vpc))
    aws.ec2.Route(
        f"{stack}-inner-{zone}",
        route_table_id=table.id,
        destination_cidr_block="0.0.0.0/0",
        nat_gateway_id=gateway.id,
        opts=ResourceOptions(parent=table),
    )
    aws.ec2.RouteTableAssociation(
        f"{stack}-inner-{zone}",
        subnet_id=private[zone].id,
        route_table_id=table.id,
        opts=ResourceOptions(parent=table),
    )

tasks = aws.ec2.SecurityGroup(f"{stack}-tasks", vpc_id=vpc.id, description="Rails")
data = aws.ec2.SecurityGroup(f"{stack}-data", vpc_id=vpc.id, description="PostgreSQL and Redis")
for port in (5432, 6379):
    aws.ec2.SecurityGroupRule(
        f"{stack}-data-{port}",
        type="ingress",
        security_group_id=data.id,
        protocol="tcp",
        from_port=port,
        to_port=port,
        source_security_group_id=tasks.id,
    )
aws.ec2.SecurityGroupRule(
    f"{stack}-tasks-out",
    type="egress",
    security_group_id=tasks.id,
    protocol="-1",
    from_port=0,
    to_port=0,
    cidr_blocks=["0.0.0.0/0"],
)
subnet_ids = [subnet.id for subnet in private.values()]
postgres = aws.rds.Instance(
    f"{stack}-postgres",
    engine="postgres",
    instance_class="db.t4g.small",
    allocated_storage=50,
    username="rails",
    manage_master_user_password=True,
    db_subnet_group_name=aws.rds.SubnetGroup(f"{stack}-postgres", subnet_ids=subnet_ids).name,
    vpc_security_group_ids=[data.id],
)
redis = aws.elasticache.ReplicationGroup(
    f"{stack}-redis",
    description="Sidekiq",
    node_type="cache.t4g.micro",
    num_cache_clusters=2,
    automatic_failover_enabled=True,
    subnet_group_name=aws.elasticache.SubnetGroup(f"{stack}-redis", subnet_ids=subnet_ids).name,
    security_group_ids=[data.id],
)
master_key = aws.secretsmanager.Secret(f"{stack}-master-key")
cluster = aws.ecs.Cluster(f"{stack}-cluster")
environment = {
    "RAILS_ENV": "production",
    "RAILS_LOG_TO_STDOUT": "1",
    "DATABASE_HOST": postgres.address,
    "REDIS_HOST": redis.primary_endpoint_address,
    "SMTP_ADDRESS": "smtp.postmarkapp.com",
    "SMTP_PORT": "2525",
    "SMTP_DOMAIN": "example.com",
}


def process(name, command, count=1):
    definitions = Output.all(environment=environment, key=master_key.arn).apply(
        lambda known: json.dumps(
            [
                {
                    "name": name,
                    "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/rails:stable",
                    "command": command,
                    "environment": [
                        {"name": key, "value": value} for key, value in known["environment"].items()
                    ],
                    "secrets": [{"name": "RAILS_MASTER_KEY", "valueFrom": known["key"]}],
                }
            ]
        )
    )
    task = aws.ecs.TaskDefinition(
        f"{stack}-{name}",
        family=f"{stack}-{name}",
        cpu="512",
        memory="1024",
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        container_definitions=definitions,
        opts=ResourceOptions(parent=cluster),
    )
    aws.ecs.Service(
        f"{stack}-{name}",
        name=name,
        cluster=cluster.arn,
        task_definition=task.arn,
        launch_type="FARGATE",
        desired_count=count,
        network_configuration={"subnets": subnet_ids, "security_groups": [tasks.id]},
        opts=ResourceOptions(parent=cluster),
    )


process("puma", ["bundle", "exec", "puma"], 2)
process("sidekiq", ["bundle", "exec", "sidekiq"])
process("mailers", ["bundle", "exec", "sidekiq", "-q", "mailers"])
process("clockwork", ["bundle", "exec", "clockwork", "config/clock.rb"])
