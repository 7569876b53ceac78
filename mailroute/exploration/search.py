"""Run a choice of configurations, and make each that loses something as small as can be."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from random import Random
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from . import space
from .space import BASE, Configuration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from .space import Assignment, Parameter

_PAIR: Final = 2
_SHRINKING: Final = 2
"""How many times as many runs as were chosen may go into making losses small."""

L = TypeVar("L")
"""What may be lost, such as a path."""


@dataclass(frozen=True)
class Outcome(Generic[L]):
    """What a run of one configuration has come to.

    Attributes:
        lost: what it loses against the base, by what tells that apart.
        problem: why it is not judged, empty where it is.
        blocked: the policies that block it and not the base.
    """

    lost: Mapping[str, L] = field(default_factory=dict)
    problem: str = ""
    blocked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Loss(Generic[L]):
    """A configuration that loses something.

    Attributes:
        smallest: whether it is known not to without any one of its assignments.
    """

    configuration: Configuration
    lost: tuple[L, ...]
    smallest: bool


@dataclass(frozen=True)
class Exploration(Generic[L]):
    """What was run, and what of it loses something.

    Attributes:
        possible: how many configurations there are, the base among them.
        chosen: those that were run to find losses.
        runs: the outcome of each that was run, those to make losses smaller among them; the base is not.
        losses: the smallest first.
        judged_values: the assignments judged, by themselves or in a configuration that loses nothing.
        pairs: how many pairs of assignments there are.
        judged_pairs: how many of them were judged in the same way.
    """

    possible: int
    chosen: tuple[Configuration, ...]
    runs: Mapping[Configuration, Outcome[L]]
    losses: tuple[Loss[L], ...]
    judged_values: frozenset[Assignment]
    pairs: int
    judged_pairs: int

    @property
    def judged(self) -> tuple[Configuration, ...]:
        """Those of `chosen` that the program did not refuse."""
        return tuple(each for each in self.chosen if not self.runs[each].problem)

    @property
    def losing(self) -> tuple[Configuration, ...]:
        """Those of `chosen` that lose something."""
        return tuple(each for each in self.chosen if self.runs[each].lost)

    @property
    def blocked(self) -> tuple[Configuration, ...]:
        """Those of `chosen` that a policy blocks though they lose nothing."""
        return tuple(each for each in self.chosen if self.runs[each].blocked and not self.runs[each].lost)


def explore(
    parameters: Sequence[Parameter],
    run: Callable[[Sequence[Configuration]], Iterable[Outcome[L]]],
    *,
    limit: int,
    seed: int,
) -> Exploration[L]:
    """Run up to `limit` configurations, and up to twice as many more to make those small that lose something.

    All are run where there are no more. Otherwise each value by itself comes first, then each pair of values,
    many pairs in one configuration. Those of which that tells nothing, since it is not judged or loses
    something, come in ever smaller ones, and by themselves in the end.

    Args:
        run: gives the outcome of each of several configurations, in their order.
    """
    search = _Search(run, limit)
    every = space.count(parameters)
    pairs = space.pairs(parameters)
    if every - 1 <= limit:
        search.choose(space.every(parameters))
    else:
        random = Random(seed)  # noqa: S311 (nothing secret: the same seed makes the same choice)
        alone = space.single(parameters)
        search.choose(random.sample(alone, min(limit, len(alone))))
        sound = {each for each in alone if search.loses_nothing(each)}
        wanted = [pair for pair in pairs if all(frozenset({each}) in sound for each in pair)]
        size = len(parameters)
        while size > _PAIR:
            left = set(wanted) - search.judged(_PAIR)
            search.choose(space.covering(parameters, left, random, size=size))
            size = (size + 1) // 2
        judged = search.judged(_PAIR)
        search.choose(pair for pair in pairs if pair not in judged)
    losses = search.smallest_losses()
    values = frozenset().union(*search.judged(1))
    return Exploration(
        every, tuple(search.chosen), search.runs, losses, values, len(pairs), len(search.judged(_PAIR))
    )


class _Search(Generic[L]):
    """What has been run so far."""

    def __init__(self, run: Callable[[Sequence[Configuration]], Iterable[Outcome[L]]], limit: int) -> None:
        self._run = run
        self._limit = limit
        self._left = _SHRINKING * limit
        self.chosen: list[Configuration] = []
        self.runs: dict[Configuration, Outcome[L]] = {}

    def choose(self, configurations: Iterable[Configuration]) -> None:
        """Run those that have not been run, as far as the limit goes."""
        new = (each for each in dict.fromkeys(configurations) if each not in self.runs)
        batch = list(islice(new, self._limit - len(self.chosen)))
        self.chosen += batch
        self._outcomes(batch)

    def loses_nothing(self, configuration: Configuration) -> bool:
        outcome = self.runs.get(configuration)
        return outcome is not None and not outcome.problem and not outcome.lost

    def judged(self, size: int) -> set[Configuration]:
        """The sets of `size` assignments of which is known whether they lose something."""
        whole = filter(self.loses_nothing, self.runs)
        found = {part for configuration in whole for part in space.parts(configuration, size)}
        alone = (each for each, outcome in self.runs.items() if len(each) == size and not outcome.problem)
        return found.union(alone)

    def smallest_losses(self) -> tuple[Loss[L], ...]:
        """For all that a configuration loses, the smallest ones that lose it."""
        found: dict[Configuration, dict[str, L]] = {}
        open_: set[Configuration] = set()
        for configuration in sorted(self.chosen, key=_order):
            for name in self.runs[configuration].lost:
                if any(name in lost and smaller <= configuration for smaller, lost in found.items()):
                    continue
                smallest, known = self._shrunk(configuration, name)
                found.setdefault(smallest, {})[name] = self.runs[smallest].lost[name]
                if not known:
                    open_.add(smallest)
        return tuple(
            Loss(configuration, tuple(found[configuration].values()), configuration not in open_)
            for configuration in sorted(found, key=_order)
        )

    def _shrunk(self, configuration: Configuration, name: str) -> tuple[Configuration, bool]:
        """`configuration` without what it loses `name` without as well, and whether that is all of it.

        Halves are taken away first, then smaller parts, in the end each assignment by itself; of several that
        can go, all at once.
        """
        size = max(1, len(configuration) // 2)
        while self._left > 0:
            assignments = sorted(configuration)
            cuts = [assignments[start : start + size] for start in range(0, len(assignments), size)]
            losing = self._losing(name, [configuration.difference(cut) for cut in cuts])
            if losing:
                together = frozenset.intersection(*losing)
                configuration = together if self._losing(name, [together]) else losing[0]
                size = max(1, min(size, len(configuration) // 2))
            elif size == 1:
                return configuration, True
            else:
                size //= 2
        return configuration, False

    def _losing(self, name: str, configurations: Iterable[Configuration]) -> list[Configuration]:
        """Those that lose `name`; the base does not."""
        tried = [each for each in configurations if each != BASE]
        self._left -= sum(each not in self.runs for each in tried)
        outcomes = self._outcomes(tried)
        return [each for each, outcome in zip(tried, outcomes, strict=True) if name in outcome.lost]

    def _outcomes(self, configurations: Sequence[Configuration]) -> list[Outcome[L]]:
        new = [each for each in configurations if each not in self.runs]
        if new:
            self.runs |= zip(new, self._run(new), strict=True)
        return [self.runs[each] for each in configurations]


def _order(configuration: Configuration) -> tuple[int, list[tuple[str, str]]]:
    """Those that differ from the base in fewer parameters come first."""
    return len(configuration), sorted(configuration)
