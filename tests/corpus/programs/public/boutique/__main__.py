"""The services of a shop in public subnets, which share their settings."""

import json

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
SERVICES = {
    "frontend": 8080,
    "ads": 9555,
    "cart": 7070,
    "catalog": 3550,
    "checkout": 5050,
    "currency": 7000,
    "mail": 5000,
    "payment": 50051,
    "recommendation": 8081,
    "shipping": 50052,
    "assistant": 8082,
}
SHARED = {
    "ENVIRONMENT": pulumi.get_stack(),
    "SMTP_HOST": config.get("smtpHost") or "smtp.sendgrid.net",
    "SMTP_PORT": config.get("smtpPort") or "587",
    "SMTP_USERNAME": "apikey",
}

vpc = aws.ec2.Vpc("boutique", cidr_block="10.52.0.0/16", enable_dns_hostnames=True)
igw = aws.ec2.InternetGateway("boutique", vpc_id=vpc.id)
table = aws.ec2.RouteTable(
    "boutique", vpc_id=vpc.id, routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": igw.id}]
)
subnets = []
for index, zone in enumerate(aws.get_availability_zones(state="available").names[:3]):
    subnet = aws.ec2.Subnet(
        f"boutique-{index}",
        vpc_id=vpc.id,
        cidr_block=f"10.52.{index}.0/24",
        availability_zone=zone,
        map_public_ip_on_launch=True,
    )
    aws.ec2.RouteTableAssociation(f"boutique-{index}", subnet_id=subnet.id, route_table_id=table.id)
    subnets.append(subnet)
group = aws.ec2.SecurityGroup(
    "boutique",
    vpc_id=vpc.id,
    ingress=[
        {"protocol": "tcp", "from_port": 8080, "to_port": 8080, "cidr_blocks": ["0.0.0.0/0"]},
        {"protocol": "-1", "from_port": 0, "to_port": 0, "self": True},
    ],
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)
cluster = aws.ecs.Cluster("boutique")
namespace = aws.servicediscovery.PrivateDnsNamespace("boutique", name="boutique.local", vpc=vpc.id)
password = aws.secretsmanager.Secret("smtp-password")
execution = aws.iam.Role(
    "execution",
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
for name, port in SERVICES.items():
    addresses = {f"{other.upper()}_ADDR": f"{other}.boutique.local:{at}" for other, at in SERVICES.items()}
    variables = {**SHARED, **addresses, "PORT": str(port)}
    task = aws.ecs.TaskDefinition(
        name,
        family=f"boutique-{name}",
        cpu="256",
        memory="512",
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        execution_role_arn=execution.arn,
        container_definitions=pulumi.Output.json_dumps(
            [
                {
                    "name": name,
                    "image": f"public.ecr.aws/example/{name}:v0.10",
                    "portMappings": [{"containerPort": port}],
                    "environment": [{"name": key, "value": value} for key, value in variables.items()],
                    "secrets": [{"name": "SMTP_PASSWORD", "valueFrom": password.arn}],
                }
            ]
        ),
    )
    entry = aws.servicediscovery.Service(
        name,
        name=name,
        dns_config={"namespace_id": namespace.id, "dns_records": [{"ttl": 10, "type": "A"}]},
    )
    aws.ecs.Service(
        name,
        name=name,
        cluster=cluster.arn,
        task_definition=task.arn,
        launch_type="FARGATE",
        desired_count=1,
        network_configuration={
            "subnets": [subnet.id for subnet in subnets],
            "security_groups": [group.id],
            "assign_public_ip": True,
        },
        service_registries={"registry_arn": entry.arn},
    )
