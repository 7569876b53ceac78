"""What the living programs are made of: types of resources, and rules that let everything through."""

from __future__ import annotations

from typing import Any, Final

from tests.reachability.stacks import ANYWHERE, Stack, ref

EC2: Final = "aws:ec2/"
TGW: Final = "aws:ec2transitgateway/"
ALL: Final = {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": [ANYWHERE]}
ALL6: Final = {"protocol": "-1", "fromPort": 0, "toPort": 0, "ipv6CidrBlocks": ["::/0"]}
ENTRY: Final = {"protocol": "-1", "cidrBlock": ANYWHERE, "action": "allow", "ruleNo": 1}
ENTRY6: Final = {"protocol": "-1", "ipv6CidrBlock": "::/0", "action": "allow", "ruleNo": 2}


def kind(name: str, package: str = EC2) -> str:
    """The token of a type whose module is called as the type is."""
    return f"{package}{name[0].lower()}{name[1:]}:{name}"


R53: Final = "aws:route53/"
OPEN: Final = {"ingress": [ENTRY, ENTRY6], "egress": [ENTRY, ENTRY6]}


def use_group(stack: Stack, **properties: Any) -> None:
    stack.add(kind("SecurityGroup"), "group", vpcId=ref("vpc"), **properties)
    stack["function"]["vpcConfig"]["securityGroupIds"] = [ref("group")]


def in_region(stack: Stack, region: str) -> Stack:
    stack.providers = {name: {"region": region} for name in stack.program}
    return stack
