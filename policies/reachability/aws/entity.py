"""What every typed AWS entity has: the resource that it is made from, once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..graph.resource import Resource
    from ..values import Unknown
    from ..verdict import Origin


@dataclass(frozen=True, eq=False)
class Entity:
    """One AWS entity, made from a resource of the graph: there is one for each in a network.

    Attributes:
        label: how a person knows it.
    """

    resource: Resource
    key: str = field(init=False)
    type: str = field(init=False)
    id: str | Unknown = field(init=False)
    label: str = field(init=False)
    origin: Origin = field(init=False)
    region: str | Unknown = field(init=False)
    account: str | Unknown = field(init=False)

    def __post_init__(self) -> None:
        for name in ("key", "type", "id", "label", "origin", "region", "account"):
            object.__setattr__(self, name, getattr(self.resource, name))

    def __repr__(self) -> str:
        return f"<{self.key}>"
