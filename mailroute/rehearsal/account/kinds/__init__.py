"""What the account knows of each type of resource that a mail route is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ..account import Account, AwsResource
from ..kind import Kind, opaque_id
from . import (
    acls,
    apprunner,
    compute,
    data,
    defaults,
    dns,
    edge,
    endpoints,
    firewall,
    groups,
    identity,
    interfaces,
    mail,
    nat,
    routing,
    transit,
    vpc,
)

_MODULES: Final = (
    acls,
    apprunner,
    compute,
    data,
    defaults,
    dns,
    edge,
    endpoints,
    firewall,
    groups,
    identity,
    interfaces,
    mail,
    nat,
    routing,
    transit,
    vpc,
)

KINDS: Final[Mapping[str, Kind]] = {kind.type: kind for module in _MODULES for kind in module.KINDS}
"""By type token. Every other type is a `Kind` about which nothing is known."""


def dependents_of(account: Account, type_: str, identity: str) -> Iterator[AwsResource]:
    """What blocks the deletion of a resource: what refers to it and was not created with it."""
    for kind in KINDS.values():
        for name, reference in kind.references.items():
            if reference.type != type_ or name in kind.non_blocking_references:
                continue
            for resource in account.of(kind.type):
                named = resource.get(name)
                if resource.owner != identity and identity in (named if isinstance(named, list) else [named]):
                    yield resource


def kind_of(type_: str) -> Kind:
    """What is known of a type."""
    return KINDS.get(type_) or Kind(type_, opaque_id)
