"""Web servers on Fargate in the default VPC, as a first program makes them."""

import json

import pulumi
import pulumi_aws as aws

cluster = aws.ecs.Cluster("cluster")

default_vpc = aws.ec2.get_vpc(default=True)
default_subnets = aws.ec2.get_subnets(filters=[{"name": "vpc-id", "values": [default_vpc.id]}])

group = aws.ec2.SecurityGroup(
    "web-secgrp",
    vpc_id=default_vpc.id,
    description="Enable HTTP access",
    ingress=[{"protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": ["0.0.0.0/0"]}],
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)
alb = aws.lb.LoadBalancer("app-lb", security_groups=[group.id], subnets=default_subnets.ids)
role = aws.iam.Role(
    "task-exec-role",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "",
                    "Effect": "Allow",
                    "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    ),
)


def serve(name, image, port, environment, **network):
    targets = aws.lb.TargetGroup(
        f"{name}-tg", port=port, protocol="HTTP", target_type="ip", vpc_id=default_vpc.id
    )
    rule = aws.lb.Listener(
        f"{name}-listener",
        load_balancer_arn=alb.arn,
        port=port,
        default_actions=[{"type": "forward", "target_group_arn": targets.arn}],
    )
    task = aws.ecs.TaskDefinition(
        f"{name}-task",
        family=f"fargate-{name}",
        cpu="256",
        memory="512",
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        execution_role_arn=role.arn,
        container_definitions=pulumi.Output.json_dumps(
            [
                {
                    "name": name,
                    "image": image,
                    "portMappings": [{"containerPort": port, "hostPort": port, "protocol": "tcp"}],
                    "environment": [{"name": key, "value": value} for key, value in environment.items()],
                }
            ]
        ),
    )
    aws.ecs.Service(
        f"{name}-svc",
        name=name,
        cluster=cluster.arn,
        desired_count=3,
        launch_type="FARGATE",
        task_definition=task.arn,
        network_configuration={"subnets": default_subnets.ids, "security_groups": [group.id], **network},
        load_balancers=[{"target_group_arn": targets.arn, "container_name": name, "container_port": port}],
        opts=pulumi.ResourceOptions(depends_on=[rule]),
    )


repository = aws.ecr.Repository("app")
serve("nginx", "nginx", 80, {}, assign_public_ip=True)
serve(
    "signup",
    repository.repository_url.apply(lambda url: f"{url}:latest"),
    8080,
    {"SMTP_HOST": "smtp.mailgun.org", "SMTP_PORT": "587"},
    assign_public_ip=True,
)
serve(
    "newsletter",
    repository.repository_url.apply(lambda url: f"{url}:newsletter"),
    8081,
    {"MAIL_SERVER": "smtp.mailgun.org", "MAIL_PORT": "587", "FLASK_APP": "newsletter"},
)
pulumi.export("url", alb.dns_name)
