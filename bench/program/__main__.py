"""Teams that each have a VPC, a database and services in it: 51 resources a team."""

import json

import pulumi
import pulumi_aws as aws

ZONES = ("us-east-1a", "us-east-1b")
SERVICES = ("api", "jobs", "mailer", "web")
SMTP_PORT = 587
DATABASE_PORT = 5432


class Service(pulumi.ComponentResource):
    """An App Runner service with a role, a secret and a log group of its own: 7 resources."""

    def __init__(self, team: str, name: str, connector: aws.apprunner.VpcConnector) -> None:
        super().__init__("bench:index:Service", f"{team}-{name}")
        own = pulumi.ResourceOptions(parent=self)
        tags = {"team": team, "service": name}
        secret = aws.secretsmanager.Secret(
            f"{team}-{name}", description=f"SMTP password of {name}", tags=tags, opts=own
        )
        aws.secretsmanager.SecretVersion(
            f"{team}-{name}", secret_id=secret.id, secret_string=pulumi.Output.secret("made-up"), opts=own
        )
        role = aws.iam.Role(
            f"{team}-{name}",
            assume_role_policy=_assumed_by("tasks.apprunner.amazonaws.com"),
            tags=tags,
            opts=own,
        )
        aws.iam.RolePolicy(
            f"{team}-{name}",
            role=role.id,
            policy=pulumi.Output.json_dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": secret.arn}
                    ],
                }
            ),
            opts=own,
        )
        aws.cloudwatch.LogGroup(
            f"{team}-{name}", name=f"/{team}/{name}", retention_in_days=30, tags=tags, opts=own
        )
        aws.apprunner.Service(
            f"{team}-{name}",
            service_name=f"{team}-{name}",
            source_configuration={
                "image_repository": {
                    "image_identifier": "public.ecr.aws/nginx/nginx:stable",
                    "image_repository_type": "ECR_PUBLIC",
                    "image_configuration": {
                        "port": "80",
                        "runtime_environment_variables": {
                            "SMTP_HOST": "smtp-relay.brevo.com",
                            "SMTP_PORT": str(SMTP_PORT),
                        },
                        "runtime_environment_secrets": {"SMTP_PASS": secret.arn},
                    },
                }
            },
            instance_configuration={"instance_role_arn": role.arn},
            network_configuration={
                "egress_configuration": {"egress_type": "VPC", "vpc_connector_arn": connector.arn}
            },
            tags=tags,
            opts=own,
        )
        self.register_outputs({"secretArn": secret.arn})


class Team(pulumi.ComponentResource):
    """A VPC with a NAT gateway, a database and services: 51 resources."""

    def __init__(self, name: str, number: int) -> None:
        super().__init__("bench:index:Team", name)
        own = pulumi.ResourceOptions(parent=self)
        tags = {"team": name}
        vpc = aws.ec2.Vpc(
            name, cidr_block=f"10.{number}.0.0/16", enable_dns_hostnames=True, tags=tags, opts=own
        )
        internet = aws.ec2.InternetGateway(name, vpc_id=vpc.id, tags=tags, opts=own)
        address = aws.ec2.Eip(name, domain="vpc", tags=tags, opts=own)
        public_table = aws.ec2.RouteTable(f"{name}-public", vpc_id=vpc.id, tags=tags, opts=own)
        aws.ec2.Route(
            f"{name}-public",
            route_table_id=public_table.id,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=internet.id,
            opts=own,
        )
        public = _subnets(f"{name}-public", number, 0, vpc, public_table, own)
        nat = aws.ec2.NatGateway(
            name,
            allocation_id=address.id,
            subnet_id=public[0].id,
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[internet]),
        )
        private_table = aws.ec2.RouteTable(f"{name}-private", vpc_id=vpc.id, tags=tags, opts=own)
        aws.ec2.Route(
            f"{name}-private",
            route_table_id=private_table.id,
            destination_cidr_block="0.0.0.0/0",
            nat_gateway_id=nat.id,
            opts=own,
        )
        private = _subnets(f"{name}-private", number, len(ZONES), vpc, private_table, own)
        group = aws.ec2.SecurityGroup(f"{name}-services", vpc_id=vpc.id, tags=tags, opts=own)
        aws.vpc.SecurityGroupEgressRule(
            name, security_group_id=group.id, ip_protocol="-1", cidr_ipv4="0.0.0.0/0", opts=own
        )
        connector = aws.apprunner.VpcConnector(
            name,
            vpc_connector_name=name,
            subnets=[subnet.id for subnet in private],
            security_groups=[group.id],
            tags=tags,
            opts=own,
        )
        data = aws.ec2.SecurityGroup(
            f"{name}-data",
            vpc_id=vpc.id,
            ingress=[
                {
                    "protocol": "tcp",
                    "from_port": DATABASE_PORT,
                    "to_port": DATABASE_PORT,
                    "security_groups": [group.id],
                }
            ],
            tags=tags,
            opts=own,
        )
        subnet_group = aws.rds.SubnetGroup(
            name, subnet_ids=[subnet.id for subnet in private], tags=tags, opts=own
        )
        database = aws.rds.Instance(
            name,
            engine="postgres",
            instance_class="db.t4g.micro",
            allocated_storage=20,
            username="app",
            manage_master_user_password=True,
            db_subnet_group_name=subnet_group.name,
            vpc_security_group_ids=[data.id],
            skip_final_snapshot=True,
            tags=tags,
            opts=own,
        )
        for service in SERVICES:
            Service(name, service, connector)
        pulumi.export(f"{name}-database", database.endpoint)
        self.register_outputs({"vpcId": vpc.id})


def _subnets(
    name: str,
    number: int,
    first: int,
    vpc: aws.ec2.Vpc,
    table: aws.ec2.RouteTable,
    own: pulumi.ResourceOptions,
) -> list[aws.ec2.Subnet]:
    made: list[aws.ec2.Subnet] = []
    for index, zone in enumerate(ZONES):
        subnet = aws.ec2.Subnet(
            f"{name}-{index}",
            vpc_id=vpc.id,
            cidr_block=f"10.{number}.{first + index}.0/24",
            availability_zone=zone,
            tags={"Name": f"{name}-{index}"},
            opts=own,
        )
        aws.ec2.RouteTableAssociation(
            f"{name}-{index}", subnet_id=subnet.id, route_table_id=table.id, opts=own
        )
        made.append(subnet)
    return made


def _assumed_by(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


for number in range(pulumi.Config().require_int("teams")):
    Team(f"team-{number}", number % 256)
