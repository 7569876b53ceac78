"""What a reference stands for: the one place that says so, and how references compare.

A planned resource names others by ids that nobody knows yet. An engine tells the resources that a property
depends on, not what became of them on the way: what such a value may be is asked here alone. A relation is
three-valued: a reference that is not known may or may not be the thing asked for.

A **plain** property has an unknown value for each resource that it depends on: each is taken for the
output of one of them (`subnets=[a.id, b.id]`), and the proof lists that as an assumption. Any other unknown
value was computed (`Output.all(a.id, OLD)`, a list that comes as one output, a choice between two): it may be
whatever AWS accepts in that place, and no two of them need to differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

from ..values import ABSENT, UNKNOWN, Absent, Truth, Unknown, Value, count_unknown, is_list, known_items
from ..verdict import Outcome, across_possibilities
from . import tokens
from .choices import Choice, is_judged_by_each

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from .resource import Resource

_VPCS: Final = frozenset(tokens.VPC)
_SUBNETS: Final = frozenset(tokens.SUBNET)
_SUBNETS_AND_GROUPS: Final = frozenset((*tokens.SUBNET, *tokens.SECURITY_GROUP))
_OF_SUBNETS_AND_GROUPS: Final = frozenset({"networkConfiguration", "vpcConfig"})
"""The properties of workloads that are objects of both."""
_PLACES: Final = (
    ("vpcId", tokens.VPC),
    ("subnetId", tokens.SUBNET),
    ("defaultRouteTableId", tokens.VPC),
    ("defaultNetworkAclId", tokens.VPC),
)
"""The properties that say in which VPC a resource is, and what they name."""
_BETWEEN_REGIONS: Final = ("aws:route53/", "aws:ec2/vpcPeeringConnection", "aws:ec2transitgateway/peering")
"""What the types of resources begin with that may name what is in another region."""


class Thing(Protocol):
    """What a reference leads to: a resource, or a typed entity made from one."""

    @property
    def key(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def id(self) -> str | Unknown: ...


class Index(Protocol):
    """What references are looked up in: the resources of a graph."""

    def find(self, key: str) -> Resource | None: ...
    def by_id(self, value: str, types: Iterable[str], user: Resource) -> Resource | None: ...
    def children_of(self, key: str) -> Iterable[Resource]: ...
    def accepted_beside(
        self, found: Sequence[Resource], *, all_planned: bool
    ) -> Sequence[Resource] | None: ...
    def note(self, choice: Choice) -> None: ...


T = TypeVar("T")
E = TypeVar("E", bound=Thing)
F = TypeVar("F", bound=Thing)


@dataclass(frozen=True)
class Ref(Generic[E]):
    """What a reference may stand for.

    Attributes:
        candidates: the things that it may be.
        id: its value where that is known, else `UNKNOWN`; `ABSENT` where nothing is set.
        open: whether it may also be something that the graph does not hold.
        computed: whether the program computes it from outputs, so that others like it may be the same thing.
        whole: whether it is a list that is unknown as a whole, and may be several of the candidates at once.
    """

    candidates: tuple[E, ...]
    id: str | Unknown | Absent
    open: bool = False
    computed: bool = False
    whole: bool = False

    @property
    def target(self) -> E | None:
        """The one thing that it must be, if there is just one."""
        return self.candidates[0] if len(self.candidates) == 1 and not self.open else None

    @property
    def unread(self) -> bool:
        """Whether it may be, or certainly is, something of which nothing is known."""
        return self.open or not self.candidates

    @property
    def place(self) -> str:
        """Its id for a person."""
        return self.id if isinstance(self.id, str) else "not known yet"

    @property
    def absent(self) -> bool:
        return self.id is ABSENT

    @property
    def identity(self) -> str | None:
        """A key that two references to the same thing share; `None` where that cannot be known."""
        if self.target is not None:
            return self.target.key
        return self.id if isinstance(self.id, str) else None

    def stands_for(self, thing: Thing) -> Truth:
        """Whether it is `thing`."""
        if self.target is not None:
            return self.target.key == thing.key
        if isinstance(self.id, str):
            return False
        candidates = (candidate.key for candidate in self.candidates)
        return UNKNOWN if self.open or thing.key in candidates else False

    def same_as(self, other: Ref[F]) -> Truth:
        """Whether both stand for the same thing."""
        if self.identity is not None and other.identity is not None:
            return UNKNOWN if _may_adopt(self, other) else self.identity == other.identity
        if self.open or other.open:
            return UNKNOWN
        shared = {mine.key for mine in self.candidates} & {theirs.key for theirs in other.candidates}
        return UNKNOWN if shared else False

    def differs_from(self, other: Ref[F]) -> bool:
        """Whether both are known and differ."""
        return not self.absent and not other.absent and self.same_as(other) is False

    def map(self, read: Callable[[E], F]) -> Ref[F]:
        """The same reference, with what `read` makes of each candidate."""
        return Ref(tuple(map(read, self.candidates)), self.id, self.open, self.computed, self.whole)


def exactly(thing: E) -> Ref[E]:
    """A reference that certainly is `thing`."""
    return Ref((thing,), thing.id)


def _may_adopt(first: Ref[E], second: Ref[F]) -> bool:
    """Whether one is a default VPC that the program takes over, and the other an id that nobody has read."""
    for target, other in ((first.target, second.target), (second.target, first.target)):
        adopted = target is not None and target.type == tokens.DEFAULT_VPC and target.id is UNKNOWN
        if adopted and other is None:
            return True
    return False


# What a value may be -------------------------------------------------------------------------------


def resolve(index: Index, resource: Resource, value: Value, prop: str, types: Iterable[str]) -> Ref[Resource]:
    """What `value` stands for, which `resource` holds in its top-level property `prop`.

    Args:
        value: an id or ARN, `UNKNOWN` or `ABSENT`.
        types: the type tokens that the reference can stand for.
    """
    if value is not UNKNOWN:
        return _known(index, resource, value, types)
    ref = _unknown(index, resource, prop, types, 1)
    _note(index, resource, prop, ref, 1)
    return ref


def resolve_list(
    index: Index, resource: Resource, values: tuple[Value, ...] | Unknown, prop: str, types: Iterable[str]
) -> tuple[Ref[Resource], ...]:
    """What the elements of one list stand for; one that is unknown as a whole is one reference to any of its.

    More unknown elements than candidates left for them: some come from outside the graph, and
    which of them do is not known.
    """
    wanted = tuple(types)
    if isinstance(values, Unknown):
        whole = replace(_unknown(index, resource, prop, wanted, 0), whole=True)
        _note(index, resource, prop, whole, None)
        return (whole,)
    unknown = sum(value is UNKNOWN for value in values)
    if not unknown:
        return tuple(_known(index, resource, value, wanted) for value in values)
    either = _unknown(index, resource, prop, wanted, unknown)
    found = [either if value is UNKNOWN else _known(index, resource, value, wanted) for value in values]
    named = {ref.target for ref in found if ref.id is not UNKNOWN}
    if unknown > len(set(either.candidates) - named):
        either = replace(either, open=True)
    refs = tuple(either if ref.id is UNKNOWN else ref for ref in found)
    if members(refs)[1] or either.open:
        _note(index, resource, prop, either, None if resource.get(prop) is UNKNOWN else unknown)
    return refs


def _note(index: Index, resource: Resource, prop: str, ref: Ref[Resource], elements: int | None) -> None:
    """Keep that the value of `prop` may be one of several things, where it is nothing but such values."""
    ambiguous = ref.candidates and ref.target is None
    if ambiguous and not is_judged_by_each(resource) and not _holds_mapping(resource.get(prop)):
        index.note(Choice(resource, prop, ref.candidates, elements, ref.open))


def _known(index: Index, resource: Resource, value: Value, types: Iterable[str]) -> Ref[Resource]:
    if value is ABSENT:
        return Ref((), ABSENT)
    target = index.by_id(str(value), types, resource)
    return Ref((target,) if target else (), str(value), open=target is None)


def _unknown(index: Index, resource: Resource, prop: str, types: Iterable[str], beside: int) -> Ref[Resource]:
    """What an unknown value in `prop` may be: if it is computed, all that AWS accepts there.

    Args:
        beside: how many unknown values there are in its place; none where a list is unknown as a whole.
    """
    wanted = frozenset(types)
    value = resource.get(prop)
    keys = _without_holders(index, resource.dependencies.get(prop, ()))
    mixed = _holds_mapping(value)  # What it depends on may be for something else in it.
    read = [key for key in keys if index.find(key) is None]
    if len(read) <= _known_elements(value, prop):
        keys = tuple(key for key in keys if key not in read)  # The known elements are theirs.
    found, complete = _sources(index, resource, keys, wanted)
    makers = [key for key in keys if (source := index.find(key)) is None or source.id is UNKNOWN]
    limits = (count_unknown(value), len(makers)), (beside, len(found) if mixed else len(makers))
    computed = not beside or all(values < sources for values, sources in limits)
    near = _near(resource, found)
    if computed and not near:
        complete = False  # AWS refuses all of these, so that it holds something else.
    if near and (mixed or not computed):
        found = near
    if computed and found and complete:
        expected = wanted | _held_by(value, prop)
        looked_up = not mixed and any(
            source.type not in expected for source in map(index.find, keys) if source
        )
        accepted = index.accepted_beside(found, all_planned=looked_up)
        complete = accepted is not None
        found = tuple(dict.fromkeys((*found, *(each for each in accepted or () if each.type in wanted))))
    return Ref(found, UNKNOWN, open=not (found and complete), computed=computed)


def _without_holders(index: Index, keys: tuple[str, ...]) -> tuple[str, ...]:
    """`keys` without a component that has others of them inside: its output comes from these.

    Source: Pulumi, "Component Resources": an SDK names with an output of a package's component both the
    component and the resources inside that the package says it comes from.
    """
    holders: set[str] = set()
    for key in keys:
        inside = index.find(key)
        while inside is not None and inside.parent and inside.parent not in holders:
            holders.add(inside.parent)
            inside = index.find(inside.parent)
    found = {key: index.find(key) for key in keys}
    return tuple(key for key, it in found.items() if not (it and it.component and key in holders))


def _known_elements(value: Value, prop: str) -> int:
    """How many known ids there are in a list, or in the lists of a workload's subnets and groups."""
    if prop in _OF_SUBNETS_AND_GROUPS and isinstance(value, Mapping):
        return sum(_known_elements(each, "") for each in value.values() if is_list(each))
    return sum(isinstance(item, str) for item in known_items(value))


