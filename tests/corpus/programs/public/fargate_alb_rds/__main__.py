"""A Django site on Fargate behind a load balancer, with a database, from a repository of its own."""

import json

import pulumi
import pulumi_aws as aws

PREFIX = "shop"
ZONES = ["us-east-1a", "us-east-1b"]
tags = {"Project": PREFIX, "ManagedBy": "pulumi"}

vpc = aws.ec2.Vpc(
    f"{PREFIX}-vpc", cidr_block="10.20.0.0/16", enable_dns_hostnames=True, enable_dns_support=True, tags=tags
)
igw = aws.ec2.InternetGateway(f"{PREFIX}-igw", vpc_id=vpc.id, tags=tags)
public_rt = aws.ec2.RouteTable(
    f"{PREFIX}-public-rt", vpc_id=vpc.id, routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": igw.id}]
)
public_subnets, private_subnets = [], []
for i, zone in enumerate(ZONES):
    public = aws.ec2.Subnet(
        f"{PREFIX}-public-{i}",
        vpc_id=vpc.id,
        cidr_block=f"10.20.{i}.0/24",
        availability_zone=zone,
        map_public_ip_on_launch=True,
        tags={**tags, "Name": f"public-{i}"},
    )
    aws.ec2.RouteTableAssociation(
        f"{PREFIX}-public-rta-{i}", subnet_id=public.id, route_table_id=public_rt.id
    )
    private = aws.ec2.Subnet(
        f"{PREFIX}-private-{i}", vpc_id=vpc.id, cidr_block=f"10.20.{i + 10}.0/24", availability_zone=zone
    )
    public_subnets.append(public)
    private_subnets.append(private)

eip = aws.ec2.Eip(f"{PREFIX}-nat-eip", domain="vpc")
nat = aws.ec2.NatGateway(
    f"{PREFIX}-nat",
    allocation_id=eip.id,
    subnet_id=public_subnets[0].id,
    opts=pulumi.ResourceOptions(depends_on=[igw]),
)
private_rt = aws.ec2.RouteTable(
    f"{PREFIX}-private-rt", vpc_id=vpc.id, routes=[{"cidr_block": "0.0.0.0/0", "nat_gateway_id": nat.id}]
)
for i, private in enumerate(private_subnets):
    aws.ec2.RouteTableAssociation(
        f"{PREFIX}-private-rta-{i}", subnet_id=private.id, route_table_id=private_rt.id
    )

alb_sg = aws.ec2.SecurityGroup(
    f"{PREFIX}-alb-sg",
    vpc_id=vpc.id,
    ingress=[{"protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": ["0.0.0.0/0"]}],
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)
app_sg = aws.ec2.SecurityGroup(
    f"{PREFIX}-app-sg",
    vpc_id=vpc.id,
    ingress=[{"protocol": "tcp", "from_port": 8000, "to_port": 8000, "security_groups": [alb_sg.id]}],
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)
db_sg = aws.ec2.SecurityGroup(
    f"{PREFIX}-db-sg",
    vpc_id=vpc.id,
    ingress=[{"protocol": "tcp", "from_port": 5432, "to_port": 5432, "security_groups": [app_sg.id]}],
)
db = aws.rds.Instance(
    f"{PREFIX}-db",
    engine="postgres",
    instance_class="db.t4g.micro",
    allocated_storage=20,
    db_name="shop",
    username="shop",
    manage_master_user_password=True,
    db_subnet_group_name=aws.rds.SubnetGroup(
        f"{PREFIX}-db-subnets", subnet_ids=[subnet.id for subnet in private_subnets]
    ).name,
    vpc_security_group_ids=[db_sg.id],
    skip_final_snapshot=True,
)

alb = aws.lb.LoadBalancer(
    f"{PREFIX}-alb", security_groups=[alb_sg.id], subnets=[subnet.id for subnet in public_subnets]
)
target = aws.lb.TargetGroup(f"{PREFIX}-tg", port=8000, protocol="HTTP", target_type="ip", vpc_id=vpc.id)
listener = aws.lb.Listener(
    f"{PREFIX}-listener",
    load_balancer_arn=alb.arn,
    port=80,
    default_actions=[{"type": "forward", "target_group_arn": target.arn}],
)

repository = aws.ecr.Repository(f"{PREFIX}-repo", force_delete=True)
logs = aws.cloudwatch.LogGroup(f"{PREFIX}-logs", retention_in_days=14)
role = aws.iam.Role(
    f"{PREFIX}-execution",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    ),
)
aws.iam.RolePolicyAttachment(
    f"{PREFIX}-execution",
    role=role.name,
    policy_arn="arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
)
cluster = aws.ecs.Cluster(f"{PREFIX}-cluster")


def containers(name, command):
    def render(args):
        image, endpoint, log_group = args
        return json.dumps(
            [
                {
                    "name": name,
                    "image": f"{image}:latest",
                    "command": command,
                    "portMappings": [{"containerPort": 8000}] if name == "web" else [],
                    "environment": [
                        {"name": "DATABASE_URL", "value": f"postgres://shop@{endpoint}/shop"},
                        {"name": "DJANGO_SETTINGS_MODULE", "value": "shop.settings.production"},
                        {"name": "EMAIL_HOST", "value": "smtp.sendgrid.net"},
                        {"name": "EMAIL_PORT", "value": "587"},
                        {"name": "EMAIL_USE_TLS", "value": "True"},
                    ],
                    "logConfiguration": {
                        "logDriver": "awslogs",
                        "options": {
                            "awslogs-group": log_group,
                            "awslogs-region": "us-east-1",
                            "awslogs-stream-prefix": name,
                        },
                    },
                }
            ]
        )

    return pulumi.Output.all(repository.repository_url, db.endpoint, logs.name).apply(render)


COMMANDS = {
    "web": ["gunicorn", "shop.wsgi"],
    "worker": ["celery", "-A", "shop", "worker"],
    "beat": ["celery", "-A", "shop", "beat"],
}
for name, command in COMMANDS.items():
    task = aws.ecs.TaskDefinition(
        f"{PREFIX}-{name}",
        family=f"{PREFIX}-{name}",
        cpu="256",
        memory="512",
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        execution_role_arn=role.arn,
        container_definitions=containers(name, command),
    )
    balanced = [{"target_group_arn": target.arn, "container_name": name, "container_port": 8000}]
    aws.ecs.Service(
        name,
        name=name,
        cluster=cluster.arn,
        desired_count=1,
        launch_type="FARGATE",
        task_definition=task.arn,
        network_configuration={
            "assign_public_ip": False,
            "subnets": [subnet.id for subnet in private_subnets],
            "security_groups": [app_sg.id],
        },
        load_balancers=balanced if name == "web" else [],
        opts=pulumi.ResourceOptions(depends_on=[listener]),
    )

pulumi.export("url", alb.dns_name)
