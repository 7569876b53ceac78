"""Networks with one service each, whole or with one of the faults by which it loses its path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

VPC: Final = "aws:ec2/vpc:Vpc"
SUBNET: Final = "aws:ec2/subnet:Subnet"
TABLE: Final = "aws:ec2/routeTable:RouteTable"
ASSOCIATION: Final = "aws:ec2/routeTableAssociation:RouteTableAssociation"
ROUTE: Final = "aws:ec2/route:Route"
GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
INGRESS_RULE: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
ACL: Final = "aws:ec2/networkAcl:NetworkAcl"
INTERNET_GATEWAY: Final = "aws:ec2/internetGateway:InternetGateway"
NAT_GATEWAY: Final = "aws:ec2/natGateway:NatGateway"
EIP: Final = "aws:ec2/eip:Eip"
ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
CONNECTOR: Final = "aws:apprunner/vpcConnector:VpcConnector"
SERVICE: Final = "aws:apprunner/service:Service"
BUCKET: Final = "aws:s3/bucket:Bucket"

ZONES: Final = (("a", 1, "us-east-1a", "use1-az4"), ("b", 2, "us-east-1b", "use1-az6"))
SES_HOST: Final = "email-smtp.us-east-1.amazonaws.com"
RELAY: Final = "smtp-relay.example.com"
OPEN: Final = {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}
ALLOW: Final = {
    "ruleNo": 100, "action": "allow", "protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlock": "0.0.0.0/0"
}  # fmt: skip
DENY_MAIL: Final = {
    "ruleNo": 50, "action": "deny", "protocol": "tcp", "fromPort": 587, "toPort": 587,
    "cidrBlock": "0.0.0.0/0",
}  # fmt: skip


@dataclass(frozen=True)
class Ref:
    """The id of another resource of the world."""

    name: str


@dataclass
class Part:
    """A resource with its concrete properties, and `Ref` where it refers to another one."""

    type: str
    name: str
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass
class Network:
    """A VPC with one service in it."""

    prefix: str
    parts: dict[str, Part] = field(default_factory=dict)

    def add(self, type_: str, name: str, **properties: Any) -> Ref:
        full = f"{self.prefix}-{name}"
        self.parts[name] = Part(type_, full, properties)
        return Ref(full)

    def set(self, name: str, **properties: Any) -> None:
        self.parts[name].properties.update(properties)

    def ref(self, name: str) -> Ref:
        return Ref(self.parts[name].name)


def ses_network(prefix: str) -> Network:
    """A service that reaches SES through an interface endpoint, and nothing else."""
    network = _private_network(prefix, SES_HOST)
    endpoint_group = network.add(GROUP, "smtp", vpcId=network.ref("vpc"))
    network.add(
        INGRESS_RULE, "smtp-in", securityGroupId=endpoint_group,
        referencedSecurityGroupId=network.ref("clients"), ipProtocol="tcp", fromPort=587, toPort=587,
    )  # fmt: skip
    network.add(
        ENDPOINT, "endpoint", vpcId=network.ref("vpc"), serviceName="com.amazonaws.us-east-1.email-smtp",
        vpcEndpointType="Interface", privateDnsEnabled=True, securityGroupIds=[endpoint_group],
        subnetIds=[network.ref("a"), network.ref("b")],
    )  # fmt: skip
    return network


def nat_network(prefix: str) -> Network:
    """A service that reaches a mail relay through a NAT gateway."""
    network = _private_network(prefix, RELAY)
    vpc = network.ref("vpc")
    gateway = network.add(INTERNET_GATEWAY, "igw", vpcId=vpc)
    public = network.add(
        SUBNET, "public", vpcId=vpc, cidrBlock="10.0.100.0/24", availabilityZone="us-east-1a"
    )
    public_table = network.add(
        TABLE, "public-table", vpcId=vpc, routes=[{"cidrBlock": "0.0.0.0/0", "gatewayId": gateway}]
    )
    network.add(ASSOCIATION, "public-association", subnetId=public, routeTableId=public_table)
    address = network.add(EIP, "address", domain="vpc")
    nat = network.add(NAT_GATEWAY, "nat", subnetId=public, allocationId=address, connectivityType="public")
    network.add(
        ROUTE,
        "default",
        routeTableId=network.ref("table"),
        destinationCidrBlock="0.0.0.0/0",
        natGatewayId=nat,
    )
    return network


def _private_network(prefix: str, host: str) -> Network:
    network = Network(prefix)
    vpc = network.add(VPC, "vpc", cidrBlock="10.0.0.0/16", enableDnsSupport=True, enableDnsHostnames=True)
    subnets = [
        network.add(
            SUBNET, name, vpcId=vpc, cidrBlock=f"10.0.{number}.0/24",
            availabilityZone=zone, availabilityZoneId=zone_id,
        )
        for name, number, zone, zone_id in ZONES
    ]  # fmt: skip
    table = network.add(TABLE, "table", vpcId=vpc)
    for name, subnet in zip("ab", subnets, strict=True):
        network.add(ASSOCIATION, f"{name}-table", subnetId=subnet, routeTableId=table)
    clients = network.add(GROUP, "clients", vpcId=vpc, egress=[OPEN])
    connector = network.add(
        CONNECTOR,
        "connector",
        vpcConnectorName=f"{prefix}-connector",
        subnets=subnets,
        securityGroups=[clients],
    )
    network.add(
        SERVICE, "service", serviceName=f"{prefix}-service",
        networkConfiguration={"egressConfiguration": {"egressType": "VPC", "vpcConnectorArn": connector}},
        sourceConfiguration={"imageRepository": {"imageConfiguration": {"runtimeEnvironmentVariables": {
            "SMTP_HOST": host, "SMTP_PORT": "587",
        }}}},
    )  # fmt: skip
    return network


def _lose(*names: str) -> Callable[[Network], None]:
    def fault(network: Network) -> None:
        for name in names:
            del network.parts[name]

    return fault


def _change(name: str, **properties: Any) -> Callable[[Network], None]:
    return lambda network: network.set(name, **properties)


def _drop(name: str, prop: str) -> Callable[[Network], None]:
    def fault(network: Network) -> None:
        del network.parts[name].properties[prop]

    return fault


def _environment(**variables: str) -> Callable[[Network], None]:
    def fault(network: Network) -> None:
        source = network.parts["service"].properties["sourceConfiguration"]
        source["imageRepository"]["imageConfiguration"]["runtimeEnvironmentVariables"].update(variables)

    return fault


def _deny_mail(network: Network) -> None:
    network.add(
        ACL, "acl", vpcId=network.ref("vpc"), subnetIds=[network.ref("a"), network.ref("b")],
        ingress=[ALLOW], egress=[DENY_MAIL, ALLOW],
    )  # fmt: skip


def _own_table(network: Network) -> None:
    """One of the two subnets has a table of its own, which leads nowhere."""
    own = network.add(TABLE, "own-table", vpcId=network.ref("vpc"))
    network.set("b-table", routeTableId=own)


def _straight_out(network: Network) -> None:
    """The private subnets lead to the internet gateway themselves."""
    del network.parts["default"]
    network.add(
        ROUTE, "straight", routeTableId=network.ref("table"), destinationCidrBlock="0.0.0.0/0",
        gatewayId=network.ref("igw"),
    )  # fmt: skip


def _halves_straight_out(network: Network) -> None:
    """Two more specific routes, which together are the internet, take the traffic from the NAT gateway."""
    for index, half in enumerate(("0.0.0.0/1", "128.0.0.0/1")):
        network.add(
            ROUTE, f"half-{index}", routeTableId=network.ref("table"), destinationCidrBlock=half,
            gatewayId=network.ref("igw"),
        )  # fmt: skip


def _third_subnet(network: Network) -> None:
    """The connector has one more subnet, which no table but the VPC's main one is for."""
    third = network.add(
        SUBNET, "c", vpcId=network.ref("vpc"), cidrBlock="10.0.3.0/24", availabilityZone="us-east-1b",
        availabilityZoneId="use1-az6",
    )  # fmt: skip
    network.set("connector", subnets=[network.ref("a"), network.ref("b"), third])


