"""Sets of whole numbers as sorted, disjoint ranges: of addresses of both families and of TCP ports.

One space of numbers holds the addresses of both families, the IPv6 ones behind the IPv4 ones: what tells
addresses from one another, a route, a rule or an ACL, then needs to know nothing of families.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Ranges:
    """A set of numbers, as `(first, last)` pairs, both inclusive."""

    spans: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, *spans: tuple[int, int]) -> Ranges:
        """The union of `spans`, in any order and overlapping as they may."""
        merged: list[tuple[int, int]] = []
        for first, last in sorted(spans):
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(merged[-1][1], last))
            else:
                merged.append((first, last))
        return cls(tuple(merged))

    def __bool__(self) -> bool:
        return bool(self.spans)

    def __or__(self, other: Ranges) -> Ranges:
        return Ranges.of(*self.spans, *other.spans)

    def __and__(self, other: Ranges) -> Ranges:
        shared: list[tuple[int, int]] = []
        mine, others = self.spans, other.spans
        here, there = 0, 0
        while here < len(mine) and there < len(others):
            (first, last), (low, high) = mine[here], others[there]
            start = first if first > low else low  # `max` and `min` would be half the time of a judgement
            if last < high:
                end = last
                here += 1
            else:
                end = high
                there += 1
            if start <= end:
                shared.append((start, end))
        return Ranges(tuple(shared))

    def __sub__(self, other: Ranges) -> Ranges:
        left = list(self.spans)
        for low, high in other.spans:
            cut: list[tuple[int, int]] = []
            for first, last in left:
                if last < low or first > high:
                    cut.append((first, last))
                    continue
                if first < low:
                    cut.append((first, low - 1))
                if last > high:
                    cut.append((high + 1, last))
            left = cut
        return Ranges(tuple(left))

    def __le__(self, other: Ranges) -> bool:
        return not self - other


def union(sets: Iterable[Ranges]) -> Ranges:
    return Ranges.of(*(span for ranges in sets for span in ranges.spans))


_IPV6: Final = 1 << 32
"""Where the IPv6 addresses begin."""


@lru_cache(maxsize=4096)
def addresses(cidr: str) -> Ranges:
    """The addresses of `cidr`, a block or a single address.

    Host bits are ignored, as AWS does in routes and rules.

    Raises:
        ValueError: `cidr` is neither.
    """
    network = ipaddress.ip_network(cidr.strip(), strict=False)
    start = 0 if network.version == 4 else _IPV6
    return Ranges.of((start + int(network.network_address), start + int(network.broadcast_address)))


def prefix_length(cidr: str) -> int:
    """The length of the prefix of `cidr`, a block or a single address."""
    return ipaddress.ip_network(cidr.strip(), strict=False).prefixlen


def family_of(ranges: Ranges) -> Ranges:
    """All addresses of the family that those of `ranges` are of."""
    return IPV6 if ranges & IPV6 else IPV4


def translated(ranges: Ranges) -> Ranges:
    """The IPv4 addresses that are meant by those of `ranges` in the well-known prefix of NAT64."""
    start = NAT64.spans[0][0]
    return Ranges.of(*((first - start, last - start) for first, last in (ranges & NAT64).spans))


def synthesized(ranges: Ranges) -> Ranges:
    """The IPv6 addresses by which DNS64 names the IPv4 ones of `ranges`."""
    start = NAT64.spans[0][0]
    return Ranges.of(*((start + first, start + last) for first, last in (ranges & IPV4).spans))


def cidr_text(ranges: Ranges, limit: int = 3) -> str:
    """`ranges` of addresses as CIDR blocks for a person, the first `limit` of them."""
    blocks = [
        str(block)
        for family, start, kind in ((IPV4, 0, ipaddress.IPv4Address), (IPV6, _IPV6, ipaddress.IPv6Address))
        for first, last in (ranges & family).spans
        for block in ipaddress.summarize_address_range(kind(first - start), kind(last - start))
    ]
    return ", ".join(blocks[:limit]) + (f" and {len(blocks) - limit} more" if len(blocks) > limit else "")


IPV4: Final = addresses("0.0.0.0/0")
IPV6: Final = addresses("::/0")
ANY_ADDRESS: Final = IPV4 | IPV6
NAT64: Final = addresses("64:ff9b::/96")
"""The well-known prefix by which IPv6 names IPv4 addresses (RFC 6052)."""
PRIVATE: Final = union(
    addresses(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)
"""What an internet gateway refuses to send out: RFC 1918 and RFC 6598 addresses."""
PUBLIC: Final = IPV4 - union(
    [
        PRIVATE,
        *(
            addresses(block)
            for block in (
                "0.0.0.0/8",
                "127.0.0.0/8",
                "169.254.0.0/16",
                "192.0.0.0/24",
                "192.0.2.0/24",
                "198.18.0.0/15",
                "198.51.100.0/24",
                "203.0.113.0/24",
                "224.0.0.0/3",
            )
        ),
    ]
)
"""Where a public mail host can be: the IPv4 space less the special-purpose blocks (RFC 6890)."""
PUBLIC_IPV6: Final = addresses("2000::/3") - addresses("2001:db8::/32")
"""The same in IPv6: global unicast addresses less those for documentation (RFC 4291, RFC 3849)."""
UNROUTED: Final = union(
    [
        PRIVATE,
        *(addresses(block) for block in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3")),
        IPV6 - addresses("2000::/3"),
    ]
)
"""What never crosses an internet gateway: private, loopback, link-local, multicast and reserved addresses."""
ITSELF: Final = union(addresses(block) for block in ("127.0.0.0/8", "0.0.0.0/32", "::1/128", "::/128"))
"""Where a program reaches the computer that it runs on: loopback and unspecified addresses (RFC 6890)."""
ALL_PORTS: Final = Ranges.of((0, 65535))
EPHEMERAL_PORTS: Final = Ranges.of((1024, 65535))
"""The ports that replies come back to (Amazon VPC User Guide, "Ephemeral ports")."""
LINUX_PORTS: Final = Ranges.of((32768, 61000))
"""Those of them that Linux takes by itself, where nothing translates its packets on the way (same source)."""
