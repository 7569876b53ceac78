"""The default VPC and subnets that a program adopts: what they are is known before the adoption.

Source: Amazon VPC User Guide, "Default VPCs": a region has one at most, with one default subnet in a zone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from . import kinds
from .values import ABSENT, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .graph import Resource


def adopted(program: Iterable[Resource], account: Iterable[Resource]) -> Iterator[Resource]:
    """The program's resources; a default VPC or subnet of it, still without id, is the one in `account`.

    What the program sets, and whatever else of it is known already, stays.
    """
    held = [found for found in account if found.get("default") is True or found.get("defaultForAz") is True]
    for resource in program:
        matches = [found for found in held if _adopts(resource, found)]
        yield _as(resource, matches[0]) if len(matches) == 1 else resource


def _adopts(resource: Resource, found: Resource) -> bool:
    if resource.id is not UNKNOWN or resource.in_place_of(found) is not True:
        return False
    if resource.type == kinds.DEFAULT_VPC:
        return found.type in kinds.VPC
    zone = resource.get("availabilityZone")
    return (
        resource.type == kinds.DEFAULT_SUBNET
        and found.type in kinds.SUBNET
        and zone is not UNKNOWN
        and zone == found.get("availabilityZone")
    )


def _as(resource: Resource, found: Resource) -> Resource:
    own = {
        name: value for name, value in resource.properties.items() if resource.declared(name) is not ABSENT
    }
    return replace(resource, id=found.id, properties={**found.properties, **own})
