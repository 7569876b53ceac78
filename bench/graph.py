"""Planned stacks of any size: the same resources for a policy pack and for a Terraform plan.

A stack is made of cells. A cell is one VPC with five services behind it, and the rest of it is what
other programs have: buckets, queues, functions. Every second VPC reaches SES through an endpoint,
the others a mail relay through a NAT gateway. In every fourth VPC one service is broken: its subnets
have no default route, and the pack has to find it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from reachability.values import UNKNOWN

PROJECT: Final = "bench"
STACK: Final = "preview"
ZONES: Final = ("use1-az4", "use1-az6")
SERVICES_PER_CELL: Final = 5
CELLS_PER_THOUSAND: Final = 4
OPEN: Final = {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}


@dataclass(frozen=True)
class Ref:
    """A value that only the creation of `resource` will give: its output `output`."""

    resource: Resource
    output: str = "id"


@dataclass(frozen=True)
class Resource:
    """One planned resource: its inputs in camelCase, references among them, and what AWS will add."""

    type: str
    name: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    computed: tuple[str, ...] = ("arn", "tagsAll")
    after: tuple[Resource, ...] = ()
    """What it is made after (`depends_on`)."""

    @property
    def urn(self) -> str:
        return f"urn:pulumi:{STACK}::{PROJECT}::{self.type}::{self.name}"

    @property
    def known_inputs(self) -> dict[str, Any]:
        """The inputs as they stand before creation: what a reference gives is not known."""
        return {name: _unresolved(value) for name, value in self.inputs.items()}

    @property
    def outputs(self) -> dict[str, Any]:
        """What the stack's policies see of it in a preview."""
        return {**dict.fromkeys(self.computed, UNKNOWN), "region": "us-east-1", **self.known_inputs}

    @property
    def sources(self) -> dict[str, tuple[str, ...]]:
        """The URNs of the resources that each property takes its value from."""
        found = {name: tuple(_sources(value)) for name, value in self.inputs.items()}
        return {name: urns for name, urns in found.items() if urns}


def _unresolved(value: Any) -> Any:
    if isinstance(value, Ref):
        return UNKNOWN
    if isinstance(value, Mapping):
        return {key: _unresolved(element) for key, element in value.items()}
    if isinstance(value, list):
        return [_unresolved(element) for element in value]
    return value


def _sources(value: Any) -> Iterator[str]:
    if isinstance(value, Ref):
        yield value.resource.urn
    elif isinstance(value, Mapping):
        for element in value.values():
            yield from _sources(element)
    elif isinstance(value, list):
        for element in value:
            yield from _sources(element)


@dataclass(frozen=True)
class Stack:
    """What was planned, and the names of the services that have no path."""

    resources: tuple[Resource, ...]
    broken: frozenset[str]

    @property
    def services(self) -> list[Resource]:
        return [found for found in self.resources if found.type == "aws:apprunner/service:Service"]


