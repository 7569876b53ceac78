"""Two VPCs of one program, for what may be of either."""

from __future__ import annotations

from reachability import UNKNOWN, Graph, Resource
from tests.reachability.stacks import Stack, ref


def two_vpcs() -> Stack:
    """Two VPCs of the program, each with a subnet and a gateway."""
    stack = Stack()
    for name, block in (("one", "10.0.0.0/16"), ("other", "198.18.0.0/16")):
        stack.add("aws:ec2/vpc:Vpc", name, cidrBlock=block, mainRouteTableId=UNKNOWN)
        stack.add("aws:ec2/subnet:Subnet", f"subnet-{name}", vpcId=ref(name))
        stack.add("aws:ec2/internetGateway:InternetGateway", f"igw-{name}")
    return stack


def found(graph: Graph, name: str) -> Resource:
    """The resource of this name, or of this id."""
    return next(resource for resource in graph if name in (resource.name, resource.id))
