"""Centralised egress through a transit gateway: the way out and the way back."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from reachability import Origin, merge, parse, prove

SPOKE, HUB = "vpc-spoke", "vpc-hub"
ALL = [{"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}]
OPEN_ACL = [{"ruleNo": 100, "action": "allow", "protocol": "-1", "cidrBlock": "0.0.0.0/0"}]


def _resource(kind: str, identity: str, **properties: Any) -> dict[str, Any]:
    return {"type": kind, "id": identity, "properties": properties}


def _vpc(identity: str, block: str) -> list[dict[str, Any]]:
    acl = f"acl-{identity}"
    return [
        _resource(
            "aws:ec2/vpc:Vpc",
            identity,
            cidrBlock=block,
            enableDnsSupport=True,
            enableDnsHostnames=True,
            mainRouteTableId=f"rtb-{identity}",
            defaultNetworkAclId=acl,
        ),
        _resource("aws:ec2/routeTable:RouteTable", f"rtb-{identity}", vpcId=identity, routes=[]),
        _resource("aws:ec2/networkAcl:NetworkAcl", acl, vpcId=identity, ingress=OPEN_ACL, egress=OPEN_ACL),
    ]


def _subnet(identity: str, vpc: str, block: str, routes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    table = f"rtb-{identity}"
    associations = [{"subnetId": identity}]
    return [
        _resource(
            "aws:ec2/subnet:Subnet",
            identity,
            vpcId=vpc,
            cidrBlock=block,
            availabilityZone="us-east-1a",
        ),
        _resource(
            "aws:ec2/routeTable:RouteTable", table, vpcId=vpc, routes=routes, associations=associations
        ),
    ]


@pytest.fixture
def account() -> dict[str, Any]:
    """A service in a spoke VPC, a NAT gateway in a hub VPC, a transit gateway with one table between them."""
    tgw = "tgw-1"
    attachment = "aws:ec2transitgateway/vpcAttachment:VpcAttachment"
    to_tgw = {"cidrBlock": "0.0.0.0/0", "transitGatewayId": tgw}
    back = {"cidrBlock": "10.1.0.0/16", "transitGatewayId": tgw}
    service = {
        "serviceName": "api",
        "networkConfiguration": {"egressConfiguration": {"egressType": "VPC", "vpcConnectorArn": "arn:c"}},
        "sourceConfiguration": {
            "imageRepository": {
                "imageConfiguration": {
                    "runtimeEnvironmentVariables": {"SMTP_HOST": "relay.example.com", "SMTP_PORT": "587"}
                }
            }
        },
    }
    return {
        "version": 1,
        "accountId": "123456789012",
        "region": "us-east-1",
        "vpcs": [SPOKE, HUB],
        "resources": [
            *_vpc(SPOKE, "10.1.0.0/16"),
            *_vpc(HUB, "10.2.0.0/16"),
            *_subnet("subnet-app", SPOKE, "10.1.1.0/24", [to_tgw]),
            *_subnet("subnet-tgw", HUB, "10.2.1.0/24", [{"cidrBlock": "0.0.0.0/0", "natGatewayId": "nat-1"}]),
            *_subnet(
                "subnet-nat", HUB, "10.2.2.0/24", [{"cidrBlock": "0.0.0.0/0", "gatewayId": "igw-1"}, back]
            ),
            _resource("aws:ec2/internetGateway:InternetGateway", "igw-1", vpcId=HUB),
            _resource(
                "aws:ec2/natGateway:NatGateway",
                "nat-1",
                subnetId="subnet-nat",
                connectivityType="public",
                allocationId="eipalloc-1",
            ),
            _resource("aws:ec2transitgateway/transitGateway:TransitGateway", tgw),
            _resource(
                attachment, "tgw-attach-spoke", transitGatewayId=tgw, vpcId=SPOKE, subnetIds=["subnet-app"]
            ),
            _resource(
                attachment, "tgw-attach-hub", transitGatewayId=tgw, vpcId=HUB, subnetIds=["subnet-tgw"]
            ),
            _resource(
                "aws:ec2transitgateway/route:Route",
                "tgw-route",
                destinationCidrBlock="0.0.0.0/0",
                transitGatewayAttachmentId="tgw-attach-hub",
                transitGatewayRouteTableId="tgw-rtb-default",
            ),
            _resource("aws:ec2/securityGroup:SecurityGroup", "sg-1", vpcId=SPOKE, ingress=[], egress=ALL),
            _resource(
                "aws:apprunner/vpcConnector:VpcConnector",
                "arn:c",
                subnets=["subnet-app"],
                securityGroups=["sg-1"],
            ),
            _resource("aws:apprunner/service:Service", "arn:s", **service),
        ],
    }


def _properties(account: dict[str, Any], identity: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        entry["properties"] for entry in account["resources"] if entry["id"] == identity
    )
    return found


def _verdict(account: dict[str, Any]) -> tuple[str, list[str]]:
    gateway = _properties(account, "tgw-1")
    gateway.setdefault("associationDefaultRouteTableId", "tgw-rtb-default")
    evidence = parse(account)
    graph = merge([], evidence, project="p", stack="s")
    (egress,) = prove(graph, offer=evidence.offer, origin=Origin.ACCOUNT)
    return egress.verdict.value, [finding.code for finding in egress.outcome.findings]


def test_centralised_egress_is_followed_to_the_internet_and_back(account: dict[str, Any]) -> None:
    assert _verdict(account) == ("reachable", [])


def _no_route_in_gateway(account: dict[str, Any]) -> None:
    account["resources"] = [entry for entry in account["resources"] if entry["id"] != "tgw-route"]


def _blackhole_in_gateway(account: dict[str, Any]) -> None:
    route = _properties(account, "tgw-route")
    del route["transitGatewayAttachmentId"]
    route["blackhole"] = True


def _no_way_back(account: dict[str, Any]) -> None:
    _properties(account, "rtb-subnet-nat")["routes"].pop()


def _no_propagation(account: dict[str, Any]) -> None:
    _properties(account, "tgw-attach-spoke")["transitGatewayDefaultRouteTablePropagation"] = False


def _propagation_into_another_table(account: dict[str, Any]) -> None:
    _properties(account, "tgw-1")["propagationDefaultRouteTableId"] = "tgw-rtb-other"


def _attachment_in_other_zone(account: dict[str, Any]) -> None:
    account["resources"] += _subnet("subnet-b", SPOKE, "10.1.2.0/24", [])
    _properties(account, "subnet-b")["availabilityZone"] = "us-east-1b"
    _properties(account, "tgw-attach-spoke")["subnetIds"] = ["subnet-b"]


def _hub_acl_denies(account: dict[str, Any]) -> None:
    _properties(account, f"acl-{HUB}")["ingress"] = [
        {
            "ruleNo": 100,
            "action": "allow",
            "protocol": "tcp",
            "fromPort": 443,
            "toPort": 443,
            "cidrBlock": "0.0.0.0/0",
        }
    ]


@pytest.mark.parametrize(
    ("break_it", "code"),
    [
        (_no_route_in_gateway, "NO_ROUTE_TO_DESTINATION"),
        (_blackhole_in_gateway, "NO_ROUTE_TO_DESTINATION"),
        (_no_way_back, "NO_ROUTE_TO_DESTINATION"),
        (_no_propagation, "NO_ROUTE_TO_DESTINATION"),
        (_propagation_into_another_table, "NO_ROUTE_TO_DESTINATION"),
        (_attachment_in_other_zone, "TGW_ROUTE_AZ_RESTRICTION"),
        (_hub_acl_denies, "SUBNET_ACL_RESTRICTION"),
    ],
)
def test_each_missing_piece_is_named(account: dict[str, Any], break_it: Any, code: str) -> None:
    broken = copy.deepcopy(account)
    break_it(broken)
    verdict, codes = _verdict(broken)
    assert verdict == "unreachable"
    assert code in codes


def test_a_reply_into_a_blackhole_is_lost(account: dict[str, Any]) -> None:
    _properties(account, "rtb-subnet-nat")["routes"][-1]["state"] = "blackhole"

    assert _verdict(account)[0] == "unreachable"


def test_replies_need_their_route_where_nat_gateway_and_attachment_share_a_subnet(
    account: dict[str, Any],
) -> None:
    _properties(account, "tgw-attach-hub")["subnetIds"] = ["subnet-nat"]
    out, back = _properties(account, "rtb-subnet-nat")["routes"]
    _properties(account, "rtb-subnet-nat")["routes"] = [
        {"cidrBlock": "0.0.0.0/1", "natGatewayId": "nat-1"},
        out,
    ]

    assert _verdict(account)[0] == "unreachable"
    _properties(account, "rtb-subnet-nat")["routes"].append(back)
    assert "NO_ROUTE_TO_DESTINATION" not in _verdict(account)[1]


def test_packets_keep_to_their_zone(account: dict[str, Any]) -> None:
    """A subnet of the attachment in another zone, whose ACL lets nothing through, is not on the way."""
    closed = "acl-closed"
    for name, vpc, block in (("subnet-spoke-b", SPOKE, "10.1.9.0/24"), ("subnet-hub-b", HUB, "10.2.9.0/24")):
        account["resources"] += _subnet(name, vpc, block, [])
        _properties(account, name)["availabilityZone"] = "us-east-1b"
        acl = _resource(
            "aws:ec2/networkAcl:NetworkAcl", closed + name, vpcId=vpc, ingress=[], egress=[], subnetIds=[name]
        )
        account["resources"].append(acl)
    _properties(account, "tgw-attach-spoke")["subnetIds"].append("subnet-spoke-b")
    _properties(account, "tgw-attach-hub")["subnetIds"].append("subnet-hub-b")

    assert _verdict(account) == ("reachable", [])
