"""The module for services on Fargate that a team's programs share."""

import json

import pulumi_aws as aws


def task_role(name):
    return aws.iam.Role(
        f"{name}-execution",
        assume_role_policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "sts:AssumeRole",
                        "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                    }
                ],
            }
        ),
    )


def fargate(name, network, definitions, *, subnets=None, public=False, launch_type="FARGATE", **options):
    """A service of one task definition whose containers are `definitions`, JSON text."""
    cluster = options.pop("cluster", None) or aws.ecs.Cluster(f"{name}-cluster")
    task = aws.ecs.TaskDefinition(
        f"{name}-task",
        family=name,
        cpu="256",
        memory="512",
        network_mode="awsvpc",
        requires_compatibilities=[launch_type or "FARGATE"],
        execution_role_arn=task_role(name).arn,
        container_definitions=definitions,
    )
    return aws.ecs.Service(
        f"{name}-service",
        name=name,
        cluster=cluster.arn,
        task_definition=task.arn,
        desired_count=1,
        launch_type=launch_type,
        network_configuration={
            "assign_public_ip": public,
            "subnets": [subnet.id for subnet in subnets or network.private],
            "security_groups": [network.group.id],
        },
        **options,
    )
