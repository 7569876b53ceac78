"""The walk by an internet gateway, and by targets that carry no mail or are not modelled."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reachability import UNKNOWN, Verdict
from tests.reachability.firewalled import ROUTE, add_firewall, route_to_firewall
from tests.reachability.shown import judged, judged_with_more, said, walked
from tests.reachability.stacks import GATEWAY, PRIVATE_TABLE, PUBLIC, PUBLIC_TABLE, VPC, Stack, name_host, ref

UNREACHABLE, UNDETERMINED = Verdict.UNREACHABLE, Verdict.UNDETERMINED
NOT_PUBLIC = "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"


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
    nat.add(
        "aws:ecs/taskDefinition:TaskDefinition",
        "task",
        networkMode="awsvpc",
        containerDefinitions=json.dumps(containers),
    )
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


def test_an_internet_gateway_is_known_by_its_id(nat: Stack) -> None:
    nat["default"].update(natGatewayId=None, gatewayId="igw-unread")

    assert judged(nat) == (UNREACHABLE, {"IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"})
