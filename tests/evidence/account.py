"""An AWS account like the incident's, built through boto3: a VPC, its private subnets, a way out or none."""

from __future__ import annotations

import time
from functools import cached_property
from typing import Any

import boto3

from tests.evidence.front import Front

REGION = "us-east-1"
SMTP = f"com.amazonaws.{REGION}.email-smtp"
SES_HOST = f"email-smtp.{REGION}.amazonaws.com"
RELAY = "smtp-relay.brevo.com"
OWNED = {"pulumi:project": "shop", "pulumi:stack": "dev"}


def tagged(kind: str, tags: dict[str, str]) -> list[dict[str, Any]]:
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    return [{"ResourceType": kind, "Tags": listed}] if tags else []


class Account:
    """A VPC with two private subnets of one route table, and an App Runner connector and service in it."""

    def __init__(self, front: Front) -> None:
        self.front = front
        self.session = boto3.Session()
        self.vpc: str = self.ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
        self.ec2.modify_vpc_attribute(VpcId=self.vpc, EnableDnsHostnames={"Value": True})
        self.private = [self.subnet("10.20.1.0/24", "us-east-1a"), self.subnet("10.20.2.0/24", "us-east-1b")]
        self.table = self.route_table(*self.private)
        self.group = self.security_group("connector")
        self.connector = f"arn:aws:apprunner:{REGION}:123456789012:vpcconnector/shop/1/{'0' * 32}"
        front.app_runner.connectors.append(
            {
                "VpcConnectorName": "shop",
                "VpcConnectorArn": self.connector,
                "VpcConnectorRevision": 1,
                "Subnets": self.private,
                "SecurityGroups": [self.group],
                "Status": "ACTIVE",
            }
        )
        self.service("shop", self.connector)

    @cached_property
    def ec2(self) -> Any:
        return self.session.client("ec2")

    @cached_property
    def route53(self) -> Any:
        return self.session.client("route53")

    @cached_property
    def resolver(self) -> Any:
        return self.session.client("route53resolver")

    def subnet(self, block: str, zone: str) -> str:
        answer = self.ec2.create_subnet(VpcId=self.vpc, CidrBlock=block, AvailabilityZone=zone)
        return str(answer["Subnet"]["SubnetId"])

    def route_table(self, *subnets: str) -> str:
        table = str(self.ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"])
        for subnet in subnets:
            self.ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
        return table

    def security_group(self, name: str) -> str:
        return str(
            self.ec2.create_security_group(GroupName=name, Description=name, VpcId=self.vpc)["GroupId"]
        )

    def service(self, name: str, connector: str | None, **environment: str) -> str:
        """An App Runner service; one of its environment variables is a password in plain text."""
        arn = f"arn:aws:apprunner:{REGION}:123456789012:service/{name}/{'a' * 32}"
        egress = (
            {"EgressType": "VPC", "VpcConnectorArn": connector} if connector else {"EgressType": "DEFAULT"}
        )
        variables = {"SMTP_HOST": RELAY, "SMTP_PORT": "587", "SMTP_PASS": "hunter2", **environment}
        secrets = {"DB": f"arn:aws:secretsmanager:{REGION}:123456789012:secret:db"}
        configuration = {"RuntimeEnvironmentVariables": variables, "RuntimeEnvironmentSecrets": secrets}
        self.front.app_runner.services.append(
            {
                "ServiceName": name,
                "ServiceArn": arn,
                "ServiceId": "a" * 32,
                "Status": "RUNNING",
                "NetworkConfiguration": {"EgressConfiguration": egress},
                "SourceConfiguration": {"ImageRepository": {"ImageConfiguration": configuration}},
            }
        )
        return arn

    def nat(self) -> str:
        """A NAT gateway in a public subnet, to which the private table sends everything."""
        gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=self.vpc)
        public = self.subnet("10.20.101.0/24", "us-east-1a")
        self.ec2.create_route(
            RouteTableId=self.route_table(public), DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway
        )
        allocation = self.ec2.allocate_address(Domain="vpc")["AllocationId"]
        answer = self.ec2.create_nat_gateway(SubnetId=public, AllocationId=allocation)
        nat = str(answer["NatGateway"]["NatGatewayId"])
        self.ec2.create_route(RouteTableId=self.table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
        return nat

    def endpoint(self, **tags: str) -> str:
        """The SMTP endpoint, with a group that lets the connector in."""
        group = self.security_group("endpoint")
        self.ec2.authorize_security_group_ingress(
            GroupId=group,
            IpPermissions=[
                {
                    "IpProtocol": "tcp",
                    "FromPort": 587,
                    "ToPort": 587,
                    "UserIdGroupPairs": [{"GroupId": self.group}],
                }
            ],
        )
        answer = self.ec2.create_vpc_endpoint(
            VpcId=self.vpc,
            ServiceName=SMTP,
            VpcEndpointType="Interface",
            PrivateDnsEnabled=True,
            SubnetIds=self.private,
            SecurityGroupIds=[group],
            TagSpecifications=tagged("vpc-endpoint", tags),
        )
        return str(answer["VpcEndpoint"]["VpcEndpointId"])

    def private_zone(self, name: str) -> str:
        answer = self.route53.create_hosted_zone(
            Name=name,
            CallerReference=f"{name}{time.monotonic_ns()}",
            VPC={"VPCId": self.vpc, "VPCRegion": REGION},
            HostedZoneConfig={"PrivateZone": True, "Comment": ""},
        )
        return str(answer["HostedZone"]["Id"]).rpartition("/")[2]

    def forwards(self, domain: str) -> str:
        """A rule that sends the VPC's queries for `domain` to other resolvers."""
        group = self.security_group("resolver")
        endpoint = self.resolver.create_resolver_endpoint(
            CreatorRequestId=group,
            Name="out",
            SecurityGroupIds=[group],
            Direction="OUTBOUND",
            IpAddresses=[{"SubnetId": subnet} for subnet in self.private],
        )["ResolverEndpoint"]["Id"]
        rule = str(
            self.resolver.create_resolver_rule(
                CreatorRequestId=f"rule-{group}",
                Name="forward",
                RuleType="FORWARD",
                DomainName=domain,
                TargetIps=[{"Ip": "10.99.0.53", "Port": 53}],
                ResolverEndpointId=endpoint,
            )["ResolverRule"]["Id"]
        )
        self.resolver.associate_resolver_rule(ResolverRuleId=rule, VPCId=self.vpc, Name="forward")
        return rule
