"""The way to the internet by a NAT gateway, and what no gateway on it carries."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reachability import UNKNOWN, Verdict
from tests.reachability.firewalled import ROUTE, add_firewall, route_to_firewall
from tests.reachability.shown import judged, judged_with_more, said, walked
from tests.reachability.stacks import (
    ACL,
    ANYWHERE,
    GATEWAY,
    PRIVATE,
    PRIVATE_TABLE,
    PUBLIC,
    PUBLIC_TABLE,
    VPC,
    Stack,
    name_host,
    own_network,
    ref,
)

UNREACHABLE, UNDETERMINED = Verdict.UNREACHABLE, Verdict.UNDETERMINED
NOT_PUBLIC = "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"


@pytest.mark.parametrize("kind", ["public", "private"])
@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
@pytest.mark.parametrize(
    ("target", "verdict", "code"),
    [
        (None, UNREACHABLE, NOT_PUBLIC),
        ({"gatewayId": GATEWAY}, UNREACHABLE, NOT_PUBLIC),
        ({"transitGatewayId": "tgw-1", "state": "blackhole"}, UNREACHABLE, NOT_PUBLIC),
        ({"egressOnlyGatewayId": "eigw-1"}, UNREACHABLE, NOT_PUBLIC),
        ({"vpcPeeringConnectionId": "pcx-1"}, UNREACHABLE, NOT_PUBLIC),
        ({"transitGatewayId": "tgw-1"}, UNDETERMINED, "NOT_MODELLED"),
        ({"gatewayId": "vgw-1"}, UNDETERMINED, "NOT_MODELLED"),
        ({"natGatewayId": UNKNOWN}, UNDETERMINED, "ROUTE_TARGET_UNKNOWN"),
    ],
)
def test_where_a_nat_gateway_sends_private_destinations(
    nat: Stack, target: Any, verdict: Verdict, code: str, preview: bool, kind: str
) -> None:
    """Either kind of gateway carries private addresses to a transit or virtual private gateway."""
    name_host(nat, "10.50.0.5")
    nat["nat"]["connectivityType"] = kind
    if target is not None:
        nat[PUBLIC_TABLE]["routes"].append({"cidrBlock": "10.50.0.0/16", **target})
    (egress,) = nat.prove(preview=preview)

    assert egress.verdict is verdict
    assert [finding.code for finding in egress.outcome.findings] == [code]


def test_a_nat_gateway_maybe_in_an_unread_subnet(nat: Stack) -> None:
    name_host(nat, "10.50.0.5")
    nat.add("aws:ec2/subnet:Subnet", "public", vpcId=VPC, cidrBlock="172.31.200.0/24")
    association = "aws:ec2/routeTableAssociation:RouteTableAssociation"
    nat.add(association, "link", subnetId=ref("public"), routeTableId=PUBLIC_TABLE)
    nat["nat"]["subnetId"] = ref("public")
    assert judged(nat) == (UNREACHABLE, {NOT_PUBLIC})

    assert judged_with_more(nat, "nat", "subnetId") == (UNDETERMINED, {NOT_PUBLIC, "NOT_MODELLED"})


def test_what_nat_sends_into_its_own_vpc_is_undetermined(nat: Stack) -> None:
    """A more specific route than the local one leads to the gateway, whose own table has the local one."""
    name_host(nat, "172.31.5.9")
    nat["default"]["destinationCidrBlock"] = "172.31.5.0/24"

    assert judged(nat) == (UNDETERMINED, {"DESTINATION_IN_VPC"})


@pytest.mark.parametrize("where", ["client", "nat"])
def test_a_virtual_private_gateway_is_not_modelled(nat: Stack, where: str) -> None:
    """Nor is it an internet gateway, by its id or before it has one."""
    name_host(nat, "10.50.0.5")
    nat.add("aws:ec2/vpnGateway:VpnGateway", "vpn", vpcId=VPC)
    for gateway in ("vgw-1", ref("vpn")):
        table = PRIVATE_TABLE if where == "client" else PUBLIC_TABLE
        nat.add(ROUTE, "vpn-route", routeTableId=table, destinationCidrBlock="10.50.0.0/16")
        nat["vpn-route"]["gatewayId"] = gateway
        assert judged(nat) == (UNDETERMINED, {"NOT_MODELLED"})


def test_an_unread_gateway_may_be_a_virtual_private_gateway(nat: Stack) -> None:
    nat.add("aws:ec2/internetGateway:InternetGateway", "igw", vpcId=VPC)
    nat["default"].update(natGatewayId=None, gatewayId=ref("igw"))
    assert judged(nat) == (UNREACHABLE, {"IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"})

    assert judged_with_more(nat, "default", "gatewayId") == (UNDETERMINED, {"NOT_MODELLED"})


def test_a_target_that_is_not_modelled_is_named_by_its_kind(nat: Stack) -> None:
    network = "arn:aws:networkmanager::123456789012:core-network/core-network-1"
    nat["default"].update(natGatewayId=None, coreNetworkArn=network)

    ((code, _, message, _),) = said(nat)
    assert code == "NOT_MODELLED"
    assert message == (
        f"{PRIVATE_TABLE} sends this traffic to a coreNetwork ({network}), which the proof does not follow"
    )


def test_a_nat_gateway_of_the_account_is_a_hop_of_the_account(nat: Stack) -> None:
    nat.hold("aws:ec2/natGateway:NatGateway", "nat-there", subnetId=PUBLIC[0], connectivityType="public")
    nat["nat-there"]["allocationId"] = "eipalloc-1"
    nat["default"]["natGatewayId"] = "nat-there"

    assert [origin for *_, origin in walked(nat, "nat-gateway")] == ["account"]


def test_a_nat_gateway_of_another_vpc_takes_nothing(nat: Stack) -> None:
    own_network(nat, "other-")
    nat.remove("other-function")
    nat["default"]["natGatewayId"] = ref("other-nat")

    assert judged(nat) == (UNREACHABLE, {"NGW_REQUIRES_SOURCE_IN_VPC"})


def test_a_nat_gateway_in_another_vpc_of_the_account(nat: Stack) -> None:
    everything = [{"ruleNo": 100, "action": "allow", "protocol": "-1", "cidrBlock": ANYWHERE}]
    to_internet = {"cidrBlock": ANYWHERE, "gatewayId": "igw-other"}
    place = {"vpcId": "vpc-other", "cidrBlock": "10.9.0.0/20", "availabilityZone": "us-east-1a"}
    ids = {"mainRouteTableId": "rtb-other", "defaultNetworkAclId": "acl-other"}
    nat.hold("aws:ec2/vpc:Vpc", "vpc-other", cidrBlock="10.9.0.0/16", **ids)
    nat.hold("aws:ec2/subnet:Subnet", "subnet-other", **place)
    nat.hold("aws:ec2/routeTable:RouteTable", "rtb-other", vpcId="vpc-other", routes=[to_internet])
    acl = {"vpcId": "vpc-other", "ingress": everything, "egress": everything}
    nat.hold("aws:ec2/networkAcl:NetworkAcl", "acl-other", **acl)
    nat.hold("aws:ec2/internetGateway:InternetGateway", "igw-other", vpcId="vpc-other")
    nat["nat"]["subnetId"] = "subnet-other"
    assert nat.account is not None
    nat.account["vpcs"].append("vpc-other")

    assert judged(nat) == (UNREACHABLE, {"NGW_REQUIRES_SOURCE_IN_VPC"})


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
def test_the_path_by_a_nat_gateway_is_shown_hop_by_hop(nat: Stack, preview: bool) -> None:
    client, relay = "connector" if preview else "id-connector", "smtp-relay.brevo.com"

    assert walked(nat, preview=preview) == [
        ("workload", "connector", "", "program"),
        ("subnet", PRIVATE[0], "us-east-1a", "account"),
        ("security-group", "connector-group", f"egress to {relay} on 587 allowed", "program"),
        ("network-acl", ACL, f"egress: TCP 587 to {relay} allowed", "account"),
        ("network-acl", ACL, f"ingress: replies (TCP 1024-65535) from {relay} allowed", "account"),
        ("route-table", PRIVATE_TABLE, PRIVATE_TABLE, "account"),
        ("nat-gateway", "nat", f"translates for {PRIVATE[0]}", "program"),
        ("nat-subnet", PUBLIC[0], f"route table {PUBLIC_TABLE}", "account"),
        ("internet-gateway", GATEWAY, "attached to the VPC", "account"),
        ("network-acl", ACL, f"egress: TCP 587 to {relay} allowed", "account"),
        ("network-acl", ACL, f"ingress: replies (TCP 1024-65535) from {relay} allowed", "account"),
        ("network-acl", ACL, f"ingress: TCP 587 from {client} allowed", "account"),
        ("network-acl", ACL, f"egress: replies (TCP 1024-65535) to {client} allowed", "account"),
        ("internet", relay, "", "aws default"),
    ]


def test_an_internet_gateway_drops_what_is_for_a_private_address(nat: Stack) -> None:
    name_host(nat, "10.50.0.5")
    nat["default"].update(natGatewayId=None, gatewayId=GATEWAY)
    (egress,) = nat.prove()

    (finding,) = egress.outcome.findings
    assert finding.code == NOT_PUBLIC
    assert finding.message == "internet gateways drop what is sent to 10.50.0.5, which is no public address"


def test_a_peering_connection_carries_only_its_vpcs_addresses(nat: Stack) -> None:
    nat.add("aws:ec2/vpc:Vpc", "peer", cidrBlock="10.9.0.0/16")
    nat.add("aws:ec2/vpcPeeringConnection:VpcPeeringConnection", "peering", vpcId=VPC, peerVpcId=ref("peer"))
    nat["default"].update(natGatewayId=None, vpcPeeringConnectionId=ref("peering"))

    ((code, table, message, _),) = said(nat)
    assert (code, table) == ("PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", PRIVATE_TABLE)
    assert message == (
        f"{PRIVATE_TABLE} routes smtp-relay.brevo.com to a peering connection, "
        "which carries the addresses of its VPCs alone"
    )


def _tasks(nat: Stack, public: Any) -> None:
    """Tasks on Fargate in a public subnet in place of the App Runner service."""
    for name in ("connector", "service", "nat", "default", "address"):
        nat.remove(name)
    containers = [{"environment": [{"name": "SMTP_HOST", "value": "smtp.example.com"}]}]
    nat.add("aws:ecs/taskDefinition:TaskDefinition", "task", containerDefinitions=json.dumps(containers))
    groups = [ref("connector-group")]
    nat.add(
        "aws:ecs/service:Service",
        "tasks",
        launchType="FARGATE",
        taskDefinition=ref("task"),
        networkConfiguration={"subnets": [PUBLIC[0]], "securityGroups": groups, "assignPublicIp": public},
    )


def test_the_internet_gateway_and_the_internet_are_hops(nat: Stack) -> None:
    _tasks(nat, public=True)

    assert walked(nat, "internet-gateway", "internet") == [
        ("internet-gateway", GATEWAY, "attached to the VPC", "account"),
        ("internet", "smtp.example.com", "", "aws default"),
    ]


def test_an_internet_gateway_is_a_hop_for_a_maybe_public_address(nat: Stack) -> None:
    _tasks(nat, public=UNKNOWN)

    assert judged(nat) == (UNDETERMINED, {"IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"})
    assert walked(nat, "internet-gateway") == [
        ("internet-gateway", GATEWAY, "attached to the VPC", "account")
    ]


def test_replies_to_a_public_address_return_by_the_firewall(nat: Stack) -> None:
    _tasks(nat, public=True)
    add_firewall(nat, gatewayId=GATEWAY)
    nat["group"]["ruleGroup"]["rulesSource"]["statefulRules"][0]["header"]["source"] = "ANY"
    nat[PUBLIC_TABLE]["routes"] = []
    route_to_firewall(nat, "out", PUBLIC_TABLE, "0.0.0.0/0")
    nat.add("aws:ec2/routeTable:RouteTable", "edge", vpcId=VPC)
    association = "aws:ec2/routeTableAssociation:RouteTableAssociation"
    nat.add(association, "edge-link", gatewayId=GATEWAY, routeTableId=ref("edge"))
    route_to_firewall(nat, "back", ref("edge"), nat[PUBLIC[0]]["cidrBlock"])

    assert judged(nat) == (Verdict.REACHABLE, set())


@pytest.mark.parametrize(
    ("read", "code"), [([VPC], "NAT_GATEWAY_MISSING"), ([], "NAT_GATEWAY_NOT_READ")], ids=["read", "not read"]
)
def test_a_nat_gateway_is_missing_only_in_a_vpc_that_was_read(nat: Stack, read: list[str], code: str) -> None:
    name_host(nat, "8.8.8.8")
    nat["default"]["natGatewayId"] = "nat-gone"
    assert nat.account is not None
    nat.account["vpcs"] = read

    found, codes = judged(nat)
    assert found is UNDETERMINED
    assert code in codes


def test_an_unread_nat_gateway_is_not_missing(nat: Stack) -> None:
    nat["default"]["natGatewayId"] = "nat-gone"
    assert nat.account is not None
    nat.account["unread"] = [{"action": "ec2:DescribeNatGateways", "reason": "UnauthorizedOperation"}]

    _, codes = judged(nat)
    assert "NAT_GATEWAY_NOT_READ" in codes


def test_an_internet_gateway_is_known_by_its_id(nat: Stack) -> None:
    nat["default"].update(natGatewayId=None, gatewayId="igw-unread")

    assert judged(nat) == (UNREACHABLE, {"IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"})


def test_replies_by_an_appliance_are_undetermined(nat: Stack) -> None:
    nat[PUBLIC_TABLE]["routes"].append({"cidrBlock": "172.31.96.0/20", "networkInterfaceId": "eni-1"})

    assert judged(nat) == (UNDETERMINED, {"NOT_MODELLED"})
