"""Which configurations there are, and which of them are run."""

from __future__ import annotations

from itertools import islice
from random import Random

import pytest

from mailroute.exploration import BASE, Parameter, space

A, B, C = Parameter("a", ("1", "2")), Parameter("b", ("1",)), Parameter("c", ("1",))


def named(*configurations: space.Configuration) -> list[str]:
    return [" ".join(sorted(f"{name}{value}" for name, value in each)) for each in configurations]


def test_every_configuration_differs_and_the_small_come_first() -> None:
    found = named(*space.every((A, B, C)))
    assert found == [
        "a1",
        "a2",
        "b1",
        "c1",
        "a1 b1",
        "a2 b1",
        "a1 c1",
        "a2 c1",
        "b1 c1",
        "a1 b1 c1",
        "a2 b1 c1",
    ]
    assert len(found) + 1 == space.count((A, B, C))


def test_one_and_two_differences() -> None:
    assert named(*space.single((A, B))) == ["a1", "a2", "b1"]
    assert named(*space.pairs((A, B, C))) == ["a1 b1", "a2 b1", "a1 c1", "a2 c1", "b1 c1"]
    assert (space.count(()), list(space.every(())), space.pairs((A,))) == (1, [], [])


def test_parts_are_what_a_configuration_holds() -> None:
    configuration = frozenset({("a", "1"), ("b", "1"), ("c", "1")})
    assert named(*space.parts(configuration, 2)) == ["a1 b1", "a1 c1", "b1 c1"]
    assert named(*space.parts(configuration, 1)) == ["a1", "b1", "c1"]
    assert list(space.parts(BASE, 2)) == []


@pytest.mark.parametrize("seed", range(5))
def test_few_configurations_cover_every_pair(seed: int) -> None:
    parameters = [Parameter(f"p{number}", ("1", "2")) for number in range(8)]
    wanted = space.pairs(parameters)
    rows = list(space.covering(parameters, wanted, Random(seed), size=9))
    assert {pair for row in rows for pair in space.parts(row, 2)} >= set(wanted)
    assert len(rows) < len(wanted) / 8
    assert all(len({name for name, _ in row}) == len(row) for row in rows)


def test_only_the_wanted_pairs_are_covered() -> None:
    parameters = [Parameter(f"p{number}", ("1", "2")) for number in range(4)]
    ones = {(f"p{number}", "1") for number in range(3)}
    wanted = [pair for pair in space.pairs(parameters) if pair <= ones]
    for seed in range(5):
        rows = space.covering(parameters, wanted, Random(seed), size=9)
        assert named(*rows) == ["p01 p11 p21"]


def test_no_configuration_is_larger_than_asked() -> None:
    parameters = [Parameter(f"p{number}", ("1", "2")) for number in range(8)]
    wanted = space.pairs(parameters)
    rows = list(space.covering(parameters, wanted, Random(0), size=3))
    assert {pair for row in rows for pair in space.parts(row, 2)} >= set(wanted)
    assert {len(row) for row in rows} == {2, 3}


def test_the_same_seed_chooses_the_same() -> None:
    parameters = [Parameter(f"p{number}", ("1", "2")) for number in range(6)]
    wanted = space.pairs(parameters)
    once, again, other = (
        list(islice(space.covering(parameters, wanted, Random(seed), size=9), 5)) for seed in (1, 1, 2)
    )
    assert once == again
    assert once != other
