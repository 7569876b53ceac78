"""The resource graph that a proof reads: what the program declares, over what the account holds.

Both halves have one form, Pulumi's own: a type token such as `aws:ec2/subnet:Subnet` and properties
in camelCase as pulumi-aws gives them. A reference (`vpcId`, `natGatewayId`, ...) becomes the
resources that it may stand for: exactly one where its value is known, every candidate that its
property dependencies leave where it is not.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from . import kinds
from .values import ABSENT, UNKNOWN, Absent, Unknown, Value, get
from .verdict import Origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


_VPCS = frozenset(kinds.VPC)
_SUBNETS = frozenset(kinds.SUBNET)
_BETWEEN_REGIONS = ("aws:route53/", "aws:ec2/vpcPeeringConnection", "aws:ec2transitgateway/peering")
"""What the types of resources begin with that may name what is in another region."""


@dataclass(frozen=True, eq=False)
class Resource:
    """One resource of the program or of the account.

    Attributes:
        key: its URN, or `TYPE::ID` where the account holds it.
        type: Pulumi's type token.
        name: its logical name in the program, or its `Name` tag or id in the account.
        properties: camelCase JSON; values not known yet are `UNKNOWN`.
        id: its id, `UNKNOWN` before creation.
        dependencies: by top-level property, the keys of the resources that its value comes from;
            an empty tuple says that the value comes from outside the graph.
        parent: the key of the component that it belongs to.
        region: the AWS region, `UNKNOWN` where the provider's is.
        inputs: the names of the properties that the program sets; `None` where that is not known.
            What is unknown and not among them is computed by AWS.
        profile: the profile of the AWS configuration that its provider names.
        roles: the ARNs of the roles that its provider assumes, one after the other.
        account: the AWS account that owns it, `UNKNOWN` where its provider does not tell.
        access: what resources have in common whose providers use the same credentials, and the same
            region where that is `UNKNOWN`; `None` where that cannot be told.
    """

    key: str
    type: str
    name: str
    properties: Mapping[str, Value] = field(default_factory=dict)
    id: str | Unknown = UNKNOWN
    dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parent: str | None = None
    region: str | Unknown = UNKNOWN
    origin: Origin = Origin.PROGRAM
    inputs: frozenset[str] | None = None
    profile: str | None = None
    roles: tuple[str, ...] = ()
    account: str | Unknown = UNKNOWN
    access: str | None = None

    def get(self, *path: str | int) -> Value:
        """The value at `path` of its properties: see `values.get`."""
        return get(self.properties, *path)

    def declared(self, prop: str, *path: str | int) -> Value:
        """Like `get`, but `ABSENT` for what AWS is still to compute since the program does not set it."""
        computed = self.inputs is not None and prop not in self.inputs
        value = self.get(prop)
        return ABSENT if computed and value is UNKNOWN else get(value, *path)

    def is_on(self, prop: str, *, default: bool) -> bool | Unknown:
        """Whether a setting is on, by `default` where a program leaves it out; the account's may be open."""
        value = self.declared(prop)
        if value is ABSENT:
            return default if self.origin is Origin.PROGRAM else UNKNOWN
        return UNKNOWN if value is UNKNOWN else value is True

    @property
    def label(self) -> str:
        """How a person knows it: the id where there is one, else the name in the program."""
        return self.id if isinstance(self.id, str) else self.name

    def in_region_of(self, other: Resource) -> bool | Unknown:
        """Whether both are in the same region."""
        if isinstance(self.region, str) and isinstance(other.region, str):
            return self.region == other.region
        alike = self.region is UNKNOWN and other.region is UNKNOWN
        return True if alike and self.access is not None and self.access == other.access else UNKNOWN

    def in_account_of(self, other: Resource) -> bool | Unknown:
        """Whether both are in the same account.

        A provider that does not tell its account is taken to be that of the evidence.
        """
        if self.access is not None and self.access == other.access:
            return True
        if isinstance(self.account, str) and isinstance(other.account, str):
            return self.account == other.account
        return True if Origin.ACCOUNT in (self.origin, other.origin) else UNKNOWN

    def in_place_of(self, other: Resource) -> bool | Unknown:
        """Whether both are in the same region of the same account."""
        answers = (self.in_region_of(other), self.in_account_of(other))
        return False if False in answers else UNKNOWN if UNKNOWN in answers else True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Resource) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"<{self.key}>"


