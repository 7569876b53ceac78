"""Where `awsx.ec2.Vpc` puts its subnets: which blocks of the VPC's they get, zone by zone.

Source: Pulumi Registry, "AWSx", "awsx.ec2.Vpc" (`subnetStrategy`, `subnetSpecs`), and its tests.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Final

_BITS: Final = 32
_LARGEST_DEFAULT: Final = {"private": 19, "public": 20, "isolated": 24}
"""The prefix lengths that the strategy Legacy gives where a zone has room for them."""
_SMALLEST_ZONE: Final = 26
_WIDEST_ZONE: Final = 16


@dataclass(frozen=True)
class Block:
    """An address with a prefix length; Legacy makes some with bits behind the prefix, which AWS refuses."""

    address: int
    length: int

    @classmethod
    def of(cls, cidr: str) -> Block:
        """
        Raises:
            ValueError: it is no IPv4 network.
        """
        interface = ipaddress.IPv4Interface(cidr)
        return cls(int(interface.ip), interface.network.prefixlen)

    def __str__(self) -> str:
        return f"{ipaddress.IPv4Address(self.address)}/{self.length}"

    @property
    def size(self) -> int:
        return 1 << (_BITS - self.length)

    @property
    def first(self) -> int:
        return self.address & -self.size

    @property
    def last(self) -> int:
        return self.first + self.size - 1

    def part(self, length: int, number: int) -> Block:
        """The block of this length that lies `number` of its sizes behind the address of this one."""
        if length > _BITS:
            raise ValueError(f"{self} has no room for a block of the length /{length}")
        return Block(self.address + (number << (_BITS - length)), length)

    def next(self, length: int) -> Block:
        """The first block of this length behind this one."""
        return Block(Block(self.last, length).last + 1, length)

    def overlaps(self, other: Block) -> bool:
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True)
class Spec:
    """One of the `subnetSpecs`, for each zone.

    Attributes:
        kind: `private`, `public`, `isolated` or `unused`.
        name: stands in for the kind in the names of its subnets; empty for the kind.
        length: its prefix length; 0 where the strategy decides.
        blocks: its CIDR blocks, one for each zone, where it names them.
    """

    kind: str
    name: str = ""
    length: int = 0
    blocks: tuple[str, ...] = ()
    tags: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Subnet:
    """A subnet that the VPC gets; `zone` counts from 0."""

    spec: Spec
    zone: int
    block: Block


def subnets(
    vpc: str, zones: int, specs: Sequence[Spec] | None, strategy: str, zone_length: int = 0
) -> list[Subnet]:
    """The subnets of a VPC with this block, in so many zones.

    Args:
        specs: `None` for those that awsx chooses.
        strategy: `Legacy`, `Auto`, `AutoMerge` or `Exact`.
        zone_length: the prefix length that each zone gets; 0 for equal parts.

    Raises:
        ValueError: they do not fit: `str()` is one line.
    """
    whole = Block.of(vpc)
    if strategy == "Legacy" or (specs is None and strategy == "Exact"):
        found = list(_legacy(whole, zones, specs))
    elif specs is not None and any(spec.blocks for spec in specs):
        found = _explicit(zones, specs)
    else:
        found = list(_in_order(whole, zones, specs, zone_length, merged=strategy == "AutoMerge"))
    _check(found)
    if strategy == "Exact":
        _check_no_gaps(whole, found)
    return [subnet for subnet in found if subnet.spec.kind != "unused"]


def _zone_length(whole: Block, zones: int) -> int:
    return whole.length + (zones - 1).bit_length()


def _legacy(whole: Block, zones: int, specs: Sequence[Spec] | None) -> Iterator[Subnet]:
    length = _zone_length(whole, zones)
    bases = [whole.part(length, zone) for zone in range(zones)]
    if specs is None:
        private, public = Spec("private"), Spec("public")
        halves = [base.part(length + 1, 0) for base in bases]
        yield from (Subnet(private, zone, half) for zone, half in enumerate(halves))
        yield from (Subnet(public, zone, half.next(length + 2)) for zone, half in enumerate(halves))
        return
    shared = 0 if len(specs) == 1 else 1
    for zone, base in enumerate(bases):
        start, current = base, Block(base.first - 1, _BITS)
        for kind, largest in _LARGEST_DEFAULT.items():
            placed = base if start is base else start.part(start.length, 1)
            for number, spec in enumerate(spec for spec in specs if spec.kind == kind):
                wanted = spec.length or max(length + shared, largest)
                block = placed.part(wanted, number)
                if block.overlaps(current):
                    block = current.next(wanted)
                yield Subnet(spec, zone, block)
                start = current = block


def _in_order(
    whole: Block, zones: int, specs: Sequence[Spec] | None, zone_length: int, *, merged: bool
) -> Iterator[Subnet]:
    """Each zone in turn, each of its subnets behind the one before."""
    length = zone_length or _zone_length(whole, zones)
    given = _defaults(length) if specs is None else _merged(specs, length) if merged else list(specs)
    if not given:
        raise ValueError("subnetSpecs names no subnet")
    default = length + (len(given) - 1).bit_length()
    room, asked = 1 << (_BITS - length), sum(1 << (_BITS - (spec.length or default)) for spec in given)
    if asked > room:
        raise ValueError(f"the subnets of a zone need {asked} addresses, and it has {room}")
    base = Block(whole.first, length)
    for zone in range(zones):
        block: Block | None = None
        for spec in given:
            wanted = spec.length or default
            block = Block(base.first, wanted) if block is None else block.next(wanted)
            yield Subnet(spec, zone, block)
        base = base.next(length)


def _defaults(zone_length: int) -> list[Spec]:
    """A private subnet of half a zone, of a /16 of it at most, and a public one of a quarter."""
    if zone_length > _SMALLEST_ZONE:
        raise ValueError(
            f"a zone has a /{zone_length}, and subnets without specs need a /{_SMALLEST_ZONE}: "
            "name subnetSpecs"
        )
    half = max(zone_length, _WIDEST_ZONE) + 1
    return [Spec("private", length=half), Spec("public", length=half + 1)]


def _merged(specs: Sequence[Spec], zone_length: int) -> list[Spec]:
    """The default subnets, changed by the specs of their kind without a name, and the other specs."""
    unnamed = {spec.kind: spec for spec in specs if not spec.name}
    defaults = _defaults(zone_length)
    changed = [
        replace(unnamed[each.kind], length=unnamed[each.kind].length or each.length)
        if each.kind in unnamed
        else each
        for each in defaults
    ]
    kinds = {each.kind for each in defaults}
    return [*changed, *(spec for spec in specs if spec.name or spec.kind not in kinds)]


def _explicit(zones: int, specs: Sequence[Spec]) -> list[Subnet]:
    for spec in specs:
        if len(spec.blocks) != zones:
            raise ValueError(
                f"cidrBlocks of the {spec.kind} subnets has {len(spec.blocks)} blocks for {zones} zones"
            )
    return [Subnet(spec, zone, Block.of(spec.blocks[zone])) for zone in range(zones) for spec in specs]


def _check(found: Sequence[Subnet]) -> None:
    ordered = sorted(found, key=lambda subnet: subnet.block.first)
    for one, other in pairwise(ordered):
        if one.block.overlaps(other.block):
            raise ValueError(f"the subnets {one.block} and {other.block} overlap: make the VPC larger")


def _check_no_gaps(whole: Block, found: Sequence[Subnet]) -> None:
    ends = [whole.first - 1, *(subnet.block.last for subnet in found)]
    starts = [*(subnet.block.first for subnet in found), whole.last + 1]
    for end, start in zip(ends, starts, strict=True):
        if start != end + 1:
            place = ipaddress.IPv4Address(end + 1)
            raise ValueError(f"the subnets leave a gap at {place}, which the strategy Exact does not allow")
