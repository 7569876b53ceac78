"""The way to the internet by a NAT gateway, and what no gateway on it carries."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reachability import UNKNOWN, Verdict
from tests.reachability.firewalled import ROUTE, add_firewall, firewall_stack, route_to_firewall
from tests.reachability.shown import judged, judged_with_more, said, walked
from tests.reachability.stacks import (
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


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (None, (UNREACHABLE, {NOT_PUBLIC})),
        ({"transitGatewayId": "tgw-1", "state": "blackhole"}, (UNREACHABLE, {NOT_PUBLIC})),
        ({"egressOnlyGatewayId": "eigw-1"}, (UNREACHABLE, {NOT_PUBLIC})),
        ({"vpcPeeringConnectionId": "pcx-1"}, (UNREACHABLE, {NOT_PUBLIC})),
        ({"transitGatewayId": "tgw-1"}, (UNDETERMINED, {"NOT_MODELLED"})),
        ({"natGatewayId": UNKNOWN}, (UNDETERMINED, {"ROUTE_TARGET_UNKNOWN"})),
    ],
)
def test_private_destinations_behind_nat(nat: Stack, target: Any, expected: tuple[Verdict, set[str]]) -> None:
    name_host(nat, "10.50.0.5")
    if target is not None:
        nat[PUBLIC_TABLE]["routes"].append({"cidrBlock": "10.50.0.0/16", **target})

    assert judged(nat) == expected


@pytest.mark.parametrize(
    "place",
    [{"subnetId": "subnet-unread"}, {"subnetId": None, "vpcId": VPC, "availabilityMode": "regional"}],
    ids=["not read", "regional"],
)
def test_nat_gateway_without_subnet(nat: Stack, place: Any) -> None:
    name_host(nat, "10.50.0.5")
    nat["nat"].update(place)

    found, codes = judged(nat)
    assert found is UNDETERMINED
    assert "NOT_MODELLED" in codes


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
        if where == "client":
            nat["default"].update(natGatewayId=None, gatewayId=gateway)
            assert judged(nat) == (UNDETERMINED, {"NOT_MODELLED"})
        else:
            nat.add(ROUTE, "vpn-route", routeTableId=PUBLIC_TABLE, destinationCidrBlock="10.50.0.0/16")
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


def test_regional_nat_gateway_and_firewall() -> None:
    stack = firewall_stack()
    stack.program["nat"] = (stack.program["nat"][0], {"vpcId": VPC, "availabilityMode": "regional"})

    assert said(stack)[0] == (
        "NOT_MODELLED",
        "nat",
        "how regional NAT gateway nat routes replies to what lies before it is not known",
        "use a NAT gateway in a subnet, whose route table shows it",
    )


def test_the_nat_gateway_and_the_internet_are_hops(nat: Stack) -> None:
    assert walked(nat, "nat-gateway", "internet") == [
        ("nat-gateway", "nat", f"translates for {PRIVATE[0]}", "program"),
        ("internet", "smtp-relay.brevo.com", "", "aws default"),
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
