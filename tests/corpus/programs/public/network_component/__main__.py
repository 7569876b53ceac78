"""A Laravel application on Fargate in a network that is a component, with a NAT gateway per zone."""

import json

import pulumi
import pulumi_aws as aws
from network import Network, NetworkArgs


class LaravelService(pulumi.ComponentResource):
    def __init__(self, name, *, cluster, network, group, image, command, environment, opts=None):
        super().__init__("acme:app:LaravelService", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        variables = [{"name": key, "value": value} for key, value in environment.items()]
        self.task = aws.ecs.TaskDefinition(
            f"{name}-task",
            family=f"laravel-{name}",
            cpu="512",
            memory="1024",
            network_mode="awsvpc",
            requires_compatibilities=["FARGATE"],
            container_definitions=pulumi.Output.from_input(image).apply(
                lambda uri: json.dumps(
                    [
                        {
                            "name": name,
                            "image": uri,
                            "essential": True,
                            "command": command,
                            "environment": variables,
                        }
                    ]
                )
            ),
            opts=child,
        )
        self.service = aws.ecs.Service(
            f"{name}-service",
            name=name,
            cluster=cluster.arn,
            task_definition=self.task.arn,
            desired_count=2,
            launch_type="FARGATE",
            network_configuration=aws.ecs.ServiceNetworkConfigurationArgs(
                subnets=network.private_subnet_ids, security_groups=[group.id]
            ),
            opts=child,
        )
        self.register_outputs({"service": self.service.name})


network = Network("prod", NetworkArgs())
cluster = aws.ecs.Cluster("laravel", settings=[{"name": "containerInsights", "value": "enabled"}])
group = aws.ec2.SecurityGroup("laravel", vpc_id=network.vpc_id)
aws.vpc.SecurityGroupEgressRule(
    "laravel-all", security_group_id=group.id, ip_protocol="-1", cidr_ipv4="0.0.0.0/0"
)
repository = aws.ecr.Repository("laravel", image_scanning_configuration={"scan_on_push": True})
environment = {
    "APP_ENV": "production",
    "QUEUE_CONNECTION": "sqs",
    "MAIL_MAILER": "smtp",
    "MAIL_HOST": "smtp.postmarkapp.com",
    "MAIL_PORT": "587",
    "MAIL_ENCRYPTION": "tls",
    "MAIL_FROM_ADDRESS": "hello@example.com",
}
for name, command in {
    "php": ["php-fpm"],
    "queue": ["php", "artisan", "queue:work"],
    "scheduler": ["php", "artisan", "schedule:work"],
}.items():
    LaravelService(
        name,
        cluster=cluster,
        network=network,
        group=group,
        image=pulumi.Output.concat(repository.repository_url, ":", name),
        command=command,
        environment=environment,
    )