def _held_by(value: Value, prop: str) -> frozenset[str]:
    """The types of what an unknown `value` of `prop` holds: each dependency is for one of them."""
    return _SUBNETS_AND_GROUPS if value is UNKNOWN and prop in _OF_SUBNETS_AND_GROUPS else frozenset()


def _holds_mapping(value: Value) -> bool:
    return isinstance(value, Mapping) or (is_list(value) and any(map(_holds_mapping, value)))


def _sources(
    index: Index, resource: Resource, keys: Iterable[str], wanted: frozenset[str]
) -> tuple[tuple[Resource, ...], bool]:
    """The resources of `wanted` types that an unknown value of `resource`, from `keys`, may come from.

    A dependency of another type is followed in turn: it may hand on what it was given itself; a
    component stands for what is inside it. What it was given as its VPC is handed on as a VPC
    alone, and a subnet has nothing else to hand on. The flag says whether the graph holds every one.
    """
    complete = True
    vpc_only = wanted <= _VPCS
    found: dict[str, Resource] = {}
    queue = list(keys)
    seen: set[str] = {resource.key}
    while queue:
        key = queue.pop()
        if key in seen:
            continue
        seen.add(key)
        source = index.find(key)
        if source is None:
            complete = False
            continue
        if source.type in wanted:
            found[source.key] = source
            continue
        for name, handed_on in source.dependencies.items():
            if vpc_only or (name != "vpcId" and source.type not in _SUBNETS):
                queue.extend(handed_on)
        queue.extend(child.key for child in index.children_of(key))
    return tuple(found[key] for key in sorted(found)), complete  # An engine names them in any order.


