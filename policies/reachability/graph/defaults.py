"""The default VPC and subnets that a program adopts: what they are is known before the adoption.

Source: Amazon VPC User Guide, "Default VPCs": a region has one at most, with one default subnet in a zone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ..values import ABSENT, UNKNOWN
from . import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .resource import Resource


_DEFAULTS: Final = {tokens.DEFAULT_VPC: tokens.VPC, tokens.DEFAULT_SUBNET: tokens.SUBNET}
"""What each type adopts."""


def adopted(program: Iterable[Resource], account: Iterable[Resource]) -> Iterator[Resource]:
    """The program's resources; a default VPC or subnet of it, still without id, is the one in `account`.

    What the program sets, and whatever else of it is known already, stays.
    """
    held = [found for found in account if found.get("default") is True or found.get("defaultForAz") is True]
    for resource in program:
        adopts = resource.type in _DEFAULTS and resource.id is UNKNOWN
        matches = [found for found in held if _is(resource, found)] if adopts else []
        yield _as(resource, matches[0]) if len(matches) == 1 else resource


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
