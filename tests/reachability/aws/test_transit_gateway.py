"""What a transit gateway's tables do in a preview, where a program's ids are not known."""

from __future__ import annotations

import pytest

from reachability import UNKNOWN, Proof, Verdict
from reachability.ranges import addresses
from tests.reachability.shown import judged, judged_with_more
from tests.reachability.stacks import ANYWHERE, Stack, either, own_network, ref

TGW = "aws:ec2transitgateway"
ROUTE = f"{TGW}/route:Route"
TABLE = f"{TGW}/routeTable:RouteTable"
HUB, SPOKE = "10.2.0.0/16", "10.1.0.0/16"


def test_an_exit_in_a_possibly_unread_subnet_leaves_it_open() -> None:
    spoke = Stack()
    own_network(spoke, "hub-")
    own_network(spoke)
    for name in ("hub-function", "nat", "igw", "public-out", "private-out"):
        spoke.remove(name)
    spoke.add(f"{TGW}/transitGateway:TransitGateway", "gateway")
    for name, prefix in (("spoke", ""), ("hub", "hub-")):
        spoke.add(
            f"{TGW}/vpcAttachment:VpcAttachment",
            name,
            transitGatewayId=ref("gateway"),
            vpcId=ref(f"{prefix}vpc"),
            subnetIds=[ref(f"{prefix}private")],
        )
    for prefix in ("", "hub-"):
        spoke[f"{prefix}private"]["availabilityZone"] = "us-east-1a"
    spoke["hub-vpc"]["cidrBlock"] = "10.9.0.0/16"
    for kind, block in (("public", "10.9.0.0/24"), ("private", "10.9.1.0/24")):
        spoke[f"hub-{kind}"]["cidrBlock"] = block
    for name, table, block in (
        ("out", "private-table", ANYWHERE),
        ("back", "hub-public-table", "10.0.0.0/16"),
    ):
        route = {"destinationCidrBlock": block, "transitGatewayId": ref("gateway")}
        spoke.add("aws:ec2/route:Route", name, routeTableId=ref(table), **route)
    spoke.add(
        ROUTE,
        "default",
        destinationCidrBlock=ANYWHERE,
        transitGatewayAttachmentId=ref("hub"),
        transitGatewayRouteTableId=ref("gateway"),
    )
    assert judged(spoke) == (Verdict.REACHABLE, set())

    assert judged_with_more(spoke, "hub", "subnetIds") == (Verdict.UNDETERMINED, {"SUBNET_NOT_READ"})


@pytest.fixture
def stack() -> Stack:
    """A gateway with two VPCs, each attached by a subnet of its own."""
    stack = Stack()
    stack.add(f"{TGW}/transitGateway:TransitGateway", "gateway")
    for name, block in (("spoke", SPOKE), ("hub", HUB)):
        stack.add("aws:ec2/vpc:Vpc", f"{name}-vpc", cidrBlock=block)
        stack.add("aws:ec2/subnet:Subnet", f"{name}-subnet", vpcId=ref(f"{name}-vpc"))
        stack.add(
            f"{TGW}/vpcAttachment:VpcAttachment",
            name,
            transitGatewayId=ref("gateway"),
            vpcId=ref(f"{name}-vpc"),
            subnetIds=[ref(f"{name}-subnet")],
        )
    return stack


def onward(stack: Stack, wanted: str) -> list[str | None]:
    """The attachments by which what comes from the spoke leaves; `None` where it is dropped or not known."""
    graph = stack.graph()
    by_name = {resource.name: resource for resource in graph}
    transit = Proof(graph).network.transit_gateways
    entry = transit.read(by_name["spoke"])
    found = transit.onward(by_name["gateway"], entry, addresses(wanted), "relay")
    return [attachment.label if attachment else None for attachment, _ in found]


def test_what_is_attached_is_in_the_default_table(stack: Stack) -> None:
    assert onward(stack, HUB) == ["hub"]
    assert onward(stack, "8.8.8.8") == [None]


def test_an_attachment_takes_packets_from_its_own_subnet(stack: Stack) -> None:
    graph = stack.graph()
    by_name = {resource.name: resource for resource in graph}
    network = Proof(graph).network
    attachment = network.transit_gateways.read(by_name["spoke"])

    assert not attachment.takes_from(network.subnets.read(by_name["spoke-subnet"])).findings


def test_one_attachment_that_propagates_nothing_hides_no_other(stack: Stack) -> None:
    stack["spoke"]["transitGatewayDefaultRouteTablePropagation"] = False

    assert onward(stack, HUB) == ["hub"]
    assert onward(stack, SPOKE) == [None]


@pytest.mark.parametrize(("table", "leaves"), [("gateway", ["hub"]), ("own", [None])])
def test_the_gateway_stands_for_its_default_table(stack: Stack, table: str, leaves: list[str | None]) -> None:
    """As `gateway.association_default_route_table_id`: unknown, and dependent on the gateway."""
    stack.add(TABLE, "own", transitGatewayId=ref("gateway"))
    route(stack, table)

    assert onward(stack, "8.8.8.8") == leaves


@pytest.mark.parametrize(("table", "leaves"), [("gateway", [None]), ("own", ["hub"])])
def test_an_associated_table_takes_the_place_of_the_default_one(
    stack: Stack, table: str, leaves: list[str | None]
) -> None:
    stack.add(TABLE, "own", transitGatewayId=ref("gateway"))
    stack["spoke"]["transitGatewayDefaultRouteTableAssociation"] = False
    stack.add(
        f"{TGW}/routeTableAssociation:RouteTableAssociation",
        "association",
        transitGatewayAttachmentId=ref("spoke"),
        transitGatewayRouteTableId=ref("own"),
    )
    route(stack, table)

    assert onward(stack, "8.8.8.8") == leaves


def route(stack: Stack, table: str) -> None:
    stack.add(
        ROUTE,
        "route",
        destinationCidrBlock=ANYWHERE,
        transitGatewayAttachmentId=ref("hub"),
        transitGatewayRouteTableId=ref(table),
    )


def test_a_planned_list_reference_is_a_route_for_each_entry(stack: Stack) -> None:
    stack.add("aws:ec2/managedPrefixList:ManagedPrefixList", "list", entries=[{"cidr": "8.0.0.0/8"}])
    stack.add(
        f"{TGW}/prefixListReference:PrefixListReference",
        "listed",
        prefixListId=ref("list"),
        transitGatewayAttachmentId=ref("hub"),
        transitGatewayRouteTableId=ref("gateway"),
    )

    assert onward(stack, "8.8.8.8") == ["hub"]
    assert onward(stack, "9.9.9.9") == [None]


def test_a_block_that_may_be_either_vpcs_is_not_propagated(stack: Stack) -> None:
    cidr = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"
    stack.add(cidr, "more", vpcId=either("spoke-vpc", "hub-vpc"), cidrBlock="203.0.113.0/24")

    assert onward(stack, "203.0.113.9") == [None]


@pytest.mark.parametrize(("unknown", "known"), [("spoke", "hub"), ("hub", "spoke")])
def test_an_attachment_whose_blocks_are_not_known_hides_no_other(
    stack: Stack, unknown: str, known: str
) -> None:
    stack[f"{unknown}-vpc"]["cidrBlock"] = UNKNOWN
    stack[f"{known}-vpc"]["cidrBlock"] = "203.0.113.0/24"

    assert onward(stack, "203.0.113.9") == [known]
