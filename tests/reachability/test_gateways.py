"""NAT and internet gateways: what it takes for one to carry a packet to the internet."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import Verdict, ZoneAvailability
from reachability.aws import Network
from reachability.forwarding import Walk
from tests.reachability.stacks import (
    ANYWHERE,
    GATEWAY,
    PRIVATE_TABLE,
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
    network = Network(stack.graph(), ZoneAvailability())
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


def test_a_nat_gateway_of_another_vpc_serves_nobody_here(nat: Stack) -> None:
    nat.hold("aws:ec2/vpc:Vpc", "vpc-other", cidrBlock="10.9.0.0/16", mainRouteTableId="rtb-other")
    nat.hold(
        "aws:ec2/subnet:Subnet",
        "subnet-other",
        vpcId="vpc-other",
        cidrBlock="10.9.0.0/20",
        availabilityZone="us-east-1a",
    )
    nat.hold("aws:ec2/routeTable:RouteTable", "rtb-other", vpcId="vpc-other", routes=[], associations=[])
    nat["nat"]["subnetId"] = "subnet-other"

    (egress,) = nat.prove()

    assert egress.verdict is UNREACHABLE
    assert "NGW_REQUIRES_SOURCE_IN_VPC" in {finding.code for finding in egress.outcome.findings}


def test_the_path_is_shown_hop_by_hop(nat: Stack) -> None:
    (egress,) = nat.prove(preview=False)

    kinds = [hop.kind for hop in egress.outcome.path]
    assert kinds[0] == "workload"
    assert kinds[-1] == "internet"
    assert [kind for kind in kinds if "gateway" in kind or "subnet" in kind] == [
        "subnet",
        "nat-gateway",
        "nat-subnet",
        "internet-gateway",
    ]


@pytest.mark.parametrize("kind", ["public", "private"])
@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
@pytest.mark.parametrize(
    ("routes", "verdict", "code"),
    [
        ([], UNREACHABLE, "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"),
        ([{"gatewayId": GATEWAY}], UNREACHABLE, "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"),
        ([{"transitGatewayId": "tgw-1"}], UNDETERMINED, "NOT_MODELLED"),
        ([{"gatewayId": "vgw-1"}], UNDETERMINED, "NOT_MODELLED"),
        ([{"transitGatewayId": "tgw-1", "state": "blackhole"}], UNREACHABLE, "IGW_DESTINATION"),
    ],
)
def test_a_nat_gateway_may_lead_to_other_networks(
    nat: Stack, routes: list[dict[str, str]], verdict: Verdict, code: str, preview: bool, kind: str
) -> None:
    """Either kind of gateway carries private addresses to a transit or virtual private gateway."""
    name_host(nat, "192.168.7.25")
    nat["nat"]["connectivityType"] = kind
    to_internet = {"cidrBlock": ANYWHERE, "gatewayId": GATEWAY}
    nat[PUBLIC_TABLE]["routes"] = [
        *({"cidrBlock": "192.168.0.0/16", **route} for route in routes),
        {**to_internet, "state": "active"},
    ]
    (egress,) = nat.prove(preview=preview)

    assert egress.verdict is verdict
    assert [finding.code.startswith(code) for finding in egress.outcome.findings] == [True]


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


def test_a_virtual_private_gateway_takes_private_addresses(nat: Stack) -> None:
    name_host(nat, "192.168.7.25")
    nat.add("aws:ec2/vpnGateway:VpnGateway", "vgw", vpcId=VPC)
    to_office = {"destinationCidrBlock": "192.168.0.0/16", "gatewayId": ref("vgw")}
    nat.add("aws:ec2/route:Route", "office", routeTableId=PRIVATE_TABLE, **to_office)
    (egress,) = nat.prove()

    assert egress.verdict is UNDETERMINED
    assert [finding.code for finding in egress.outcome.findings] == ["NOT_MODELLED"]
