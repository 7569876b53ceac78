"""The resource graph that a proof reads: what the program declares, over what the account holds.

Both halves have one form, Pulumi's own: a type token such as `aws:ec2/subnet:Subnet` and properties
in camelCase as pulumi-aws gives them. A reference (`vpcId`, `natGatewayId`, ...) becomes the
resources that it may stand for: see `references`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..values import UNKNOWN, Unknown, Value
from . import tokens
from .references import Ref, resolve, resolve_list, vpc_of
from .resource import Resource, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .choices import Choice


@dataclass(frozen=True)
class Unread:
    """What could not be read of an account in a region: the IAM action that shows it, and why."""

    action: str
    reason: str
    account: str | Unknown = UNKNOWN
    region: str | Unknown = UNKNOWN

    def concerns(self, resource: Resource) -> bool:
        """Whether `resource` may be where this was not read."""
        return _may_be_at(resource, self.account, self.region)


def _may_be_at(resource: Resource, account: str | Unknown, region: str | Unknown) -> bool:
    return all(
        here is UNKNOWN or there is UNKNOWN or here == there
        for here, there in ((account, resource.account), (region, resource.region))
    )


@dataclass(frozen=True)
class Coverage:
    """How much of the accounts has been read.

    Attributes:
        vpcs: the VPCs whose every part has been read, each by account, region and id: what is not shown
            there is not there.
        unread: what could not be read; what depends on it is undetermined.
        assumed: those of `vpcs` that nobody has read: default VPCs, taken to be as AWS creates them.
    """

    vpcs: frozenset[tuple[str | Unknown, str, str]] = frozenset()
    unread: tuple[Unread, ...] = ()
    assumed: frozenset[tuple[str | Unknown, str, str]] = frozenset()

    def has_read(self, vpc: Value, *where: Resource) -> bool:
        """Whether every part of the VPC with the id `vpc` has been read, of the one at `where` if given."""
        return any(
            vpc == identity and all(_may_be_at(place, account, region) for place in where)
            for account, region, identity in self.vpcs
        )

    def shows(self, resource: Resource) -> bool:
        """Whether the settings of the account of `resource` in its region have been read.

        A provider that does not tell its account is taken to be that of the evidence.
        """
        return any(
            region == resource.region and (account == resource.account or resource.account is UNKNOWN)
            for account, region, _ in self.vpcs - self.assumed
        )

    def assumes(self, vpc: Resource) -> bool:
        """Whether nobody has read `vpc`, a default VPC."""
        return any(vpc.id == identity for _, _, identity in self.assumed)

    def misses(self, action: str, *where: Resource) -> bool:
        """Whether what the IAM action `action` shows could not be read, around `where` if given."""
        return any(
            failure.action == action and (not where or any(map(failure.concerns, where)))
            for failure in self.unread
        )


class Graph:
    """Resources by key, by type and by id, the program's before the account's."""

    def __init__(self, resources: Iterable[Resource], coverage: Coverage | None = None) -> None:
        self.coverage = coverage or Coverage()
        self._by_key = {resource.key: resource for resource in resources}
        self._choices: dict[tuple[str, str], Choice] = {}

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._by_key.values())

    def __len__(self) -> int:
        return len(self._by_key)

    def __getitem__(self, key: str) -> Resource:
        return self._by_key[key]

    def find(self, key: str) -> Resource | None:
        return self._by_key.get(key)

    # What the program chooses ----------------------------------------------------------------------

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The values that were found to stand for one of several things when they were asked for."""
        return tuple(self._choices.values())

    def note(self, choice: Choice) -> None:
        """Keep `choice`; what one reader takes to be less, another may take to be more."""
        known = self._choices.get(choice.key)
        self._choices[choice.key] = choice if known is None else known.joined(choice)

    def possibilities(self, choice: Choice) -> Iterator[Graph]:
        """The graph with each value that `choice` may have."""
        for chosen in choice.alternatives():
            yield Graph((chosen if each == chosen else each for each in self), self.coverage)

    @cached_property
    def _by_type(self) -> Mapping[str, tuple[Resource, ...]]:
        types: defaultdict[str, list[Resource]] = defaultdict(list)
        for resource in self:
            types[resource.type].append(resource)
        return {name: tuple(found) for name, found in types.items()}

    @cached_property
    def _by_id(self) -> Mapping[str, tuple[Resource, ...]]:
        ids: defaultdict[str, list[Resource]] = defaultdict(list)
        for resource in self:
            known = {value for value in (resource.id, resource.get("arn")) if isinstance(value, str)}
            for value in known:
                ids[value].append(resource)
        return {value: tuple(found) for value, found in ids.items()}

    @cached_property
    def _children(self) -> Mapping[str, tuple[Resource, ...]]:
        children: defaultdict[str, list[Resource]] = defaultdict(list)
        for resource in self:
            if resource.parent is not None:
                children[resource.parent].append(resource)
        return {key: tuple(found) for key, found in children.items()}

    def children_of(self, key: str) -> tuple[Resource, ...]:
        """What is inside the component `key`."""
        return self._children.get(key, ())

    def of_type(self, *types: str) -> tuple[Resource, ...]:
        """Every resource of one of `types`, in the order of `types`."""
        return tuple(resource for name in types for resource in self._by_type.get(name, ()))

    def by_id(self, value: str, types: Iterable[str], user: Resource) -> Resource | None:
        """The resource of one of `types` whose id or ARN is `value`, which `user` names."""
        wanted = set(types)
        return nearest(user, (found for found in self._by_id.get(value, ()) if found.type in wanted))

    def beside(self, user: Resource, value: Value, types: tuple[str, ...]) -> Resource | None:
        """What has the id `value` in the region and account of `user`: a VPC's defaults are nowhere else."""
        found = self.by_id(value, types, user) if isinstance(value, str) else None
        return found if found is not None and found.in_place_of(user) is not False else None

    def ref(self, resource: Resource, value: Value, prop: str, types: Iterable[str]) -> Ref[Resource]:
        """What `value` stands for, which `resource` holds in its property `prop`: see `resolve`."""
        return resolve(self, resource, value, prop, types)

    def refs(
        self, resource: Resource, values: tuple[Value, ...] | Unknown, prop: str, types: Iterable[str]
    ) -> tuple[Ref[Resource], ...]:
        """What the elements of one list stand for: see `resolve_list`."""
        return resolve_list(self, resource, values, prop, types)

    def named(self, resource: Resource, prop: str, types: Iterable[str]) -> Ref[Resource]:
        """What the property `prop` of `resource` names."""
        return resolve(self, resource, resource.get(prop), prop, types)

    @cached_property
    def _by_vpc(self) -> Mapping[str, tuple[Resource, ...]]:
        contents: defaultdict[str, list[Resource]] = defaultdict(list)
        for resource in self.of_type(*tokens.IN_A_VPC):
            vpc = vpc_of(self, resource)
            if vpc is not None:
                contents[vpc.key].append(resource)
        return {key: tuple(found) for key, found in contents.items()}

    def accepted_beside(self, found: Sequence[Resource], *, all_planned: bool) -> list[Resource] | None:
        """What AWS accepts in place of `found`: what else is in their VPCs; `None` where that is not known.

        In place of a VPC any other does, and no evidence shows all of an account. There is nothing in a VPC
        that the program creates but what it puts there, whose ids it has to know: the program may have
        looked them up if `all_planned`.
        """
        accepted: list[Resource] = []
        if any(each.type in tokens.VPC for each in found):
            return None
        for vpc in {vpc_of(self, each) for each in found}:
            if vpc is None:
                return None
            planned = vpc.is_own_vpc and vpc.id is UNKNOWN  # Until then no account holds anything in it.
            if not planned and not self._has_read_all(vpc):
                return None
            accepted += (
                each for each in self._by_vpc.get(vpc.key, ()) if all_planned or each.id is not UNKNOWN
            )
        return accepted

    def _has_read_all(self, vpc: Resource) -> bool:
        unread = any(failure.concerns(vpc) for failure in self.coverage.unread)
        return not unread and self.coverage.has_read(vpc.id, vpc)

    def naming(
        self, thing: Resource, prop: str, types: tuple[str, ...], sources: tuple[str, ...]
    ) -> list[Resource]:
        """Those of type `sources` whose property `prop` certainly names `thing`, one of `types`."""
        return [
            source
            for source in self.of_type(*sources)
            if self.named(source, prop, types).stands_for(thing) is True
        ]

    def or_maker(
        self, ref: Ref[Resource], user: Resource, makers: tuple[str, ...], *props: str
    ) -> Ref[Resource]:
        """`ref`, or what AWS made it with: the one of `makers` one of whose `props` is its id.

        Args:
            user: what holds the reference.
        """
        near = any(found.in_place_of(user) is not False for found in ref.candidates)
        if near or not isinstance(ref.id, str):
            return ref
        found = (maker for maker in self.of_type(*makers) if ref.id in map(maker.get, props))
        maker = nearest(user, [*ref.candidates, *found])
        return Ref((maker,), ref.id) if maker else ref
