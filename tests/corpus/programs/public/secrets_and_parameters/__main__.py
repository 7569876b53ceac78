"""Tasks in public subnets, whose passwords come from Secrets Manager and SSM."""

import json

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
mail_host = config.require("mailHost")
mail_port = config.require_int("mailPort")
region = aws.get_region().region
account = aws.get_caller_identity().account_id

vpc = aws.ec2.Vpc("vpc", cidr_block="172.16.0.0/16", enable_dns_hostnames=True)
igw = aws.ec2.InternetGateway("igw", vpc_id=vpc.id)
routes = aws.ec2.RouteTable(
    "public-route-table",
    vpc_id=vpc.id,
    routes=[aws.ec2.RouteTableRouteArgs(cidr_block="0.0.0.0/0", gateway_id=igw.id)],
)
subnets = []
for zone in aws.get_availability_zones(state="available").names[:2]:
    subnet = aws.ec2.Subnet(
        f"public-{zone}",
        vpc_id=vpc.id,
        cidr_block=f"172.16.{len(subnets) + 1}.0/24",
        availability_zone=zone,
        map_public_ip_on_launch=True,
    )
    aws.ec2.RouteTableAssociation(f"public-{zone}", route_table_id=routes.id, subnet_id=subnet.id)
    subnets.append(subnet)
group = aws.ec2.SecurityGroup(
    "tasks",
    vpc_id=vpc.id,
    ingress=[
        aws.ec2.SecurityGroupIngressArgs(
            protocol="tcp", from_port=3000, to_port=3000, cidr_blocks=["0.0.0.0/0"]
        )
    ],
    egress=[
        aws.ec2.SecurityGroupEgressArgs(protocol="-1", from_port=0, to_port=0, cidr_blocks=["0.0.0.0/0"])
    ],
)

smtp = aws.secretsmanager.Secret("smtp")
database = aws.secretsmanager.Secret("database")
key = aws.ssm.Parameter("secret-key", type="SecureString", value=config.get_secret("secretKey") or "x")
execution = aws.iam.Role(
    "execution",
    assume_role_policy=aws.iam.get_policy_document(
        statements=[
            {
                "actions": ["sts:AssumeRole"],
                "principals": [{"type": "Service", "identifiers": ["ecs-tasks.amazonaws.com"]}],
            }
        ]
    ).json,
    managed_policy_arns=["arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"],
)
aws.iam.RolePolicy(
    "secrets",
    role=execution.id,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["secretsmanager:GetSecretValue", "ssm:GetParameters"],
                    "Resource": [smtp.arn, database.arn, key.arn],
                }
            ],
        }
    ),
)
cluster = aws.ecs.Cluster("api")


def service(name, secrets, environment, image):
    task = aws.ecs.TaskDefinition(
        name,
        family=name,
        cpu="256",
        memory="512",
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        execution_role_arn=execution.arn,
        container_definitions=pulumi.Output.json_dumps(
            [{"name": name, "image": image, "environment": environment, "secrets": secrets}]
        ),
    )
    aws.ecs.Service(
        name,
        name=name,
        cluster=cluster.id,
        task_definition=task.arn,
        desired_count=1,
        launch_type="FARGATE",
        network_configuration={
            "subnets": [subnet.id for subnet in subnets],
            "security_groups": [group.id],
            "assign_public_ip": True,
        },
    )


plain = [
    {"name": "SMTP_HOST", "value": mail_host},
    {"name": "SMTP_PORT", "value": str(mail_port)},
    {"name": "SMTP_USER", "value": "apikey"},
]
image = "public.ecr.aws/example/api:1"
service(
    "password-in-a-secret",
    [
        {"name": "SMTP_PASSWORD", "valueFrom": smtp.arn},
        {"name": "DATABASE_URL", "valueFrom": database.arn},
        {"name": "SECRET_KEY", "valueFrom": key.arn},
    ],
    plain,
    image,
)
service(
    "password-by-name",
    [
        {
            "name": "SMTP_PASSWORD",
            "valueFrom": f"arn:aws:ssm:{region}:{account}:parameter/prod/smtp-password",
        }
    ],
    plain,
    image,
)
service(
    "host-in-a-secret",
    [
        {"name": "SMTP_HOST", "valueFrom": pulumi.Output.concat(smtp.arn, ":host::")},
        {"name": "SMTP_PORT", "valueFrom": pulumi.Output.concat(smtp.arn, ":port::")},
    ],
    [],
    image,
)
service(
    "image-of-the-account",
    [{"name": "SMTP_PASSWORD", "valueFrom": smtp.arn}],
    plain,
    f"{account}.dkr.ecr.{region}.amazonaws.com/api:1",
)
container = json.dumps([{"name": "docs", "image": "public.ecr.aws/nginx/nginx:1", "essential": True}])
docs = aws.ecs.TaskDefinition(
    "docs",
    family="docs",
    cpu="256",
    memory="512",
    network_mode="awsvpc",
    requires_compatibilities=["FARGATE"],
    container_definitions=container,
)
aws.ecs.Service(
    "docs",
    name="docs",
    cluster=cluster.id,
    task_definition=docs.arn,
    launch_type="FARGATE",
    network_configuration={
        "subnets": [subnet.id for subnet in subnets],
        "security_groups": [group.id],
        "assign_public_ip": True,
    },
)
