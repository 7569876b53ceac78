"""Where NAT gateways go, and which route tables get a default route."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Optional

import pulumi

from . import checks
from .subnets import SubnetArgs

SINGLE, PER_ZONE, REGIONAL = MODES = ("single", "per-zone", "regional")
ARGUMENT = checks.of("NatEgress")


@dataclass(frozen=True)
class RoutedTable:
    """A route table to give a default route to.

    Attributes:
        label: distinct among the tables, and the same in every run.
        zone: the zone whose NAT gateway it uses.
        route_table_id: the table to adopt; `None` where `subnet_id` needs a new one.
    """

    label: str
    zone: str
    subnet_id: pulumi.Input[str]
    route_table_id: Optional[pulumi.Input[str]]


def gateway_zones(
    mode: str, private: Sequence[SubnetArgs], public: Sequence[SubnetArgs], own: Sequence[str] = ()
) -> dict[str, Optional[pulumi.Input[str]]]:
    """The zones that get an address: zone -> the public subnet for its NAT gateway; `None` if regional.

    Args:
        own: the zones that have a NAT gateway of the stack's: a single one stays, with its address.

    Raises:
        ArgumentError: no public subnet is where a gateway is needed.
    """
    zones = list(dict.fromkeys(subnet["availability_zone"] for subnet in private))
    if mode == REGIONAL:
        return dict.fromkeys(zones)
    hosts = {subnet["availability_zone"]: subnet["id"] for subnet in reversed(public)}
    remedy = "name a subnet whose route table leads to an internet gateway, or use the mode 'regional'"
    if not hosts:
        checks.refuse(ARGUMENT("public_subnets"), [], f"the mode {mode!r} needs a public subnet", remedy)
    if mode == SINGLE:
        zone = next((zone for zone in [*own, *zones] if zone in hosts), min(hosts))
        return {zone: hosts[zone]}
    for zone in zones:
        if zone not in hosts:
            checks.refuse(
                ARGUMENT("public_subnets"), sorted(hosts), f"'per-zone' needs one in {zone} too", remedy
            )
    return {zone: hosts[zone] for zone in zones}


def routed_tables(mode: str, private: Sequence[SubnetArgs]) -> list[RoutedTable]:
    """Every route table of `private` once.

    Raises:
        ArgumentError: one table serves several zones, whose gateways are to differ.
    """
    tables: dict[object, RoutedTable] = {}
    zones_of: dict[object, set[str]] = {}
    for position, subnet in enumerate(private):
        table_id, zone = subnet.get("route_table_id"), subnet["availability_zone"]
        shared = checks.known(table_id)
        nth = sum(earlier["availability_zone"] == zone for earlier in private[:position])
        label = shared or checks.known(subnet["id"]) or (f"{zone}-{nth + 1}" if nth else zone)
        key = shared or position
        zones_of.setdefault(key, set()).add(zone)
        tables.setdefault(key, RoutedTable(label, zone, subnet["id"], table_id))
        if mode == PER_ZONE and len(zones_of[key]) > 1:
            checks.refuse(
                ARGUMENT("mode"),
                mode,
                f"route table {shared} serves {checks.listed(sorted(zones_of[key]))} with one default route",
                "use the mode 'single' or 'regional', or give each zone a route table of its own",
            )
    return list(tables.values())
