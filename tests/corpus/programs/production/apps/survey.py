"""Components: a web service that gets its network from another one, by outputs."""

import pulumi
import pulumi_aws as aws
from fargate import task_role
from network import Network


class Survey(pulumi.ComponentResource):
    def __init__(self, name, subnets, group, opts=None):
        super().__init__("example:survey:Survey", name, None, opts)
        own = pulumi.ResourceOptions(parent=self)
        repository = aws.ecr.Repository(f"{name}-app", opts=own)
        cluster = aws.ecs.Cluster(f"{name}-cluster", opts=own)
        task = aws.ecs.TaskDefinition(
            f"{name}-task",
            family=name,
            cpu="256",
            memory="512",
            network_mode="awsvpc",
            requires_compatibilities=["FARGATE"],
            execution_role_arn=task_role(name).arn,
            container_definitions=repository.repository_url.apply(
                lambda url: pulumi.Output.json_dumps(
                    [
                        {
                            "name": "web",
                            "image": f"{url}:stable",
                            "environment": [{"name": "SMTP_URL", "value": "smtp://smtp-relay.brevo.com:587"}],
                        }
                    ]
                )
            ),
            opts=own,
        )
        aws.ecs.Service(
            f"{name}-service",
            name=name,
            cluster=cluster.arn,
            task_definition=task.arn,
            launch_type="FARGATE",
            network_configuration={"subnets": subnets, "security_groups": [group]},
            opts=own,
        )
        self.register_outputs({})


network = Network("survey")
Survey("survey", [subnet.id for subnet in network.private], network.group.id)
