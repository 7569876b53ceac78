"""Names and ids of zones, and what AWS lists of them."""

from __future__ import annotations

import pytest

from reachability import UNKNOWN, ZoneAvailability
from reachability.graph.zones import WITHOUT_CONNECTORS, is_local, region_of_zone
from reachability.values import Truth, Value


@pytest.mark.parametrize(
    ("zone", "local", "region"),
    [
        ("us-east-1a", False, "us-east-1"),
        ("us-gov-west-1b", False, "us-gov-west-1"),
        ("us-west-2-lax-1a", True, "us-west-2"),
        ("us-east-1-wl1-bos-wlz-1", True, "us-east-1"),
        ("use1-az3", False, None),
        ("usw2-lax1-az1", True, None),
        ("use1-wl1-bos-wlz1", True, None),
        ("anything", False, None),
        (UNKNOWN, False, None),
    ],
)
def test_local_zones_are_told_by_their_form(zone: Value, local: bool, region: str | None) -> None:
    assert (is_local(zone), region_of_zone(zone)) == (local, region)


@pytest.mark.parametrize(
    ("region", "name", "zone_id", "offered"),
    [
        ("eu-west-1", "eu-west-1a", UNKNOWN, True),
        ("us-east-1", "us-east-1a", UNKNOWN, UNKNOWN),
        ("us-east-1", "us-east-1e", UNKNOWN, False),
        ("us-east-1", "us-east-1e", "use1-az1", True),
        ("ap-northeast-1", UNKNOWN, "apne1-az3", False),
        (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    ],
)
def test_a_zone_lacks_what_is_listed_by_its_id(
    region: Value, name: Value, zone_id: Value, offered: Truth
) -> None:
    zones = ZoneAvailability({("123456789012", "us-east-1", "us-east-1e"): "use1-az3"})
    assert zones.offered(WITHOUT_CONNECTORS, region, name, zone_id) is offered
