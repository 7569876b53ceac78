"""Which of several resources that claim one slot stands: the order in which the engine makes them.

A slot is what has one value in AWS, and what several resources of a program may set: the main route table of
a VPC, the network ACL of a subnet, the content of a default table, group or ACL. The last one to be made
stands. Dependencies tell the order, and so does a parent that is no component: an SDK registers what has that
parent once it is there. The place in the program does not.

Sources: Pulumi documentation, "dependsOn"; Pulumi Registry, `aws.ec2.DefaultRouteTable`,
`aws.ec2.DefaultSecurityGroup` and `aws.ec2.DefaultNetworkAcl`: adoption removes what is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain, pairwise
from typing import TYPE_CHECKING, TypeVar

from ..findings import conflicts
from ..values import UNKNOWN
from ..verdict import PASSES, all_of
from .references import Links

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ..findings.code import Statement
    from ..verdict import Outcome
    from .graph import Graph
    from .references import Ref
    from .resource import Resource
E = TypeVar("E")


@dataclass(frozen=True)
class Claim:
    """A resource that claims a slot: `certain` where it does, else it may.

    Attributes:
        declared: whether the program says so; what AWS shows alone was there before.
    """

    by: Resource
    certain: bool
    declared: bool = True


def follows(graph: Graph, later: Resource, earlier: Resource) -> bool:
    """Whether `later` is certainly made after `earlier`, by what it depends on.

    What has been made already is not made later than what is only made now.
    """
    if later.id is not UNKNOWN and earlier.id is UNKNOWN:
        return False
    return any(found == earlier for found in made_from(graph, later))


def made_from(graph: Graph, resource: Resource) -> Iterator[Resource]:
    """What is made before `resource`: what it depends on, its parent, and what these depend on in turn."""
    seen = {resource.key}
    queue = [resource]
    while queue:
        waiting = queue.pop()
        parent = graph.find(waiting.parent) if waiting.parent else None
        inside = () if parent is None or parent.component else (parent.key,)
        for key in chain(waiting.depends_on, inside, *waiting.dependencies.values()):
            found = graph.find(key)
            if found is not None and key not in seen:
                seen.add(key)
                queue.append(found)
                yield found


def standing(graph: Graph, claims: Sequence[Claim]) -> list[Resource]:
    """The claims that may stand: each but those that another one, which is certain, certainly follows."""

    def replaces(other: Claim, claim: Claim) -> bool:
        if not (other.certain and other.declared):
            return False
        return not claim.declared or (other.by != claim.by and follows(graph, other.by, claim.by))

    return [claim.by for claim in claims if not any(replaces(other, claim) for other in claims)]


def standing_or(
    graph: Graph,
    claims: Sequence[Claim],
    before: Callable[[], Iterable[E]],
    given_by: Callable[[Resource], Iterable[E]],
) -> list[E]:
    """What may be in the slot: what the claims that may stand give it, or `before` unless one is certain.

    Args:
        before: what is there without any claim.
    """
    found = [thing for by in standing(graph, claims) for thing in given_by(by)]
    return found if any(claim.certain for claim in claims) else [*found, *before()]


def warnings(claims: Iterable[Claim], says: Callable[..., Outcome]) -> Outcome:
    """What `says` of each two claims that the program declares for certain: its `first` and its `second`."""
    declared = sorted(called(claim.by) for claim in claims if claim.certain and claim.declared)
    return all_of(says(first=first, second=second) for first, second in pairwise(declared))


def called(resource: Resource) -> str:
    """A resource for a person who reads the program."""
    return f"{resource.type.rpartition(':')[2]} {resource.name}"


class Adoptions:
    """The `Default*` resources of one type, by the object that each adopts.

    Args:
        adopts: the object that one adopts, or the VPC that AWS made it with.
    """

    def __init__(self, graph: Graph, type_: str, adopts: Callable[[Resource], Ref[Resource]]) -> None:
        self.graph = graph
        self.type = type_
        self._adopts = adopts

    def of(self, thing: Resource) -> list[Claim]:
        """What adopts `thing`, or the default object that AWS made with it, and what may."""
        return [
            Claim(link.source, link.certain)
            for link in self._links.to(thing)
            if link.certain or link.source.in_place_of(thing) is not False
        ]

    def replacing(self, held: Resource, vpc: Resource | None) -> list[Resource]:
        """What may stand for `held`, which is there already: itself unless something certainly adopts it.

        Args:
            vpc: the VPC that AWS made it with.
        """
        claims = [*self.of(held), *(self.of(vpc) if vpc is not None else ())]
        return standing_or(self.graph, claims, lambda: [held], lambda adopting: [adopting])

    def standing_or(self, thing: Resource, before: Callable[[], Resource | None]) -> list[Resource | None]:
        """What may be the default object of `thing`: `before` is it unless something certainly adopts it."""
        return standing_or(self.graph, self.of(thing), lambda: [before()], lambda adopting: [adopting])

    def standing_for(self, resource: Resource) -> list[Resource]:
        """What may be the last to adopt what `resource` does; `resource` itself where that adopts nothing."""
        if resource.type != self.type:
            return [resource]
        return standing(self.graph, list(self._claims(resource)))

    def rivals(self, resource: Resource) -> list[Resource]:
        """The others of which a part may be left beside `resource`, since their order is open."""
        return [other for other in self.standing_for(resource) if other != resource]

    def keeps(self, adopted: Resource, part: Resource) -> bool:
        """Whether `part`, declared by itself, stays in `adopted`: adoption removes what is there before."""
        return adopted.type != self.type or follows(self.graph, part, adopted)

    def removes(self, adopted: Resource, part: Resource) -> bool:
        """Whether `part`, declared by itself, is certainly gone: `adopted` is adopted after it is made."""
        new = adopted.type == self.type and adopted.id is UNKNOWN
        return new and follows(self.graph, adopted, part)

    def warnings(self, adopted: Resource, parts: Iterable[Resource]) -> Outcome:
        """The other resources that adopt the same, and which of `parts` may be removed by that.

        Args:
            parts: what is declared by itself and certainly belongs to `adopted`.
        """
        if adopted.type != self.type:
            return PASSES
        removed = (part for part in parts if not self.keeps(adopted, part))
        claims = list(self._claims(adopted))
        first = min((claim.by for claim in claims), key=lambda adopting: adopting.key)
        return all_of(
            [
                warnings(claims, partial(conflicts.ADOPTIONS, first)),
                *(
                    self._says_of(adopted, part)(adopted, part=called(part), adoption=called(adopted))
                    for part in removed
                ),
            ]
        )

    def _says_of(self, adopted: Resource, part: Resource) -> Statement:
        return conflicts.ADOPTED_AFTER if self.removes(adopted, part) else conflicts.ADOPTED_LATER

    @cached_property
    def _adopted(self) -> Mapping[Resource, Ref[Resource]]:
        return {adopting: self._adopts(adopting) for adopting in self.graph.of_type(self.type)}

    @cached_property
    def _links(self) -> Links[Resource]:
        return Links(self._adopted.items())

    def _claims(self, adopting: Resource) -> Iterator[Claim]:
        for other, adopted in self._adopted.items():
            same = other == adopting or adopted.same_as(self._adopted[adopting])
            if same is not False:
                yield Claim(other, same is True)
