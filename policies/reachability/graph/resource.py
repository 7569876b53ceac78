"""One resource of the program or of the account, in Pulumi's own form."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ..values import ABSENT, UNKNOWN, Truth, Unknown, Value, get
from ..verdict import Origin
from . import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


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
        depends_on: the keys of the resources that it is made after, those of `dependencies` or not.
        parent: the key of the component that it belongs to.
        region: the AWS region, `UNKNOWN` where the provider's is.
        inputs: the names of the properties that the program sets; `None` where that is not known.
            What is unknown and not among them is computed by AWS.
        profile: the profile of the AWS configuration that its provider names.
        roles: the ARNs of the roles that its provider assumes, one after the other.
        account: the AWS account that owns it, `UNKNOWN` where its provider does not tell.
        access: what resources have in common whose providers use the same credentials, and the same
            region where that is `UNKNOWN`; `None` where that cannot be told.
        component: whether no provider makes it, but the program registers what it consists of.
    """

    key: str
    type: str
    name: str
    properties: Mapping[str, Value] = field(default_factory=dict)
    id: str | Unknown = UNKNOWN
    dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    depends_on: tuple[str, ...] = ()
    parent: str | None = None
    region: str | Unknown = UNKNOWN
    origin: Origin = Origin.PROGRAM
    inputs: frozenset[str] | None = None
    profile: str | None = None
    roles: tuple[str, ...] = ()
    account: str | Unknown = UNKNOWN
    access: str | None = None
    component: bool = False

    def get(self, *path: str | int) -> Value:
        """The value at `path` of its properties: see `values.get`."""
        return get(self.properties, *path)

    def declared(self, prop: str, *path: str | int) -> Value:
        """Like `get`, but `ABSENT` for what AWS is still to compute since the program does not set it."""
        computed = self.inputs is not None and prop not in self.inputs
        value = self.get(prop)
        return ABSENT if computed and value is UNKNOWN else get(value, *path)

    def sets(self, *props: str) -> bool:
        """Whether the program sets one of `props`, and not AWS alone shows it."""
        named = self.inputs is None or not self.inputs.isdisjoint(props)
        return self.origin is Origin.PROGRAM and named

    def is_on(self, prop: str, *, default: bool) -> Truth:
        """Whether a setting is on, by `default` where a program leaves it out; the account's may be open."""
        value = self.declared(prop)
        if value is ABSENT:
            return default if self.origin is Origin.PROGRAM else UNKNOWN
        return UNKNOWN if value is UNKNOWN else value is True

    @cached_property
    def label(self) -> str:
        """How a person knows it: the id where there is one, else the name in the program."""
        return self.id if isinstance(self.id, str) else self.name

    @property
    def is_own_vpc(self) -> bool:
        """Whether it is a VPC that the program creates, or has; a default one was there before."""
        return self.type == tokens.VPC[0] and self.origin is Origin.PROGRAM

    def in_region_of(self, other: Resource) -> Truth:
        """Whether both are in the same region."""
        if isinstance(self.region, str) and isinstance(other.region, str):
            return self.region == other.region
        alike = self.region is UNKNOWN and other.region is UNKNOWN
        return True if alike and self.access is not None and self.access == other.access else UNKNOWN

    def in_account_of(self, other: Resource) -> Truth:
        """Whether both are in the same account.

        A provider that does not tell its account is taken to be that of the evidence.
        """
        if self.access is not None and self.access == other.access:
            return True
        if isinstance(self.account, str) and isinstance(other.account, str):
            return self.account == other.account
        return True if Origin.ACCOUNT in (self.origin, other.origin) else UNKNOWN

    def in_place_of(self, other: Resource) -> Truth:
        """Whether both are in the same region of the same account."""
        answers = (self.in_region_of(other), self.in_account_of(other))
        return False if False in answers else UNKNOWN if UNKNOWN in answers else True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Resource) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"<{self.key}>"


def nearest(user: Resource, found: Iterable[Resource]) -> Resource | None:
    """Which of `found`, whose ids are the same, `user` means: that of its region, then that of its account.

    Another account's may be meant too, where that shares it. Of several in one place, it is the program's.
    """
    possible = tuple(found)
    if len(possible) < 2:
        return possible[0] if possible else None
    return min(
        possible,
        key=lambda resource: (
            resource.in_region_of(user) is False,
            resource.in_account_of(user) is False,
            resource.origin is not Origin.PROGRAM,
        ),
    )
