"""Changes to a graph, as data: what a person is told to do, and what the graph is like afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from reachability import UNKNOWN, Graph, Origin, Resource

if TYPE_CHECKING:
    from reachability import Finding, Proof
    from reachability.aws.vpc import Vpc
    from reachability.workloads import Workload


HOURS_PER_MONTH: Final = 730
PUBLIC_ADDRESS: Final = round(HOURS_PER_MONTH * 0.005, 2)
NAT_GATEWAY: Final = round(HOURS_PER_MONTH * 0.045 + PUBLIC_ADDRESS, 2)
ENDPOINT_ZONE: Final = round(HOURS_PER_MONTH * 0.01, 2)
PRICES_OF: Final = "us-east-1, November 2026"


@dataclass(frozen=True)
class Change:
    """One change.

    Attributes:
        text: what to do, for a person.
        resource: the key of the resource that changes, or of the one that a new one belongs to.
        put: the resources that it adds; of one that is there, what it sets alone, so that changes of the same
            resource stand beside each other.
        removed: the keys of those that it takes out.
        monthly: what it adds to the bill each month, in US dollars, without traffic.
    """

    text: str
    resource: str
    put: tuple[Resource, ...] = ()
    removed: tuple[str, ...] = ()
    monthly: float = 0.0

    @property
    def identity(self) -> tuple[str, str]:
        """What tells it from others: two resources may have one name in their texts."""
        return self.resource, self.text


def applied(graph: Graph, changes: Iterable[Change]) -> Graph:
    """`graph` with `changes`, one after the other."""
    resources = {resource.key: resource for resource in graph}
    for change in changes:
        for key in change.removed:
            resources.pop(key, None)
        for resource in change.put:
            there = resources.get(resource.key)
            beside = graph.find(change.resource.partition("#")[0])  # What AWS made is where its VPC is.
            resources[resource.key] = _changed(there, resource) if there else _placed(graph, resource, beside)
    return Graph(resources.values(), graph.coverage)


def _placed(graph: Graph, resource: Resource, beside: Resource | None) -> Resource:
    """A new resource as the program makes it in the region and account of what it belongs to."""
    made = (each for each in graph if each.origin is Origin.PROGRAM and each.access is not None)
    like = next((each for each in made if beside and each.in_place_of(beside) is True), beside)
    if like is None:
        return resource
    return replace(resource, region=like.region, account=like.account, access=like.access)


def _changed(there: Resource, change: Resource) -> Resource:
    inputs = None if there.inputs is None else there.inputs | frozenset(change.properties)
    return replace(
        there,
        properties={**there.properties, **change.properties},
        dependencies={**there.dependencies, **change.dependencies},
        inputs=inputs,
    )


@dataclass(frozen=True)
class Situation:
    """What a fix may look at: the proof that failed, the workload and the port that it needs."""

    proof: Proof
    workload: Workload
    port: int

    @property
    def graph(self) -> Graph:
        return self.proof.network.graph


Fix = Callable[[Situation, "Finding"], Change | None]
"""What fixes a finding; `None` where it cannot."""


def with_properties(
    resource: Resource,
    text: str,
    properties: Mapping[str, Any],
    dependencies: Mapping[str, tuple[str, ...]] | None = None,
    monthly: float = 0.0,
) -> Change:
    """Set `properties` of a resource, which come from `dependencies` where those change too."""
    changed = Resource(
        resource.key, resource.type, resource.name, properties, dependencies=dependencies or {}
    )
    return Change(text, resource.key, (changed,), monthly=monthly)


def reference(resource: Resource, prop: str) -> tuple[Any, Mapping[str, tuple[str, ...]]]:
    """A reference to `resource` for the property `prop`: its id, or what stands for it before creation."""
    return resource.id, {prop: (resource.key,)}


def vpc_of_workload(workload: Workload) -> Vpc | None:
    for placement in workload.placements:
        for ref in placement.subnets:
            for subnet in ref.candidates:
                if subnet.vpc.target is not None:
                    return subnet.vpc.target
    return None


def block_of_workload(situation: Situation) -> str:
    vpc = vpc_of_workload(situation.workload)
    block = vpc.resource.get("cidrBlock") if vpc else UNKNOWN
    return block if isinstance(block, str) else "10.0.0.0/8"
