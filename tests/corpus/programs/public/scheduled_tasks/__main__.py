"""Tasks that EventBridge starts each night, beside an API."""

import json

import pulumi
import pulumi_aws as aws

default = aws.ec2.DefaultVpc("default")
subnets = [aws.ec2.DefaultSubnet(zone, availability_zone=zone) for zone in ("us-east-1a", "us-east-1b")]
group = aws.ec2.SecurityGroup(
    "reports",
    vpc_id=default.id,
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)
cluster = aws.ecs.Cluster("reports")
execution = aws.iam.Role(
    "execution",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": ["ecs-tasks.amazonaws.com", "events.amazonaws.com"]},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    ),
)


def definition(name, environment):
    return aws.ecs.TaskDefinition(
        name,
        family=name,
        cpu="1024",
        memory="2048",
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        execution_role_arn=execution.arn,
        container_definitions=json.dumps(
            [{"name": name, "image": "public.ecr.aws/example/reports:5", "environment": environment}]
        ),
    )


mail = [{"name": "SMTP_SERVER", "value": "smtp.gmail.com"}, {"name": "SMTP_PORT", "value": "587"}]
nightly = definition("nightly", mail)
rule = aws.cloudwatch.EventRule("nightly", schedule_expression="cron(0 3 * * ? *)")
aws.cloudwatch.EventTarget(
    "nightly",
    rule=rule.name,
    arn=cluster.arn,
    role_arn=execution.arn,
    ecs_target={
        "task_definition_arn": nightly.arn,
        "launch_type": "FARGATE",
        "network_configuration": {
            "subnets": [subnet.id for subnet in subnets],
            "security_groups": [group.id],
            "assign_public_ip": True,
        },
    },
)
weekly = definition("weekly", mail)
aws.scheduler.Schedule(
    "weekly",
    name="weekly",
    schedule_expression="rate(7 days)",
    flexible_time_window={"mode": "OFF"},
    target={
        "arn": cluster.arn,
        "role_arn": execution.arn,
        "ecs_parameters": {
            "task_definition_arn": weekly.arn,
            "launch_type": "FARGATE",
            "network_configuration": {"subnets": [subnet.id for subnet in subnets]},
        },
    },
)
definition("by-hand", mail)
api = definition("api", [*mail, {"name": "ADMIN_EMAIL", "value": "ops@example.com"}])
aws.ecs.Service(
    "api",
    name="api",
    cluster=cluster.id,
    task_definition=api.arn,
    launch_type="FARGATE",
    network_configuration={
        "subnets": [subnet.id for subnet in subnets],
        "security_groups": [group.id],
        "assign_public_ip": True,
    },
    opts=pulumi.ResourceOptions(delete_before_replace=True),
)