def _deny_replies(network: Network) -> None:
    network.add(
        ACL, "acl", vpcId=network.ref("vpc"), subnetIds=[network.ref("a"), network.ref("b")],
        ingress=[{**ALLOW, "protocol": "tcp", "fromPort": 0, "toPort": 1023}], egress=[ALLOW],
    )  # fmt: skip


def _other_vpc(name: str) -> Callable[[Network], None]:
    def fault(network: Network) -> None:
        network.set(name, vpcId=network.add(VPC, "other", cidrBlock="10.9.0.0/16"))

    return fault


FAULTS: Final[Mapping[str, tuple[Callable[[str], Network], Callable[[Network], None]]]] = {
    "endpoint gone": (ses_network, _lose("endpoint")),
    "endpoint and its group gone": (ses_network, _lose("endpoint", "smtp-in", "smtp")),
    "endpoint of the Gateway type": (ses_network, _change("endpoint", vpcEndpointType="Gateway")),
    "private DNS off": (ses_network, _change("endpoint", privateDnsEnabled=False)),
    "endpoint of another region": (
        ses_network, _change("endpoint", serviceName="com.amazonaws.eu-west-1.email-smtp"),
    ),
    "endpoint in another VPC": (ses_network, _other_vpc("endpoint")),
    "DNS hostnames off": (ses_network, _change("vpc", enableDnsHostnames=False)),
    "DNS support off": (ses_network, _change("vpc", enableDnsSupport=False)),
    "zone not offered": (
        ses_network, _change("b", availabilityZoneId="use1-az2", availabilityZone="us-east-1d"),
    ),
    "endpoint's group closed": (ses_network, _lose("smtp-in")),
    "endpoint's group open on another port": (ses_network, _change("smtp-in", fromPort=465, toPort=465)),
    "clients' group closed towards SES": (ses_network, _change("clients", egress=[])),
    "port that SES does not offer": (ses_network, _environment(SMTP_PORT="2525")),
    "relay behind an endpoint": (ses_network, _environment(SMTP_HOST=RELAY)),
    "no default route": (nat_network, _lose("default")),
    "NAT gateway gone": (nat_network, _lose("nat", "default")),
    "private NAT gateway": (nat_network, _change("nat", connectivityType="private")),
    "NAT gateway's subnet without a route": (nat_network, _lose("public-association")),
    "NAT gateway in the private subnet": (
        nat_network, lambda network: network.set("nat", subnetId=network.ref("a")),
    ),
    "internet gateway of another VPC": (nat_network, _other_vpc("igw")),
    "NAT gateway without an address": (nat_network, _drop("nat", "allocationId")),
    "one subnet with another table": (nat_network, _own_table),
    "one subnet with no table": (nat_network, _third_subnet),
    "halves straight to the internet gateway": (nat_network, _halves_straight_out),
    "replies denied by the ACL": (nat_network, _deny_replies),
    "straight to the internet gateway": (nat_network, _straight_out),
    "clients' group closed": (nat_network, _change("clients", egress=[])),
    "mail denied by the ACL": (nat_network, _deny_mail),
}  # fmt: skip
"""Every way in which a service loses its path, by construction."""
