"""What the account knows of each type of resource that a mail route is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..kind import Kind, opaque_id
from . import acls, apprunner, data, dns, endpoints, groups, identity, mail, nat, routing, vpc

_MODULES: Final = (acls, apprunner, data, dns, endpoints, groups, identity, mail, nat, routing, vpc)

KINDS: Final[Mapping[str, Kind]] = {kind.type: kind for module in _MODULES for kind in module.KINDS}
"""By type token. Every other type is a `Kind` about which nothing is known."""


def kind_of(type_: str) -> Kind:
    """What is known of a type."""
    return KINDS.get(type_) or Kind(type_, opaque_id)
