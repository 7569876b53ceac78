"""Workloads of every kind that start out in the default VPC, and a private subnet added later."""

import json

import pulumi
import pulumi_aws as aws

vpc = aws.ec2.get_vpc_output(default=True)
subnets = aws.ec2.get_subnets_output(
    filters=[
        {"name": "vpc-id", "values": [vpc.id]},
        {"name": "default-for-az", "values": ["true"]},
    ]
)
default = aws.ec2.get_security_group_output(vpc_id=vpc.id, name="default")
mail = {"SMTP_HOST": "smtp.gmail.com", "SMTP_PORT": "587"}

nat = aws.ec2.NatGateway(
    "later", subnet_id=subnets.ids[0], allocation_id=aws.ec2.Eip("later", domain="vpc").id
)
table = aws.ec2.RouteTable(
    "later", vpc_id=vpc.id, routes=[{"cidr_block": "0.0.0.0/0", "nat_gateway_id": nat.id}]
)
later = aws.ec2.Subnet("later", vpc_id=vpc.id, cidr_block="172.31.200.0/24", availability_zone="us-east-1b")
aws.ec2.RouteTableAssociation("later", subnet_id=later.id, route_table_id=table.id)

cluster = aws.ecs.Cluster("mixed")
task = aws.ecs.TaskDefinition(
    "mixed",
    family="mixed",
    cpu="256",
    memory="512",
    network_mode="awsvpc",
    requires_compatibilities=["FARGATE"],
    container_definitions=json.dumps(
        [
            {
                "name": "app",
                "image": "docker.io/example/app:5",
                "environment": [{"name": key, "value": value} for key, value in mail.items()],
            }
        ]
    ),
)


def on_fargate(name, where, public):
    aws.ecs.Service(
        name,
        name=name,
        cluster=cluster.arn,
        task_definition=task.arn,
        launch_type="FARGATE",
        network_configuration={
            "subnets": where,
            "security_groups": [default.id],
            "assign_public_ip": public,
        },
    )


on_fargate("task", subnets.ids, True)
on_fargate("task-without-address", subnets.ids, False)
on_fargate("task-later", [later.id], False)

role = aws.iam.get_role(name="lambda")


def function(name, where=None):
    network = {"subnet_ids": where, "security_group_ids": [default.id]} if where is not None else None
    aws.lambda_.Function(
        name,
        name=name,
        role=role.arn,
        runtime="python3.12",
        handler="app.handler",
        code=pulumi.AssetArchive({"app.py": pulumi.StringAsset("def handler(event, context): ...")}),
        environment={"variables": mail},
        vpc_config=network,
    )


function("function")
function("function-in-default", subnets.ids)
function("function-later", [later.id])


def on_app_runner(name, where):
    connector = aws.apprunner.VpcConnector(
        name, vpc_connector_name=name, subnets=where, security_groups=[default.id]
    )
    aws.apprunner.Service(
        name,
        service_name=name,
        source_configuration={
            "auto_deployments_enabled": False,
            "image_repository": {
                "image_identifier": "public.ecr.aws/example/app:5",
                "image_repository_type": "ECR_PUBLIC",
                "image_configuration": {"runtime_environment_variables": mail},
            },
        },
        network_configuration={
            "egress_configuration": {"egress_type": "VPC", "vpc_connector_arn": connector.arn}
        },
    )


on_app_runner("connector-in-default", subnets.ids)
on_app_runner("connector-later", [later.id])
