"""Mail hosts behind a peering connection: the way into a subnet of the other VPC, and back."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import UNKNOWN, Origin, Settings, Verdict
from reachability.verdict import Finding, Hop
from tests.reachability.shown import judged
from tests.reachability.stacks import (
    ANYWHERE,
    OWNER,
    PRIVATE_TABLE,
    REGION,
    VPC,
    Stack,
    name_host,
    ref,
    role,
    through,
)
from tests.reachability.two_vpcs import found, two_vpcs

UNREACHABLE, UNDETERMINED = Verdict.UNREACHABLE, Verdict.UNDETERMINED
PEERING = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection"
OPEN = {"ruleNo": 100, "action": "allow", "protocol": "-1", "cidrBlock": ANYWHERE}
CLIENTS = "172.31.0.0/16"


@pytest.fixture
def peered(nat: Stack) -> Stack:
    """The mail host is an address in a peered VPC: routes lead there and back."""
    name_host(nat, "10.9.1.5")
    nat.hold(
        "aws:ec2/vpc:Vpc",
        "vpc-mail",
        cidrBlock="10.9.0.0/16",
        mainRouteTableId="rtb-mail",
        defaultNetworkAclId="acl-mail",
    )
    nat.hold(
        "aws:ec2/subnet:Subnet",
        "subnet-mail",
        vpcId="vpc-mail",
        cidrBlock="10.9.1.0/24",
        availabilityZone="us-east-1a",
    )
    nat.hold(
        "aws:ec2/routeTable:RouteTable",
        "rtb-mail",
        vpcId="vpc-mail",
        routes=[{"cidrBlock": CLIENTS, "vpcPeeringConnectionId": "pcx-1"}],
    )
    nat.hold("aws:ec2/networkAcl:NetworkAcl", "acl-mail", vpcId="vpc-mail", ingress=[OPEN], egress=[OPEN])
    nat.hold(PEERING, "pcx-1", vpcId=VPC, peerVpcId="vpc-mail", acceptStatus="active")
    nat[PRIVATE_TABLE]["routes"] = [{"cidrBlock": "10.9.0.0/16", "vpcPeeringConnectionId": "pcx-1"}]
    return nat


def closed(ports: tuple[int, int]) -> dict[str, Any]:
    return {
        "ruleNo": 1,
        "action": "deny",
        "protocol": "6",
        "fromPort": ports[0],
        "toPort": ports[1],
        "cidrBlock": CLIENTS,
    }


def test_behind_peering_only_the_listener_is_undetermined(peered: Stack) -> None:
    assert judged(peered) == (UNDETERMINED, {"DESTINATION_IN_VPC"})
    (egress,) = peered.prove()
    hop = Hop("peering-connection", f"{PEERING}::pcx-1", "to VPC vpc-mail", Origin.ACCOUNT)
    assert hop in egress.outcome.path


def test_either_end_may_have_asked_for_it(peered: Stack) -> None:
    peered["pcx-1"].update(vpcId="vpc-mail", peerVpcId=VPC)

    assert judged(peered) == (UNDETERMINED, {"DESTINATION_IN_VPC"})


@pytest.mark.parametrize(
    "routes",
    [
        [],
        [{"cidrBlock": CLIENTS, "vpcPeeringConnectionId": "pcx-1", "state": "blackhole"}],
        [{"cidrBlock": ANYWHERE, "gatewayId": "igw-other"}],
        [
            {"cidrBlock": CLIENTS, "vpcPeeringConnectionId": "pcx-1"},
            {"cidrBlock": "172.31.96.0/20", "natGatewayId": "nat-other"},
            {"cidrBlock": "172.31.112.0/20", "natGatewayId": "nat-other"},
        ],
    ],
)
def test_replies_must_come_back_by_the_same_connection(peered: Stack, routes: list[dict[str, Any]]) -> None:
    peered["rtb-mail"]["routes"] = routes

    assert judged(peered) == (UNREACHABLE, {"NO_ROUTE_TO_DESTINATION", "DESTINATION_IN_VPC"})


def test_replies_by_another_connection_may_come_too(peered: Stack) -> None:
    peered["rtb-mail"]["routes"] = [{"cidrBlock": CLIENTS, "transitGatewayId": "tgw-1"}]

    assert judged(peered) == (UNDETERMINED, {"NO_ROUTE_TO_DESTINATION", "DESTINATION_IN_VPC"})


@pytest.mark.parametrize(("direction", "ports"), [("ingress", (587, 587)), ("egress", (1024, 65535))])
def test_the_acl_of_the_hosts_subnet_counts(peered: Stack, direction: str, ports: tuple[int, int]) -> None:
    peered["acl-mail"][direction] = [closed(ports), OPEN]

    assert judged(peered) == (UNREACHABLE, {"SUBNET_ACL_RESTRICTION", "DESTINATION_IN_VPC"})


def test_the_other_vpc_must_have_the_address(peered: Stack) -> None:
    peered["vpc-mail"]["cidrBlock"] = "10.10.0.0/16"

    assert judged(peered) == (UNREACHABLE, {"PCX_REQUIRES_ADDRESS_IN_VPC_CIDR"})


def test_the_other_vpc_may_have_a_part_of_the_addresses(peered: Stack) -> None:
    name_host(peered, "mail.example.com")
    peered[PRIVATE_TABLE]["routes"] = [{"cidrBlock": "10.0.0.0/8", "vpcPeeringConnectionId": "pcx-1"}]

    (egress,) = peered.prove(settings=Settings(addresses={"mail.example.com": ("10.9.1.5", "10.10.0.5")}))

    assert egress.outcome.findings == (
        Finding(
            "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR",
            f"aws:ec2/routeTable:RouteTable::{PRIVATE_TABLE}",
            f"{PRIVATE_TABLE} routes mail.example.com to peering connection pcx-1, whose other VPC "
            "has a part of these addresses alone",
            "route the addresses to the network that has them",
            UNDETERMINED,
        ),
    )


def test_a_vpc_may_have_public_addresses_as_its_own(peered: Stack) -> None:
    name_host(peered, "185.107.232.1")
    peered[PRIVATE_TABLE]["routes"] = [{"cidrBlock": "185.107.232.0/24", "vpcPeeringConnectionId": "pcx-1"}]
    assert judged(peered) == (UNREACHABLE, {"PCX_REQUIRES_ADDRESS_IN_VPC_CIDR"})

    association = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"
    peered.hold(association, "vpc-cidr-assoc-1", vpcId="vpc-mail", cidrBlock="185.107.232.0/24")
    assert judged(peered) == (UNDETERMINED, {"DESTINATION_IN_VPC"})


@pytest.mark.parametrize("status", ["pending-acceptance", "rejected", "expired"])
def test_the_connection_must_be_accepted(peered: Stack, status: str) -> None:
    peered["pcx-1"]["acceptStatus"] = status

    assert judged(peered) == (UNREACHABLE, {"BAD_STATE", "DESTINATION_IN_VPC"})


PEER = {"region": "eu-west-1"}


@pytest.mark.parametrize(
    ("named", "provider", "code"),
    [
        ({"peerRegion": "eu-west-1"}, PEER, None),
        ({"peerRegion": "eu-west-1"}, {"region": REGION}, "OTHER_REGION"),
        ({}, PEER, "OTHER_REGION"),
        ({"peerRegion": UNKNOWN}, {"region": REGION}, None),
        ({"peerOwnerId": OWNER}, {"region": REGION, "assumeRoles": role(OWNER)}, None),
        ({"peerOwnerId": OWNER}, {"region": REGION, "assumeRoles": role("444455556666")}, "VPC_NOT_OWNED"),
    ],
)
@pytest.mark.parametrize("by", ["peering", "accepter"])
def test_the_peer_accepts_in_its_own_region(
    named: dict[str, Any], provider: dict[str, Any], code: str | None, by: str, peered: Stack
) -> None:
    """Whether a route names the connection or takes its id from what accepts it."""
    through(peered, {"region": REGION, "allowedAccountIds": '["123456789012"]'})
    peered.remove("pcx-1")
    peered.add(PEERING, "peering", vpcId=VPC, peerVpcId="vpc-mail", **named)
    accepter = "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter"
    peered.add(accepter, "accepter", vpcPeeringConnectionId=ref("peering"), autoAccept=True)
    peered.providers["accepter"] = provider
    for table, block in ((PRIVATE_TABLE, "10.9.0.0/16"), ("rtb-mail", CLIENTS)):
        peered[table]["routes"] = []
        route = {"routeTableId": table, "destinationCidrBlock": block, "vpcPeeringConnectionId": ref(by)}
        peered.add("aws:ec2/route:Route", f"to-{block}", **route)

    verdict, codes = judged(peered)

    assert codes & {"OTHER_REGION", "VPC_NOT_OWNED", "BAD_STATE"} == ({code} if code else set())
    assert verdict is (UNREACHABLE if code else UNDETERMINED)


@pytest.mark.parametrize(
    ("status", "here", "there", "code"),
    [
        (None, True, None, set()),
        (None, False, True, set()),
        (None, False, None, {"BAD_STATE"}),
        (None, False, False, {"BAD_STATE"}),
        ("active", False, None, set()),
        ("pending-acceptance", False, True, set()),
        ("pending-acceptance", False, UNKNOWN, {"BAD_STATE"}),
    ],
)
def test_a_planned_connection_is_accepted_here_or_elsewhere(
    peered: Stack, status: str | None, here: bool, there: object, code: set[str]
) -> None:
    peered.remove("pcx-1")
    peered.add(PEERING, "peering", vpcId=VPC, peerVpcId="vpc-mail", autoAccept=here, acceptStatus=status)
    if there is not None:
        accepter = "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter"
        peered.add(accepter, "accepter", vpcPeeringConnectionId=ref("peering"), autoAccept=there)
    for table, block in ((PRIVATE_TABLE, "10.9.0.0/16"), ("rtb-mail", CLIENTS)):
        peered[table]["routes"] = []
        peered.add(
            "aws:ec2/route:Route",
            f"to-{block}",
            routeTableId=table,
            destinationCidrBlock=block,
            vpcPeeringConnectionId=ref("peering"),
        )

    assert judged(peered) == (UNDETERMINED, {"DESTINATION_IN_VPC"} | code)


@pytest.mark.parametrize(("status", "there"), [("pending-acceptance", False), ("rejected", True)])
def test_an_accepter_accepts_what_waits_if_it_is_told_to(peered: Stack, status: str, there: bool) -> None:
    peered["pcx-1"]["acceptStatus"] = status
    accepter = "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter"
    peered.add(accepter, "accepter", vpcPeeringConnectionId="pcx-1", autoAccept=there)

    assert judged(peered) == (UNREACHABLE, {"BAD_STATE", "DESTINATION_IN_VPC"})


def test_a_host_of_which_no_subnet_is_known_may_be_anywhere(peered: Stack) -> None:
    peered["subnet-mail"]["cidrBlock"] = "10.9.2.0/24"
    peered["rtb-mail"]["routes"] = []

    assert judged(peered) == (UNDETERMINED, {"DESTINATION_IN_VPC"})


def test_a_connection_of_which_nothing_is_known_is_not_followed(peered: Stack) -> None:
    peered.remove("pcx-1")

    assert judged(peered) == (UNDETERMINED, {"NOT_MODELLED"})


@pytest.mark.parametrize(
    ("thing", "changes"),
    [
        ("pcx-1", {"vpcId": "vpc-mail", "peerVpcId": "vpc-other"}),
        ("vpc-mail", {"cidrBlock": UNKNOWN}),
    ],
    ids=["of two other VPCs", "to addresses that are not known"],
)
def test_a_connection_of_other_vpcs_is_not_followed(
    peered: Stack, thing: str, changes: dict[str, Any]
) -> None:
    peered[thing].update(changes)

    assert judged(peered) == (UNDETERMINED, {"NOT_MODELLED"})


def test_another_vpcs_subnet_of_the_same_block_does_not_count(peered: Stack) -> None:
    alike = {"cidrBlock": "10.9.1.0/24", "availabilityZone": "us-east-1a"}
    peered.hold("aws:ec2/subnet:Subnet", "subnet-alike", vpcId="vpc-other", **alike)

    assert judged(peered) == (UNDETERMINED, {"DESTINATION_IN_VPC"})


@pytest.mark.parametrize(
    ("region", "near"), [(REGION, True), ("us-west-2", False), (UNKNOWN, False)], ids=["same", "other", "?"]
)
def test_groups_are_known_within_a_region(region: Any, near: bool) -> None:
    stack = two_vpcs()
    stack.add("aws:ec2/vpcPeeringConnection:VpcPeeringConnection", "peering", vpcId=ref("one"))
    stack["peering"]["peerVpcId"] = ref("other")
    stack.providers["other"] = {} if region is UNKNOWN else {"region": region}
    graph = stack.graph()
    connection = stack.network().peering_connections.read(found(graph, "peering"))

    assert connection.in_one_region is near
