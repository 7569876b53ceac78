"""What is made by packages that the proof does not model, and may change a network that it is given.

A resource of another package (`aws-native:ec2:Route`), a component whose children nobody shows, a
CloudFormation stack or a program's own dynamic provider can add routes, rules and gateways to a VPC.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ..values import is_list
from ..verdict import Origin
from . import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..values import Value
    from .graph import Graph
    from .resource import Resource

_MAKES_ANYTHING: Final = (
    "aws:cloudcontrol/resource:",
    "aws:cloudformation/stack:",
    "aws:cloudformation/stackSet",
    "aws:serverlessrepository/",
)
_ID: Final = re.compile(r"\b[a-z]+-[0-9a-f]+\b")
_CHANGING_NO_NETWORK: Final = frozenset(
    {
        "archive",
        "aws",
        "awsx",
        "docker",
        "docker-build",
        "eks",
        "kubernetes",
        "pulumi",
        "random",
        "std",
        "tls",
    }
)
"""The packages that are modelled, or that use the networks which they are given as they are."""
_NETWORK: Final = (
    *tokens.VPC,
    *tokens.IN_A_VPC,
    *tokens.INTERNET_GATEWAY,
    *tokens.EGRESS_ONLY_GATEWAY,
    *tokens.NETWORK_INTERFACE,
    *tokens.EIP,
    *tokens.PREFIX_LIST,
    *tokens.DHCP_OPTIONS,
    *tokens.HOSTED_ZONE,
    *tokens.TRANSIT_GATEWAY,
    *tokens.TGW_ATTACHMENT,
    *tokens.TGW_ROUTE_TABLE,
    *tokens.FIREWALL,
)


def may_change_network(graph: Graph) -> Iterator[Resource]:
    """The resources of the program that are given a part of a network, and may do anything with it."""
    for resource in graph:
        ours = resource.origin is Origin.PROGRAM and not resource.component
        if ours and _is_open(resource) and _is_given_network(graph, resource):
            yield resource


def _is_open(resource: Resource) -> bool:
    package = resource.type.partition(":")[0]
    return package not in _CHANGING_NO_NETWORK or resource.type.startswith(_MAKES_ANYTHING)


def _is_given_network(graph: Graph, resource: Resource) -> bool:
    sources = (key for keys in resource.dependencies.values() for key in keys)
    if any(_is_network(graph, key) for key in sources):
        return True
    ids = (found for text in _texts(resource.properties) for found in _ID.findall(text))
    return any(graph.by_id(each, _NETWORK, resource) for each in ids)


def _is_network(graph: Graph, key: str) -> bool:
    """Whether `key` is a part of a network, or a component that holds one."""
    found = graph.find(key)
    inside = (child.key for child in graph.children_of(key))
    return (found is not None and found.type in _NETWORK) or any(_is_network(graph, each) for each in inside)


def _texts(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping) or is_list(value):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(part)
