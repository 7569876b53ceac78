"""Where Amazon ECS runs the tasks of a service: on Fargate, or on instances.

Source: Amazon ECS API Reference, "CreateService": a service that names neither a launch type nor capacity
providers runs by the default capacity provider strategy of its cluster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..findings import placement
from ..graph import tokens
from ..graph.claims import follows
from ..values import ABSENT, UNKNOWN, Truth, Unknown, get, items
from ..verdict import PASSES, Origin, Outcome

if TYPE_CHECKING:
    from ..graph import Graph
    from ..graph.resource import Resource
    from ..values import Value

_FARGATE: Final = ("FARGATE", "FARGATE_SPOT")
"""The capacity providers of Fargate, which every cluster may name."""
_DEFAULT_CLUSTER: Final = "default"


def runs_on_fargate(graph: Graph, service: Resource) -> Truth:
    """Whether all tasks of a service run on Fargate: by its launch type, or by its capacity providers.

    A service that names neither runs where its cluster says, and on instances where that says nothing.
    """
    launched = service.declared("launchType")
    strategies = items(service.declared("capacityProviderStrategies"))
    if isinstance(strategies, Unknown):
        return UNKNOWN
    if not strategies and launched not in (ABSENT, ""):
        return UNKNOWN if launched is UNKNOWN else str(launched) == "FARGATE"
    if not strategies and takes_launch_type_ec2(graph, service):
        return False
    if not strategies:
        link = _default_strategy(graph, service)
        strategies = () if link is None else link.declared("defaultCapacityProviderStrategies")
    return _all_on_fargate(strategies)


def takes_launch_type_ec2(graph: Graph, service: Resource) -> bool:
    """Whether a service names nothing in a new cluster of the program, which has no default strategy."""
    if service.declared("launchType") not in (ABSENT, ""):
        return False
    prop = "cluster"
    cluster = graph.ref(service, service.declared(prop), prop, tokens.ECS_CLUSTER).target
    if items(service.declared("capacityProviderStrategies")) != () or cluster is None:
        return False
    own = {cluster.key, cluster.get("name")}
    apart = all(names and not own & names for _, names in _associations(graph))
    return _is_new(cluster) and apart and cluster.declared("defaultCapacityProviderStrategies") is ABSENT


def lacks_provider(graph: Graph, service: Resource) -> Outcome:
    """Whether a service names a capacity provider of Fargate that its new cluster certainly has not by then.

    Source: Amazon ECS API Reference, "CreateService": a provider is associated with the cluster before.
    """
    strategies = items(service.declared("capacityProviderStrategies"))
    cluster = graph.ref(service, service.declared("cluster"), "cluster", tokens.ECS_CLUSTER).target
    if isinstance(strategies, Unknown) or cluster is None or not _is_new(cluster):
        return PASSES
    links = _associations(graph)
    if cluster.declared("capacityProviders") is not ABSENT or not all(names for _, names in links):
        return PASSES
    own = {cluster.key, cluster.get("name")}
    mine = [link for link, names in links if own & names and not follows(graph, link, service)]
    listed = [items(link.declared("capacityProviders")) for link in mine]
    for strategy in strategies:
        provider = get(strategy, "capacityProvider")
        if provider in _FARGATE and all(_certainly_lacks(each, provider) for each in listed):
            return placement.PROVIDER_OF_NO_CLUSTER(service, provider=provider, cluster=cluster)
    return PASSES


def _certainly_lacks(listed: tuple[Value, ...] | Unknown, provider: Value) -> bool:
    return not isinstance(listed, Unknown) and provider not in listed and UNKNOWN not in listed


def _is_new(cluster: Resource) -> bool:
    return cluster.origin is Origin.PROGRAM and cluster.id is UNKNOWN


def by_default(graph: Graph, service: Resource) -> Outcome:
    """The assumption that a service is made after its cluster's default strategy, where it takes that."""
    launched = service.declared("launchType")
    if launched not in (ABSENT, "") or items(service.declared("capacityProviderStrategies")) != ():
        return PASSES
    link = _default_strategy(graph, service)
    if link is None or follows(graph, service, link):
        return PASSES
    return placement.AFTER_DEFAULT_STRATEGY(service, strategy=link)


def _all_on_fargate(strategies: Value) -> Truth:
    listed = items(strategies)
    if isinstance(listed, Unknown) or not listed:
        return UNKNOWN
    providers = [get(strategy, "capacityProvider") for strategy in listed]
    if any(provider is UNKNOWN for provider in providers):
        return UNKNOWN
    fargate = {provider in _FARGATE for provider in providers}
    return UNKNOWN if len(fargate) > 1 else fargate.pop()


def _default_strategy(graph: Graph, service: Resource) -> Resource | None:
    """What sets the default strategy of a service's cluster; `None` where that is not certain."""
    own = _names(graph, service, "cluster")
    links = _associations(graph)
    if not own or not all(names for _, names in links):
        return None
    found = [link for link, names in links if own & names]
    return found[0] if len(found) == 1 else None


def _associations(graph: Graph) -> list[tuple[Resource, frozenset[str]]]:
    """What gives clusters their capacity providers, each with what its cluster goes by."""
    return [(link, _names(graph, link, "clusterName")) for link in graph.of_type(*tokens.ECS_CAPACITY)]


def _names(graph: Graph, resource: Resource, prop: str) -> frozenset[str]:
    """What the cluster goes by that the property `prop` names; nothing where that is not known."""
    value = resource.declared(prop)
    if value is ABSENT:
        return frozenset({_DEFAULT_CLUSTER})
    cluster: Resource | None = graph.ref(resource, value, prop, tokens.ECS_CLUSTER).target
    if cluster is None:
        return frozenset({value.rpartition("/")[2]} if isinstance(value, str) else ())
    name = cluster.get("name")
    return frozenset({cluster.key, *((name,) if isinstance(name, str) else ())})
