"""A web server that sends no mail, and a nightly task that nobody judges."""

import json

import pulumi_aws as aws
from fargate import fargate, task_role
from network import Network

network = Network("static", nat="none")
fargate("static", network, json.dumps([{"name": "nginx", "image": "public.ecr.aws/nginx/nginx:1.27"}]))
cluster = aws.ecs.Cluster("static-jobs")
report = aws.ecs.TaskDefinition(
    "static-report",
    family="static-report",
    cpu="256",
    memory="512",
    network_mode="awsvpc",
    requires_compatibilities=["FARGATE"],
    container_definitions=json.dumps([{"name": "report", "image": "registry.example.com/report:1"}]),
)
nightly = aws.cloudwatch.EventRule("static-nightly", schedule_expression="cron(0 3 * * ? *)")
aws.cloudwatch.EventTarget(
    "static-nightly",
    rule=nightly.name,
    arn=cluster.arn,
    role_arn=task_role("static-nightly").arn,
    ecs_target={
        "task_definition_arn": report.arn,
        "launch_type": "FARGATE",
        "network_configuration": {"subnets": [subnet.id for subnet in network.private]},
    },
)
