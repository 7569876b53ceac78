"""Which endpoint of a firewall or a Gateway Load Balancer a route leads to."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import ABSENT, UNKNOWN, Graph, Proof, Ref, Resource
from reachability.aws.middlebox import Middlebox
from reachability.aws.route_table import Route
from reachability.graph.references import exactly
from reachability.ranges import ANY_ADDRESS
from tests.reachability.firewalled import ENDPOINT, FIREWALL, ROUTE, SUBNET
from tests.reachability.stacks import ANYWHERE, Stack, either, ref

VPC = "aws:ec2/vpc:Vpc"
ELSEWHERE = "aws:networkfirewall/vpcEndpointAssociation:VpcEndpointAssociation"


@pytest.fixture
def stack() -> Stack:
    """A firewall with endpoints in two subnets and, by an association, in a third; appliances in a fourth."""
    stack = Stack()
    stack.add(VPC, "vpc", cidrBlock="10.0.0.0/16")
    for number, name in enumerate(("one", "two", "three", "four")):
        stack.add(SUBNET, name, vpcId=ref("vpc"), cidrBlock=f"10.0.{number}.0/24")
    stack.add(FIREWALL, "firewall", subnetMappings=[{"subnetId": ref("one")}, {"subnetId": ref("two")}])
    stack.add(ELSEWHERE, "elsewhere", firewallArn=ref("firewall"), subnetMapping={"subnetId": ref("three")})
    stack.add(ENDPOINT, "appliances", vpcEndpointType="GatewayLoadBalancer", subnetIds=[ref("four")])
    return stack


def named(stack: Stack, target: Any, *, preview: bool = True) -> set[str | None]:
    """The endpoints that a route's target may be; `None` for one that the graph does not hold."""
    stack.add(ROUTE, "route", destinationCidrBlock=ANYWHERE, vpcEndpointId=target)
    graph = stack.graph(preview=preview)
    (route,) = graph.of_type(ROUTE)
    prop = "vpcEndpointId"
    found = graph.ref(route, route.get(prop), prop, (FIREWALL, ELSEWHERE, ENDPOINT))
    boxes = Proof(graph).network.middleboxes.named(found)
    assert len(set(boxes)) == len(boxes)
    return {box.label if box else None for box in boxes}


@pytest.mark.parametrize(
    ("target", "boxes"),
    [
        (ref("firewall"), {"firewall in one", "firewall in two"}),
        (ref("elsewhere"), {"firewall in three"}),
        (ref("appliances"), {"appliances in four"}),
        (either("elsewhere", "appliances"), {"firewall in three", "appliances in four", None}),
        (ref("vpc"), {None}),
        ("vpce-unread", {None}),
    ],
)
def test_the_endpoints_that_a_route_may_name(stack: Stack, target: Any, boxes: set[str | None]) -> None:
    assert named(stack, target) == boxes


@pytest.mark.parametrize(
    ("owner", "properties"),
    [
        ("firewall", {"subnetMappings": [{"subnetId": ref("unread")}]}),
        ("firewall", {"subnetMappings": []}),
        ("elsewhere", {"subnetMapping": {"subnetId": ref("unread")}}),
        ("elsewhere", {"firewallArn": "arn:unread"}),
        ("appliances", {"subnetIds": ["subnet-unread"]}),
        ("appliances", {"subnetIds": []}),
    ],
)
def test_an_endpoint_of_an_unread_firewall_or_subnet_is_unknown(
    stack: Stack, owner: str, properties: Any
) -> None:
    stack[owner].update(properties)
    stack.add(ENDPOINT, "spare", vpcEndpointType="GatewayLoadBalancer", subnetIds=[ref("four")])

    assert named(stack, either(owner, "spare")) == {None, "spare in four"}


def test_an_endpoint_may_be_in_a_subnet_that_is_not_read_as_well(stack: Stack) -> None:
    stack["firewall"]["subnetMappings"].append({"subnetId": ref("unread")})

    assert named(stack, ref("firewall")) == {"firewall in one", "firewall in two", None}


@pytest.mark.parametrize(
    ("target", "boxes"),
    [
        ("vpce-1", {"id-firewall in id-one"}),
        ("vpce-2", {"id-firewall in id-two"}),
        ("vpce-3", {"id-firewall in id-three"}),
        ("vpce-4", {None}),
        ("vpce-5", {None}),
    ],
)
def test_a_firewall_says_which_endpoints_it_has(stack: Stack, target: str, boxes: set[str | None]) -> None:
    def attached(*pairs: tuple[Any, str]) -> list[dict[str, Any]]:
        return [{"attachments": [{"endpointId": key, "subnetId": f"id-{name}"}]} for key, name in pairs]

    # Two that it names twice, one in a subnet that is not read, and one that it is still to make.
    listed = attached(("vpce-1", "one"), ("vpce-1", "one"), ("vpce-2", "two"), ("vpce-4", "x"), (None, "one"))
    stack["firewall"]["firewallStatuses"] = [{"syncStates": listed}]
    elsewhere = [{"associationSyncStates": attached(("vpce-3", "three"))}]
    stack["elsewhere"]["vpcEndpointAssociationStatuses"] = elsewhere

    assert named(stack, target, preview=False) == boxes


def leads(graph: Graph, via: str, target: Ref[Resource], *, blackhole: bool = False) -> object:
    """Whether a route leads to the firewall's endpoint in the subnet `one`."""
    (firewall,) = graph.of_type(FIREWALL)
    one = next(subnet for subnet in graph.of_type(SUBNET) if subnet.name == "one")
    route = Route(ANY_ADDRESS, 0, via, target, firewall, blackhole=blackhole)
    network = Proof(graph).network
    return network.middleboxes.takes(route, Middlebox(firewall, network.subnets.read(one)))


def test_a_route_leads_to_an_endpoint_or_perhaps_or_not(stack: Stack) -> None:
    stack["firewall"]["subnetMappings"].pop()
    graph = stack.graph()
    (firewall,), (elsewhere,) = graph.of_type(FIREWALL), graph.of_type(ELSEWHERE)
    to_it, unread = exactly(firewall), Ref[Resource]((), "vpce-unread", open=True)
    nothing, anything = Ref[Resource]((), ABSENT), Ref[Resource]((), UNKNOWN, open=True)

    assert leads(graph, "vpcEndpointId", to_it) is True
    assert leads(graph, "vpcEndpointId", to_it, blackhole=True) is False
    assert leads(graph, "vpcEndpointId", exactly(elsewhere)) is False
    assert leads(graph, "vpcEndpointId", Ref((firewall, elsewhere), UNKNOWN)) is UNKNOWN
    assert leads(graph, "vpcEndpointId", Ref((firewall,), UNKNOWN, open=True)) is UNKNOWN
    assert leads(graph, "vpcEndpointId", unread) is UNKNOWN
    assert leads(graph, "natGatewayId", anything) is False
    assert leads(graph, "", anything) is UNKNOWN
    assert leads(graph, "", nothing) is False
