"""Small graphs for tests: resources by name, whose references the builder turns into an engine's.

A property `{"ref": NAME}`, or one inside a list or object, refers to the resource NAME of the same stack: its
id where that is created, an unknown value with a property dependency where it is only planned.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from reachability import (
    UNKNOWN,
    Destination,
    Egress,
    Evidence,
    Graph,
    Origin,
    Resource,
    Settings,
    merge,
    parse,
    prove,
)
from reachability.aws import Network
from reachability.graph.provider_scope import Provider, placed

Properties = dict[str, Any]

INCIDENT: Final = Path(__file__).parents[2] / "accounts" / "prod.json"
REGION: Final = "us-east-1"
OWNER: Final = "111122223333"
"""An account beside the incident's."""
VPC: Final = "vpc-0e9cd2c204069ca54"
PRIVATE: Final = ("subnet-058489269eab00608", "subnet-0a836887b9508ed97")
PUBLIC: Final = ("subnet-0c31f6a7de52b8941", "subnet-07be90d42f1a6c385")
PRIVATE_TABLE: Final = "rtb-0b5e21f97c4d38a06"
PUBLIC_TABLE: Final = "rtb-06a9d3c08fb1e7524"
GATEWAY: Final = "igw-04d7b8f12ce3a6905"
ACL: Final = "acl-03f8c1a92e5d70b46"
ANYWHERE: Final = "0.0.0.0/0"
ALL_OUT: Final = {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": [ANYWHERE]}


def ref(name: str) -> dict[str, str]:
    return {"ref": name}


def either(*names: str) -> dict[str, tuple[str, ...]]:
    """A reference that is not known before creation, to one of several resources."""
    return {"ref": names}


def urn(type_: str, name: str) -> str:
    return f"urn:pulumi:prod::mailroute::{type_}::{name}"


@dataclass
class Stack:
    """A program over an account, both to be changed by a test before they are proved.

    Attributes:
        program: by name, the type and the properties that the program sets.
        account: an evidence document; none where the program makes everything.
        providers: by the name of a resource, the configuration of its provider, which is else of `REGION`.
        depends_on: by the name of a resource, the names of those that it is made after by its options.
    """

    program: dict[str, tuple[str, Properties]] = field(default_factory=dict)
    account: Properties | None = None
    providers: dict[str, Properties] = field(default_factory=dict)
    depends_on: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def add(self, type_: str, name: str, /, **properties: Any) -> None:
        self.program[name] = (type_, properties)

    def __getitem__(self, name: str) -> Properties:
        """The properties of a resource of the program, or of one of the account by its id."""
        if name in self.program:
            return self.program[name][1]
        assert self.account is not None
        return next(entry["properties"] for entry in self.account["resources"] if entry["id"] == name)

    def remove(self, name: str) -> None:
        """Take a resource out of the program or, by its id, out of the account."""
        if self.program.pop(name, None) is None:
            assert self.account is not None
            kept = [entry for entry in self.account["resources"] if entry["id"] != name]
            assert len(kept) < len(self.account["resources"]), name
            self.account["resources"] = kept

    def hold(self, type_: str, identity: str, **properties: Any) -> None:
        """Put a resource into the account."""
        assert self.account is not None
        self.account["resources"].append({"type": type_, "id": identity, "properties": properties})

    def resources(self, *, preview: bool) -> list[Resource]:
        return [self.resource(name, preview=preview) for name in self.program]

    def evidence(self) -> Evidence:
        return Evidence() if self.account is None else parse(self.account)

    def graph(self, *, preview: bool = True) -> Graph:
        return merge(self.resources(preview=preview), self.evidence(), project="mailroute", stack="prod")

    def network(self, *, preview: bool = True) -> Network:
        return Network(self.graph(preview=preview), self.evidence().zones)

    def prove(self, *, preview: bool = True, settings: Settings | None = None) -> tuple[Egress, ...]:
        graph = self.graph(preview=preview)
        return prove(graph, settings, self.evidence().zones, Origin.PROGRAM)

    def resource(self, name: str, *, preview: bool) -> Resource:
        type_, properties = self.program[name]
        found = {prop: tuple(_references(value)) for prop, value in properties.items()}
        dependencies = {
            prop: tuple(urn(self.program[target][0], target) for target in targets if target in self.program)
            for prop, targets in found.items()
        }
        resource = Resource(
            key=urn(type_, name),
            type=type_,
            name=name,
            properties={prop: self._shown(value, preview) for prop, value in properties.items()},
            id=UNKNOWN if preview else f"id-{name}",
            dependencies=dependencies,
            depends_on=tuple(
                urn(self.program[after][0], after)
                for after in self.depends_on.get(name, ())
                if after in self.program
            ),
            inputs=frozenset(properties),
        )
        return placed(resource, Provider.of(self.providers.get(name, {"region": REGION})))

    def _shown(self, value: Any, preview: bool) -> Any:
        if isinstance(value, Mapping):
            if "ref" in value:
                return UNKNOWN if preview else f"id-{value['ref']}"
            return {name: self._shown(element, preview) for name, element in value.items()}
        return [self._shown(element, preview) for element in value] if isinstance(value, list) else value


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if "ref" in value:
            yield from [value["ref"]] if isinstance(value["ref"], str) else value["ref"]
        else:
            for element in value.values():
                yield from _references(element)
    elif isinstance(value, list):
        for element in value:
            yield from _references(element)


def incident() -> Properties:
    """The incident's account; a fresh copy."""
    document: Properties = json.loads(INCIDENT.read_text(encoding="utf-8"))
    return document


def ses_stack() -> Stack:
    """The incident fixed with the SMTP endpoint: `Pulumi.prod.yaml` in its essence."""
    stack = Stack(account=incident())
    stack.add(
        "aws:ec2/securityGroup:SecurityGroup", "connector-group", vpcId=VPC, egress=[copy.deepcopy(ALL_OUT)]
    )
    stack.add(
        "aws:ec2/securityGroup:SecurityGroup",
        "endpoint-group",
        vpcId=VPC,
        ingress=[
            {"protocol": "tcp", "fromPort": 587, "toPort": 587, "securityGroups": [ref("connector-group")]}
        ],
    )
    stack.add(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "endpoint",
        vpcId=VPC,
        serviceName=f"com.amazonaws.{REGION}.email-smtp",
        vpcEndpointType="Interface",
        privateDnsEnabled=True,
        subnetIds=list(PRIVATE),
        securityGroupIds=[ref("endpoint-group")],
    )
    _service(stack, f"email-smtp.{REGION}.amazonaws.com")
    return stack


def nat_stack() -> Stack:
    """The incident fixed with a NAT gateway in a public subnet."""
    stack = Stack(account=incident())
    stack.add(
        "aws:ec2/securityGroup:SecurityGroup", "connector-group", vpcId=VPC, egress=[copy.deepcopy(ALL_OUT)]
    )
    stack.add("aws:ec2/eip:Eip", "address", domain="vpc")
    stack.add("aws:ec2/natGateway:NatGateway", "nat", subnetId=PUBLIC[0], allocationId=ref("address"))
    stack.add(
        "aws:ec2/route:Route",
        "default",
        routeTableId=PRIVATE_TABLE,
        destinationCidrBlock=ANYWHERE,
        natGatewayId=ref("nat"),
    )
    _service(stack, "smtp-relay.brevo.com")
    return stack


def add_nat_gateway(stack: Stack) -> None:
    """A NAT gateway in a public subnet, and the default route of the private subnets to it."""
    stack.add("aws:ec2/natGateway:NatGateway", "nat", subnetId=PUBLIC[0], allocationId="eipalloc-1")
    stack.add(
        "aws:ec2/route:Route",
        "out",
        routeTableId=PRIVATE_TABLE,
        destinationCidrBlock=ANYWHERE,
        natGatewayId=ref("nat"),
    )


def _service(stack: Stack, host: str) -> None:
    stack.add(
        "aws:apprunner/vpcConnector:VpcConnector",
        "connector",
        vpcConnectorName="daadaar",
        subnets=list(PRIVATE),
        securityGroups=[ref("connector-group")],
    )
    stack.add(
        "aws:apprunner/service:Service",
        "service",
        serviceName="daadaar-backend",
        networkConfiguration={
            "egressConfiguration": {"egressType": "VPC", "vpcConnectorArn": ref("connector")}
        },
        sourceConfiguration=image({"SMTP_HOST": host, "SMTP_PORT": "587"}),
    )


def own_network(stack: Stack, prefix: str = "") -> None:
    """A network that the program makes, with its way out, and a service in it."""
    vpc = prefix + "vpc"
    stack.add("aws:ec2/vpc:Vpc", vpc, cidrBlock="10.0.0.0/16", enableDnsHostnames=True)
    stack.add("aws:ec2/internetGateway:InternetGateway", prefix + "igw", vpcId=ref(vpc))
    for kind, block in (("public", "10.0.0.0/24"), ("private", "10.0.1.0/24")):
        stack.add("aws:ec2/subnet:Subnet", prefix + kind, vpcId=ref(vpc), cidrBlock=block)
        stack.add("aws:ec2/routeTable:RouteTable", f"{prefix}{kind}-table", vpcId=ref(vpc))
        stack.add(
            "aws:ec2/routeTableAssociation:RouteTableAssociation",
            f"{prefix}{kind}-link",
            subnetId=ref(prefix + kind),
            routeTableId=ref(f"{prefix}{kind}-table"),
        )
    stack.add("aws:ec2/eip:Eip", prefix + "address", domain="vpc")
    stack.add(
        "aws:ec2/natGateway:NatGateway",
        prefix + "nat",
        subnetId=ref(prefix + "public"),
        allocationId=ref(prefix + "address"),
    )
    stack.depends_on[prefix + "nat"] = (prefix + "igw",)
    for kind, target, name in (("public", "gatewayId", "igw"), ("private", "natGatewayId", "nat")):
        stack.add(
            "aws:ec2/route:Route",
            f"{prefix}{kind}-out",
            routeTableId=ref(f"{prefix}{kind}-table"),
            destinationCidrBlock="0.0.0.0/0",
            **{target: ref(prefix + name)},
        )
    stack.add(
        "aws:lambda/function:Function",
        prefix + "function",
        name=prefix + "mailer",
        vpcConfig={"subnetIds": [ref(prefix + "private")], "securityGroupIds": []},
        environment={"variables": {"SMTP_HOST": "smtp.example.com", "SMTP_PORT": "587"}},
    )


def one_subnet() -> Stack:
    """A VPC of the program with a subnet and a table, not associated."""
    stack = Stack()
    stack.add("aws:ec2/vpc:Vpc", "vpc", cidrBlock="10.0.0.0/16")
    stack.add(
        "aws:ec2/subnet:Subnet",
        "subnet",
        vpcId=ref("vpc"),
        cidrBlock="10.0.0.0/20",
        availabilityZone="us-east-1a",
    )
    stack.add("aws:ec2/routeTable:RouteTable", "table", vpcId=ref("vpc"))
    return stack


def one_subnet_of_the_account(main: str = "rtb-default") -> Stack:
    """A VPC of the account, whose default table may have been replaced as its main one."""
    stack = Stack(account={"accountId": "123456789012", "region": REGION, "vpcs": ["vpc-1"], "resources": []})
    ids = {"mainRouteTableId": main, "defaultRouteTableId": "rtb-default"}
    stack.hold("aws:ec2/vpc:Vpc", "vpc-1", cidrBlock="10.0.0.0/16", **ids)
    place = {"cidrBlock": "10.0.0.0/20", "availabilityZone": "us-east-1a"}
    stack.hold("aws:ec2/subnet:Subnet", "subnet-1", vpcId="vpc-1", **place)
    for table in ("rtb-default", "rtb-other"):
        stack.hold("aws:ec2/routeTable:RouteTable", table, vpcId="vpc-1", routes=[], associations=[])
    return stack


def through(stack: Stack, configuration: Properties, prefix: str = "") -> None:
    """Register everything whose name begins with `prefix` through a provider of this configuration."""
    stack.providers.update({name: configuration for name in stack.program if name.startswith(prefix)})


def role(account: str) -> str:
    """The configuration of a provider that assumes a role of `account`."""
    return json.dumps([{"roleArn": f"arn:aws:iam::{account}:role/deploy"}])


def image(variables: Mapping[str, Any], secrets: Mapping[str, Any] | None = None) -> Properties:
    """The source configuration of a service with this environment."""
    configuration = {
        "runtimeEnvironmentVariables": dict(variables),
        "runtimeEnvironmentSecrets": dict(secrets or {}),
    }
    return {"imageRepository": {"imageConfiguration": configuration}}


def name_host(stack: Stack, host: Any, port: Any = "587") -> None:
    """Let the service send its mail to `host`."""
    stack["service"]["sourceConfiguration"] = image({"SMTP_HOST": host, "SMTP_PORT": port})


ANY_DESTINATION: Final = Destination(None, None)
