"""Jobs and builds beside a service."""

import json

import pulumi
import pulumi_aws as aws

vpc = aws.ec2.Vpc("jobs", cidr_block="10.250.0.0/16", enable_dns_hostnames=True)
igw = aws.ec2.InternetGateway("jobs", vpc_id=vpc.id)
table = aws.ec2.DefaultRouteTable(
    "jobs",
    default_route_table_id=vpc.default_route_table_id,
    routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": igw.id}],
)
subnet = aws.ec2.Subnet("jobs", vpc_id=vpc.id, cidr_block="10.250.0.0/24", availability_zone="us-east-1a")
group = aws.ec2.SecurityGroup(
    "jobs",
    vpc_id=vpc.id,
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)
role = aws.iam.Role(
    "jobs",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": ["batch.amazonaws.com", "codebuild.amazonaws.com"]},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    ),
)
mail = [{"name": "SMTP_HOST", "value": "smtp.sendgrid.net"}, {"name": "SMTP_PORT", "value": "587"}]
compute = aws.batch.ComputeEnvironment(
    "jobs",
    type="MANAGED",
    service_role=role.arn,
    compute_resources={
        "type": "FARGATE",
        "max_vcpus": 16,
        "subnets": [subnet.id],
        "security_group_ids": [group.id],
    },
)
queue = aws.batch.JobQueue(
    "jobs",
    state="ENABLED",
    priority=1,
    compute_environment_orders=[{"order": 1, "compute_environment": compute.arn}],
)
aws.batch.JobDefinition(
    "statements",
    name="statements",
    type="container",
    platform_capabilities=["FARGATE"],
    container_properties=json.dumps(
        {
            "image": "public.ecr.aws/example/statements:1",
            "environment": mail,
            "resourceRequirements": [
                {"type": "VCPU", "value": "0.25"},
                {"type": "MEMORY", "value": "512"},
            ],
        }
    ),
)
aws.codebuild.Project(
    "site",
    name="site",
    service_role=role.arn,
    source={"type": "GITHUB", "location": "https://github.com/example/site.git"},
    artifacts={"type": "NO_ARTIFACTS"},
    environment={
        "compute_type": "BUILD_GENERAL1_SMALL",
        "image": "aws/codebuild/standard:7.0",
        "type": "LINUX_CONTAINER",
        "environment_variables": mail,
    },
)
bastion = aws.ec2.Instance(
    "bastion",
    ami="ami-0123456789abcdef0",
    instance_type="t4g.nano",
    subnet_id=subnet.id,
    vpc_security_group_ids=[group.id],
    associate_public_ip_address=True,
)
task = aws.ecs.TaskDefinition(
    "api",
    family="api",
    cpu="256",
    memory="512",
    network_mode="awsvpc",
    requires_compatibilities=["FARGATE"],
    container_definitions=json.dumps(
        [{"name": "api", "image": "public.ecr.aws/example/api:1", "environment": mail}]
    ),
)
aws.ecs.Service(
    "api",
    name="api",
    cluster=aws.ecs.Cluster("jobs").arn,
    task_definition=task.arn,
    launch_type="FARGATE",
    network_configuration={
        "subnets": [subnet.id],
        "security_groups": [group.id],
        "assign_public_ip": True,
    },
    opts=pulumi.ResourceOptions(depends_on=[table]),
)
pulumi.export("bastion", bastion.public_ip)
