"""Sets of TCP packets, and what an ordered list of firewall rules may do with each of them."""

from __future__ import annotations

from dataclasses import dataclass
from operator import and_, sub
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ..ranges import Ranges


@dataclass(frozen=True)
class Packets:
    """The TCP packets with any of these addresses and ports."""

    source: Ranges
    source_ports: Ranges
    destination: Ranges
    destination_ports: Ranges

    @property
    def sides(self) -> tuple[Ranges, ...]:
        return self.source, self.source_ports, self.destination, self.destination_ports

    def __bool__(self) -> bool:
        return all(self.sides)

    def __and__(self, other: Packets) -> Packets:
        return Packets(*map(and_, self.sides, other.sides))

    def without(self, other: Packets) -> Iterator[Packets]:
        """The packets that are not in `other`, in disjoint parts."""
        kept, shared = list(self.sides), (self & other).sides
        for index, outside in enumerate(map(sub, self.sides, other.sides)):
            if outside:
                yield Packets(*[*kept[:index], outside, *kept[index + 1 :]])
            kept[index] = shared[index]

    @property
    def replies(self) -> Packets:
        return Packets(self.destination, self.destination_ports, self.source, self.source_ports)


@dataclass(frozen=True)
class Rule:
    """What a firewall does with `packets`: `action`, as `reason` tells a person.

    `certain` is false where it cannot be known that it matches each of them.
    """

    action: str
    packets: Packets
    reason: str
    certain: bool = True


def decide(rules: Iterable[Rule], packets: Packets, otherwise: Mapping[str, str]) -> dict[str, str]:
    """Every action that may be taken on some of `packets`, with the reason of the first one.

    The first rule that matches a packet decides; where none does, the actions of `otherwise` may.
    """
    found: dict[str, str] = {}
    left = [packets] if packets else []
    for rule in rules:
        rest: list[Packets] = []
        for part in left:
            matched = part & rule.packets
            if not matched:
                rest.append(part)
                continue
            found.setdefault(rule.action, rule.reason)
            rest.extend(part.without(rule.packets))
            if not rule.certain:
                rest.append(matched)
        left = rest
    if left:
        for action, reason in otherwise.items():
            found.setdefault(action, reason)
    return found
