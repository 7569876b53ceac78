"""Changes to a graph, as data."""

from __future__ import annotations

from dataclasses import replace

from mailroute.fixes.changes import Change, Situation, applied, block_of_workload, reference, with_properties
from reachability import UNKNOWN, Coverage, Graph, Proof, Resource
from tests.reachability.stacks import Stack

TABLE = Resource(
    key="urn:table",
    type="aws:ec2/routeTable:RouteTable",
    name="table",
    properties={"vpcId": "vpc-1"},
    id="rtb-1",
    inputs=frozenset({"vpcId"}),
)
NEW = Resource(key="urn:new", type=TABLE.type, name="new")


def test_a_change_puts_and_removes_resources_of_a_graph() -> None:
    assert list(applied(Graph([TABLE]), [Change("", "", (NEW,), (TABLE.key,))])) == [NEW]
    assert list(applied(Graph([TABLE]), [Change("", "", removed=("urn:gone",))])) == [TABLE]


def test_a_changed_graph_keeps_how_much_was_read() -> None:
    coverage = Coverage(frozenset({("123456789012", "us-east-1", "vpc-1")}))

    assert applied(Graph([TABLE], coverage), []).coverage == coverage


def test_what_a_change_sets_counts_as_set_by_the_program() -> None:
    change = with_properties(TABLE, "add routes", {"routes": []}, {"routes": ("urn:nat",)}, 1.5)

    (changed,) = applied(Graph([TABLE]), [change])
    assert (change.text, change.resource, change.monthly) == ("add routes", TABLE.key, 1.5)
    assert changed.properties == {"vpcId": "vpc-1", "routes": []}
    assert changed.inputs == frozenset({"vpcId", "routes"})
    assert changed.dependencies == {"routes": ("urn:nat",)}
    (changed,) = applied(Graph([NEW]), [with_properties(NEW, "", {"routes": []})])
    assert changed.inputs is None


def test_changes_of_one_resource_stand_beside_each_other() -> None:
    first, second = with_properties(TABLE, "", {"routes": []}), with_properties(TABLE, "", {"tags": {}})

    (changed,) = applied(Graph([TABLE]), [first, second])
    assert changed == replace(
        TABLE,
        properties={**TABLE.properties, "routes": [], "tags": {}},
        inputs=frozenset({"vpcId", "routes", "tags"}),
    )


def test_a_new_resource_is_referred_to_by_its_dependency() -> None:
    assert reference(TABLE, "routeTableId") == ("rtb-1", {"routeTableId": (TABLE.key,)})
    assert reference(NEW, "routeTableId") == (UNKNOWN, {"routeTableId": (NEW.key,)})


def test_the_block_of_a_workloads_vpc_else_a_private_one(nat: Stack) -> None:
    proof = Proof(nat.graph())
    (workload,) = proof.workloads()

    assert block_of_workload(Situation(proof, workload, 587)) == "172.31.0.0/16"
    assert block_of_workload(Situation(proof, replace(workload, placements=()), 587)) == "10.0.0.0/8"
