"""A worker on Fargate Spot for each queue, scaled by the length of it."""

import json

import pulumi
import pulumi_aws as aws

QUEUES = ["signup", "invoice", "receipt", "reset", "digest", "invite", "alert", "export"]
region = aws.get_region()

vpc = aws.ec2.Vpc("workers", cidr_block="10.53.0.0/16", enable_dns_hostnames=True)
igw = aws.ec2.InternetGateway("workers", vpc_id=vpc.id)
public = aws.ec2.Subnet("public", vpc_id=vpc.id, cidr_block="10.53.0.0/24", availability_zone="us-east-1a")
private = aws.ec2.Subnet("private", vpc_id=vpc.id, cidr_block="10.53.1.0/24", availability_zone="us-east-1a")
eip = aws.ec2.Eip("nat", domain="vpc")
nat = aws.ec2.NatGateway(
    "nat", subnet_id=public.id, allocation_id=eip.id, opts=pulumi.ResourceOptions(depends_on=[igw])
)
for name, subnet, target in (
    ("public", public, {"gateway_id": igw.id}),
    ("private", private, {"nat_gateway_id": nat.id}),
):
    table = aws.ec2.RouteTable(name, vpc_id=vpc.id, routes=[{"cidr_block": "0.0.0.0/0", **target}])
    aws.ec2.RouteTableAssociation(name, subnet_id=subnet.id, route_table_id=table.id)
aws.ec2.VpcEndpoint("s3", vpc_id=vpc.id, service_name=f"com.amazonaws.{region.region}.s3")
group = aws.ec2.SecurityGroup(
    "workers",
    vpc_id=vpc.id,
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)
cluster = aws.ecs.Cluster("workers")
spot = aws.ecs.ClusterCapacityProviders(
    "workers", cluster_name=cluster.name, capacity_providers=["FARGATE_SPOT"]
)
image = aws.ecr.Repository("workers").repository_url
topic = aws.sns.Topic("bounces")
settings = aws.sesv2.ConfigurationSet("workers", configuration_set_name="workers")

for name in QUEUES:
    queue = aws.sqs.Queue(name, name=f"mail-{name}")
    task = aws.ecs.TaskDefinition(
        name,
        family=name,
        cpu="256",
        memory="512",
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        container_definitions=pulumi.Output.all(image=image, queue=queue.url, topic=topic.arn).apply(
            lambda known, name=name: json.dumps(
                [
                    {
                        "name": name,
                        "image": known["image"],
                        "environment": [
                            {"name": "QUEUE_URL", "value": known["queue"]},
                            {"name": "BOUNCES", "value": known["topic"]},
                            {"name": "AWS_SES_REGION_NAME", "value": region.region},
                            {"name": "EMAIL_BACKEND", "value": "django_ses.SESBackend"},
                        ],
                    }
                ]
            )
        ),
    )
    service = aws.ecs.Service(
        name,
        name=name,
        cluster=cluster.arn,
        task_definition=task.arn,
        capacity_provider_strategies=[{"capacity_provider": "FARGATE_SPOT", "weight": 1}],
        network_configuration={"subnets": [private.id], "security_groups": [group.id]},
        opts=pulumi.ResourceOptions(ignore_changes=["desired_count"], depends_on=[spot]),
    )
    target = aws.appautoscaling.Target(
        name,
        service_namespace="ecs",
        scalable_dimension="ecs:service:DesiredCount",
        resource_id=pulumi.Output.concat("service/", cluster.name, "/", service.name),
        min_capacity=0,
        max_capacity=10,
    )
    aws.appautoscaling.Policy(
        name,
        policy_type="TargetTrackingScaling",
        service_namespace=target.service_namespace,
        scalable_dimension=target.scalable_dimension,
        resource_id=target.resource_id,
        target_tracking_scaling_policy_configuration={
            "target_value": 100,
            "customized_metric_specification": {
                "namespace": "AWS/SQS",
                "metric_name": "ApproximateNumberOfMessagesVisible",
                "statistic": "Average",
                "dimensions": [{"name": "QueueName", "value": queue.name}],
            },
        },
    )
