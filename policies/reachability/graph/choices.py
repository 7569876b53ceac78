"""What a program chooses: a value that may be one of several things, and the graphs that each choice makes.

A reader that takes such a value for one of its candidates is wrong of another. So none has to be right: a
graph keeps what was ambiguous when it was asked, and a verdict counts that is the same in the graph of each
choice, where every value is as plain as in a program that makes it (`proof.Proof.whatever_is_chosen`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Final

from ..values import UNKNOWN, Value, elements
from . import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .resource import Resource

_JUDGED_BY_EACH: Final = frozenset(
    (
        *tokens.VPC_CONNECTOR,
        *tokens.APP_RUNNER_SERVICE,
        *tokens.ECS_SERVICE,
        *tokens.ECS_EXPRESS_SERVICE,
        *tokens.LAMBDA_FUNCTION,
    )
)
"""What runs in a network and is no part of it: its egress is judged from each thing that it may name."""
_ELSEWHERE: Final = "(not in the graph)"
"""The id of what a value may be that the graph does not hold."""


@dataclass(frozen=True)
class Choice:
    """A value of the program that may be one of several things.

    Attributes:
        resource, prop: where it is; the property holds nothing but such values, and ids that are known.
        candidates: what it may be.
        elements: how many values of a list are such; `None` where the list, and its length, is not known;
            one for a property that is no list.
        open: whether it may also be something that the graph does not hold.
    """

    resource: Resource
    prop: str
    candidates: tuple[Resource, ...]
    elements: int | None = 1
    open: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.resource.key, self.prop

    @property
    def names(self) -> str:
        """What it may be, for a person."""
        others = ["one that the program does not create"] * self.open
        return ", ".join([*(found.label for found in self.candidates), *others])

    def joined(self, other: Choice) -> Choice:
        """What two readers take the same value for: one that is no list to one of them is none."""
        found = tuple(dict.fromkeys((*self.candidates, *other.candidates)))
        single = 1 in (self.elements, other.elements)
        return replace(
            self,
            candidates=found,
            elements=1 if single else self.elements,
            open=self.open or other.open,
        )

    def alternatives(self) -> Iterator[Resource]:
        """The resource with each value that it may have: each thing alone, and of a list several together.

        What a longer list breaks, the longest one breaks; what a shorter one lacks, one of the shortest does.
        """
        yield from (self._with((found,)) for found in self.candidates)
        most = len(self.candidates)
        together = most if self.elements is None else min(self.elements, most)
        if together > 1:
            yield from map(self._with, combinations(self.candidates, together))
        if self.open:
            yield self._with(())

    def _with(self, chosen: tuple[Resource, ...]) -> Resource:
        """The resource with the outputs of `chosen` in place of the value; what it waits for is the same."""
        value: Value = self.resource.get(self.prop)
        outputs: list[Value] = [UNKNOWN] * len(chosen) or [_ELSEWHERE]
        alone = value is UNKNOWN and (len(chosen) == 1 or self.elements == 1)
        known = [each for each in elements(value) if each is not UNKNOWN]
        waited = self.resource.dependencies.get(self.prop, ())
        return replace(
            self.resource,
            properties={**self.resource.properties, self.prop: outputs[0] if alone else [*known, *outputs]},
            dependencies={**self.resource.dependencies, self.prop: tuple(found.key for found in chosen)},
            depends_on=(*self.resource.depends_on, *waited),
        )


def is_judged_by_each(resource: Resource) -> bool:
    """Whether a verdict takes in everything that the lists of `resource` may hold."""
    return resource.type in _JUDGED_BY_EACH
