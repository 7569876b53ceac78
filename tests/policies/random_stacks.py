"""Random stacks of which it is known by construction which services have a path for their mail.

A stack is made of policy cases, and then blurred: an engine does not know ids before creation, and any
other property may come from something that is not there yet. What is not known is still what it was made
as, so that a service without a path stays one.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from reachability.values import UNKNOWN
from tests.policies.case_files import CASES, Json, graph_of, nodes_of
from tests.policies.harness import REGION, Node, urn_of

RULE: Final = "apprunner-egress-route"
SERVICE: Final = "aws:apprunner/service:Service"
BUCKET: Final = {"type": "aws:s3/bucket:Bucket", "properties": {"bucket": "files", "tags": {"team": "shop"}}}
GOOD: Final = ("ses-endpoint", "nat-gateway")
"""Cases whose service has a path, and the graphs that those without one are changes of."""

WITHOUT_PATH: Final = (
    "acl-denies-the-mail",
    "acl-denies-the-replies",
    "client-group-closed",
    "client-group-closed-towards-ses",
    "dns-hostnames-off",
    "dns-support-off",
    "endpoint-and-its-group-gone",
    "endpoint-does-not-carry-a-relay",
    "endpoint-gone",
    "endpoint-group-closed",
    "endpoint-group-opens-another-port",
    "endpoint-in-another-vpc",
    "endpoint-of-another-region",
    "endpoint-of-the-gateway-type",
    "halves-straight-to-the-internet-gateway",
    "internet-gateway-of-another-vpc",
    "nat-gateway-gone",
    "nat-gateway-in-the-private-subnet",
    "nat-gateway-private",
    "nat-gateway-subnet-without-route",
    "nat-gateway-without-address",
    "no-default-route",
    "one-subnet-with-another-table",
    "one-subnet-without-table",
    "port-that-ses-does-not-offer",
    "private-dns-off",
    "straight-to-the-internet-gateway",
    "zone-not-offered",
)
"""Cases whose service has none."""


@dataclass(frozen=True)
class RandomStack:
    """Nodes as an engine shows them.

    Attributes:
        broken: the URNs of the services that have no path.
        created: whether the resources exist, so that their ids are known.
        declared: whether the pack sees each resource before the stack.
        blurred: whether anything else may be unknown.
        story: how it was made, one line.
    """

    nodes: tuple[Node, ...]
    broken: frozenset[str]
    created: bool
    declared: bool
    blurred: bool
    story: str


def build(rng: random.Random) -> RandomStack:
    """A random stack of one to three services, broken or not, with anything or nothing unknown."""
    created, declared = rng.random() < 0.25, rng.random() < 0.5
    blur = rng.choice((0.0, 0.0, 0.0, 0.01, 0.03, 0.1, 0.3))
    aimed = rng.random() < 0.8
    nodes: list[Node] = []
    broken: set[str] = set()
    aims: list[tuple[str, str]] = []
    story: list[str] = []
    for index in range(rng.randint(1, 3)):
        fault = rng.choice((None, *WITHOUT_PATH)) if index else rng.choice(WITHOUT_PATH)
        name, prefix = fault or rng.choice(GOOD), "abc"[index]
        if fault:
            broken.add(urn_of(SERVICE, f"{prefix}-api"))
        network = _network(name, prefix)
        if aimed:
            aims += _aims(network, _changed(name, prefix), rng)
        nodes += _shown(network, created)
        story.append(name)
    rng.shuffle(nodes)
    told = f"{', '.join(story)}; blur {blur}; not known {aims}; created {created}; declared {declared}"
    return RandomStack(
        nodes=tuple(_blurred(node, blur, declared, aims, rng) for node in nodes),
        broken=frozenset(broken),
        created=created,
        declared=declared,
        blurred=blur > 0 or aimed,
        story=told,
    )


@cache
def _network(name: str, prefix: str) -> Mapping[str, Json]:
    """The resources of a case, under names of their own."""
    resources = {**graph_of(CASES / RULE / f"{name}.json"), "bucket": BUCKET}
    renamed: dict[str, dict[str, Any]] = json.loads(json.dumps(resources).replace("${", f"${{{prefix}-"))
    for key in ("connector", "api"):
        renamed[key]["properties"] |= {
            kind: f"{prefix}-{key}" for kind, value in renamed[key]["properties"].items() if value == key
        }
    for resource in renamed.values():
        if "dependsOn" in resource:
            resource["dependsOn"] = [f"{prefix}-{name}" for name in resource["dependsOn"]]
    return {f"{prefix}-{key}": resource for key, resource in renamed.items()}


def _changed(name: str, prefix: str) -> list[str]:
    """What a case has otherwise than both of the good ones: what is at fault."""
    network, good = _network(name, prefix), [_network(other, prefix) for other in GOOD]
    return [key for key, resource in network.items() if all(other.get(key) != resource for other in good)]


def _aims(network: Mapping[str, Json], changed: list[str], rng: random.Random) -> list[tuple[str, str]]:
    """One or two properties to leave unknown, as `(resource, property)`, mostly of what is at fault."""
    chosen = changed if changed and rng.random() < 0.7 else list(network)
    pairs = [(key, name) for key in chosen for name in network[key]["properties"]]
    return rng.sample(pairs, k=min(len(pairs), rng.choice((1, 1, 2))))


def _shown(network: Mapping[str, Json], created: bool) -> list[Node]:
    """The resources as an engine shows them: references by id once that is known, by dependency always."""
    if not created:
        nodes = nodes_of(network, {"region": REGION}, "a random stack")
        return [
            replace(node, declared=node.properties, properties={**node.properties, "arn": UNKNOWN})
            for node in nodes
        ]
    known = {
        key: {**resource, "properties": {**resource["properties"], "arn": _id(key), "id": _id(key)}}
        for key, resource in network.items()
    }
    return [
        replace(node, declared={name: node.properties[name] for name in network[node.name]["properties"]})
        for node in nodes_of(known, {"region": REGION}, "a random stack")
    ]


def _id(key: str) -> str:
    return f"id-of-{key}"


def _blurred(
    node: Node, share: float, declares: bool, aims: list[tuple[str, str]], rng: random.Random
) -> Node:
    """`node` with some of its values not known, at any depth, in what it declares or only in what is shown.

    A property is missing from what is shown only where the pack has seen it declared.
    """
    declared, shown = dict(node.declared or {}), dict(node.properties)
    dependencies = dict(node.dependencies)
    for name, value in list(declared.items()):
        blurred = _blur(value, 0.5 if (node.name, name) in aims else share, rng)
        declared[name] = blurred
        shown[name] = blurred
        if rng.random() < share:
            shown[name] = UNKNOWN  # As a provider does that cannot plan the property.
        elif declares and rng.random() < share / 2:
            del shown[name]
        if name in dependencies and rng.random() < share / 2:
            dependencies[name] = ()  # It comes from outside the graph, for all that can be seen.
    if rng.random() < share / 10:
        shown = {}  # As under a provider that is not configured yet.
    return replace(node, properties=shown, declared=declared, dependencies=dependencies)


def _blur(value: Any, share: float, rng: random.Random) -> Any:
    if rng.random() < share:
        return UNKNOWN
    if isinstance(value, dict):
        return {key: _blur(element, share, rng) for key, element in value.items()}
    return [_blur(element, share, rng) for element in value] if isinstance(value, list) else value
