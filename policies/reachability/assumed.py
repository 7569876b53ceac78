"""What a verdict on a workload rests on beside its path: ids to come, default VPCs, zones and quotas."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .findings import names, placement
from .findings.assumptions import AS_CREATED, QUOTAS_SUFFICIENT
from .graph.provider_scope import place_of
from .hosts import literal
from .values import UNKNOWN
from .verdict import PASSES, Outcome, Verdict, all_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .aws import Network
    from .egress import Destination
    from .graph import Graph, Resource
    from .verdict import Assumption
    from .workloads import Workload


def with_assumptions(
    outcome: Outcome, network: Network, workload: Workload, destination: Destination
) -> Outcome:
    """`outcome`, of packets of `workload` to `destination`, with what it assumes beside its path."""
    told = _quotas_once(outcome, network.graph)
    if told.verdict is Verdict.UNDETERMINED:
        return told
    named = all_of(_of_environment(workload.resource, destination))
    planned = _as_planned(network.graph, workload, outcome)
    default, domains = _in_default_vpc(network.graph, workload), _in_other_domains(network, destination)
    return told.given(all_of([named, planned, default, domains]))


def _of_environment(owner: Resource, destination: Destination) -> Iterator[Outcome]:
    """What is assumed of the environment that names the destination."""
    if destination.holder is not None:
        yield placement.IDS_AS_PLANNED(owner)
    if destination.url_variable:
        yield names.URL_IS_HTTPS(owner, variable=destination.url_variable)
    if destination.client_variable:
        yield names.CLIENT_READS_VARIABLE(owner, variable=destination.client_variable)
    if destination.region_variable:
        yield names.VARIABLE_IS_OF_REGION(owner, variable=destination.region_variable, host=destination.named)


def _in_other_domains(network: Network, destination: Destination) -> Outcome:
    """What is assumed of records for all names of zones that nobody has read, dead paths included."""
    host = destination.host
    if not isinstance(host, str) or literal(host):
        return PASSES
    return all_of(
        names.WILDCARD_NOT_FOR_HOST(record, zone=str(record.resource.get("zoneId")), host=host)
        for record in network.dns.zones.wildcards_elsewhere()
    )


def _in_default_vpc(graph: Graph, workload: Workload) -> Outcome:
    """What is assumed of a default VPC that nobody has read, dead paths from it included."""
    subnets = (ref for place in workload.placements for ref in place.subnets)
    vpcs = (vpc for ref in subnets for subnet in ref.candidates for vpc in subnet.vpc.candidates)
    assumed = dict.fromkeys(vpc.resource for vpc in vpcs if graph.coverage.assumes(vpc.resource))
    return all_of(AS_CREATED(vpc, place=place_of(vpc)) for vpc in assumed)


def _as_planned(graph: Graph, workload: Workload, outcome: Outcome) -> Outcome:
    """What is assumed of the ids that are to come, where some are on the way."""
    owners = [place.owner for place in workload.placements if not place.managed]
    passed = map(graph.find, (step.resource for step in outcome.path) if owners else ())
    planned = any(each is not None and each.id is UNKNOWN for each in (*owners, *passed))
    return placement.IDS_AS_PLANNED(workload.resource) if planned else PASSES


def _quotas_once(outcome: Outcome, graph: Graph) -> Outcome:
    """`outcome` with what it assumes of quotas once for a place: VPCs and NAT gateways assume the same."""
    kept: list[Assumption] = []
    for assumption in outcome.assumptions:
        alike = (each for each in kept if each.code == assumption.code == QUOTAS_SUFFICIENT.name)
        if not any(_share_place(graph, each.resource, assumption.resource) for each in alike):
            kept.append(assumption)
    return outcome if len(kept) == len(outcome.assumptions) else replace(outcome, assumptions=tuple(kept))


def _share_place(graph: Graph, key: str, other: str) -> bool:
    one, another = graph.find(key), graph.find(other)
    return one is not None and another is not None and one.in_place_of(another) is not False
