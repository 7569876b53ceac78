"""Both families of addresses: what they share, and what DNS64 and NAT64 make of each."""

from __future__ import annotations

from reachability.ranges import (
    IPV4,
    IPV6,
    NAT64,
    PUBLIC,
    PUBLIC_IPV6,
    UNROUTED,
    Ranges,
    addresses,
    cidr_text,
    prefix_length,
    synthesized,
    translated,
)
from tests.reachability.over_ipv6 import RELAY6


def test_the_families_share_no_address() -> None:
    assert not IPV4 & IPV6
    assert not addresses("0.0.0.0/0") & addresses("::/96")
    assert PUBLIC <= IPV4
    assert PUBLIC_IPV6 <= IPV6
    assert not PUBLIC_IPV6 & UNROUTED
    assert NAT64 <= UNROUTED


def test_the_text_of_both_families() -> None:
    assert cidr_text(addresses("10.0.0.0/8") | addresses("2001:db8::/32")) == "10.0.0.0/8, 2001:db8::/32"


def test_the_length_of_a_prefix() -> None:
    lengths = {"10.0.0.0/8": 8, "192.0.2.1": 32, "64:ff9b::/96": 96, "2001:db8::1": 128}
    assert {block: prefix_length(block) for block in lengths} == lengths


def test_dns64_and_nat64_undo_one_another() -> None:
    relay = addresses("192.0.2.25")

    assert cidr_text(synthesized(relay)) == "64:ff9b::c000:219/128"
    assert translated(synthesized(PUBLIC)) == PUBLIC
    assert translated(addresses(RELAY6)) == Ranges()
    assert synthesized(addresses(RELAY6)) == Ranges()
