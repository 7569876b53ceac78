"""Several regions and accounts, for one program and its evidence."""

from __future__ import annotations

from typing import Any, Final

import pytest

from reachability import Evidence, Resource, parse
from reachability.graph.provider_scope import Provider, placed
from tests.reachability.stacks import Properties

IRELAND: Final = {"region": "eu-west-1"}
both_ways = pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])


def thing(configuration: Properties, **properties: Any) -> Resource:
    """A VPC of a program, by a provider of this configuration."""
    resource = Resource("urn:x", "aws:ec2/vpc:Vpc", "x", properties, inputs=frozenset(properties))
    return placed(resource, Provider.of(configuration))


def document(region: str, account: str = "123456789012", **more: Any) -> Properties:
    return {"accountId": account, "region": region, "vpcs": [], "resources": [], **more}


def held(kind: str, identity: str, **properties: Any) -> Properties:
    return {"type": f"aws:ec2/{kind}", "id": identity, "properties": properties}


def network_of(region: str, host: str, **changes: Properties) -> Evidence:
    """A function in a network with an egress path and an endpoint, which lives by what AWS made with its VPC.

    The ids are the same in every region.

    Args:
        changes: properties by id, with `_` for `-`.
    """
    every = {
        "protocol": "-1",
        "fromPort": 0,
        "toPort": 0,
        "cidrBlock": "0.0.0.0/0",
        "ruleNo": 1,
        "action": "allow",
    }
    out = {"cidrBlock": "0.0.0.0/0", "state": "active"}
    self_and_out = {
        "ingress": [{"protocol": "-1", "fromPort": 0, "toPort": 0, "self": True}],
        "egress": [{"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}],
    }
    defaults = {"mainRouteTableId": "rtb-1", "defaultSecurityGroupId": "sg-1", "defaultNetworkAclId": "acl-1"}
    dns = {"enableDnsSupport": True, "enableDnsHostnames": True, "dhcpOptionsId": "dopt-1"}
    variables = {"SMTP_HOST": host, "SMTP_PORT": "587"}
    resources = [
        held("vpc:Vpc", "vpc-1", cidrBlock="10.0.0.0/16", **defaults, **dns),
        held(
            "subnet:Subnet", "subnet-1", vpcId="vpc-1", cidrBlock="10.0.0.0/24", availabilityZoneId="use1-az4"
        ),
        held("subnet:Subnet", "subnet-2", vpcId="vpc-1", cidrBlock="10.0.1.0/24"),
        held("internetGateway:InternetGateway", "igw-1", vpcId="vpc-1"),
        held(
            "natGateway:NatGateway", "nat-1", subnetId="subnet-2", publicIp="198.51.100.1", state="available"
        ),
        held("routeTable:RouteTable", "rtb-1", vpcId="vpc-1", routes=[{**out, "natGatewayId": "nat-1"}]),
        held(
            "routeTable:RouteTable",
            "rtb-2",
            vpcId="vpc-1",
            routes=[{**out, "gatewayId": "igw-1"}],
            associations=[{"subnetId": "subnet-2"}],
        ),
        held("securityGroup:SecurityGroup", "sg-1", vpcId="vpc-1", **self_and_out),
        held("networkAcl:NetworkAcl", "acl-1", vpcId="vpc-1", subnetIds=[], ingress=[every], egress=[every]),
        held("vpcDhcpOptions:VpcDhcpOptions", "dopt-1", domainNameServers=["AmazonProvidedDNS"]),
        held(
            "vpcEndpoint:VpcEndpoint",
            "vpce-1",
            vpcId="vpc-1",
            serviceName=f"com.amazonaws.{region}.email-smtp",
            vpcEndpointType="Interface",
            privateDnsEnabled=True,
            subnetIds=["subnet-1"],
        ),
        {
            "type": "aws:lambda/function:Function",
            "id": "mailer",
            "properties": {
                "name": region,
                "vpcConfig": {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]},
                "environment": {"variables": variables},
            },
        },
    ]
    for resource in resources:
        resource["properties"].update(changes.get(resource["id"].replace("-", "_"), {}))
    return parse(document(region, vpcs=["vpc-1"], resources=resources))
