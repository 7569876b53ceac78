"""What AWS refuses: a row for each rule, the types of resources that it is for and the rule itself.

What depends on a resource that AWS refuses is not made either: `graph.refusals` asks for both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import filters, gateways, interfaces, records, transit, vpcs
from .places import Places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..aws.hosted_zone import HostedZones
    from ..aws.subnet import Subnets
    from ..graph.refusals import Row


def rows(subnets: Subnets, zones: HostedZones, places: Places) -> Iterator[Row]:
    """Every rule over what is in one graph."""
    yield from vpcs.rows(subnets)
    yield from gateways.rows(subnets)
    yield from transit.rows(subnets)
    yield from filters.rows(subnets)
    yield from interfaces.rows(subnets)
    yield from records.rows(zones)
    yield from places.rows()


__all__ = ["Places", "rows"]
