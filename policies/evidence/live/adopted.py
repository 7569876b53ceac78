"""What a program names in the account and does not create: the ids that live evidence is read for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from reachability.graph import Resource
from reachability.values import Value, is_list

_ID: Final = re.compile(
    r"(vpc|subnet|rtb|igw|nat|vpce|sg|acl|tgw|pl)-[0-9a-f]{8,17}|arn:aws[a-z-]*:apprunner:.*:vpcconnector/.+"
)


@dataclass(frozen=True)
class Access:
    """How a provider reaches its account.

    Attributes:
        region: `None` where it takes that of the environment.
        profile: of the AWS configuration; `None` for the usual one.
        roles: the ARNs of roles to assume, one after the other.
    """

    region: str | None = None
    profile: str | None = None
    roles: tuple[str, ...] = ()


def adopted(program: Iterable[Resource]) -> dict[Access, frozenset[str]]:
    """The ids that the program's resources name, by the access of their own providers.

    What the program itself creates is not among them, nor is what AWS computes.
    """
    resources = [resource for resource in program if resource.type.startswith("aws:")]
    own = {value for resource in resources for value in (resource.id, resource.get("arn"))}
    found: defaultdict[Access, set[str]] = defaultdict(set)
    for resource in resources:
        region = resource.region if isinstance(resource.region, str) else None
        access = Access(region, resource.profile, resource.roles)
        for name in resource.properties if resource.inputs is None else resource.inputs:
            found[access].update(value for value in texts(resource.get(name)) if _ID.fullmatch(value))
    return {access: frozenset(ids - own) for access, ids in found.items() if ids - own}


def texts(value: Value) -> Iterator[str]:
    """Every text in `value`."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for element in value.values():
            yield from texts(element)
    elif is_list(value):
        for element in value:
            yield from texts(element)
