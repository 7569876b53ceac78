"""The default VPC and subnets that a program adopts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reachability import UNKNOWN, Resource, merge, parse
from reachability.graph.evidence import Evidence
from tests.reachability.stacks import REGION

ACCOUNT = "123456789012"


def default_network(**vpc: Any) -> Evidence:
    document = {
        "accountId": ACCOUNT,
        "region": REGION,
        "vpcs": [],
        "resources": [
            {"type": "aws:ec2/vpc:Vpc", "id": "vpc-1", "properties": {"cidrBlock": "172.31.0.0/16", **vpc}},
            {
                "type": "aws:ec2/subnet:Subnet",
                "id": "subnet-a",
                "properties": {"vpcId": "vpc-1", "availabilityZone": "us-east-1a", "defaultForAz": True},
            },
        ],
    }
    return parse(document)


def declared_default(kind: str, *, region: str = REGION, **properties: Any) -> Resource:
    type_ = f"aws:ec2/{kind[0].lower()}{kind[1:]}:{kind}"
    inputs = frozenset(properties)
    return Resource(
        type_, type_, "own", {"cidrBlock": UNKNOWN, **properties}, region=region, inputs=inputs, access="a"
    )


@pytest.mark.parametrize(
    ("declared", "vpc", "identity"),
    [
        (declared_default("DefaultVpc"), {"default": True}, "vpc-1"),
        (declared_default("DefaultVpc"), {}, UNKNOWN),
        (replace(declared_default("DefaultVpc"), id="vpc-2"), {"default": True}, "vpc-2"),
        (declared_default("DefaultVpc", region="eu-west-1"), {"default": True}, UNKNOWN),
        (declared_default("DefaultSubnet", availabilityZone="us-east-1a"), {}, "subnet-a"),
        (declared_default("DefaultSubnet", availabilityZone="us-east-1b"), {}, UNKNOWN),
        (declared_default("DefaultSubnet", availabilityZone=UNKNOWN), {}, UNKNOWN),
        (declared_default("Vpc"), {"default": True}, UNKNOWN),
    ],
)
def test_an_adopted_default_vpc_or_subnet_is_the_accounts(
    declared: Resource, vpc: dict[str, Any], identity: object
) -> None:
    graph = merge([declared], default_network(**vpc), project="p", stack="s")

    assert graph[declared.key].id == identity


def test_what_the_program_sets_of_a_default_vpc_wins() -> None:
    declared = declared_default("DefaultVpc", enableDnsHostnames=False, enableDnsSupport=UNKNOWN)
    known = default_network(default=True, enableDnsHostnames=True, enableDnsSupport=True)

    (adopted,) = merge([declared], known, project="p", stack="s").of_type(declared.type)

    assert adopted.get("cidrBlock") == "172.31.0.0/16"
    assert adopted.get("enableDnsHostnames") is False
    assert adopted.get("enableDnsSupport") is UNKNOWN


@pytest.mark.parametrize(
    ("kind", "prop"),
    [("DefaultRouteTable", "defaultRouteTableId"), ("DefaultNetworkAcl", "defaultNetworkAclId")],
)
@pytest.mark.parametrize("others", [(), ("urn:other",)])
def test_what_an_adopted_vpc_says_of_its_defaults_is_known(
    kind: str, prop: str, others: tuple[str, ...]
) -> None:
    """`DefaultRouteTable(default_route_table_id=vpc.default_route_table_id)` empties the main table."""
    vpc = declared_default("DefaultVpc")
    unknown: dict[str, Any] = {prop: UNKNOWN}
    adopting = replace(declared_default(kind, **unknown), dependencies={prop: (vpc.key, *others)})
    account = default_network(default=True, mainRouteTableId="rtb-1", defaultNetworkAclId="acl-1")

    graph = merge([adopting, vpc], account, project="p", stack="s")

    known = "rtb-1" if kind == "DefaultRouteTable" else "acl-1"
    assert graph[adopting.key].get(prop) == (UNKNOWN if others else known)
