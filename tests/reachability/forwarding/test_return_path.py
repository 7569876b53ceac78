"""Whether the tables of a subnet send replies back by what has handed the packets on."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import Graph, Proof, Resource, Verdict
from reachability.aws.middlebox import Middlebox
from reachability.forwarding.leg import Leg
from reachability.packet import Packet
from reachability.ranges import PUBLIC, addresses
from tests.reachability.stacks import Stack, either, one_subnet, ref

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
GATEWAY = "aws:ec2transitgateway/transitGateway:TransitGateway"
CLIENTS = "10.9.0.0/16"


@pytest.mark.parametrize(
    ("target", "verdict"),
    [
        ({"transitGatewayId": ref("gateway")}, REACHABLE),
        ({"transitGatewayId": ref("gateway"), "state": "blackhole"}, UNREACHABLE),
        ({"transitGatewayId": ref("other")}, UNREACHABLE),
        ({"transitGatewayId": either("gateway", "other")}, UNDETERMINED),
        ({"natGatewayId": "nat-1"}, UNREACHABLE),
        ({"gatewayId": "igw-1"}, UNREACHABLE),
        ({"networkInterfaceId": "eni-1"}, UNDETERMINED),
        ({"natGatewayId": ref("outside")}, UNDETERMINED),
        ({}, UNREACHABLE),
    ],
)
def test_replies_go_back_by_the_transit_gateway(target: Any, verdict: Verdict) -> None:
    stack = one_subnet()
    stack.add(GATEWAY, "gateway")
    stack.add(GATEWAY, "other")
    stack.add(
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        "link",
        subnetId=ref("subnet"),
        routeTableId=ref("table"),
    )
    stack["table"]["routes"] = [{"cidrBlock": CLIENTS, **target}]

    assert back(stack, CLIENTS) is verdict
    wider = back(stack, "10.8.0.0/15")  # There is no route to the rest of it.
    assert wider is (UNREACHABLE if verdict is UNREACHABLE else UNDETERMINED)


def back(stack: Stack, source: str) -> Verdict:
    graph = stack.graph()
    by_name = {resource.name: resource for resource in graph}
    walk = Proof(graph).walk
    subnet = walk.network.subnets.read(by_name["subnet"])
    leg = Leg(sent_from(source), "api", subnet, subnet.vpc)
    found = walk.return_path.lead_to("transitGatewayId", by_name["gateway"], subnet, subnet.vpc, leg)
    return found.verdict


def sent_from(block: str) -> Packet:
    return Packet(addresses(block), "api", PUBLIC, "the internet", 587)


@pytest.mark.parametrize(
    ("mode", "last", "subnets"),
    [("enable", "one", {"one"}), ("disable", "one", {"one", "two"}), ("enable", "three", {"one", "two"})],
)
def test_appliance_mode_keeps_replies_in_one_subnet(mode: str, last: str, subnets: set[str]) -> None:
    """Of the subnets behind a firewall, the last is the attachment's."""
    places = {
        name: Resource(name, "aws:ec2/subnet:Subnet", name, id=name)
        for name in ("app", "one", "two", "three")
    }
    firewall = Resource("firewall", "aws:networkfirewall/firewall:Firewall", "firewall")
    attachment = Resource(
        "attachment",
        "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
        "attachment",
        {"subnetIds": ["one", "two"], "applianceModeSupport": mode},
    )
    graph = Graph([*places.values(), firewall, attachment])
    walk = Proof(graph).walk
    read = {name: walk.network.subnets.read(place) for name, place in places.items()}
    here = read["three"]
    leg = Leg(
        sent_from(CLIENTS),
        "api",
        here,
        here.vpc,
        came_by=Middlebox(firewall, here),
        crossed=(read["app"], read["two"], read[last]),
    )
    entry = walk.network.transit_gateways.read(attachment)

    assert {subnet.label for subnet in walk.return_path.interfaces(entry, leg)} == subnets
