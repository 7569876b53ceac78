"""Tasks in subnets without the internet, with the endpoints that Fargate needs and SES's."""

import json

import pulumi_aws as aws

region = aws.get_region().region
vpc = aws.ec2.Vpc("isolated", cidr_block="10.110.0.0/16", enable_dns_support=True, enable_dns_hostnames=True)
table = aws.ec2.RouteTable("isolated", vpc_id=vpc.id)
subnets = []
for third, zone in enumerate(("a", "b"), start=1):
    subnet = aws.ec2.Subnet(
        f"isolated-{zone}",
        vpc_id=vpc.id,
        cidr_block=f"10.110.{third}.0/24",
        availability_zone=f"{region}{zone}",
    )
    aws.ec2.RouteTableAssociation(f"isolated-{zone}", subnet_id=subnet.id, route_table_id=table.id)
    subnets.append(subnet)
tasks = aws.ec2.SecurityGroup(
    "tasks",
    vpc_id=vpc.id,
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)
endpoints = aws.ec2.SecurityGroup(
    "endpoints",
    vpc_id=vpc.id,
    ingress=[
        {"protocol": "tcp", "from_port": port, "to_port": port, "security_groups": [tasks.id]}
        for port in (443, 465, 587)
    ],
)
for service in ("ecr.api", "ecr.dkr", "logs", "secretsmanager", "email-smtp"):
    aws.ec2.VpcEndpoint(
        service,
        vpc_id=vpc.id,
        service_name=f"com.amazonaws.{region}.{service}",
        vpc_endpoint_type="Interface",
        subnet_ids=[subnet.id for subnet in subnets],
        security_group_ids=[endpoints.id],
        private_dns_enabled=True,
    )
aws.ec2.VpcEndpoint(
    "s3",
    vpc_id=vpc.id,
    service_name=f"com.amazonaws.{region}.s3",
    vpc_endpoint_type="Gateway",
    route_table_ids=[table.id],
)
cluster = aws.ecs.Cluster("isolated")
image = aws.ecr.get_repository(name="isolated").repository_url
password = aws.secretsmanager.get_secret(name="smtp")


def task(name, containers):
    definition = aws.ecs.TaskDefinition(
        name,
        family=name,
        cpu="256",
        memory="512",
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        container_definitions=containers,
    )
    aws.ecs.Service(
        name,
        name=name,
        cluster=cluster.arn,
        task_definition=definition.arn,
        launch_type="FARGATE",
        network_configuration={
            "subnets": [subnet.id for subnet in subnets],
            "security_groups": [tasks.id],
        },
    )


def container(name, host, port):
    return {
        "name": name,
        "image": f"{image}:1",
        "environment": [{"name": "EMAIL_HOST", "value": host}, {"name": "EMAIL_PORT", "value": port}],
    }


ses = f"email-smtp.{region}.amazonaws.com"
task("ses", json.dumps([container("ses", ses, "587")]))
task("ses-over-tls", json.dumps([container("ses-over-tls", ses, "465")]))
task("ses-by-2587", json.dumps([container("ses-by-2587", ses, "2587")]))
task("other-region", json.dumps([container("other", "email-smtp.eu-west-1.amazonaws.com", "587")]))
task("brevo", json.dumps([container("brevo", "smtp-relay.brevo.com", "587")]))
task("ses-and-brevo", json.dumps([container("a", ses, "587"), container("b", "smtp-relay.brevo.com", "587")]))
task("no-mail", json.dumps([{"name": "no-mail", "image": f"{image}:1", "environment": []}]))
task(
    "password-in-a-secret",
    json.dumps(
        [
            {
                **container("mailer", ses, "587"),
                "secrets": [{"name": "EMAIL_HOST_PASSWORD", "valueFrom": f"{password.arn}:password::"}],
            }
        ]
    ),
)
