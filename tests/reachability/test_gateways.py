"""NAT and internet gateways: what it takes for one to carry a packet to the internet."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reachability import Verdict
from reachability.crossing import Crossing
from tests.reachability.firewalled import firewall_stack, stack_with_firewall_behind_nat
from tests.reachability.stacks import (
    ANYWHERE,
    GATEWAY,
    PRIVATE,
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
    graph = stack.graph()
    (gateway,) = graph.of_type(NAT)
    outcome = getattr(Crossing(graph).gateways, step)(gateway)
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


def test_a_nat_gateway_that_leads_back_to_itself_does_not_lead_out(nat: Stack) -> None:
    nat[PUBLIC_TABLE]["routes"] = []
    nat.add(
        "aws:ec2/route:Route",
        "loop",
        routeTableId=PUBLIC_TABLE,
        destinationCidrBlock=ANYWHERE,
        natGatewayId=ref("nat"),
    )

    assert codes(nat, "sends_out") == {"NAT_SUBNET_NOT_PUBLIC"}


def test_a_private_nat_gateway_may_lead_on_through_a_transit_gateway(nat: Stack) -> None:
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
def test_a_regional_nat_gateway_needs_the_vpcs_internet_gateway_alone(nat: Stack, attached: bool) -> None:
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


def test_block_public_access_stops_what_leaves_by_an_internet_gateway(nat: Stack) -> None:
    options = "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions"
    nat.hold(options, "us-east-1", internetGatewayBlockMode="block-bidirectional")
    (egress,) = nat.prove()
    assert egress.verdict is UNREACHABLE

    nat[PUBLIC_TABLE]["routes"] = [{"cidrBlock": ANYWHERE, "transitGatewayId": "tgw-1", "state": "active"}]
    (egress,) = nat.prove()
    assert egress.verdict is UNDETERMINED


BLOCKED = (UNREACHABLE, {"VPC_BLOCK_PUBLIC_ACCESS_ENABLED"})
OPEN = (UNDETERMINED, {"VPC_BLOCK_PUBLIC_ACCESS_ENABLED"})
PASSED: tuple[Verdict, set[str]] = (REACHABLE, set())


def judged(stack: Stack) -> tuple[Verdict, set[str]]:
    (egress,) = stack.prove()
    return egress.verdict, {finding.code for finding in egress.outcome.findings}


def block_public_access(stack: Stack, mode: str, excluded: str, **what: Any) -> None:
    """Let the account block public access, but for VPC or subnet `what`."""
    stack.add(
        "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions",
        "options",
        internetGatewayBlockMode=mode,
    )
    exclusion = "aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion"
    stack.add(exclusion, "exclusion", internetGatewayExclusionMode=excluded, **what)


@pytest.mark.parametrize(
    ("place", "mode", "expected"),
    [
        ("nowhere", "block-bidirectional", PASSED),
        ("before", "block-bidirectional", OPEN),
        ("behind", "block-bidirectional", OPEN),
        ("nowhere", "block-ingress", PASSED),
        ("before", "block-ingress", PASSED),
        ("behind", "block-ingress", OPEN),
    ],
)
def test_what_an_exclusion_does_where_a_firewall_is_on_the_way_is_not_documented(
    nat: Stack, place: str, mode: str, expected: tuple[Verdict, set[str]]
) -> None:
    stacks = {"before": firewall_stack, "behind": stack_with_firewall_behind_nat}
    stack = stacks[place]() if place in stacks else nat
    assert judged(stack) == PASSED

    block_public_access(stack, mode, "allow-bidirectional", vpcId=VPC)
    assert judged(stack) == expected

    stack.remove("exclusion")
    assert judged(stack) == (expected if mode == "block-ingress" else BLOCKED)


def test_every_subnet_on_the_way_is_excluded_or_the_vpc(nat: Stack) -> None:
    """Whether that of the NAT gateway alone would do, the documents do not say."""
    block_public_access(nat, "block-bidirectional", "allow-egress", subnetId=PUBLIC[0])
    assert judged(nat) == OPEN

    exclusion = "aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion"
    for number, subnet in enumerate(PRIVATE):
        nat.add(exclusion, f"more-{number}", internetGatewayExclusionMode="allow-egress", subnetId=subnet)
    assert judged(nat) == PASSED

    nat.remove("exclusion")
    assert judged(nat) == OPEN


def test_block_public_access_stops_a_regional_nat_gateway_too(nat: Stack) -> None:
    nat.program["nat"] = (NAT, {"vpcId": VPC, "availabilityMode": "regional"})
    block_public_access(nat, "block-bidirectional", "allow-egress", vpcId="vpc-other")
    assert judged(nat) == BLOCKED

    nat["exclusion"]["vpcId"] = VPC
    assert judged(nat) == PASSED


@pytest.mark.parametrize("mode", ["block-bidirectional", "block-ingress"])
@pytest.mark.parametrize(
    ("excluded", "expected"),
    [("allow-bidirectional", PASSED), ("allow-egress", BLOCKED), (ref("later"), OPEN)],
)
def test_an_exclusion_for_egress_alone_is_none_for_a_public_address(
    nat: Stack, mode: str, excluded: Any, expected: tuple[Verdict, set[str]]
) -> None:
    for name in ("connector", "service", "nat", "default", "address"):
        nat.remove(name)
    containers = [{"environment": [{"name": "SMTP_HOST", "value": "smtp.example.com"}]}]
    nat.add("aws:ecs/taskDefinition:TaskDefinition", "task", containerDefinitions=json.dumps(containers))
    network = {"subnets": [PUBLIC[0]], "securityGroups": [ref("connector-group")], "assignPublicIp": True}
    nat.add(
        "aws:ecs/service:Service",
        "tasks",
        launchType="FARGATE",
        taskDefinition=ref("task"),
        networkConfiguration=network,
    )
    assert judged(nat) == PASSED

    block_public_access(nat, mode, excluded, vpcId=VPC)
    assert judged(nat) == expected


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
def test_where_a_nat_gateway_sends_private_addresses_may_be_unknown(
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
