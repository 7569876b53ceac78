"""App Runner services of one team, from images and from a repository of code."""

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
vpc = aws.ec2.Vpc("team", cidr_block="10.200.0.0/16", enable_dns_hostnames=True)
igw = aws.ec2.InternetGateway("team", vpc_id=vpc.id)
outer = aws.ec2.RouteTable("outer", vpc_id=vpc.id, routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": igw.id}])
nats = {}
private = []
for number, zone in enumerate(("us-east-1a", "us-east-1b")):
    edge = aws.ec2.Subnet(
        f"edge-{zone}", vpc_id=vpc.id, cidr_block=f"10.200.{number}.0/24", availability_zone=zone
    )
    aws.ec2.RouteTableAssociation(f"edge-{zone}", subnet_id=edge.id, route_table_id=outer.id)
    nats[zone] = aws.ec2.NatGateway(
        f"nat-{zone}", subnet_id=edge.id, allocation_id=aws.ec2.Eip(f"nat-{zone}", domain="vpc").id
    )
    table = aws.ec2.RouteTable(
        f"inner-{zone}",
        vpc_id=vpc.id,
        routes=[{"cidr_block": "0.0.0.0/0", "nat_gateway_id": nats[zone].id}],
    )
    subnet = aws.ec2.Subnet(
        f"inner-{zone}", vpc_id=vpc.id, cidr_block=f"10.200.{10 + number}.0/24", availability_zone=zone
    )
    aws.ec2.RouteTableAssociation(f"inner-{zone}", subnet_id=subnet.id, route_table_id=table.id)
    private.append(subnet)
group = aws.ec2.SecurityGroup(
    "connector",
    vpc_id=vpc.id,
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)
connector = aws.apprunner.VpcConnector(
    "team",
    vpc_connector_name="team",
    subnets=[subnet.id for subnet in private],
    security_groups=[group.id],
)
scaling = aws.apprunner.AutoScalingConfigurationVersion(
    "team", auto_scaling_configuration_name="team", max_size=3
)
git = aws.apprunner.Connection("git", connection_name="git", provider_type="GITHUB")
role = aws.iam.Role(
    "instance",
    assume_role_policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "sts:AssumeRole",
                    "Effect": "Allow",
                    "Principal": {"Service": "tasks.apprunner.amazonaws.com"},
                }
            ],
        }
    ),
)
password = aws.ssm.Parameter("smtp", type="SecureString", value=config.get_secret("password") or "x")
through = aws.apprunner.ServiceNetworkConfigurationArgs(
    egress_configuration=aws.apprunner.ServiceNetworkConfigurationEgressConfigurationArgs(
        egress_type="VPC", vpc_connector_arn=connector.arn
    )
)
mail = {"SMTP_HOST": "smtp-relay.brevo.com", "SMTP_PORT": "587", "SMTP_USER": "team@example.com"}


def from_image(name, environment, network=through):
    aws.apprunner.Service(
        name,
        service_name=name,
        auto_scaling_configuration_arn=scaling.arn,
        instance_configuration={"cpu": "1 vCPU", "memory": "2 GB", "instance_role_arn": role.arn},
        network_configuration=network,
        source_configuration={
            "image_repository": {
                "image_identifier": "public.ecr.aws/example/web:2",
                "image_repository_type": "ECR_PUBLIC",
                "image_configuration": {
                    "port": "8080",
                    "runtime_environment_variables": environment,
                    "runtime_environment_secrets": {"SMTP_PASSWORD": password.arn},
                },
            }
        },
    )


def from_code(name, environment, network=through):
    aws.apprunner.Service(
        name,
        service_name=name,
        instance_configuration={"instance_role_arn": role.arn},
        network_configuration=network,
        source_configuration={
            "authentication_configuration": {"connection_arn": git.arn},
            "code_repository": {
                "repository_url": f"https://github.com/example/{name}",
                "source_code_version": {"type": "BRANCH", "value": "main"},
                "code_configuration": {
                    "configuration_source": "API",
                    "code_configuration_values": {
                        "runtime": "NODEJS_18",
                        "build_command": "npm ci",
                        "start_command": "node server.js",
                        "runtime_environment_variables": environment,
                    },
                },
            },
        },
    )


from_image("accounts", mail)
from_image("orders", {**mail, "SMTP_PORT": "2525"})
from_image("landing", {"SITE": "example.com"}, None)
from_code("portal", mail)
from_code("chat", {"RESEND_API_KEY": "not-a-key"})
from_code("status", mail, None)
from_code("feeds", {"REDIS_URL": "redis://cache.internal:6379"})
