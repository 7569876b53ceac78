"""What AWS refuses to create: asked of each resource on a path, with all that it is made from.

What one resource by itself, or two that claim one thing, get wrong is a rule for its type, in `refusals`.
What depends on a resource that is refused is not made either.

Source: Pulumi documentation, "dependsOn": what a resource depends on is made before it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from ..findings import conflicts
from ..values import UNKNOWN
from ..verdict import PASSES, Origin, Outcome, Verdict, all_of
from .claims import called, follows, made_from

if TYPE_CHECKING:
    from .graph import Graph
    from .resource import Resource

Rule = Callable[["Resource"], Outcome]
"""What AWS refuses of a resource of the program: a finding, undetermined where it only may."""
Row = tuple[tuple[str, ...], Rule]
"""The types of resources that a rule is for, and the rule."""


class Refusals:
    """The rules of one graph, and what they say of its resources."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._rules: defaultdict[str, list[Rule]] = defaultdict(list)
        self._whole: dict[str, Outcome] = {}

    def add(self, rows: Iterable[Row]) -> None:
        """Rules to hold resources to, before anything is asked."""
        for types, rule in rows:
            for name in types:
                self._rules[name].append(rule)

    def of(self, resource: Resource) -> Outcome:
        """Why AWS refuses `resource`, or something that it is made from.

        What is there it has accepted; where it refuses a change of that, the old one stays.
        """
        if not _is_new(resource) or not self._by_key:
            return PASSES
        if resource.key not in self._whole:
            needed = [resource, *made_from(self.graph, resource)]
            found = (self._by_key[each.key] for each in needed if each.key in self._by_key)
            self._whole[resource.key] = all_of(found)
        return self._whole[resource.key]

    def of_itself(self, resource: Resource) -> Outcome:
        """Why AWS refuses `resource`, whatever becomes of what it is made from."""
        return self._by_key.get(resource.key, PASSES)

    def refuses(self, resource: Resource) -> bool:
        """Whether AWS certainly refuses `resource`, or something that it is made from."""
        return self.of(resource).verdict is Verdict.UNREACHABLE

    @cached_property
    def _by_key(self) -> dict[str, Outcome]:
        """What the rules say of each resource, if anything."""
        found: dict[str, Outcome] = {}
        for name, rules in self._rules.items():
            for resource in self.graph.of_type(name):
                if _is_new(resource):
                    outcome = all_of(rule(resource) for rule in rules)
                    if outcome != PASSES:
                        found[resource.key] = outcome
        return found


def _is_new(resource: Resource) -> bool:
    return resource.origin is Origin.PROGRAM and resource.id is UNKNOWN


def one_of(graph: Graph, resource: Resource, others: Iterable[Resource], what: str) -> Outcome:
    """Where AWS takes one of `resource` and `others`, the first to be made, since all of them do `what`.

    What the program does not create is none of `others`: evidence may show the stack's own from before.
    """
    return all_of(
        _one_of_two(graph, resource, other, what)
        for other in others
        if other != resource and other.origin is Origin.PROGRAM
    )


def _one_of_two(graph: Graph, resource: Resource, other: Resource, what: str) -> Outcome:
    if follows(graph, resource, other) or other.id is not UNKNOWN:
        return conflicts.SECOND_REFUSED(resource, first=called(other), second=called(resource), what=what)
    if follows(graph, other, resource):
        return conflicts.OTHER_REFUSED(resource, first=called(resource), second=called(other), what=what)
    first, second = sorted((resource, other), key=lambda each: each.key)
    return conflicts.ONE_REFUSED(first, first=called(first), second=called(second), what=what)
