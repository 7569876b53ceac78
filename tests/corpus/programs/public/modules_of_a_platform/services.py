"""What each service of the platform is made of."""

import json

import network
import pulumi
import pulumi_aws as aws

cluster = aws.ecs.Cluster("platform")
egress = aws.ec2.SecurityGroup(
    "egress",
    vpc_id=network.vpc.id,
    egress=[{"protocol": "tcp", "from_port": 0, "to_port": 65535, "cidr_blocks": ["0.0.0.0/0"]}],
)
namespace = aws.servicediscovery.PrivateDnsNamespace("internal", name="platform.internal", vpc=network.vpc.id)


def deploy(name, mail):
    repository = aws.ecr.Repository(name, name=f"platform/{name}")
    table = aws.dynamodb.Table(
        name, hash_key="id", billing_mode="PAY_PER_REQUEST", attributes=[{"name": "id", "type": "S"}]
    )
    variables = {"PORT": "8080", "LOG_LEVEL": "info", **mail}
    definitions = pulumi.Output.all(image=repository.repository_url, table=table.name).apply(
        lambda made: json.dumps(
            [
                {
                    "name": name,
                    "image": f"{made['image']}:stable",
                    "environment": [
                        *({"name": key, "value": value} for key, value in variables.items()),
                        {"name": "TABLE", "value": made["table"]},
                    ],
                }
            ]
        )
    )
    task = aws.ecs.TaskDefinition(
        name,
        family=name,
        cpu="256",
        memory="512",
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        container_definitions=definitions,
    )
    entry = aws.servicediscovery.Service(
        name,
        name=name,
        dns_config={
            "namespace_id": namespace.id,
            "dns_records": [{"ttl": 10, "type": "A"}],
        },
    )
    aws.ecs.Service(
        name,
        name=name,
        cluster=cluster.arn,
        task_definition=task.arn,
        launch_type="FARGATE",
        desired_count=2,
        network_configuration={
            "subnets": [subnet.id for subnet in network.private],
            "security_groups": [egress.id],
        },
        service_registries={"registry_arn": entry.arn},
    )
