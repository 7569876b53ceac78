"""Services that send mail over the APIs of providers, whose group lets out HTTPS alone."""

import json

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
vpc = aws.ec2.Vpc("app", cidr_block="10.100.0.0/16", enable_dns_hostnames=True)
igw = aws.ec2.InternetGateway("app", vpc_id=vpc.id)
rtb = aws.ec2.RouteTable("app", vpc_id=vpc.id, routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": igw.id}])
subnets = []
for index in range(2):
    subnet = aws.ec2.Subnet(
        f"app-{index}",
        vpc_id=vpc.id,
        cidr_block=f"10.100.{index}.0/24",
        availability_zone=f"us-east-1{'ab'[index]}",
    )
    aws.ec2.RouteTableAssociation(f"app-{index}", subnet_id=subnet.id, route_table_id=rtb.id)
    subnets.append(subnet)
web_only = aws.ec2.SecurityGroup(
    "web-only",
    vpc_id=vpc.id,
    egress=[
        {"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["0.0.0.0/0"]},
        {"protocol": "tcp", "from_port": 5432, "to_port": 5432, "cidr_blocks": [vpc.cidr_block]},
        {"protocol": "udp", "from_port": 53, "to_port": 53, "cidr_blocks": ["0.0.0.0/0"]},
    ],
)
keys = aws.secretsmanager.Secret("provider-keys", name="provider-keys")
found = aws.secretsmanager.get_secret(name="shared/provider-keys")
cluster = aws.ecs.Cluster("app")


def deploy(name, environment, secrets=()):
    task = aws.ecs.TaskDefinition(
        name,
        family=name,
        cpu="256",
        memory="512",
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        runtime_platform={"cpu_architecture": "ARM64", "operating_system_family": "LINUX"},
        container_definitions=json.dumps(
            [
                {
                    "name": name,
                    "image": f"docker.io/example/{name}:1.4.2",
                    "environment": [{"name": key, "value": value} for key, value in environment.items()],
                    "secrets": [{"name": key, "valueFrom": f"{found.arn}:{key}::"} for key in secrets],
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
        network_configuration={
            "subnets": [subnet.id for subnet in subnets],
            "security_groups": [web_only.id],
            "assign_public_ip": True,
        },
    )


deploy("sendgrid", {"NODE_ENV": "production"}, ["SENDGRID_API_KEY"])
deploy("resend", {"RESEND_API_KEY": "re_replace_me", "EMAIL_FROM": "hi@example.com"})
deploy("postmark", {"APP_ENV": "production"}, ["POSTMARK_API_TOKEN"])
deploy("laravel", {"MAIL_MAILER": "mailgun", "MAILGUN_DOMAIN": "mg.example.com"}, ["MAILGUN_SECRET"])
deploy("symfony", {"MAILER_DSN": "sendgrid+api://KEY@default"})
deploy("relay", {"SMTP_HOST": "smtp.sendgrid.net", "SMTP_PORT": "587"}, ["SMTP_PASSWORD"])
deploy("relay-by-443", {"SMTP_HOST": "mail.example.net", "SMTP_PORT": "443"})
deploy("silent", {"STRIPE_API_KEY": "sk_replace_me"}, ["DATABASE_URL"])
