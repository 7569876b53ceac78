"""ECS services, an Express service and functions, in public and private subnets."""

import json

import pulumi
import pulumi_aws as aws

ANYWHERE = "0.0.0.0/0"
vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16")
gateway = aws.ec2.InternetGateway("main", vpc_id=vpc.id)
public = aws.ec2.Subnet(
    "public",
    vpc_id=vpc.id,
    cidr_block="10.0.0.0/24",
    availability_zone="us-east-1a",
    map_public_ip_on_launch=True,
)
private = aws.ec2.Subnet("private", vpc_id=vpc.id, cidr_block="10.0.1.0/24", availability_zone="us-east-1a")
outside = aws.ec2.RouteTable(
    "public", vpc_id=vpc.id, routes=[{"cidr_block": ANYWHERE, "gateway_id": gateway.id}]
)
aws.ec2.RouteTableAssociation("public", subnet_id=public.id, route_table_id=outside.id)
nat = aws.ec2.NatGateway(
    "nat", vpc_id=vpc.id, availability_mode="regional", opts=pulumi.ResourceOptions(depends_on=[gateway])
)
inside = aws.ec2.RouteTable("private", vpc_id=vpc.id)
aws.ec2.Route("private", route_table_id=inside.id, destination_cidr_block=ANYWHERE, nat_gateway_id=nat.id)
aws.ec2.RouteTableAssociation("private", subnet_id=private.id, route_table_id=inside.id)
group = aws.ec2.SecurityGroup(
    "tasks",
    vpc_id=vpc.id,
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": [ANYWHERE]}],
)
password = aws.secretsmanager.Secret("smtp-password")
cluster = aws.ecs.Cluster("main")


def trust(service):
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


role = aws.iam.Role("task", assume_role_policy=trust("ecs-tasks.amazonaws.com"))
container = {
    "name": "app",
    "image": "public.ecr.aws/example/app:1",
    "essential": True,
    "environment": [
        {"name": "SMTP_HOST", "value": "smtp-relay.brevo.com"},
        {"name": "SMTP_PORT", "value": "587"},
    ],
}


def task(name, definitions):
    return aws.ecs.TaskDefinition(
        name,
        family=name,
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        execution_role_arn=role.arn,
        container_definitions=definitions,
    )


def service(name, definition, subnets, public_address):
    aws.ecs.Service(
        name,
        name=name,
        cluster=cluster.arn,
        task_definition=definition.arn,
        desired_count=1,
        launch_type="FARGATE",
        network_configuration={
            "subnets": subnets,
            "security_groups": [group.id],
            "assign_public_ip": public_address,
        },
    )


plain = task("plain", json.dumps([container]))
service("private", plain, [private.id], False)
service("public-with-address", plain, [public.id], True)
service("public-without-address", plain, [public.id], False)
service("private-with-address", plain, [private.id], True)
with_secret = task(
    "with-secret",
    pulumi.Output.json_dumps(
        [{**container, "secrets": [{"name": "SMTP_PASSWORD", "valueFrom": password.arn}]}]
    ),
)
service("secret-in-the-definition", with_secret, [private.id], False)

aws.ecs.ExpressGatewayService(
    "express",
    service_name="express",
    execution_role_arn=role.arn,
    infrastructure_role_arn=role.arn,
    primary_container={
        "image": "public.ecr.aws/example/app:1",
        "environments": [
            {"name": "SMTP_HOST", "value": "smtp-relay.brevo.com"},
            {"name": "SMTP_PORT", "value": "587"},
        ],
    },
    network_configurations=[{"subnets": [private.id], "security_groups": [group.id]}],
)

for name, subnet in (("function-private", private), ("function-public", public)):
    aws.lambda_.Function(
        name,
        name=name,
        role=role.arn,
        package_type="Image",
        image_uri="123456789012.dkr.ecr.us-east-1.amazonaws.com/mailer:1",
        environment={
            "variables": {
                "SMTP_HOST": "smtp-relay.brevo.com",
                "SMTP_PORT": "587",
                "PASSWORD_ARN": password.arn,
            }
        },
        vpc_config={"subnet_ids": [subnet.id], "security_group_ids": [group.id]},
    )
