"""An AWS account like the incident's, built through boto3: a VPC, its private subnets, a way out or none."""

from __future__ import annotations

import io
import time
import zipfile
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


ENVIRONMENT = {"SMTP_HOST": RELAY, "SMTP_PORT": "587", "SMTP_PASS": "hunter2"}
"""A service's environment, with a password in plain text."""
SCALING = f"arn:aws:apprunner:{REGION}:123456789012:autoscalingconfiguration/usual/1/{'5' * 32}"
SECRET = f"arn:aws:secretsmanager:{REGION}:123456789012:secret:db"


def verified() -> dict[str, Any]:
    """A domain identity in the form of SES's API."""
    return {"IdentityType": "DOMAIN", "VerifiedForSendingStatus": True, "FeedbackForwardingStatus": True}


class Account:
    """A VPC with two private subnets of one route table, and an App Runner connector and service in it."""

    def __init__(self, front: Front, region: str = REGION) -> None:
        self.front = front
        self.region = region
        self.session = boto3.Session()
        self.vpc = self.new_vpc("10.20.0.0/16")
        self.ec2.modify_vpc_attribute(VpcId=self.vpc, EnableDnsHostnames={"Value": True})
        self.private = [self.subnet("10.20.1.0/24", f"{region}a"), self.subnet("10.20.2.0/24", f"{region}b")]
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
    def ecs(self) -> Any:
        return self.session.client("ecs")

    @cached_property
    def functions(self) -> Any:
        return self.session.client("lambda")

    @cached_property
    def route53(self) -> Any:
        return self.session.client("route53")

    @cached_property
    def resolver(self) -> Any:
        return self.session.client("route53resolver")

    def of_another(self, owner: str) -> Any:
        """EC2 in the account `owner`."""
        role = f"arn:aws:iam::{owner}:role/admin"
        given = self.session.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        keys = (given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
        return boto3.Session(*keys, self.region).client("ec2")

    def new_vpc(self, block: str) -> str:
        return str(self.ec2.create_vpc(CidrBlock=block)["Vpc"]["VpcId"])

    def subnet(self, block: str, zone: str, vpc: str | None = None) -> str:
        answer = self.ec2.create_subnet(VpcId=vpc or self.vpc, CidrBlock=block, AvailabilityZone=zone)
        return str(answer["Subnet"]["SubnetId"])

    def route_table(self, *subnets: str, vpc: str | None = None) -> str:
        table = str(self.ec2.create_route_table(VpcId=vpc or self.vpc)["RouteTable"]["RouteTableId"])
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
        configuration = {
            "RuntimeEnvironmentVariables": {**ENVIRONMENT, **environment},
            "RuntimeEnvironmentSecrets": {"DB": SECRET},
        }
        self.front.app_runner.services.append(
            {
                "ServiceName": name,
                "ServiceArn": arn,
                "ServiceId": "a" * 32,
                "Status": "RUNNING",
                "CreatedAt": 1767600000,
                "UpdatedAt": 1767600000,
                "InstanceConfiguration": {"Cpu": "256", "Memory": "512"},
                "AutoScalingConfigurationSummary": {
                    "AutoScalingConfigurationName": "usual",
                    "AutoScalingConfigurationArn": SCALING,
                },
                "NetworkConfiguration": {"EgressConfiguration": egress},
                "SourceConfiguration": {
                    "ImageRepository": {
                        "ImageIdentifier": "public.ecr.aws/shop/shop:1",
                        "ImageRepositoryType": "ECR_PUBLIC",
                        "ImageConfiguration": configuration,
                    }
                },
            }
        )
        return arn

    def web_acl(self) -> dict[str, Any]:
        """What AWS WAF answers of a service that it protects."""
        arn = f"arn:aws:wafv2:{REGION}:123456789012:regional/webacl/shop/{'7' * 8}"
        metrics = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "shop"}
        acl = {"ARN": arn, "Name": "shop", "Id": "7" * 8, "DefaultAction": {}, "VisibilityConfig": metrics}
        return {"wafv2:GetWebACLForResource": {"WebACL": acl}}

    def custom_domain(self) -> dict[str, Any]:
        """One in the form of App Runner's API."""
        return {
            "DomainName": "app.example.com",
            "EnableWWWSubdomain": True,
            "Status": "active",
            "CertificateValidationRecords": [
                {"Name": "_a.app.example.com.", "Type": "CNAME", "Value": "_b.acm-validations.aws."}
            ],
        }

    def function(self, name: str, *, in_vpc: bool = True, **environment: str) -> str:
        """A Lambda function in the private subnets, or outside any VPC."""
        roles = self.session.client("iam")
        role = roles.create_role(RoleName=f"{name}-{self.vpc}", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        network = {"SubnetIds": self.private, "SecurityGroupIds": [self.group]} if in_vpc else {}
        answer = self.functions.create_function(
            FunctionName=name,
            Runtime="python3.12",
            Role=role,
            Handler="mailer.send",
            Code={"ZipFile": _archive()},
            VpcConfig=network,
            Environment={"Variables": {**ENVIRONMENT, **environment}},
        )
        return str(answer["FunctionArn"])

    def ecs_service(self, name: str, cluster: str = "default", **environment: str) -> str:
        """An ECS service whose tasks run in the private subnets, with private addresses."""
        self.ecs.create_cluster(clusterName=cluster)
        variables = {**ENVIRONMENT, **environment}
        container = {
            "name": "mailer",
            "image": "public.ecr.aws/shop/mailer:1",
            "memory": 128,
            "environment": [{"name": key, "value": value} for key, value in variables.items()],
            "secrets": [{"name": "DB", "valueFrom": SECRET}],
        }
        task = self.ecs.register_task_definition(
            family=name, networkMode="awsvpc", containerDefinitions=[container]
        )["taskDefinition"]["taskDefinitionArn"]
        network = {"subnets": self.private, "securityGroups": [self.group], "assignPublicIp": "DISABLED"}
        answer = self.ecs.create_service(
            cluster=cluster,
            serviceName=name,
            taskDefinition=task,
            desiredCount=1,
            networkConfiguration={"awsvpcConfiguration": network},
        )
        return str(answer["service"]["serviceArn"])

    def express_service(self, name: str) -> str:
        """A service of ECS Express Mode in the private subnets."""
        arn = self.ecs_service(name)
        environment = [{"name": key, "value": value} for key, value in ENVIRONMENT.items()]
        self.front.express.services[arn] = {
            "cluster": "default",
            "serviceName": name,
            "serviceArn": arn,
            "status": {"statusCode": "ACTIVE"},
            "activeConfigurations": [
                {
                    "networkConfiguration": {"subnets": self.private, "securityGroups": [self.group]},
                    "primaryContainer": {
                        "image": "public.ecr.aws/shop/mailer:1",
                        "environment": environment,
                        "secrets": [{"name": "DB", "valueFrom": SECRET}],
                    },
                    "createdAt": 1767600000,
                }
            ],
        }
        return arn

    def public_nat(self, block: str, vpc: str | None = None) -> tuple[str, str]:
        """A NAT gateway in a public subnet with the block `block`, and that subnet's route table."""
        gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc or self.vpc)
        public = self.subnet(block, "us-east-1a", vpc)
        table = self.route_table(public, vpc=vpc)
        self.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
        allocation = self.ec2.allocate_address(Domain="vpc")["AllocationId"]
        answer = self.ec2.create_nat_gateway(
            SubnetId=public, AllocationId=allocation, ConnectivityType="public"
        )
        return str(answer["NatGateway"]["NatGatewayId"]), table

    def nat(self) -> str:
        """A NAT gateway in a public subnet, to which the private table sends everything."""
        nat, _ = self.public_nat("10.20.101.0/24")
        self.ec2.create_route(RouteTableId=self.table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
        return nat

    def hub(self, *, default_route: bool = True) -> Hub:
        """The way out by a transit gateway, through the NAT gateway of another VPC.

        Args:
            default_route: whether the private table sends everything there.
        """
        hub = Hub(self)
        if default_route:
            self.ec2.create_route(
                RouteTableId=self.table, DestinationCidrBlock="0.0.0.0/0", TransitGatewayId=hub.gateway
            )
        return hub

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

    def prefix_list(self, block: str) -> str:
        """A managed prefix list that the connector's group names."""
        blocks = self.ec2.create_managed_prefix_list(
            PrefixListName="office", Entries=[{"Cidr": block}], MaxEntries=1, AddressFamily="IPv4"
        )["PrefixList"]["PrefixListId"]
        rule = {
            "IpProtocol": "tcp",
            "FromPort": 587,
            "ToPort": 587,
            "PrefixListIds": [{"PrefixListId": blocks}],
        }
        self.ec2.authorize_security_group_egress(GroupId=self.group, IpPermissions=[rule])
        return str(blocks)

    def exclusion(self) -> dict[str, Any]:
        """An exclusion of the VPC from Block Public Access, as AWS answers it; moto has none."""
        return {
            "ExclusionId": "vpcbpa-exclude-1",
            "ResourceArn": f"arn:aws:ec2:{REGION}:123456789012:vpc/{self.vpc}",
            "InternetGatewayExclusionMode": "allow-egress",
            "State": "create-complete",
        }

    def resolvers(self, *addresses: str) -> str:
        """DHCP options that name the VPC's resolvers."""
        options = self.ec2.create_dhcp_options(
            DhcpConfigurations=[{"Key": "domain-name-servers", "Values": list(addresses)}]
        )["DhcpOptions"]["DhcpOptionsId"]
        self.ec2.associate_dhcp_options(DhcpOptionsId=options, VpcId=self.vpc)
        return str(options)

    def private_zone(self, name: str) -> str:
        answer = self.route53.create_hosted_zone(
            Name=name,
            CallerReference=f"{name}{time.monotonic_ns()}",
            VPC={"VPCId": self.vpc, "VPCRegion": REGION},
            HostedZoneConfig={"PrivateZone": True, "Comment": ""},
        )
        return str(answer["HostedZone"]["Id"]).rpartition("/")[2]

    def public_zone(self, name: str) -> str:
        answer = self.route53.create_hosted_zone(Name=name, CallerReference=f"{name}{time.monotonic_ns()}")
        return str(answer["HostedZone"]["Id"]).rpartition("/")[2]

    def record(self, zone: str, name: str, kind: str, *values: str) -> None:
        held = {"Name": name, "Type": kind, "TTL": 300, "ResourceRecords": [{"Value": one} for one in values]}
        self.route53.change_resource_record_sets(
            HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": held}]}
        )

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


class Hub:
    """A VPC with a NAT gateway, which a transit gateway leads to: centralised egress.

    Attributes:
        vpc: the VPC with the NAT gateway.
        gateway: the transit gateway.
        attachments: those of the account's own VPC and of `vpc`.
        tables: the transit gateway route tables of the way there and of the way back.
    """

    def __init__(self, account: Account) -> None:
        self.account = account
        ec2 = account.ec2
        self.vpc = account.new_vpc("10.30.0.0/16")
        self.gateway: str = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
        inner = [
            account.subnet("10.30.1.0/24", "us-east-1a", self.vpc),
            account.subnet("10.30.2.0/24", "us-east-1b", self.vpc),
        ]
        nat, public = account.public_nat("10.30.101.0/24", self.vpc)
        inside = account.route_table(*inner, vpc=self.vpc)
        ec2.create_route(RouteTableId=inside, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
        ec2.create_route(
            RouteTableId=public, DestinationCidrBlock="10.20.0.0/16", TransitGatewayId=self.gateway
        )
        there, back = self.tables = (self._table(), self._table())
        spoke, hub = self.attachments = (
            self.attach(account.vpc, account.private, there),
            self.attach(self.vpc, inner, back),
        )
        self.propagate(spoke, back)
        self.route(there, "0.0.0.0/0", hub, self.vpc)
        self.route(back, "10.20.0.0/16", spoke, account.vpc, kind="propagated")

    def route(self, table: str, block: str, attachment: str, vpc: str, *, kind: str = "static") -> None:
        leads_to = {
            "ResourceId": vpc,
            "ResourceType": "vpc",
            "TransitGatewayAttachmentId": attachment,
        }
        self.account.front.transit_routes[table].append(
            {
                "DestinationCidrBlock": block,
                "TransitGatewayAttachments": [leads_to],
                "Type": kind,
                "State": "active",
            }
        )

    def _table(self) -> str:
        answer = self.account.ec2.create_transit_gateway_route_table(TransitGatewayId=self.gateway)
        return str(answer["TransitGatewayRouteTable"]["TransitGatewayRouteTableId"])

    def attach(self, vpc: str, subnets: list[str], table: str) -> str:
        """An attachment that is associated with `table`."""
        ec2 = self.account.ec2
        attachment = ec2.create_transit_gateway_vpc_attachment(
            TransitGatewayId=self.gateway, VpcId=vpc, SubnetIds=subnets
        )["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"]
        (gateway,) = ec2.describe_transit_gateways(TransitGatewayIds=[self.gateway])["TransitGateways"]
        first = {
            "TransitGatewayAttachmentId": attachment,
            "TransitGatewayRouteTableId": gateway["Options"]["AssociationDefaultRouteTableId"],
        }
        ec2.associate_transit_gateway_route_table(**first)  # moto ends only what was made by a call
        ec2.disassociate_transit_gateway_route_table(**first)
        ec2.associate_transit_gateway_route_table(
            TransitGatewayAttachmentId=attachment, TransitGatewayRouteTableId=table
        )
        return str(attachment)

    def propagate(self, attachment: str, table: str) -> None:
        self.account.ec2.enable_transit_gateway_route_table_propagation(
            TransitGatewayAttachmentId=attachment, TransitGatewayRouteTableId=table
        )


def _archive() -> bytes:
    """What a function's code has to be: a ZIP file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mailer.py", "def send(event, context): ...")
    return file.getvalue()
