"""New egress paths of a VPC, each by itself; whether one helps is what the proof says afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from mailroute.fixes.changes import Situation
from mailroute.fixes.egress_fixes import add_address, add_endpoint, add_nat_route
from reachability import Graph, Origin, Proof, Resource
from reachability.graph.zones import ZoneAvailability
from reachability.verdict import Finding
from tests.reachability.stacks import PRIVATE, PRIVATE_TABLE, REGION, VPC, Stack, own_network, ref

NO_ROUTE = "NO_ROUTE_TO_DESTINATION"


def _situation(
    stack: Stack,
    change: Callable[[Resource], Resource] = lambda resource: resource,
    zones: ZoneAvailability | None = None,
) -> Situation:
    """Of the stack's one workload, every resource of the graph changed before it is proved."""
    graph = stack.graph()
    proof = Proof(Graph(map(change, graph), graph.coverage), zones=zones or stack.evidence().zones)
    (workload,) = proof.workloads(Origin.PROGRAM)
    return Situation(proof, workload, 587)


def _finding(situation: Situation, name: str) -> Finding:
    """The finding that the table of this name, or by this key, has no route."""
    key = next((resource.key for resource in situation.graph if resource.name == name), name)
    return Finding(NO_ROUTE, key, "", "")


@pytest.fixture
def own() -> Stack:
    stack = Stack()
    own_network(stack)
    return stack


def test_a_route_is_added_to_route_tables_alone(own: Stack) -> None:
    situation = _situation(own)
    texts = {
        name: change.text if (change := add_nat_route(situation, _finding(situation, name))) else None
        for name in ("private-table", "public-table", "vpc", "private", "nat", "other#mainRouteTable")
    }
    assert texts == {
        "private-table": "route 0.0.0.0/0 of route table private-table to NAT gateway nat, "
        "in place of its default route",
        "public-table": "route 0.0.0.0/0 of route table public-table to NAT gateway nat, "
        "in place of its default route",
        "vpc": "route 0.0.0.0/0 of route table vpc to NAT gateway nat",
        "private": None,
        "nat": None,
        "other#mainRouteTable": None,
    }


def test_a_route_is_added_beside_inline_routes_of_known_targets(own: Stack) -> None:
    own.remove("private-out")
    peering = {"cidrBlock": "10.9.0.0/16", "vpcPeeringConnectionId": "pcx-1"}
    own["private-table"]["routes"] = [peering]
    situation = _situation(own, lambda resource: replace(resource, dependencies=_without_routes(resource)))

    change = add_nat_route(situation, _finding(situation, "private-table"))

    assert change is not None
    (table,) = change.put
    assert table.properties["routes"][0] == peering
    assert [key.rpartition("::")[2] for key in table.dependencies["routes"]] == ["nat"]


def _without_routes(resource: Resource) -> dict[str, tuple[str, ...]]:
    return {prop: keys for prop, keys in resource.dependencies.items() if prop != "routes"}


def test_a_nat_gateway_of_another_vpc_is_not_used(own: Stack) -> None:
    own_network(own, "other-")
    for name in ("nat", "private-out", "other-function"):
        own.remove(name)
    situation = _situation(own)

    change = add_nat_route(situation, _finding(situation, "private-table"))

    assert change is not None
    assert change.text == (
        "add a NAT gateway in public subnet public and route 0.0.0.0/0 of route table private-table to it"
    )


def test_tasks_whose_network_is_not_known_get_no_address(nat: Stack) -> None:
    for name in ("connector", "service"):
        nat.remove(name)
    nat.add("aws:ecs/service:Service", "tasks", launchType="FARGATE", networkConfiguration=ref("nowhere"))
    situation = _situation(nat)

    assert add_address(situation, _finding(situation, "tasks")) is None


def test_an_endpoint_is_added_in_the_zones_that_offer_it_by_name(
    nat: Stack,
) -> None:
    """Each account has names of its own for the zones."""
    owners = {
        ("123456789012", REGION): frozenset({"us-east-1a"}),
        ("other", REGION): frozenset({"us-east-1b"}),
    }
    situation = _situation(nat, zones=ZoneAvailability(smtp_zones=owners))

    change = add_endpoint(situation, _finding(situation, PRIVATE_TABLE))

    assert change is not None
    assert change.put[1].properties["subnetIds"] == [PRIVATE[0]]


def test_an_endpoint_is_added_in_the_zones_that_offer_it_by_id(nat: Stack) -> None:
    nat[PRIVATE[0]]["availabilityZoneId"] = "use1-az2"
    nat[PRIVATE[1]]["availabilityZoneId"] = "use1-az4"
    situation = _situation(nat, zones=ZoneAvailability())

    change = add_endpoint(situation, _finding(situation, PRIVATE_TABLE))

    assert change is not None
    assert change.put[1].properties["subnetIds"] == [PRIVATE[1]]


def test_an_unknown_region_is_that_of_an_existing_endpoint(ses: Stack) -> None:
    for name in ses.program:
        ses.providers[name] = {}
    ses.add("aws:ec2/vpcEndpoint:VpcEndpoint", "storage", vpcId=VPC, serviceName="com.amazonaws.eu-west-1.s3")
    ses.providers["storage"] = {}
    situation = _situation(ses)
    change = add_endpoint(situation, _finding(situation, PRIVATE_TABLE))

    assert change is not None
    assert change.put[1].properties["serviceName"] == f"com.amazonaws.{REGION}.email-smtp"
    ses.remove("endpoint")
    situation = _situation(ses)
    assert add_endpoint(situation, _finding(situation, PRIVATE_TABLE)) is None


def test_a_workload_without_a_vpc_gets_no_egress_path(nat: Stack) -> None:
    situation = _situation(nat)
    nowhere = replace(situation, workload=replace(situation.workload, placements=()))

    for way_out in (add_nat_route, add_endpoint):
        assert way_out(nowhere, _finding(nowhere, PRIVATE_TABLE)) is None


def test_an_internet_gateway_is_added_where_there_is_none(own: Stack) -> None:
    for name in ("nat", "address", "private-out", "public-out"):
        own.remove(name)
    situation = _situation(own)
    there = add_nat_route(situation, _finding(situation, "private-table"))
    assert there is not None
    assert "internet gateway" not in there.text.replace("regional", "")

    own["igw"].pop("vpcId")
    situation = _situation(own)
    added = add_nat_route(situation, _finding(situation, "private-table"))
    assert added is not None
    assert added.text.startswith("add an internet gateway and a regional NAT gateway to VPC vpc ")

    attachment = "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment"
    own.add(attachment, "attachment", vpcId=ref("vpc"), internetGatewayId=ref("nowhere"))
    situation = _situation(own)
    assert add_nat_route(situation, _finding(situation, "private-table")) is None