@dataclass(frozen=True)
class Ref:
    """What a reference may stand for.

    Attributes:
        candidates: the resources that it may be.
        id: its value where that is known, else `UNKNOWN`; `ABSENT` where nothing is set.
        open: whether it may also be something that the graph does not hold.
    """

    candidates: tuple[Resource, ...]
    id: str | Unknown | Absent
    open: bool = False

    @property
    def target(self) -> Resource | None:
        """The one resource that it must be, if there is just one."""
        return self.candidates[0] if len(self.candidates) == 1 and not self.open else None

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
    """

    vpcs: frozenset[tuple[str | Unknown, str, str]] = frozenset()
    unread: tuple[Unread, ...] = ()

    def has_read(self, vpc: Value, *where: Resource) -> bool:
        """Whether every part of the VPC with the id `vpc` has been read, of the one at `where` if given."""
        return any(
            vpc == identity and all(_may_be_at(place, account, region) for place in where)
            for account, region, identity in self.vpcs
        )

    def misses(self, action: str, *where: Resource) -> bool:
        """Whether what the IAM action `action` shows could not be read, around `where` if given."""
        return any(
            failure.action == action and (not where or any(map(failure.concerns, where)))
            for failure in self.unread
        )


def nearest(user: Resource, found: Iterable[Resource]) -> Resource | None:
    """Which of `found`, whose ids are the same, `user` means: that of its region, then that of its account.

    Another account's may be meant too, where that shares it. Of several in one place, it is the program's.
    """
    return min(
        found,
        key=lambda resource: (
            resource.in_region_of(user) is False,
            resource.in_account_of(user) is False,
            resource.origin is not Origin.PROGRAM,
        ),
        default=None,
    )


class Graph:
    """Resources by key, by type and by id, the program's before the account's."""

    def __init__(self, resources: Iterable[Resource], coverage: Coverage | None = None) -> None:
        self.coverage = coverage or Coverage()
        self._by_key = {resource.key: resource for resource in resources}

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._by_key.values())

    def __len__(self) -> int:
        return len(self._by_key)

    def __getitem__(self, key: str) -> Resource:
        return self._by_key[key]

    def find(self, key: str) -> Resource | None:
        return self._by_key.get(key)

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

    def of_type(self, *types: str) -> tuple[Resource, ...]:
        """Every resource of one of `types`, in the order of `types`."""
        return tuple(resource for name in types for resource in self._by_type.get(name, ()))

    def by_id(self, value: str, types: Iterable[str], user: Resource) -> Resource | None:
        """The resource of one of `types` whose id or ARN is `value`, which `user` names."""
        wanted = set(types)
        return nearest(user, (found for found in self._by_id.get(value, ()) if found.type in wanted))

    def ref(self, resource: Resource, value: Value, prop: str, types: Iterable[str]) -> Ref:
        """Resolve the reference `value` that `resource` holds in its top-level property `prop`.

        Args:
            value: what stands there: an id or ARN, `UNKNOWN` or `ABSENT`.
            types: the type tokens that the reference can stand for.
        """
        if value is ABSENT:
            return Ref((), ABSENT)
        if value is not UNKNOWN:
            target = self.by_id(str(value), types, resource)
            return Ref((target,) if target else (), str(value), open=target is None)
        candidates, complete = self._sources(resource, prop, types)
        return Ref(candidates, UNKNOWN, open=not (candidates and complete))

    def refs(
        self, resource: Resource, values: Iterable[Value], prop: str, types: Iterable[str]
    ) -> tuple[Ref, ...]:
        """Resolve the references of one list, which names each thing once.

        More unknown elements than candidates left for them: some come from outside the graph, and
        which of them do is not known.
        """
        wanted = tuple(types)
        found = tuple(self.ref(resource, value, prop, wanted) for value in values)
        named = {ref.target for ref in found if ref.id is not UNKNOWN}
        unknown = [ref for ref in found if ref.id is UNKNOWN]
        free = {candidate for ref in unknown for candidate in ref.candidates} - named
        if len(unknown) <= len(free):
            return found
        return tuple(replace(ref, open=True) if ref.id is UNKNOWN else ref for ref in found)

    def _sources(
        self, resource: Resource, prop: str, types: Iterable[str]
    ) -> tuple[tuple[Resource, ...], bool]:
        """The resources of `types` that the unknown property `prop` may take its value from.

        A dependency of another type is followed in turn: it may hand on what it was given itself; a
        component stands for what is inside it. What it was given as its VPC is handed on as a VPC
        alone, and a subnet has nothing else to hand on. What is in another region is meant only where
        nothing else can be: AWS refuses it. The flag says whether the graph holds every one.
        """
        complete = True
        wanted = frozenset(types)
        vpc_only = wanted <= _VPCS
        found: dict[str, Resource] = {}
        queue = list(resource.dependencies.get(prop, ()))
        seen: set[str] = {resource.key}
        while queue:
            key = queue.pop()
            if key in seen:
                continue
            seen.add(key)
            source = self.find(key)
            if source is None:
                complete = False
                continue
            if source.type in wanted:
                found[source.key] = source
                continue
            for name, keys in source.dependencies.items():
                if vpc_only or (name != "vpcId" and source.type not in _SUBNETS):
                    queue.extend(keys)
            queue.extend(child.key for child in self._children.get(key, ()))
        ordered = [found[key] for key in sorted(found)]  # An engine names them in any order.
        near = [source for source in ordered if source.in_region_of(resource) is not False]
        everywhere = resource.type.startswith(_BETWEEN_REGIONS)
        return tuple(ordered if everywhere or not near else near), complete
