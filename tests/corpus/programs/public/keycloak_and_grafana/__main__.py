"""Tools that a team runs for itself, each with its own names for its mail server."""

import json

import pulumi
import pulumi_aws as aws

HOST = "smtp.eu.mailgun.org"
TOOLS = {
    "keycloak": ("quay.io/keycloak/keycloak:26.0", {"KC_SMTP_HOST": HOST, "KC_SMTP_PORT": "587"}),
    "grafana": ("grafana/grafana:11.3.0", {"GF_SMTP_ENABLED": "true", "GF_SMTP_HOST": f"{HOST}:587"}),
    "grafana-quiet": ("grafana/grafana:11.3.0", {"GF_SMTP_ENABLED": "false", "GF_SMTP_HOST": f"{HOST}:25"}),
    "ghost": (
        "ghost:5",
        {"mail__transport": "SMTP", "mail__options__host": HOST, "mail__options__port": "2525"},
    ),
    "mattermost": (
        "mattermost/mattermost-team-edition:10",
        {"MM_EMAILSETTINGS_SMTPSERVER": HOST, "MM_EMAILSETTINGS_SMTPPORT": "465"},
    ),
    "discourse": (
        "discourse/base:latest",
        {"DISCOURSE_SMTP_ADDRESS": HOST, "DISCOURSE_SMTP_PORT": "587"},
    ),
    "sentry": ("getsentry/sentry:24.11", {"SENTRY_EMAIL_HOST": HOST, "SENTRY_EMAIL_PORT": "587"}),
    "airflow": (
        "apache/airflow:2.10",
        {"AIRFLOW__SMTP__SMTP_HOST": HOST, "AIRFLOW__SMTP__SMTP_PORT": "587"},
    ),
    "vault": ("hashicorp/vault:1.18", {"VAULT_ADDR": "http://127.0.0.1:8200"}),
    "mailhog": ("mailhog/mailhog", {"MH_SMTP_BIND_ADDR": "0.0.0.0:1025"}),
}

vpc = aws.ec2.Vpc("tools", cidr_block="192.168.0.0/16", enable_dns_hostnames=True)
gateway = aws.ec2.InternetGateway("tools", vpc_id=vpc.id)
main = aws.ec2.RouteTable(
    "tools",
    vpc_id=vpc.id,
    routes=[
        {"cidr_block": "0.0.0.0/0", "gateway_id": gateway.id},
    ],
)
aws.ec2.MainRouteTableAssociation("tools", vpc_id=vpc.id, route_table_id=main.id)
subnets = [
    aws.ec2.Subnet(
        f"tools-{third}",
        vpc_id=vpc.id,
        cidr_block=f"192.168.{third}.0/24",
        availability_zone=f"us-east-1{'abc'[third]}",
    )
    for third in range(3)
]
group = aws.ec2.SecurityGroup(
    "tools",
    vpc_id=vpc.id,
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)
cluster = aws.ecs.Cluster("tools", name="tools")
files = aws.efs.FileSystem("tools", encrypted=True)
for tool, (image, environment) in TOOLS.items():
    task = aws.ecs.TaskDefinition(
        tool,
        family=tool,
        cpu="1024",
        memory="2048",
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        volumes=[{"name": "data", "efs_volume_configuration": {"file_system_id": files.id}}],
        container_definitions=json.dumps(
            [
                {
                    "name": tool,
                    "image": image,
                    "mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}],
                    "environment": [{"name": key, "value": value} for key, value in environment.items()],
                }
            ]
        ),
    )
    aws.ecs.Service(
        tool,
        name=tool,
        cluster=cluster.arn,
        task_definition=task.arn,
        launch_type="FARGATE",
        platform_version="1.4.0",
        network_configuration={
            "subnets": [subnet.id for subnet in subnets],
            "security_groups": [group.id],
            "assign_public_ip": True,
        },
        opts=pulumi.ResourceOptions(ignore_changes=["desired_count"]),
    )
