"""Parameters, the configurations that their values make, and which of those to run."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from math import prod
from random import Random
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

Assignment = tuple[str, str]
"""The name of a parameter, and one of its values."""

Configuration = frozenset[Assignment]
"""What differs from the base configuration."""

BASE: Final[Configuration] = frozenset()


@dataclass(frozen=True)
class Parameter:
    """Something that may have several values.

    Attributes:
        values: those beside that of the base configuration; at least one.
    """

    name: str
    values: tuple[str, ...]

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        return tuple((self.name, value) for value in self.values)


def count(parameters: Iterable[Parameter]) -> int:
    """How many configurations there are, the base among them."""
    return prod(1 + len(parameter.values) for parameter in parameters)


def every(parameters: Sequence[Parameter]) -> Iterator[Configuration]:
    """Each configuration but the base; those that differ from it in fewer parameters come first."""
    for size in range(1, len(parameters) + 1):
        for chosen in combinations(parameters, size):
            for assignments in product(*(parameter.assignments for parameter in chosen)):
                yield frozenset(assignments)


def single(parameters: Iterable[Parameter]) -> list[Configuration]:
    """Those that differ from the base in one parameter."""
    return [frozenset({each}) for parameter in parameters for each in parameter.assignments]


def pairs(parameters: Sequence[Parameter]) -> list[Configuration]:
    """Those that differ from the base in two parameters."""
    return [
        frozenset(both)
        for one, other in combinations(parameters, 2)
        for both in product(one.assignments, other.assignments)
    ]


def covering(
    parameters: Sequence[Parameter], wanted: Collection[Configuration], random: Random, *, size: int
) -> Iterator[Configuration]:
    """Configurations that hold all of the `wanted` pairs, up to `size` assignments in each.

    Each takes a pair that is left, then of each parameter the value with which it holds most of the others.
    """
    left = set(wanted)
    while left:
        made = set(random.choice(sorted(left, key=sorted)))
        taken = {name for name, _ in made}
        others = [parameter for parameter in parameters if parameter.name not in taken]
        random.shuffle(others)
        for parameter in others:
            gains = {each: _gain(each, made, left) for each in parameter.assignments}
            best = max(gains.values(), default=0)
            if best and len(made) < size:
                made.add(random.choice([each for each, gain in gains.items() if gain == best]))
        configuration = frozenset(made)
        left -= set(parts(configuration, 2))
        yield configuration


def parts(configuration: Configuration, size: int) -> Iterator[Configuration]:
    """The sets of `size` assignments that `configuration` holds."""
    return map(frozenset, combinations(sorted(configuration), size))


def _gain(assignment: Assignment, made: Iterable[Assignment], left: Collection[Configuration]) -> int:
    """How many of the pairs that are `left` an assignment adds to those `made`."""
    return sum(frozenset({assignment, other}) in left for other in made)
