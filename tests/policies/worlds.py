"""Random networks of which it is known by construction which services have a path for their mail.

A world is built of concrete values, and then blurred: an engine does not know ids before creation, and any
other property may come from something that is not there yet. What is not known is still what it was built
as, so that a service without a path stays one.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from reachability.values import UNKNOWN
from tests.policies.harness import Node, urn_of
from tests.policies.networks import BUCKET, FAULTS, SERVICE, Network, Part, Ref, nat_network, ses_network


@dataclass(frozen=True)
class World:
    """Nodes as an engine shows them.

    Attributes:
        broken: the URNs of the services that have no path.
        created: whether the resources exist, so that their ids are known.
        declared: whether the pack sees each resource before the stack.
        blurred: whether anything else may be unknown.
    """

    nodes: tuple[Node, ...]
    broken: frozenset[str]
    created: bool
    declared: bool
    blurred: bool
    story: str


def build(rng: random.Random) -> World:
    """A random world of one to three services, broken or not, with anything or nothing unknown."""
    created, declared = rng.random() < 0.25, rng.random() < 0.5
    blur = rng.choice((0.0, 0.0, 0.0, 0.01, 0.03, 0.1, 0.3))
    aimed = rng.random() < 0.8
    networks: list[Network] = []
    broken: set[str] = set()
    aims: list[tuple[str, str]] = []
    story: list[str] = []
    for index in range(rng.randint(1, 3)):
        fault = rng.choice(("", *FAULTS)) if index else rng.choice(tuple(FAULTS))
        kind, apply = FAULTS.get(fault, (rng.choice((ses_network, nat_network)), None))
        network = kind("abc"[index])
        if apply is not None:
            apply(network)
            broken.add(urn_of(SERVICE, network.parts["service"].name))
        if aimed:
            aims += _aims(network, kind("abc"[index]), rng)
        network.add(BUCKET, "bucket", bucket=f"{network.prefix}-files", tags={"team": "shop"})
        networks.append(network)
        story.append(fault or "good")
    parts = [part for network in networks for part in network.parts.values()]
    rng.shuffle(parts)
    types = {part.name: part.type for part in parts}
    told = f"{', '.join(story)}; blur {blur}; not known {aims}; created {created}; declared {declared}"
    return World(
        nodes=tuple(_blurred(_node(part, types, created), blur, declared, aims, rng) for part in parts),
        broken=frozenset(broken),
        created=created,
        declared=declared,
        blurred=blur > 0 or aimed,
        story=told,
    )


def _aims(network: Network, whole: Network, rng: random.Random) -> list[tuple[str, str]]:
    """One or two properties to leave unknown, as `(part, property)`, mostly of what is at fault."""
    touched = [
        part
        for name, part in network.parts.items()
        if name not in whole.parts or part.properties != whole.parts[name].properties
    ]
    chosen = touched if touched and rng.random() < 0.7 else list(network.parts.values())
    pairs = [(part.name, name) for part in chosen for name in part.properties]
    return rng.sample(pairs, k=min(len(pairs), rng.choice((1, 1, 2))))


def _node(part: Part, types: Mapping[str, str], created: bool) -> Node:
    """The resource as an engine shows it: references by id once that is known, by dependency always."""

    def shown(value: Any) -> Any:
        if isinstance(value, Ref):
            return _identity(value.name) if created else UNKNOWN
        if isinstance(value, dict):
            return {key: shown(element) for key, element in value.items()}
        return [shown(element) for element in value] if isinstance(value, list) else value

    inputs = {name: shown(value) for name, value in part.properties.items()}
    identity = _identity(part.name) if created else UNKNOWN
    return Node(
        part.type,
        part.name,
        {**inputs, "arn": identity, **({"id": identity} if created else {})},
        inputs,
        {
            name: tuple(urn_of(types[ref.name], ref.name) for ref in refs if ref.name in types)
            for name, value in part.properties.items()
            if (refs := list(_refs(value)))
        },
    )


def _identity(name: str) -> str:
    return f"id-of-{name}"


def _refs(value: Any) -> list[Ref]:
    if isinstance(value, Ref):
        return [value]
    elements = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [ref for element in elements for ref in _refs(element)]


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
