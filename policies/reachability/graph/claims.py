"""Which of several resources that claim one slot stands: the order in which the engine makes them.

A slot is what has one value in AWS, and what several resources of a program may set: the main route table of
a VPC, the network ACL of a subnet, the content of a default table, group or ACL. The last one to be made
stands. Dependencies alone tell the order: neither the place in the program does, nor a parent.

Sources: Pulumi documentation, "dependsOn"; Pulumi Registry, `aws.ec2.DefaultRouteTable`,
`aws.ec2.DefaultSecurityGroup` and `aws.ec2.DefaultNetworkAcl`: adoption removes what is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from ..values import UNKNOWN
from ..verdict import Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .graph import Graph
    from .references import Ref
    from .resource import Resource


@dataclass(frozen=True)
class Claim:
    """A resource that claims a slot: `certain` where it does, else it may."""

    by: Resource
    certain: bool


def follows(graph: Graph, later: Resource, earlier: Resource) -> bool:
    """Whether `later` is certainly made after `earlier`.

    What the account has was there before. A dependency on what is only made now does not date back what has
    been there already.
    """
    if earlier.origin is not Origin.PROGRAM:
        return later.origin is Origin.PROGRAM
    if later.id is not UNKNOWN and earlier.id is UNKNOWN:
        return False
    seen = {later.key}
    queue = [later]
    while queue:
        waiting = queue.pop()
        for key in chain(waiting.depends_on, *waiting.dependencies.values()):
            if key == earlier.key:
                return True
            found = graph.find(key)
            if found is not None and key not in seen:
                seen.add(key)
                queue.append(found)
    return False


def standing(graph: Graph, claims: Sequence[Claim]) -> list[Resource]:
    """The claims that may stand: each but those that another one, which is certain, certainly follows."""
    certain = [claim.by for claim in claims if claim.certain]
    return [
        claim.by
        for claim in claims
        if not any(other != claim.by and follows(graph, other, claim.by) for other in certain)
    ]


class Adoptions:
    """The `Default*` resources of one type, by the object that each adopts.

    Args:
        adopts: the object that one adopts, or the VPC that AWS made it with.
    """

    def __init__(self, graph: Graph, type_: str, adopts: Callable[[Resource], Ref[Resource]]) -> None:
        self.graph = graph
        self.type = type_
        self._adopts = adopts

    def standing_for(self, resource: Resource) -> list[Resource]:
        """What may be the last to adopt what `resource` does; `resource` itself where that adopts nothing."""
        if resource.type != self.type:
            return [resource]
        return standing(self.graph, list(self._claims(resource)))

    def rivals(self, resource: Resource) -> list[Resource]:
        """The others that may be the last, or of which a part may be left, since their order is open."""
        return [other for other in self.standing_for(resource) if other != resource]

    def keeps(self, adopted: Resource, part: Resource) -> bool:
        """Whether `part`, declared by itself, stays in `adopted`: adoption removes what is there before."""
        return adopted.type != self.type or follows(self.graph, part, adopted)

    @cached_property
    def _adopted(self) -> Mapping[Resource, Ref[Resource]]:
        return {adopting: self._adopts(adopting) for adopting in self.graph.of_type(self.type)}

    def _claims(self, adopting: Resource) -> Iterator[Claim]:
        for other, adopted in self._adopted.items():
            same = other == adopting or adopted.same_as(self._adopted[adopting])
            if same is not False:
                yield Claim(other, same is True)
