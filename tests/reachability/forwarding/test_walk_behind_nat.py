"""The way of what a NAT gateway has translated: where its subnet leads, and what the gateways there do."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import Verdict
from tests.reachability.firewalled import ASSOCIATION, ROUTE, SUBNET, TABLE
from tests.reachability.over_ipv6 import EGRESS_ONLY, RELAY6, network
from tests.reachability.shown import judged, judged_with_more, said, walked
from tests.reachability.stacks import (
    ANYWHERE,
    GATEWAY,
    PRIVATE_TABLE,
    PUBLIC,
    PUBLIC_TABLE,
    REGION,
    VPC,
    Stack,
    either,
    own_network,
    ref,
)

NAT = "aws:ec2/natGateway:NatGateway"
REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
ROUTE_OUT = "put it in a public subnet, or route 0.0.0.0/0 of public-table to an internet gateway"
EVIDENCE = "give the account's evidence (mailroute snapshot), or create the gateway in the program"
ATTACH = "give the aws.ec2.InternetGateway the vpc_id of the VPC whose route tables name it"


@pytest.fixture
def own() -> Stack:
    """A network of the program: its private subnet sends to a NAT gateway in its public one."""
    stack = Stack()
    own_network(stack)
    return stack


# Which subnet it is in --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ({"vpcId": ref("vpc"), "availabilityMode": "regional"}, (REACHABLE, set())),
        ({"vpcId": ref("vpc"), "availabilityMode": ref("later")}, (REACHABLE, set())),
        ({"vpcId": ref("vpc"), "availabilityMode": "zonal"}, (UNDETERMINED, {"NAT_SUBNET_NOT_READ"})),
        ({"vpcId": ref("vpc")}, (UNDETERMINED, {"NAT_SUBNET_NOT_READ"})),
        (
            {"subnetId": ref("public"), "availabilityMode": ref("later")},
            (UNREACHABLE, {"NAT_SUBNET_NOT_PUBLIC"}),
        ),
    ],
)
def test_a_regional_nat_gateway_names_no_subnet(
    own: Stack, place: Any, expected: tuple[Verdict, set[str]]
) -> None:
    """A regional one needs no route of a subnet to the internet gateway."""
    address = {} if place.get("availabilityMode") == "regional" else {"allocationId": ref("address")}
    own.program["nat"] = (NAT, {**address, **place})
    own.remove("public-out")

    assert judged(own) == expected


def test_a_nat_gateway_in_an_unread_subnet_may_be_in_this_vpc(own: Stack) -> None:
    own["nat"]["subnetId"] = "subnet-unread"

    message = "NAT gateway nat is in subnet subnet-unread, of which nothing is known"
    remedy = "give the account's evidence (mailroute snapshot), or create the subnet in the program"
    assert said(own) == [("NAT_SUBNET_NOT_READ", "nat", message, remedy)]


def test_a_nat_gateway_in_one_of_two_subnets_may_be_in_this_vpc(own: Stack) -> None:
    own.add("aws:ec2/vpc:Vpc", "other", cidrBlock="10.9.0.0/16")
    own.add(SUBNET, "elsewhere", vpcId=ref("other"), cidrBlock="10.9.0.0/24")
    own["nat"]["subnetId"] = either("public", "elsewhere")

    found, codes = judged(own)
    assert found is UNDETERMINED
    assert "NGW_REQUIRES_SOURCE_IN_VPC" not in codes


def test_a_nat_gateway_may_be_in_an_unread_subnet_as_well(own: Stack) -> None:
    assert judged_with_more(own, "nat", "subnetId") == (UNDETERMINED, {"NAT_SUBNET_NOT_READ"})


def test_an_existing_nat_gateway_has_the_address_that_it_shows(nat: Stack) -> None:
    nat.hold(NAT, "nat-there", subnetId=PUBLIC[0], publicIp="52.0.0.1", state="available")
    nat.remove("default")
    nat[PRIVATE_TABLE]["routes"].append({"cidrBlock": ANYWHERE, "natGatewayId": "nat-there"})
    assert judged(nat) == (REACHABLE, set())

    del nat["nat-there"]["publicIp"]
    message = "NAT gateway nat-there has no Elastic IP address, so it has nothing to translate to"
    remedy = "give it allocation_id, the allocation id of an aws.ec2.Eip"
    assert said(nat) == [("NAT_GATEWAY_NO_ADDRESS", "nat-there", message, remedy)]


# Where its subnet leads -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "where"),
    [
        (None, "has no route to the internet"),
        ({"natGatewayId": ref("nat")}, "does not lead to an internet gateway"),
        ({"egressOnlyGatewayId": "eigw-1"}, "does not lead to an internet gateway"),
        ({"vpcPeeringConnectionId": "pcx-1"}, "does not lead to an internet gateway"),
    ],
)
def test_the_subnet_of_a_nat_gateway_is_not_public(own: Stack, target: Any, where: str) -> None:
    own.remove("public-out")
    if target:
        own.add(ROUTE, "out", routeTableId=ref("public-table"), destinationCidrBlock=ANYWHERE, **target)

    message = f"NAT gateway nat is in subnet public, whose route table public-table {where}"
    assert said(own) == [("NAT_SUBNET_NOT_PUBLIC", "nat", message, ROUTE_OUT)]


def test_the_default_route_of_the_nat_subnet_may_be_a_blackhole(nat: Stack) -> None:
    nat[PUBLIC_TABLE]["routes"][0]["state"] = "blackhole"

    message = f"the default route of {PUBLIC_TABLE}, in the NAT gateway's subnet, is a blackhole"
    remedy = f"put it in a public subnet, or route 0.0.0.0/0 of {PUBLIC_TABLE} to an internet gateway"
    assert said(nat) == [("BAD_STATE_ROUTE", PUBLIC_TABLE, message, remedy)]


def test_the_target_of_the_nat_subnets_route_may_be_unknown(own: Stack) -> None:
    own["public-out"].pop("gatewayId")
    own["public-out"]["transitGatewayId"] = ref("later")

    message = "it cannot be known where public-table, of the NAT gateway's subnet, sends its traffic"
    assert said(own) == [("ROUTE_TARGET_UNKNOWN", "public-table", message, ROUTE_OUT)]


def test_an_unread_gateway_behind_nat_is_an_unknown_target(own: Stack) -> None:
    expected = (UNDETERMINED, {"ROUTE_TARGET_UNKNOWN"})
    assert judged_with_more(own, "public-out", "gatewayId") == expected


def test_an_unread_appliance_behind_nat_is_not_followed(own: Stack) -> None:
    own.add("aws:ec2/networkInterface:NetworkInterface", "appliance", subnetId=ref("public"))
    own["public-out"].pop("gatewayId")
    own["public-out"]["networkInterfaceId"] = ref("appliance")

    expected = (UNDETERMINED, {"NOT_MODELLED"})
    assert judged_with_more(own, "public-out", "networkInterfaceId") == expected


def test_an_internet_or_virtual_private_gateway_is_not_followed(own: Stack) -> None:
    own.add("aws:ec2/vpnGateway:VpnGateway", "vgw", vpcId=ref("vpc"))
    own["public-out"]["gatewayId"] = either("igw", "vgw")

    assert judged(own) == (UNDETERMINED, {"NOT_MODELLED"})


@pytest.mark.parametrize("gateway", ["vgw-1", ref("vgw")], ids=["by its id", "of the program"])
def test_a_virtual_private_gateway_behind_nat_is_not_followed(own: Stack, gateway: Any) -> None:
    own.add("aws:ec2/vpnGateway:VpnGateway", "vgw", vpcId=ref("vpc"))
    own["public-out"]["gatewayId"] = gateway

    place = "vgw-1" if gateway == "vgw-1" else "not known yet"
    message = f"public-table sends this traffic to a gateway ({place}), which the proof does not follow"
    ((code, table, found, _),) = said(own)
    assert (code, table, found) == ("NOT_MODELLED", "public-table", message)


def test_an_endpoint_that_is_not_read_may_be_that_of_a_firewall(own: Stack) -> None:
    own["public-out"].pop("gatewayId")
    own["public-out"]["vpcEndpointId"] = "vpce-unread"

    message = (
        "public-table sends this traffic to endpoint vpce-unread, and nothing is known of it: it is that of "
        "no firewall or Gateway Load Balancer in the program or the evidence"
    )
    remedy = "give the account's evidence (mailroute snapshot), or create the firewall in the program"
    assert said(own) == [("ENDPOINT_NOT_READ", "public-table", message, remedy)]


def test_a_public_block_of_the_vpc_is_local_behind_nat_too(own: Stack) -> None:
    """A route to a NAT gateway may be narrower than the local one.

    Source: Amazon VPC User Guide, "Subnet route tables".
    """
    own["function"]["environment"] = {"variables": {"SMTP_HOST": "8.8.8.8", "SMTP_PORT": "587"}}
    block = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"
    own.add(block, "more", vpcId=ref("vpc"), cidrBlock="8.8.8.0/24")
    own["private-out"]["destinationCidrBlock"] = "8.8.8.8/32"

    message = "the mail host's address is inside VPC vpc, and what listens there is not in the graph"
    remedy = "name the relay by its public host, or add an exception"
    assert said(own) == [("DESTINATION_IN_VPC", "public-table", message, remedy)]


# The internet gateway ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("vpc", "message"),
    [
        (ref("other"), "internet gateway igw is not attached to the VPC whose route names it"),
        (
            either("vpc", "other"),
            "it cannot be known whether internet gateway igw is attached to this VPC",
        ),
    ],
)
def test_the_internet_gateway_may_be_attached_to_another_vpc(own: Stack, vpc: Any, message: str) -> None:
    own.add("aws:ec2/vpc:Vpc", "other", cidrBlock="10.9.0.0/16")
    own["igw"]["vpcId"] = vpc

    assert said(own) == [("BAD_STATE_ATTACHMENT", "igw", message, ATTACH)]


def test_a_regional_nat_gateways_path_has_the_internet_gateway(nat: Stack) -> None:
    nat.program["nat"] = (NAT, {"vpcId": VPC, "availabilityMode": "regional"})

    hops = [("internet-gateway", GATEWAY, "attached to the VPC", "account")]
    assert walked(nat, "internet-gateway", "nat-subnet") == hops


@pytest.mark.parametrize(
    ("attached", "code", "message"),
    [
        (None, "NAT_SUBNET_NOT_PUBLIC", "regional NAT gateway nat is in a VPC without an internet gateway"),
        (
            either("vpc", "other"),
            "GATEWAY_NOT_READ",
            "it cannot be known whether the VPC of regional NAT gateway nat has an internet gateway",
        ),
    ],
)
def test_a_regional_nat_gateway_needs_an_attached_gateway(
    own: Stack, attached: Any, code: str, message: str
) -> None:
    own.add("aws:ec2/vpc:Vpc", "other", cidrBlock="10.9.0.0/16")
    own.program["nat"] = (NAT, {"vpcId": ref("vpc"), "availabilityMode": "regional"})
    own["igw"]["vpcId"] = attached

    remedy = "attach an internet gateway to the VPC of the regional NAT gateway"
    assert said(own) == [(code, "nat", message, remedy)]


def test_an_unread_vpc_may_have_an_internet_gateway(nat: Stack) -> None:
    nat.program["nat"] = (NAT, {"vpcId": VPC, "availabilityMode": "regional"})
    nat.remove(GATEWAY)
    assert judged(nat) == (UNREACHABLE, {"NAT_SUBNET_NOT_PUBLIC"})

    assert nat.account is not None
    nat.account["unread"] = [{"action": "ec2:DescribeInternetGateways", "reason": "AccessDenied"}]
    assert judged(nat) == (UNDETERMINED, {"GATEWAY_NOT_READ", "NOT_READ"})


@pytest.mark.parametrize(
    ("table", "routes", "passes"),
    [
        (ref("edge"), [], True),
        (ref("edge"), [{"cidrBlock": "10.0.0.0/16", "gatewayId": "local"}], True),
        (ref("edge"), [{"cidrBlock": "10.0.0.0/24", "networkInterfaceId": "eni-1"}], False),
        ("rtb-unread", [], False),
    ],
)
def test_a_gateway_route_table_may_redirect_replies(
    own: Stack, table: Any, routes: list[dict[str, str]], passes: bool
) -> None:
    own.add(TABLE, "edge", vpcId=ref("vpc"), routes=routes)
    own.add(ASSOCIATION, "edge-link", gatewayId=ref("igw"), routeTableId=table)

    message = (
        "replies to nat that come in by internet gateway igw may be routed to an appliance that the packets "
        "have not come by"
    )
    remedy = "route both directions by the same endpoint, or neither"
    redirected = [("INGRESS_RTB_TRAFFIC_REDIRECTION", "igw", message, remedy)]
    assert said(own) == ([] if passes else redirected)


@pytest.mark.parametrize(("block", "redirects"), [("192.168.0.0/16", True), ("198.51.100.0/24", False)])
def test_a_nat_subnet_of_unknown_block_has_private_addresses(own: Stack, block: str, redirects: bool) -> None:
    """A gateway route table that takes some of them may take the replies."""
    own["public"]["cidrBlock"] = ref("later")
    own.add(TABLE, "edge", vpcId=ref("vpc"), routes=[{"cidrBlock": block, "networkInterfaceId": "eni-1"}])
    own.add(ASSOCIATION, "edge-link", gatewayId=ref("igw"), routeTableId=ref("edge"))

    redirected = (UNDETERMINED, {"INGRESS_RTB_TRAFFIC_REDIRECTION"})
    assert judged(own) == (redirected if redirects else (REACHABLE, set()))


def test_an_egress_only_gateway_carries_ipv6_of_its_own_vpc() -> None:
    stack = network(RELAY6, ipv6_only=True)
    hop = ("egress-only-internet-gateway", "eigw", "of the VPC", "program")
    assert walked(stack, "egress-only-internet-gateway") == [hop]

    stack.add("aws:ec2/vpc:Vpc", "other", cidrBlock="10.9.0.0/16")
    remedy = "give the aws.ec2.EgressOnlyInternetGateway the vpc_id of the VPC whose route names it"
    messages = (
        (ref("other"), "egress-only internet gateway eigw is that of another VPC"),
        (
            either("vpc", "other"),
            "it cannot be known whether egress-only internet gateway eigw is of this VPC",
        ),
    )
    for vpc, message in messages:
        stack["eigw"]["vpcId"] = vpc
        assert said(stack) == [("BAD_STATE_ATTACHMENT", "eigw", message, remedy)]


def test_an_egress_only_gateway_of_the_account_is_shown_as_such() -> None:
    stack = network(RELAY6, ipv6_only=True)
    stack.account = {"accountId": "123456789012", "region": REGION, "vpcs": ["id-vpc"], "resources": []}
    stack.hold(EGRESS_ONLY, "eigw-1", vpcId="id-vpc")
    stack["out6"]["egressOnlyGatewayId"] = "eigw-1"

    hops = [("egress-only-internet-gateway", "eigw-1", "of the VPC", "account")]
    assert walked(stack, "egress-only-internet-gateway", preview=False) == hops


def test_an_egress_only_gateway_that_is_not_read_is_open() -> None:
    stack = network(RELAY6, ipv6_only=True)
    stack["out6"]["egressOnlyGatewayId"] = "eigw-unread"

    message = "the gateway eigw-unread is neither in the program nor in the evidence"
    assert said(stack) == [("GATEWAY_NOT_READ", "out6", message, EVIDENCE)]


def test_an_egress_only_gateway_that_may_be_unread_is_open() -> None:
    stack = network(RELAY6, ipv6_only=True)

    expected = (UNDETERMINED, {"GATEWAY_NOT_READ"})
    assert judged_with_more(stack, "out6", "egressOnlyGatewayId") == expected
