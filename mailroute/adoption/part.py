"""What an adoption is made of: configuration, what is imported, and what is left to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class AdoptionError(Exception):
    """The service cannot be adopted: `str()` is one line with what is in the way and the remedy."""


@dataclass(frozen=True)
class Part:
    """A part of a stack's configuration.

    Attributes:
        config: by key, without the project's name. A value of `None` is for a person to set: until then a
            preview refuses it.
        left_out: what is not in it, one line each: the key, why, and what to do.
    """

    config: Mapping[str, Any] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()

    def __add__(self, other: Part) -> Part:
        return Part({**self.config, **other.config}, (*self.left_out, *other.left_out))


@dataclass(frozen=True)
class Adoption(Part):
    """A whole configuration.

    Attributes:
        imports: the resources of `pulumi import --file`, by its keys.
    """

    imports: tuple[Mapping[str, Any], ...] = ()


def given(**config: Any) -> dict[str, Any]:
    """`config` without what the service does not set."""
    return {key: value for key, value in config.items() if value not in (None, "", {}, [])}


def inside(properties: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """The object inside `properties` at `names`; empty where there is none."""
    for name in names:
        properties = properties.get(name) or {}
    return properties