def _near(resource: Resource, found: tuple[Resource, ...]) -> tuple[Resource, ...]:
    """Those of `found` that `resource` may name: AWS refuses what is in another region."""
    if resource.type.startswith(_BETWEEN_REGIONS):
        return found
    return tuple(source for source in found if source.in_region_of(resource) is not False)


def vpc_of(index: Index, thing: Resource) -> Resource | None:
    """The VPC that `thing` is in; `None` where that is not known, or it is in none."""
    if thing.type in _VPCS:
        return thing
    for prop, types in _PLACES:
        value = thing.declared(prop)
        if value is ABSENT:
            continue
        if value is not UNKNOWN:
            place = index.by_id(str(value), types, thing)
            return None if place is None else vpc_of(index, place)
        found, complete = _sources(index, thing, thing.dependencies.get(prop, ()), frozenset(types))
        vpcs = {vpc_of(index, place) for place in _near(thing, found) or found}
        return vpcs.pop() if complete and len(vpcs) == 1 else None
    return None


# Lists of references -------------------------------------------------------------------------------


def members(refs: Sequence[Ref[E]]) -> tuple[tuple[E, ...], tuple[E, ...]]:
    """What a list of references certainly names, and what it only may name.

    Plain elements name a thing each: as many as candidates left for them are all of these.
    """
    certain = dict.fromkeys(ref.target for ref in refs if ref.target is not None)
    unknown = [ref for ref in refs if ref.target is None]
    left = dict.fromkeys(found for ref in unknown for found in ref.candidates if found not in certain)
    if len(unknown) == len(left) and not any(ref.open or ref.computed for ref in unknown):
        return (*certain, *left), ()
    return tuple(certain), tuple(left)


