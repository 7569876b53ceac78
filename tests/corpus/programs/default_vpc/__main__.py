"""The default VPC of a region, adopted with two of its subnets, and private subnets added to it."""

import json

import pulumi_aws as aws

ANYWHERE = "0.0.0.0/0"
RELAY = {"SMTP_HOST": "smtp-relay.brevo.com", "SMTP_PORT": "587"}
SES = {"SMTP_HOST": "email-smtp.us-east-1.amazonaws.com", "SMTP_PORT": "587"}

vpc = aws.ec2.DefaultVpc("default")
public = [aws.ec2.DefaultSubnet(zone, availability_zone=f"us-east-1{zone}") for zone in "ab"]
group = aws.ec2.SecurityGroup(
    "mail",
    vpc_id=vpc.id,
    egress=[{"protocol": "tcp", "from_port": 587, "to_port": 587, "cidr_blocks": [ANYWHERE]}],
)

address = aws.ec2.Eip("nat", domain="vpc")
nat = aws.ec2.NatGateway("nat", subnet_id=public[0].id, allocation_id=address.id)
table = aws.ec2.RouteTable(
    "private", vpc_id=vpc.id, routes=[{"cidr_block": ANYWHERE, "nat_gateway_id": nat.id}]
)
private = []
for zone, block in (("a", "172.31.128.0/20"), ("b", "172.31.144.0/20")):
    subnet = aws.ec2.Subnet(
        f"private-{zone}", vpc_id=vpc.id, cidr_block=block, availability_zone=f"us-east-1{zone}"
    )
    aws.ec2.RouteTableAssociation(f"private-{zone}", subnet_id=subnet.id, route_table_id=table.id)
    private.append(subnet)

endpoint = aws.ec2.SecurityGroup(
    "endpoint",
    vpc_id=vpc.id,
    ingress=[{"protocol": "tcp", "from_port": 587, "to_port": 587, "cidr_blocks": [vpc.cidr_block]}],
)
aws.ec2.VpcEndpoint(
    "ses",
    vpc_id=vpc.id,
    service_name="com.amazonaws.us-east-1.email-smtp",
    vpc_endpoint_type="Interface",
    private_dns_enabled=True,
    subnet_ids=[subnet.id for subnet in public],
    security_group_ids=[endpoint.id],
)


def service(name, subnets, environment):
    connector = aws.apprunner.VpcConnector(
        name, vpc_connector_name=name, subnets=[each.id for each in subnets], security_groups=[group.id]
    )
    aws.apprunner.Service(
        name,
        service_name=name,
        source_configuration={
            "image_repository": {
                "image_identifier": "public.ecr.aws/example/app:1",
                "image_repository_type": "ECR_PUBLIC",
                "image_configuration": {"runtime_environment_variables": environment},
            }
        },
        network_configuration={
            "egress_configuration": {"egress_type": "VPC", "vpc_connector_arn": connector.arn}
        },
    )


def task(name, subnets, public_address):
    definition = aws.ecs.TaskDefinition(
        name,
        family=name,
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        container_definitions=json.dumps(
            [
                {
                    "name": "app",
                    "image": "public.ecr.aws/example/app:1",
                    "environment": [{"name": key, "value": value} for key, value in RELAY.items()],
                }
            ]
        ),
    )
    aws.ecs.Service(
        name,
        name=name,
        cluster=cluster.arn,
        task_definition=definition.arn,
        launch_type="FARGATE",
        network_configuration={
            "subnets": [each.id for each in subnets],
            "security_groups": [group.id],
            "assign_public_ip": public_address,
        },
    )


cluster = aws.ecs.Cluster("mail", name="mail")
service("relay-from-default-subnets", public, RELAY)
service("relay-from-private-subnets", private, RELAY)
service("relay-from-both", [public[1], private[0]], RELAY)
service("ses-from-default-subnets", public, SES)
service("ses-from-private-subnets", private, SES)
task("task-with-address", public, True)
task("task-without-address", public, False)
task("task-behind-nat", private, False)
