"""A verdict that holds whatever the program chooses: see `graph.choices` and decision record 0010."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

from .findings import placement
from .verdict import Outcome, Verdict, across_possibilities

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .graph import Graph
    from .graph.choices import Choice

MOST: Final = 64
"""So many possibilities are looked at for one verdict; where there are more, it is open."""
_WORD: Final = re.compile(r"(?<!^)(?=[A-Z])")


class OfGraph(Protocol):
    """What judges one graph, and others like it."""

    @property
    def graph(self) -> Graph: ...


P = TypeVar("P", bound=OfGraph)


@dataclass(eq=False)
class Possibilities(Generic[P]):
    """What judges a graph, and the graphs that the choices of its program make.

    Args:
        proof: what judges the graph itself.
        of: makes the like of another graph.
    """

    proof: P
    of: Callable[[Graph], P]
    _behind: dict[tuple[str, str], list[Possibilities[P]]] = field(default_factory=dict)

    def judge(self, judge: Callable[[P], Outcome]) -> Outcome:
        """What `judge` says if it says the same of every possibility; else it is open, and why."""
        outcome = judge(self.proof)
        if outcome.verdict is Verdict.UNDETERMINED:
            return outcome
        for number, (choice, other) in enumerate(self._others(judge, frozenset())):
            if other.verdict is not outcome.verdict:
                return _depends_on(choice, placement.CHOSEN_VALUE) + across_possibilities([outcome, other])
            if number == MOST:
                return _depends_on(choice, placement.TOO_MANY_CHOICES) + outcome.as_undetermined()
            outcome = outcome.given(other)
        return outcome

    def _others(
        self, judge: Callable[[P], Outcome], made: frozenset[tuple[str, str]]
    ) -> Iterator[tuple[Choice, Outcome]]:
        """What `judge` says of each possibility, one choice after the other: each may show the next."""
        choice = next((found for found in self.proof.graph.choices if found.key not in made), None)
        if choice is None:
            return
        if choice.key not in self._behind:
            graphs = self.proof.graph.possibilities(choice)
            self._behind[choice.key] = [Possibilities(self.of(graph), self.of) for graph in graphs]
        for behind in self._behind[choice.key]:
            yield choice, judge(behind.proof)
            yield from behind._others(judge, made | {choice.key})


def _depends_on(choice: Choice, says: Callable[..., Outcome]) -> Outcome:
    argument = _WORD.sub("_", choice.prop).lower()
    return says(choice.resource, argument=argument, names=choice.names)
