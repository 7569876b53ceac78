"""What every typed AWS entity has: the resource that it is made from, once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..graph.resource import Resource
    from ..values import Unknown
    from ..verdict import Origin


@dataclass(frozen=True, eq=False)
class Entity:
    """One AWS entity, made from a resource of the graph: there is one for each in a network."""

    resource: Resource

    @cached_property
    def key(self) -> str:
        return self.resource.key

    @cached_property
    def type(self) -> str:
        return self.resource.type

    @cached_property
    def id(self) -> str | Unknown:
        return self.resource.id

    @cached_property
    def label(self) -> str:
        """How a person knows it."""
        return self.resource.label

    @cached_property
    def origin(self) -> Origin:
        return self.resource.origin

    @cached_property
    def region(self) -> str | Unknown:
        return self.resource.region

    @cached_property
    def account(self) -> str | Unknown:
        return self.resource.account

    def __repr__(self) -> str:
        return f"<{self.key}>"