def stack(size: int) -> Stack:
    """A stack of exactly `size` resources, four cells in each thousand.

    Raises:
        ValueError: it is too small for a single cell.
    """
    resources: list[Resource] = []
    broken: set[str] = set()
    for cell in range(max(1, size * CELLS_PER_THOUSAND // 1000)):
        breaks = cell % CELLS_PER_THOUSAND == 0
        resources += _cell(f"cell{cell}", cell, breaks)
        if breaks:
            broken.add(f"cell{cell}-service0")
    if len(resources) > size:
        raise ValueError(
            f"a graph of {size} resources is too small: one VPC with its services takes {len(resources)}"
        )
    resources += _unrelated(size - len(resources))
    return Stack(tuple(resources), frozenset(broken))


def _cell(name: str, number: int, breaks: bool) -> Iterator[Resource]:
    vpc = Resource(
        "aws:ec2/vpc:Vpc",
        f"{name}-vpc",
        {"cidrBlock": f"10.{number % 256}.0.0/16", "enableDnsSupport": True, "enableDnsHostnames": True},
        ("arn", "defaultNetworkAclId", "defaultSecurityGroupId", "mainRouteTableId", "ownerId", "tagsAll"),
    )
    gateway = Resource("aws:ec2/internetGateway:InternetGateway", f"{name}-gateway", {"vpcId": Ref(vpc)})
    yield from (vpc, gateway)

    public = [_subnet(vpc, f"{name}-public{zone}", number, zone, ZONES[zone]) for zone in range(2)]
    private = [_subnet(vpc, f"{name}-private{zone}", number, 8 + zone, ZONES[zone]) for zone in range(2)]
    isolated = [_subnet(vpc, f"{name}-isolated{zone}", number, 16 + zone, ZONES[zone]) for zone in range(2)]
    yield from (*public, *private, *isolated)

    yield from _routed(vpc, f"{name}-public", public, {"gatewayId": Ref(gateway)})
    uses_endpoint = number % 2 == 1
    if uses_endpoint:
        host = "email-smtp.us-east-1.amazonaws.com"
        yield from _routed(vpc, f"{name}-private", private, None)
        yield from _endpoint(vpc, name, private)
    else:
        host = "smtp-relay.brevo.com"
        address = Resource(
            "aws:ec2/eip:Eip", f"{name}-address", {"domain": "vpc"}, ("allocationId", "publicIp")
        )
        nat = Resource(
            "aws:ec2/natGateway:NatGateway",
            f"{name}-nat",
            {"subnetId": Ref(public[0]), "allocationId": Ref(address), "connectivityType": "public"},
            ("publicIp", "privateIp", "tagsAll"),
            after=(gateway,),
        )
        yield from (address, nat)
        yield from _routed(vpc, f"{name}-private", private, {"natGatewayId": Ref(nat)})
    yield from _routed(vpc, f"{name}-isolated", isolated, None)

    secret = Resource("aws:secretsmanager/secret:Secret", f"{name}-smtp", {"name": f"{name}-smtp"})
    yield secret
    for index in range(SERVICES_PER_CELL):
        subnets = isolated if breaks and index == 0 else private
        yield from _service(f"{name}-service{index}", vpc, subnets, secret, host)


def _subnet(vpc: Resource, name: str, number: int, third: int, zone: str) -> Resource:
    return Resource(
        "aws:ec2/subnet:Subnet",
        name,
        {"vpcId": Ref(vpc), "cidrBlock": f"10.{number % 256}.{third}.0/24", "availabilityZoneId": zone},
        ("arn", "availabilityZone", "ownerId", "tagsAll"),
    )


def _routed(
    vpc: Resource, name: str, subnets: list[Resource], target: Mapping[str, Any] | None
) -> Iterator[Resource]:
    """A route table for `subnets`, with a default route to `target` where there is one."""
    table = Resource("aws:ec2/routeTable:RouteTable", f"{name}-table", {"vpcId": Ref(vpc)})
    yield table
    if target is not None:
        inputs = {"routeTableId": Ref(table), "destinationCidrBlock": "0.0.0.0/0", **target}
        yield Resource("aws:ec2/route:Route", f"{name}-default", inputs, ("origin", "state"))
    for subnet in subnets:
        inputs = {"subnetId": Ref(subnet), "routeTableId": Ref(table)}
        yield Resource(
            "aws:ec2/routeTableAssociation:RouteTableAssociation", f"{subnet.name}-table", inputs, ()
        )


def _endpoint(vpc: Resource, name: str, subnets: list[Resource]) -> Iterator[Resource]:
    mail = {"protocol": "tcp", "fromPort": 587, "toPort": 587, "cidrBlocks": ["10.0.0.0/8"]}
    group = Resource(
        "aws:ec2/securityGroup:SecurityGroup",
        f"{name}-endpoint",
        {"vpcId": Ref(vpc), "description": "SMTP endpoint", "ingress": [mail], "egress": [OPEN]},
        ("arn", "ownerId", "tagsAll"),
    )
    yield group
    yield Resource(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        f"{name}-smtp",
        {
            "vpcId": Ref(vpc),
            "serviceName": "com.amazonaws.us-east-1.email-smtp",
            "vpcEndpointType": "Interface",
            "privateDnsEnabled": True,
            "subnetIds": [Ref(subnet) for subnet in subnets],
            "securityGroupIds": [Ref(group)],
        },
        ("arn", "dnsEntries", "networkInterfaceIds", "state", "tagsAll"),
    )


def _service(
    name: str, vpc: Resource, subnets: list[Resource], secret: Resource, host: str
) -> Iterator[Resource]:
    group = Resource(
        "aws:ec2/securityGroup:SecurityGroup",
        f"{name}-group",
        {"vpcId": Ref(vpc), "description": "Connector", "egress": [OPEN]},
        ("arn", "ingress", "ownerId", "tagsAll"),
    )
    connector = Resource(
        "aws:apprunner/vpcConnector:VpcConnector",
        f"{name}-connector",
        {
            "vpcConnectorName": name,
            "subnets": [Ref(subnet) for subnet in subnets],
            "securityGroups": [Ref(group)],
        },
        ("arn", "status", "tagsAll"),
    )
    role = Resource("aws:iam/role:Role", f"{name}-role", {"name": name, "assumeRolePolicy": "{}"}, ("arn",))
    yield from (group, connector, role)
    image = {
        "port": "8080",
        "runtimeEnvironmentVariables": {"SMTP_HOST": host, "SMTP_PORT": "587"},
        "runtimeEnvironmentSecrets": {"SMTP_PASSWORD": Ref(secret, "arn")},
    }
    yield Resource(
        "aws:apprunner/service:Service",
        name,
        {
            "serviceName": name,
            "sourceConfiguration": {
                "autoDeploymentsEnabled": False,
                "imageRepository": {
                    "imageIdentifier": "public.ecr.aws/nginx/nginx:latest",
                    "imageRepositoryType": "ECR_PUBLIC",
                    "imageConfiguration": image,
                },
            },
            "instanceConfiguration": {"cpu": "256", "instanceRoleArn": Ref(role, "arn")},
            "networkConfiguration": {
                "egressConfiguration": {"egressType": "VPC", "vpcConnectorArn": Ref(connector, "arn")}
            },
        },
        ("arn", "serviceId", "serviceUrl", "status", "tagsAll"),
    )


def _unrelated(count: int) -> Iterator[Resource]:
    """What a large stack is mostly made of."""
    tags = {"team": "platform", "environment": "prod"}
    kinds: tuple[tuple[str, Mapping[str, Any]], ...] = (
        ("aws:s3/bucket:Bucket", {"forceDestroy": False}),
        ("aws:sqs/queue:Queue", {"visibilityTimeoutSeconds": 30}),
        ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 30}),
        ("aws:ssm/parameter:Parameter", {"type": "String", "value": "on"}),
        ("aws:sns/topic:Topic", {"displayName": "events"}),
        ("aws:dynamodb/table:Table", {"billingMode": "PAY_PER_REQUEST", "hashKey": "id"}),
    )
    for index in range(count):
        token, inputs = kinds[index % len(kinds)]
        yield Resource(token, f"other{index}", {**inputs, "tags": tags})
