"""An App Runner service that reaches its database by a connector, with and without a NAT gateway."""

import json

import pulumi
import pulumi_aws as aws

name = "signup"
vpc = aws.ec2.Vpc(f"{name}-vpc", cidr_block="10.140.0.0/16", enable_dns_hostnames=True)
igw = aws.ec2.InternetGateway(f"{name}-igw", vpc_id=vpc.id)
azs = aws.get_availability_zones(state="available").names[:2]
outer = aws.ec2.RouteTable(
    f"{name}-outer", vpc_id=vpc.id, routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": igw.id}]
)
edge = aws.ec2.Subnet(f"{name}-edge", vpc_id=vpc.id, cidr_block="10.140.0.0/24", availability_zone=azs[0])
aws.ec2.RouteTableAssociation(f"{name}-edge", subnet_id=edge.id, route_table_id=outer.id)
nat = aws.ec2.NatGateway(
    f"{name}-nat",
    subnet_id=edge.id,
    allocation_id=aws.ec2.Eip(f"{name}-nat", domain="vpc").id,
    opts=pulumi.ResourceOptions(depends_on=[igw]),
)
inner = aws.ec2.RouteTable(f"{name}-inner", vpc_id=vpc.id)
aws.ec2.Route(
    f"{name}-inner", route_table_id=inner.id, destination_cidr_block="0.0.0.0/0", nat_gateway_id=nat.id
)
app, data = [], []
for index, az in enumerate(azs):
    subnet = aws.ec2.Subnet(
        f"{name}-app-{index}", vpc_id=vpc.id, cidr_block=f"10.140.{10 + index}.0/24", availability_zone=az
    )
    aws.ec2.RouteTableAssociation(f"{name}-app-{index}", subnet_id=subnet.id, route_table_id=inner.id)
    app.append(subnet.id)
    data.append(
        aws.ec2.Subnet(
            f"{name}-data-{index}",
            vpc_id=vpc.id,
            cidr_block=f"10.140.{20 + index}.0/24",
            availability_zone=az,
        ).id
    )
client = aws.ec2.SecurityGroup(
    f"{name}-client",
    vpc_id=vpc.id,
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)
server = aws.ec2.SecurityGroup(
    f"{name}-server",
    vpc_id=vpc.id,
    ingress=[{"protocol": "tcp", "from_port": 5432, "to_port": 5432, "security_groups": [client.id]}],
)
cluster = aws.rds.Cluster(
    f"{name}-db",
    engine="aurora-postgresql",
    engine_mode="provisioned",
    database_name=name,
    master_username=name,
    manage_master_user_password=True,
    db_subnet_group_name=aws.rds.SubnetGroup(f"{name}-db", subnet_ids=data).name,
    vpc_security_group_ids=[server.id],
    serverlessv2_scaling_configuration={"min_capacity": 0.5, "max_capacity": 2},
    skip_final_snapshot=True,
)
role = aws.iam.Role(
    f"{name}-role",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {
                        "Service": ["build.apprunner.amazonaws.com", "tasks.apprunner.amazonaws.com"]
                    },
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    ),
)
repository = aws.ecr.Repository(f"{name}-repo")
smtp = aws.secretsmanager.Secret(f"{name}-smtp")


def connector(kind, subnets):
    return aws.apprunner.VpcConnector(
        f"{name}-{kind}", vpc_connector_name=f"{name}-{kind}", subnets=subnets, security_groups=[client.id]
    )


def serve(service, environment, through=None, secrets=None):
    egress = {"egress_type": "DEFAULT"}
    if through:
        egress = {"egress_type": "VPC", "vpc_connector_arn": through.arn}
    return aws.apprunner.Service(
        f"{name}-{service}",
        service_name=service,
        source_configuration={
            "authentication_configuration": {"access_role_arn": role.arn},
            "auto_deployments_enabled": True,
            "image_repository": {
                "image_identifier": repository.repository_url.apply(lambda url: f"{url}:{service}"),
                "image_repository_type": "ECR",
                "image_configuration": {
                    "port": "3000",
                    "runtime_environment_variables": {"DB_HOST": cluster.endpoint, **environment},
                    "runtime_environment_secrets": secrets or {},
                },
            },
        },
        instance_configuration={"cpu": "1024", "memory": "2048", "instance_role_arn": role.arn},
        network_configuration={"egress_configuration": egress},
    )


behind_nat, beside_data = connector("app", app), connector("data", data)
mail = {"EMAIL_SERVER_HOST": "smtp.resend.com", "EMAIL_SERVER_PORT": "465"}
serve("with-a-way", mail, behind_nat)
serve("incident", mail, beside_data)
serve("public-egress", mail)
serve("host-in-a-secret", {}, behind_nat, {"EMAIL_SERVER_HOST": smtp.arn})
serve("no-mail-named", {}, behind_nat)
serve("no-mail-named-and-no-way", {}, beside_data)
