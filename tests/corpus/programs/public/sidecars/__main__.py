"""Tasks of several containers, of which one sends mail."""

import json

import pulumi
import pulumi_aws as aws

vpc = aws.ec2.Vpc("observed", cidr_block="10.240.0.0/16", enable_dns_hostnames=True)
igw = aws.ec2.InternetGateway("observed", vpc_id=vpc.id)
table = aws.ec2.RouteTable("observed", vpc_id=vpc.id)
route = aws.ec2.Route(
    "observed", route_table_id=table.id, destination_cidr_block="0.0.0.0/0", gateway_id=igw.id
)
subnets = {}
for letter, third in (("a", 0), ("b", 1)):
    subnets[letter] = aws.ec2.Subnet(
        f"observed-{letter}",
        vpc_id=vpc.id,
        cidr_block=f"10.240.{third}.0/24",
        availability_zone=f"us-east-1{letter}",
        map_public_ip_on_launch=True,
        opts=pulumi.ResourceOptions(depends_on=[route]),
    )
    aws.ec2.RouteTableAssociation(f"observed-{letter}", subnet_id=subnets[letter].id, route_table_id=table.id)
group = aws.ec2.SecurityGroup(
    "observed",
    vpc_id=vpc.id,
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)
cluster = aws.ecs.Cluster("observed")
role = aws.iam.Role(
    "task",
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
API_KEY = {"name": "DD_API_KEY", "valueFrom": "arn:aws:ssm:us-east-1:123456789012:parameter/datadog"}
AGENT = {
    "name": "datadog-agent",
    "image": "public.ecr.aws/datadog/agent:7",
    "essential": False,
    "environment": [{"name": "ECS_FARGATE", "value": "true"}],
    "secrets": [API_KEY],
}
ROUTER = {
    "name": "log-router",
    "image": "public.ecr.aws/aws-observability/aws-for-fluent-bit:stable",
    "firelensConfiguration": {"type": "fluentbit"},
}
PROXY = {
    "name": "envoy",
    "image": "public.ecr.aws/appmesh/aws-appmesh-envoy:v1.29",
    "user": "1337",
    "environment": [{"name": "ENABLE_ENVOY_STATS_TAGS", "value": "1"}],
}


def app(name, variables, image=None):
    return {
        "name": name,
        "image": image or f"public.ecr.aws/example/{name}:1",
        "dependsOn": [{"containerName": "log-router", "condition": "START"}],
        "logConfiguration": {"logDriver": "awsfirelens", "options": {"Name": "datadog"}},
        "environment": [{"name": key, "value": value} for key, value in variables.items()],
    }


def deploy(name, containers):
    task = aws.ecs.TaskDefinition(
        name,
        family=name,
        cpu="1024",
        memory="2048",
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        task_role_arn=role.arn,
        execution_role_arn=role.arn,
        container_definitions=containers,
    )
    aws.ecs.Service(
        name,
        name=name,
        cluster=cluster.arn,
        task_definition=task.arn_without_revision,
        launch_type="FARGATE",
        enable_execute_command=True,
        network_configuration={
            "subnets": [subnet.id for subnet in subnets.values()],
            "security_groups": [group.id],
            "assign_public_ip": True,
        },
    )


smtp = {"SMTP_HOST": "smtp.sendgrid.net", "SMTP_PORT": "587"}
repository = aws.ecr.Repository("web")
deploy("mailing", json.dumps([app("mailing", smtp), AGENT, ROUTER, PROXY]))
deploy("silent", json.dumps([app("silent", {}), AGENT, ROUTER]))
deploy("two-of-them", json.dumps([app("api", smtp), app("jobs", {"RESEND_API_KEY": "x"}), ROUTER]))
deploy(
    "from-the-repository",
    repository.repository_url.apply(lambda url: json.dumps([app("web", smtp, url), AGENT, ROUTER])),
)
deploy(
    "catcher",
    json.dumps(
        [
            app("dev", {"SMTP_HOST": "localhost", "SMTP_PORT": "1025"}),
            {"name": "mailpit", "image": "axllent/mailpit:v1"},
            ROUTER,
        ]
    ),
)
