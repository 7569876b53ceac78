"""An SES endpoint in an isolated VPC, its groups and rules in every notation."""

import pulumi
import pulumi_aws as aws

region = aws.get_region().region
zones = aws.ec2.get_vpc_endpoint_service_output(
    service_name=f"com.amazonaws.{region}.email-smtp", service_type="Interface"
).availability_zones


def network(name, **arguments):
    vpc = aws.ec2.Vpc(name, cidr_block="10.1.0.0/16", enable_dns_hostnames=True, **arguments)
    subnets = [
        aws.ec2.Subnet(
            f"{name}-{number}",
            vpc_id=vpc.id,
            cidr_block=vpc.cidr_block.apply(
                lambda block, number=number: block.replace(".0.0/16", f".{number}.0/24")
            ),
            availability_zone=zones[number],
        )
        for number in range(2)
    ]
    return vpc, subnets


def service(name, subnets, groups, host):
    connector = aws.apprunner.VpcConnector(
        name,
        vpc_connector_name=name,
        subnets=[subnet.id for subnet in subnets],
        security_groups=[group.id for group in groups],
    )
    aws.apprunner.Service(
        name,
        service_name=name,
        source_configuration={
            "image_repository": {
                "image_identifier": "public.ecr.aws/example/app:1",
                "image_repository_type": "ECR_PUBLIC",
                "image_configuration": {
                    "runtime_environment_variables": {"SMTP_HOST": host, "SMTP_PORT": "587"}
                },
            }
        },
        network_configuration={
            "egress_configuration": {"egress_type": "VPC", "vpc_connector_arn": connector.arn}
        },
    )


vpc, subnets = network("main")
client = aws.ec2.SecurityGroup("client", vpc_id=vpc.id)
server = aws.ec2.SecurityGroup("server", vpc_id=vpc.id)
aws.vpc.SecurityGroupEgressRule(
    "out",
    security_group_id=client.id,
    referenced_security_group_id=server.id,
    ip_protocol="tcp",
    from_port=587,
    to_port=587,
)
aws.vpc.SecurityGroupIngressRule(
    "in",
    security_group_id=server.id,
    referenced_security_group_id=client.id,
    ip_protocol="tcp",
    from_port=587,
    to_port=587,
)
older = aws.ec2.SecurityGroup("older", vpc_id=vpc.id)
aws.ec2.SecurityGroupRule(
    "older-out",
    type="egress",
    security_group_id=older.id,
    protocol="tcp",
    from_port=587,
    to_port=587,
    cidr_blocks=[vpc.cidr_block],
)
by_block = aws.ec2.SecurityGroup(
    "by-block",
    vpc_id=vpc.id,
    ingress=[
        {
            "protocol": "tcp",
            "from_port": 587,
            "to_port": 587,
            "cidr_blocks": [subnet.cidr_block for subnet in subnets],
        }
    ],
)
endpoint = aws.ec2.VpcEndpoint(
    "smtp",
    vpc_id=vpc.id,
    service_name=f"com.amazonaws.{region}.email-smtp",
    vpc_endpoint_type="Interface",
    private_dns_enabled=True,
    subnet_ids=[subnet.id for subnet in subnets],
    security_group_ids=[server.id, by_block.id],
)
host = f"email-smtp.{region}.amazonaws.com"
service("by-group", subnets, [client], host)
service("by-block", subnets, [older], host)
service("brevo", subnets, [client], "smtp-relay.brevo.com")
service("name-of-the-endpoint", subnets, [client], endpoint.dns_entries[0].dns_name)

quiet, quiet_subnets = network("quiet")
open_group = aws.ec2.SecurityGroup(
    "open",
    vpc_id=quiet.id,
    ingress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "self": True}],
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)
aws.ec2.VpcEndpoint(
    "without-private-dns",
    vpc_id=quiet.id,
    service_name=f"com.amazonaws.{region}.email-smtp",
    vpc_endpoint_type="Interface",
    subnet_ids=pulumi.Output.all(*[subnet.id for subnet in quiet_subnets]),
    security_group_ids=[open_group.id],
)
service("without-private-dns", quiet_subnets, [open_group], host)

listed, listed_subnets = network("listed")
group = aws.ec2.SecurityGroup(
    "self",
    vpc_id=listed.id,
    ingress=[{"protocol": "tcp", "from_port": 0, "to_port": 65535, "self": True}],
    egress=[{"protocol": "tcp", "from_port": 0, "to_port": 65535, "self": True}],
)
aws.ec2.VpcEndpoint(
    "subnets-as-one-output",
    vpc_id=listed.id,
    service_name=f"com.amazonaws.{region}.email-smtp",
    vpc_endpoint_type="Interface",
    private_dns_enabled=True,
    subnet_ids=pulumi.Output.all(*[subnet.id for subnet in listed_subnets]),
    security_group_ids=pulumi.Output.all(group.id),
)
service("endpoint-of-lists", listed_subnets, [group], host)
