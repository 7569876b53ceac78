"""An ECS service whose mail may leave over IPv6, for tests to change."""

from __future__ import annotations

import copy
from typing import Any, Final

from tests.reachability.stacks import Stack, ref

RELAY6: Final = "2600:1f18::25"
OWN: Final = "2600:1f18:0:100::/56"
"""The IPv6 block of its VPC."""
OPEN6: Final = {"protocol": "-1", "fromPort": 0, "toPort": 0, "ipv6CidrBlocks": ["::/0"]}
EGRESS_ONLY: Final = "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway"
SETTING: Final = "aws:ecs/accountSettingDefault:AccountSettingDefault"


def network(host: str, *, ipv6_only: bool) -> Stack:
    """An ECS service in a subnet that has a way out over IPv6, and one over NAT64."""
    stack = Stack()
    stack.add("aws:ec2/vpc:Vpc", "vpc", cidrBlock="10.0.0.0/16", ipv6CidrBlock=OWN)
    stack.add("aws:ec2/internetGateway:InternetGateway", "igw", vpcId=ref("vpc"))
    stack.add(EGRESS_ONLY, "eigw", vpcId=ref("vpc"))
    stack.add("aws:ec2/subnet:Subnet", "public", vpcId=ref("vpc"), cidrBlock="10.0.0.0/24")
    own: dict[str, Any] = {"ipv6CidrBlock": "2600:1f18:0:101::/64"}
    own |= {"ipv6Native": True, "enableDns64": True} if ipv6_only else {"cidrBlock": "10.0.1.0/24"}
    stack.add("aws:ec2/subnet:Subnet", "tasks", vpcId=ref("vpc"), **own)
    for name in ("public", "tasks"):
        stack.add("aws:ec2/routeTable:RouteTable", f"{name}-table", vpcId=ref("vpc"))
        stack.add(
            "aws:ec2/routeTableAssociation:RouteTableAssociation",
            f"{name}-link",
            subnetId=ref(name),
            routeTableId=ref(f"{name}-table"),
        )
    stack.add("aws:ec2/eip:Eip", "address", domain="vpc")
    stack.add("aws:ec2/natGateway:NatGateway", "nat", subnetId=ref("public"), allocationId=ref("address"))
    for name, table, block, target, gateway in (
        ("out", "public", {"destinationCidrBlock": "0.0.0.0/0"}, "gatewayId", "igw"),
        ("out6", "tasks", {"destinationIpv6CidrBlock": "::/0"}, "egressOnlyGatewayId", "eigw"),
        ("nat64", "tasks", {"destinationIpv6CidrBlock": "64:ff9b::/96"}, "natGatewayId", "nat"),
    ):
        route = {"routeTableId": ref(f"{table}-table"), **block, target: ref(gateway)}
        stack.add("aws:ec2/route:Route", name, **route)
    stack.add("aws:ec2/securityGroup:SecurityGroup", "group", vpcId=ref("vpc"), egress=[copy.deepcopy(OPEN6)])
    container = f'[{{"environment": [{{"name": "SMTP_HOST", "value": "{host}"}}]}}]'
    stack.add(
        "aws:ecs/taskDefinition:TaskDefinition", "task", networkMode="awsvpc", containerDefinitions=container
    )
    stack.add(
        "aws:ecs/service:Service",
        "service",
        name="mailer",
        taskDefinition=ref("task"),
        networkConfiguration={"subnets": [ref("tasks")], "securityGroups": [ref("group")]},
    )
    return stack
