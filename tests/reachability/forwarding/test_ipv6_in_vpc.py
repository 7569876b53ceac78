"""IPv6 addresses of mail hosts inside a VPC, one's own or a peer's."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import UNKNOWN, Settings, Verdict
from tests.reachability.over_ipv6 import OWN, RELAY6, SETTING, network
from tests.reachability.shown import judged
from tests.reachability.stacks import Stack, ref

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
PEER = "2600:1f18:0:200::/56"
MORE = "2600:1f18:0:300::/56"
BLOCK = "aws:ec2/vpcIpv6CidrBlockAssociation:VpcIpv6CidrBlockAssociation"

both_ways = pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])


@pytest.fixture
def literal() -> Stack:
    """A relay by its IPv6 address, from a dual-stack subnet; the account gives its tasks IPv6 addresses."""
    stack = network(RELAY6, ipv6_only=False)
    stack.add(SETTING, "setting", name="dualStackIPv6", value="enabled")
    return stack


def name_host(stack: Stack, host: str) -> None:
    stack["task"]["containerDefinitions"] = (
        f'[{{"environment": [{{"name": "SMTP_HOST", "value": "{host}"}}]}}]'
    )


def close(stack: Stack, subnet: str) -> None:
    """Let no packet into a subnet or out of it."""
    stack.add("aws:ec2/networkAcl:NetworkAcl", f"{subnet}-acl", vpcId=ref("vpc"), subnetIds=[ref(subnet)])


def block_of_vpc(stack: Stack, name: str, vpc: str, block: Any) -> None:
    stack.add(BLOCK, name, vpcId=ref(vpc), ipv6CidrBlock=block)


@pytest.fixture
def peered(literal: Stack) -> Stack:
    """The same with a peer VPC: routes lead there and back."""
    literal.add("aws:ec2/vpc:Vpc", "peer", cidrBlock="10.9.0.0/16", ipv6CidrBlock=PEER)
    block = {"cidrBlock": "10.9.0.0/24", "ipv6CidrBlock": "2600:1f18:0:200::/64"}
    literal.add("aws:ec2/subnet:Subnet", "mail", vpcId=ref("peer"), **block)
    peering = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection"
    literal.add(peering, "peering", vpcId=ref("vpc"), peerVpcId=ref("peer"), autoAccept=True)
    there, back = ({"ipv6CidrBlock": to, "vpcPeeringConnectionId": ref("peering")} for to in (PEER, OWN))
    table = {"vpcId": ref("peer"), "routes": [back]}
    literal.add("aws:ec2/routeTable:RouteTable", "mail-table", **table)
    link = {"subnetId": ref("mail"), "routeTableId": ref("mail-table")}
    literal.add("aws:ec2/routeTableAssociation:RouteTableAssociation", "mail-link", **link)
    route = {"destinationIpv6CidrBlock": PEER, "vpcPeeringConnectionId": there["vpcPeeringConnectionId"]}
    literal.add("aws:ec2/route:Route", "to-peer", routeTableId=ref("tasks-table"), **route)
    name_host(literal, "2600:1f18:0:200::25")
    return literal


@both_ways
@pytest.mark.parametrize("block", [OWN, MORE], ids=["first block", "secondary block"])
def test_an_address_in_the_vpc_leaves_its_listener_open(literal: Stack, block: str, preview: bool) -> None:
    block_of_vpc(literal, "more", "vpc", MORE)
    name_host(literal, block.replace("::/56", "::25"))
    assert judged(literal, preview=preview) == (UNDETERMINED, {"DESTINATION_IN_VPC"})

    close(literal, "tasks")
    assert judged(literal, preview=preview) == (UNREACHABLE, {"SUBNET_ACL_RESTRICTION", "DESTINATION_IN_VPC"})


@both_ways
@pytest.mark.parametrize("ipv6_only", [True, False])
def test_within_a_subnet_no_acl_filters_ipv6(ipv6_only: bool, preview: bool) -> None:
    stack = network("2600:1f18:0:101::25", ipv6_only=ipv6_only)
    stack.add(SETTING, "setting", name="dualStackIPv6", value="enabled")
    close(stack, "tasks")

    assert judged(stack, preview=preview) == (UNDETERMINED, {"DESTINATION_IN_VPC"})


def test_a_subnet_whose_block_is_not_known_may_have_the_address(literal: Stack) -> None:
    literal["tasks"]["ipv6CidrBlock"] = UNKNOWN
    close(literal, "tasks")
    name_host(literal, "2600:1f18:0:1ff::25")
    assert judged(literal) == (UNDETERMINED, {"DESTINATION_IN_VPC", "SUBNET_ACL_RESTRICTION"})

    name_host(literal, RELAY6)
    assert judged(literal)[0] is UNREACHABLE


def test_a_vpc_whose_block_is_not_known_may_have_the_address(literal: Stack) -> None:
    literal["vpc"]["ipv6CidrBlock"] = UNKNOWN
    assert judged(literal) == (UNDETERMINED, {"DESTINATION_IN_VPC"})

    literal["vpc"]["ipv6CidrBlock"] = OWN
    block_of_vpc(literal, "more", "vpc", UNKNOWN)
    assert judged(literal) == (UNDETERMINED, {"DESTINATION_IN_VPC"})


def test_a_block_that_aws_has_yet_to_choose_holds_no_mail_host(literal: Stack) -> None:
    literal["vpc"].pop("ipv6CidrBlock")
    literal["vpc"]["assignGeneratedIpv6CidrBlock"] = True
    literal["tasks"]["ipv6CidrBlock"] = UNKNOWN
    literal.add(BLOCK, "more", vpcId=ref("vpc"), assignGeneratedIpv6CidrBlock=True)

    assert judged(literal) == (REACHABLE, set())


def test_a_host_with_addresses_in_and_outside_the_subnet(literal: Stack) -> None:
    name_host(literal, "smtp.example.com")
    literal["tasks"].update(ipv6Native=True)
    literal["tasks"].pop("cidrBlock")
    known = Settings(addresses={"smtp.example.com": (RELAY6, "2600:1f18:0:101::25")})
    assert judged(literal, settings=known) == (UNDETERMINED, {"DESTINATION_IN_VPC"})

    close(literal, "tasks")
    assert judged(literal, settings=known) == (UNDETERMINED, {"DESTINATION_IN_VPC", "SUBNET_ACL_RESTRICTION"})


@both_ways
def test_an_address_in_the_peer_vpc_leaves_its_listener_open(peered: Stack, preview: bool) -> None:
    assert judged(peered, preview=preview) == (UNDETERMINED, {"DESTINATION_IN_VPC"})
    (egress,) = peered.prove(preview=preview)
    assert "peering-connection" in [hop.kind for hop in egress.outcome.path]


@both_ways
def test_a_peering_connection_carries_secondary_blocks_too(peered: Stack, preview: bool) -> None:
    name_host(peered, "2600:1f18:0:300::25")
    peered["to-peer"]["destinationIpv6CidrBlock"] = "2600:1f18::/32"
    assert judged(peered, preview=preview) == (UNREACHABLE, {"PCX_REQUIRES_ADDRESS_IN_VPC_CIDR"})

    block_of_vpc(peered, "more", "peer", MORE)
    assert judged(peered, preview=preview) == (UNDETERMINED, {"DESTINATION_IN_VPC"})


@both_ways
def test_ipv6_replies_need_a_route_to_the_peering_connection(peered: Stack, preview: bool) -> None:
    peered["mail-table"]["routes"][0]["ipv6CidrBlock"] = MORE

    assert judged(peered, preview=preview) == (UNREACHABLE, {"DESTINATION_IN_VPC", "NO_ROUTE_TO_DESTINATION"})


def test_the_acl_of_the_peer_s_subnet_filters_ipv6(peered: Stack) -> None:
    acl = {"vpcId": ref("peer"), "subnetIds": [ref("mail")]}
    peered.add("aws:ec2/networkAcl:NetworkAcl", "closed", **acl)

    assert judged(peered) == (UNREACHABLE, {"DESTINATION_IN_VPC", "SUBNET_ACL_RESTRICTION"})


@both_ways
@pytest.mark.parametrize("gateway", ["egressOnlyGatewayId", "gatewayId"])
def test_a_vpc_may_not_admit_what_comes_by_the_internet(peered: Stack, gateway: str, preview: bool) -> None:
    peered.remove("to-peer")
    peered["out6"].pop("egressOnlyGatewayId")
    peered["out6"][gateway] = ref("eigw" if gateway == "egressOnlyGatewayId" else "igw")

    assert judged(peered, preview=preview) == (UNDETERMINED, {"DESTINATION_IN_VPC"})
