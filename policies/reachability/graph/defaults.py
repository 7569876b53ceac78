"""The default VPC and subnets that a program adopts: what they are is known before the adoption.

Source: Amazon VPC User Guide, "Default VPCs": a region has one at most, with one default subnet in a zone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ..values import ABSENT, UNKNOWN
from . import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .resource import Resource


_DEFAULTS: Final = {tokens.DEFAULT_VPC: tokens.VPC, tokens.DEFAULT_SUBNET: tokens.SUBNET}
"""What each type adopts."""

_MADE_WITH: Final = {
    tokens.DEFAULT_ROUTE_TABLE: ("defaultRouteTableId", ("mainRouteTableId", "defaultRouteTableId")),
    tokens.DEFAULT_NETWORK_ACL: ("defaultNetworkAclId", ("defaultNetworkAclId",)),
}
"""By which property others adopt what AWS made with a VPC, and which outputs of the VPC hold its id: both of
its tables are the main one (Pulumi Registry, "aws.ec2.DefaultVpc")."""


def adopted(program: Iterable[Resource], account: Iterable[Resource]) -> Iterator[Resource]:
    """The program's resources; a default VPC or subnet of it, still without id, is the one in `account`.

    What the program sets, and whatever else of it is known already, stays.
    """
    resources = tuple(program)
    held = [found for found in account if found.get("default") is True or found.get("defaultForAz") is True]
    known: dict[str, Resource] = {}
    for resource in resources:
        adopts = resource.type in _DEFAULTS and resource.id is UNKNOWN
        matches = [found for found in held if _is(resource, found)] if adopts else []
        if len(matches) == 1:
            known[resource.key] = _as(resource, matches[0])
    for resource in resources:
        named = _with_known_id(resource, known) if resource.type in _MADE_WITH else resource
        yield known.get(resource.key, named)


def _with_known_id(resource: Resource, known: Mapping[str, Resource]) -> Resource:
    """`resource`, by the id of what it adopts where that is an output of one of `known`."""
    prop, outputs = _MADE_WITH[resource.type]
    sources = resource.dependencies.get(prop, ())
    if resource.get(prop) is not UNKNOWN or len(sources) != 1 or sources[0] not in known:
        return resource
    told = (known[sources[0]].get(output) for output in outputs)
    identity = next((value for value in told if isinstance(value, str)), UNKNOWN)
    return replace(resource, properties={**resource.properties, prop: identity})


def _is(resource: Resource, found: Resource) -> bool:
    """Whether the default VPC or subnet `resource` is `found`."""
    if found.type not in _DEFAULTS[resource.type] or resource.in_place_of(found) is not True:
        return False
    return found.type in tokens.VPC or resource.get("availabilityZone") == found.get("availabilityZone")


def _as(resource: Resource, found: Resource) -> Resource:
    own = {
        name: value for name, value in resource.properties.items() if resource.declared(name) is not ABSENT
    }
    return replace(resource, id=found.id, properties={**found.properties, **own})
