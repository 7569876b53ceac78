"""NAT and internet gateways: what it takes for one to carry a packet to the internet."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import Verdict
from reachability.forwarding import Walk
from tests.reachability.stacks import (
    ANYWHERE,
    GATEWAY,
    PUBLIC,
    PUBLIC_TABLE,
    VPC,
    Stack,
    name_host,
    ref,
)

NAT = "aws:ec2/natGateway:NatGateway"
REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED


def codes(stack: Stack, step: str) -> set[str]:
    """The codes of one step of the NAT gateway: `translates` or `sends_out`."""
    network = stack.network()
    (gateway,) = network.nat_gateways
    outcome = gateway.translates() if step == "translates" else Walk(network).sends_out(gateway)
    return {finding.code for finding in outcome.findings}


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"allocationId": "eipalloc-1"}, set()),
        ({"allocationId": "eipalloc-1", "connectivityType": "public", "state": "pending"}, set()),
        ({}, {"NAT_GATEWAY_NO_ADDRESS"}),
        ({"connectivityType": "private"}, {"NAT_GATEWAY_PRIVATE", "NAT_GATEWAY_NO_ADDRESS"}),
        ({"allocationId": "eipalloc-1", "state": "deleting"}, {"BAD_STATE"}),
        ({"allocationId": "eipalloc-1", "connectivityType": ref("address")}, {"NAT_GATEWAY_KIND_UNKNOWN"}),
        ({"allocationId": ref("address")}, set()),
    ],
)
def test_what_it_takes_to_translate(nat: Stack, properties: dict[str, Any], expected: set[str]) -> None:
    nat.program["nat"] = (NAT, {"subnetId": PUBLIC[0], **properties})

    assert codes(nat, "translates") == expected


def test_its_own_subnet_must_lead_out(nat: Stack) -> None:
    assert codes(nat, "sends_out") == set()

    nat[PUBLIC_TABLE]["routes"] = []
    assert codes(nat, "sends_out") == {"NAT_SUBNET_NOT_PUBLIC"}


def test_a_nat_gateway_behind_another_is_not_followed(nat: Stack) -> None:
    nat[PUBLIC_TABLE]["routes"] = [{"cidrBlock": ANYWHERE, "natGatewayId": "nat-other", "state": "active"}]

    assert codes(nat, "sends_out") == {"NOT_MODELLED"}


def test_a_nat_gateway_that_routes_to_itself_is_not_public(nat: Stack) -> None:
    nat[PUBLIC_TABLE]["routes"] = []
    nat.add(
        "aws:ec2/route:Route",
        "loop",
        routeTableId=PUBLIC_TABLE,
        destinationCidrBlock=ANYWHERE,
        natGatewayId=ref("nat"),
    )

    assert codes(nat, "sends_out") == {"NAT_SUBNET_NOT_PUBLIC"}


def test_a_private_nat_gateway_may_use_a_transit_gateway(nat: Stack) -> None:
    nat["nat"]["connectivityType"] = "private"
    nat[PUBLIC_TABLE]["routes"] = [{"cidrBlock": ANYWHERE, "transitGatewayId": "tgw-1", "state": "active"}]

    (egress,) = nat.prove()

    assert egress.verdict is UNDETERMINED


@pytest.mark.parametrize("detached", [True, False])
def test_an_internet_gateway_must_be_attached(nat: Stack, detached: bool) -> None:
    if detached:
        del nat[GATEWAY]["vpcId"]
    else:
        nat[GATEWAY]["vpcId"] = "vpc-other"

    assert codes(nat, "sends_out") == {"BAD_STATE_ATTACHMENT"}


def test_an_attachment_of_its_own_attaches_it(nat: Stack) -> None:
    del nat[GATEWAY]["vpcId"]
    attachment = "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment"
    nat.add(attachment, "attachment", internetGatewayId=GATEWAY, vpcId=VPC)

    assert codes(nat, "sends_out") == set()


@pytest.mark.parametrize("attached", [True, False])
def test_a_regional_nat_gateway_needs_only_an_internet_gateway(nat: Stack, attached: bool) -> None:
    nat.program["nat"] = (NAT, {"vpcId": VPC, "availabilityMode": "regional"})
    nat[PUBLIC_TABLE]["routes"] = []
    if not attached:
        nat.remove(GATEWAY)

    (egress,) = nat.prove()

    assert egress.verdict is (REACHABLE if attached else UNREACHABLE)
    assert codes(nat, "translates") == set()
    assert codes(nat, "sends_out") == (set() if attached else {"NAT_SUBNET_NOT_PUBLIC"})


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"subnetId": "subnet-elsewhere"}, "NOT_MODELLED"),
        ({"subnetId": None, "vpcId": VPC, "availabilityMode": "regional"}, "NOT_MODELLED"),
    ],
)
def test_a_nat_gateway_without_a_known_subnet_is_not_modelled(
    nat: Stack, changed: dict[str, Any], code: str
) -> None:
    name_host(nat, "192.168.7.25")
    nat["nat"].update(changed)
    (egress,) = nat.prove()

    assert egress.verdict is UNDETERMINED
    assert [finding.code for finding in egress.outcome.findings] == [code]
