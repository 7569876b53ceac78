"""One network, and in it hosts, groups and references in many notations."""

import pulumi
import pulumi_aws as aws

ANYWHERE = "0.0.0.0/0"
config = pulumi.Config()
vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", enable_dns_hostnames=True, enable_dns_support=True)
gateway = aws.ec2.InternetGateway("main")
attached = aws.ec2.InternetGatewayAttachment("main", internet_gateway_id=gateway.id, vpc_id=vpc.id)
public, private = [
    aws.ec2.Subnet(name, vpc_id=vpc.id, cidr_block=f"10.0.{number}.0/24", availability_zone="us-east-1a")
    for number, name in enumerate(("public", "private"))
]
tables = {
    name: aws.ec2.RouteTable(name, vpc_id=vpc.id, tags={"Name": name}) for name in ("public", "private")
}
for subnet, name in ((public, "public"), (private, "private")):
    aws.ec2.RouteTableAssociation(name, subnet_id=subnet.id, route_table_id=tables[name].id)
aws.ec2.Route(
    "out",
    route_table_id=tables["public"].id,
    destination_cidr_block=ANYWHERE,
    gateway_id=gateway.id,
    opts=pulumi.ResourceOptions(depends_on=[attached]),
)
nat = aws.ec2.NatGateway(
    "main",
    subnet_id=pulumi.Output.all([public.id]).apply(lambda found: found[0][0]),
    allocation_id=aws.ec2.Eip("nat", domain="vpc").allocation_id,
    opts=pulumi.ResourceOptions(depends_on=[attached]),
)
aws.ec2.Route(
    "nat",
    route_table_id=tables["private"].id,
    destination_cidr_block=ANYWHERE,
    nat_gateway_id=nat.id.apply(lambda identity: identity),
)
endpoint_of_s3 = aws.ec2.VpcEndpoint(
    "s3",
    vpc_id=vpc.id,
    service_name="com.amazonaws.us-east-1.s3",
    route_table_ids=[table.id for table in tables.values()],
)
endpoint_group = aws.ec2.SecurityGroup(
    "endpoints",
    vpc_id=vpc.id,
    ingress=[{"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": [vpc.cidr_block]}],
)
aws.ec2.VpcEndpoint(
    "secrets",
    vpc_id=vpc.id,
    service_name="com.amazonaws.us-east-1.secretsmanager",
    vpc_endpoint_type="Interface",
    private_dns_enabled=True,
    subnet_ids=[private.id],
    security_group_ids=[endpoint_group.id],
)
relays = aws.ec2.ManagedPrefixList(
    "relays",
    address_family="IPv4",
    max_entries=2,
    entries=[{"cidr": "1.179.112.0/20"}, {"cidr": "0.0.0.0/0"}],
)


def group(name, **arguments):
    return aws.ec2.SecurityGroup(name, vpc_id=vpc.id, **arguments)


def rule(name, source, **arguments):
    aws.vpc.SecurityGroupEgressRule(name, security_group_id=source.id, **arguments)
    return source


MAIL = {"ip_protocol": "tcp", "from_port": 587, "to_port": 587}
groups = {
    "inline": group(
        "inline", egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": [ANYWHERE]}]
    ),
    "typed": group(
        "typed",
        egress=[
            aws.ec2.SecurityGroupEgressArgs(
                protocol="tcp", from_port=1, to_port=65535, cidr_blocks=[ANYWHERE]
            )
        ],
    ),
    "rule": rule("rule", group("rule"), cidr_ipv4=ANYWHERE, **MAIL),
    "all": rule("all", group("all"), cidr_ipv4=ANYWHERE, ip_protocol="-1"),
    "halves": rule(
        "lower",
        rule("upper", group("halves"), cidr_ipv4="128.0.0.0/1", **MAIL),
        cidr_ipv4="0.0.0.0/1",
        **MAIL,
    ),
    "prefix-list": rule("prefix-list", group("prefix-list"), prefix_list_id=relays.id, **MAIL),
    "none": group("none"),
    "ipv6-only": rule("ipv6", group("ipv6-only"), cidr_ipv6="::/0", ip_protocol="-1"),
    "other-port": rule(
        "port", group("other-port"), cidr_ipv4=ANYWHERE, ip_protocol="tcp", from_port=25, to_port=25
    ),
    "udp": rule("udp", group("udp"), cidr_ipv4=ANYWHERE, ip_protocol="udp", from_port=587, to_port=587),
}


role = aws.iam.Role(
    "instance",
    assume_role_policy=aws.iam.get_policy_document_output(
        statements=[
            {
                "actions": ["sts:AssumeRole"],
                "principals": [{"type": "Service", "identifiers": ["tasks.apprunner.amazonaws.com"]}],
            }
        ]
    ).json,
)


def service(name, used, variables, secrets=None, subnets=None):
    connector = aws.apprunner.VpcConnector(
        name,
        vpc_connector_name=name,
        subnets=subnets or [private.id],
        security_groups=[groups[used].id],
    )
    aws.apprunner.Service(
        name,
        service_name=name,
        source_configuration=aws.apprunner.ServiceSourceConfigurationArgs(
            image_repository=aws.apprunner.ServiceSourceConfigurationImageRepositoryArgs(
                image_identifier="public.ecr.aws/example/app:1",
                image_repository_type="ECR_PUBLIC",
                image_configuration=aws.apprunner.ServiceSourceConfigurationImageRepositoryImageConfigurationArgs(
                    port="8000",
                    runtime_environment_variables=variables,
                    runtime_environment_secrets=secrets,
                ),
            )
        ),
        instance_configuration={"instance_role_arn": role.arn},
        network_configuration={
            "ingress_configuration": {"is_publicly_accessible": True},
            "egress_configuration": {"egress_type": "VPC", "vpc_connector_arn": connector.arn},
        },
    )


RELAY = {"SMTP_HOST": "smtp-relay.brevo.com", "SMTP_PORT": "587"}
for name in groups:
    service(f"group-{name}", name, RELAY)
password = aws.secretsmanager.Secret("smtp")
bucket = aws.s3.Bucket("uploads")
service("host-from-config", "inline", {"SMTP_HOST": config.require("smtpHost"), "SMTP_PORT": "587"})
service("host-is-secret-config", "inline", {"SMTP_HOST": pulumi.Output.secret("smtp-relay.brevo.com")})
service("host-in-secrets-manager", "rule", {"SMTP_PORT": "587"}, {"SMTP_HOST": password.arn})
service("password-in-secrets-manager", "rule", RELAY, {"SMTP_PASSWORD": password.arn})
service("other-outputs-beside", "rule", {**RELAY, "BUCKET": bucket.bucket, "VPC": vpc.id})
service(
    "environment-as-output",
    "rule",
    bucket.bucket.apply(lambda bucket: {**RELAY, "BUCKET": bucket}),
)
service("names-no-host", "rule", {"PORT": "8000"})
service("no-port", "rule", {"SMTP_HOST": "smtp-relay.brevo.com"})
service("upper-case-host", "rule", {"SMTP_HOST": "SMTP-Relay.Brevo.com.", "SMTP_PORT": "587"})
service("literal-address", "inline", {"SMTP_HOST": "1.179.112.10", "SMTP_PORT": "2525"})
service("private-address", "inline", {"SMTP_HOST": "192.168.7.7", "SMTP_PORT": "2525"})
service("ses-over-nat", "rule", {"SMTP_HOST": "email-smtp.us-east-1.amazonaws.com", "SMTP_PORT": "587"})
service(
    "subnets-of-an-output",
    "rule",
    RELAY,
    subnets=pulumi.Output.from_input([private.id]),
)
