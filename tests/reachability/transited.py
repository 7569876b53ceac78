"""Centralised egress in one account, for tests to change: two VPCs, and a transit gateway between them."""

from __future__ import annotations

from typing import Any

from reachability import Egress, Origin, merge, parse, prove

SPOKE, HUB = "vpc-spoke", "vpc-hub"
ALL = [{"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}]
OPEN_ACL = [{"ruleNo": 100, "action": "allow", "protocol": "-1", "cidrBlock": "0.0.0.0/0"}]


def entry(kind: str, identity: str, **properties: Any) -> dict[str, Any]:
    return {"type": kind, "id": identity, "properties": properties}


def parts_of_vpc(identity: str, block: str) -> list[dict[str, Any]]:
    acl = f"acl-{identity}"
    return [
        entry(
            "aws:ec2/vpc:Vpc",
            identity,
            cidrBlock=block,
            enableDnsSupport=True,
            enableDnsHostnames=True,
            mainRouteTableId=f"rtb-{identity}",
            defaultNetworkAclId=acl,
        ),
        entry("aws:ec2/routeTable:RouteTable", f"rtb-{identity}", vpcId=identity, routes=[]),
        entry("aws:ec2/networkAcl:NetworkAcl", acl, vpcId=identity, ingress=OPEN_ACL, egress=OPEN_ACL),
    ]


def parts_of_subnet(
    identity: str, vpc: str, block: str, routes: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    table = f"rtb-{identity}"
    associations = [{"subnetId": identity}]
    return [
        entry(
            "aws:ec2/subnet:Subnet",
            identity,
            vpcId=vpc,
            cidrBlock=block,
            availabilityZone="us-east-1a",
        ),
        entry("aws:ec2/routeTable:RouteTable", table, vpcId=vpc, routes=routes, associations=associations),
    ]


def centralised() -> dict[str, Any]:
    """A service in a spoke VPC, a NAT gateway in a hub VPC, a transit gateway with one table between them."""
    tgw = "tgw-1"
    attachment = "aws:ec2transitgateway/vpcAttachment:VpcAttachment"
    to_tgw = {"cidrBlock": "0.0.0.0/0", "transitGatewayId": tgw}
    to_nat = {"cidrBlock": "0.0.0.0/0", "natGatewayId": "nat-1"}
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
            *parts_of_vpc(SPOKE, "10.1.0.0/16"),
            *parts_of_vpc(HUB, "10.2.0.0/16"),
            *parts_of_subnet("subnet-app", SPOKE, "10.1.1.0/24", [to_tgw]),
            *parts_of_subnet("subnet-tgw", HUB, "10.2.1.0/24", [to_nat]),
            *parts_of_subnet(
                "subnet-nat", HUB, "10.2.2.0/24", [{"cidrBlock": "0.0.0.0/0", "gatewayId": "igw-1"}, back]
            ),
            entry("aws:ec2/internetGateway:InternetGateway", "igw-1", vpcId=HUB),
            entry(
                "aws:ec2/natGateway:NatGateway",
                "nat-1",
                subnetId="subnet-nat",
                connectivityType="public",
                allocationId="eipalloc-1",
            ),
            entry("aws:ec2transitgateway/transitGateway:TransitGateway", tgw),
            entry(
                attachment, "tgw-attach-spoke", transitGatewayId=tgw, vpcId=SPOKE, subnetIds=["subnet-app"]
            ),
            entry(attachment, "tgw-attach-hub", transitGatewayId=tgw, vpcId=HUB, subnetIds=["subnet-tgw"]),
            entry(
                "aws:ec2transitgateway/route:Route",
                "tgw-route",
                destinationCidrBlock="0.0.0.0/0",
                transitGatewayAttachmentId="tgw-attach-hub",
                transitGatewayRouteTableId="tgw-rtb-default",
            ),
            entry("aws:ec2/securityGroup:SecurityGroup", "sg-1", vpcId=SPOKE, ingress=[], egress=ALL),
            entry(
                "aws:apprunner/vpcConnector:VpcConnector",
                "arn:c",
                subnets=["subnet-app"],
                securityGroups=["sg-1"],
            ),
            entry("aws:apprunner/service:Service", "arn:s", **service),
        ],
    }


def properties_of(account: dict[str, Any], identity: str) -> dict[str, Any]:
    properties: dict[str, Any] = next(
        found["properties"] for found in account["resources"] if found["id"] == identity
    )
    return properties


def judge(account: dict[str, Any]) -> tuple[str, list[str]]:
    egress = egress_of(account)
    return egress.verdict.value, [finding.code for finding in egress.outcome.findings]


def egress_of(account: dict[str, Any]) -> Egress:
    gateway = properties_of(account, "tgw-1")
    gateway.setdefault("associationDefaultRouteTableId", "tgw-rtb-default")
    evidence = parse(account)
    graph = merge([], evidence, project="p", stack="s")
    (egress,) = prove(graph, zones=evidence.zones, origin=Origin.ACCOUNT)
    return egress
