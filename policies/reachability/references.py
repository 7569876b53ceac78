"""What references stand for: compared with each other, judged as a list, and followed back.

A relation is three-valued: a reference that is unknown may or may not be the thing asked for.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Generic, TypeVar

from . import kinds
from .graph import Ref, Resource
from .outcomes import whichever
from .values import UNKNOWN, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .verdict import Outcome


def refers(ref: Ref, resource: Resource) -> bool | Unknown:
    """Whether `ref` stands for `resource`: yes, no, or `UNKNOWN`."""
    if ref.target is not None:
        return ref.target == resource
    if isinstance(ref.id, str):
        return False
    return UNKNOWN if ref.open or resource in ref.candidates else False


def same(first: Ref, second: Ref) -> bool | Unknown:
    """Whether two references stand for the same thing."""
    if first.identity is not None and second.identity is not None:
        return UNKNOWN if _may_adopt(first, second) else first.identity == second.identity
    if first.open or second.open:
        return UNKNOWN
    shared = set(first.candidates) & set(second.candidates)
    return UNKNOWN if shared else False


def _may_adopt(first: Ref, second: Ref) -> bool:
    """Whether one is a default VPC that the program takes over, and the other an id that nobody has read."""
    for ref, other in ((first, second), (second, first)):
        adopted = ref.target is not None and ref.target.type == kinds.DEFAULT_VPC and ref.target.id is UNKNOWN
        if adopted and other.target is None:
            return True
    return False


T = TypeVar("T")


class Links(Generic[T]):
    """What refers to a resource, found by that resource."""

    def __init__(self, links: Iterable[tuple[T, Ref]]) -> None:
        self._by_key: defaultdict[str, list[tuple[T, bool]]] = defaultdict(list)
        self._to_any: list[tuple[T, bool]] = []
        for link, ref in links:
            for candidate in ref.candidates:
                self._by_key[candidate.key].append((link, ref.target is not None))
            if ref.open and ref.id is UNKNOWN:
                self._to_any.append((link, False))

    def to(self, resource: Resource) -> list[tuple[T, bool]]:
        """Each link that may lead to `resource`, with whether it certainly does."""
        return self._by_key.get(resource.key, []) + self._to_any


def either(answers: Iterable[bool | Unknown]) -> bool | Unknown:
    """Three-valued `any`."""
    found = list(answers)
    if any(answer is True for answer in found):
        return True
    return UNKNOWN if any(answer is UNKNOWN for answer in found) else False


def members(refs: Sequence[Ref]) -> tuple[tuple[Resource, ...], tuple[Resource, ...]]:
    """What a list of references certainly names, and what it only may name.

    A list names each thing once: as many unknown elements as candidates left for them are all of these.
    """
    certain = dict.fromkeys(ref.target for ref in refs if ref.target is not None)
    unknown = [ref for ref in refs if ref.target is None]
    left = dict.fromkeys(found for ref in unknown for found in ref.candidates if found not in certain)
    if len(unknown) == len(left) and not any(ref.open for ref in unknown):
        return (*certain, *left), ()
    return tuple(certain), tuple(left)


def judged(refs: Sequence[Ref], judge: Callable[[Resource], Outcome]) -> list[Outcome]:
    """What `judge` makes of each thing that a list certainly names, and of whichever else it names."""
    certain, possible = members(refs)
    outcomes = [judge(resource) for resource in certain]
    return [*outcomes, whichever([judge(resource) for resource in possible])] if possible else outcomes


def settled(refs: Sequence[Ref]) -> tuple[Ref, ...]:
    """The references of a list, each to the one thing it names where `members` is certain of all of them."""
    certain, possible = members(refs)
    opened = any(ref.open or not ref.candidates for ref in refs)
    return tuple(refs) if possible or opened else tuple(exactly(resource) for resource in certain)


def exactly(resource: Resource) -> Ref:
    return Ref((resource,), resource.id)