def judged(refs: Sequence[Ref[E]], judge: Callable[[E], Outcome]) -> list[Outcome]:
    """What `judge` makes of each thing that a list certainly names, and of whatever else it may name."""
    certain, possible = members(refs)
    outcomes = [judge(thing) for thing in certain]
    if possible:
        outcome = across_possibilities([judge(thing) for thing in possible])
        others = any(ref.open and ref.id is UNKNOWN for ref in refs)
        outcomes.append(outcome.as_undetermined() if others else outcome)
    return outcomes


def settled(refs: Sequence[Ref[E]]) -> tuple[Ref[E], ...]:
    """The references of a list, each to the one thing it names where `members` is certain of all of them."""
    certain, possible = members(refs)
    if possible or any(ref.unread for ref in refs):
        return tuple(refs)
    return tuple(exactly(thing) for thing in certain)


# What refers to a thing ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Link(Generic[T]):
    """Something that refers to a thing: `certain` where it does, else it may."""

    source: T
    certain: bool


def given_by(
    links: Iterable[Link[Resource]], prop: str, read: Callable[[Resource, Value, str], Ref[E]]
) -> Iterator[Ref[E]]:
    """What associations give a thing by `prop`; one that may be another's may give something else."""
    for link in links:
        ref = read(link.source, link.source.get(prop), prop)
        yield ref if link.certain else replace(ref, open=True)


class Links(Generic[T]):
    """What refers to each thing, found by that thing."""

    def __init__(self, links: Iterable[tuple[T, Ref[E]]]) -> None:
        self._by_key: defaultdict[str, list[Link[T]]] = defaultdict(list)
        self._to_any: list[tuple[Link[T], frozenset[str]]] = []
        for source, ref in links:
            for candidate in ref.candidates:
                self._by_key[candidate.key].append(Link(source, ref.target is not None))
            if ref.open and ref.id is UNKNOWN:
                self._to_any.append(
                    (Link(source, certain=False), frozenset(each.key for each in ref.candidates))
                )

    def to(self, thing: Thing) -> list[Link[T]]:
        """Each link that leads to `thing`, or may."""
        others = (link for link, listed in self._to_any if thing.key not in listed)
        return [*self._by_key.get(thing.key, ()), *others]
