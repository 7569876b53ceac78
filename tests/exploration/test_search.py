"""What is run of the configurations, and how small those become that lose something."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import pytest

from mailroute.exploration import Configuration, Exploration, Outcome, Parameter, explore, search

Judge = Callable[[set[str]], "Outcome[str]"]
FLAGS = tuple(Parameter(name, ("on",)) for name in "abcdef")


class Program:
    """Stands for a program: `judge` says what becomes of the flags that are on."""

    def __init__(self, judge: Judge) -> None:
        self.batches: list[int] = []
        self.runs: list[str] = []
        self._judge = judge

    def __call__(self, configurations: Sequence[Configuration]) -> list[Outcome[str]]:
        self.batches.append(len(configurations))
        self.runs += map(flags, configurations)
        return [self._judge({name for name, _ in each}) for each in configurations]


def flags(configuration: Configuration) -> str:
    return "".join(sorted(name for name, _ in configuration))


def loses(*smallest: Iterable[str]) -> Judge:
    """Loses the path `p` where all the flags of one of `smallest` are on."""

    def judge(on: set[str]) -> Outcome[str]:
        return Outcome({"p": "".join(sorted(on))} if any(on >= set(each) for each in smallest) else {})

    return judge


def explored(
    judge: Judge, limit: int = 100, parameters: Sequence[Parameter] = FLAGS, seed: int = 0
) -> tuple[Exploration[str], Program]:
    program = Program(judge)
    return explore(parameters, program, limit=limit, seed=seed), program


def smallest(found: Exploration[str]) -> list[str]:
    return [flags(loss.configuration) for loss in found.losses]


def test_all_are_run_where_the_limit_allows() -> None:
    found, program = explored(loses("abcd"), limit=63)
    assert (found.possible, len(found.chosen), len(program.runs)) == (64, 63, 63)
    assert smallest(found) == ["abcd"]
    assert (found.pairs, found.judged_pairs, len(found.judged_values)) == (15, 15, 6)
    assert flags(found.losing[0]) == "abcd"
    assert len(found.losing) == 4


def test_without_parameters_nothing_is_run() -> None:
    found, program = explored(loses("a"), parameters=())
    assert (found.possible, found.chosen, program.runs, found.losses) == (1, (), [], ())


def test_values_come_first_and_then_their_pairs() -> None:
    found, program = explored(loses(), limit=62)
    assert sorted(program.runs[:6]) == list("abcdef")
    assert (found.judged_pairs, found.pairs) == (15, 15)
    assert len(program.runs) < 10
    assert found.losses == ()


def test_a_pair_in_a_full_configuration_is_found_and_made_small() -> None:
    found, program = explored(loses("be"), limit=40)
    assert smallest(found) == ["be"]
    assert found.losses[0].lost == ("be",)
    assert found.judged_pairs == found.pairs
    assert len(program.runs) == len(set(program.runs))


def test_the_limit_holds_for_what_is_chosen() -> None:
    found, program = explored(loses("be"), limit=7)
    assert len(found.chosen) == 7
    assert smallest(found) == ["be"]
    assert len(program.runs) > 7
    assert set(found.runs) > set(found.chosen)


def test_a_limit_below_the_values_leaves_some_out() -> None:
    found, _ = explored(loses(), limit=3)
    assert (len(found.chosen), len(found.judged_values), found.judged_pairs) == (3, 3, 0)
    assert found.chosen == explored(loses(), limit=3)[0].chosen
    assert found.chosen != explored(loses(), limit=3, seed=1)[0].chosen


@pytest.mark.parametrize("limit", [40, 63])
def test_each_smallest_loss_is_found(limit: int) -> None:
    found, program = explored(loses("a", "cd", "ef"), limit=limit)
    assert smallest(found) == ["a", "cd", "ef"]
    assert "" not in program.runs  # the base


def test_what_loses_by_itself_does_not_hide_what_others_lose() -> None:
    def judge(on: set[str]) -> Outcome[str]:
        lost = {"p": "p"} if "a" in on else {}
        return Outcome(lost | ({"q": "q"} if {"a", "b"} <= on else {}))

    found, _ = explored(judge, limit=40)
    assert [(flags(loss.configuration), loss.lost) for loss in found.losses] == [
        ("a", ("p",)),
        ("ab", ("q",)),
    ]


def test_several_paths_of_one_configuration_are_said_together() -> None:
    found, _ = explored(lambda on: Outcome({"p": "p", "q": "q"} if "a" in on else {}), limit=63)
    assert [loss.lost for loss in found.losses] == [("p", "q")]


def refuses(flag: str, judge: Judge) -> Judge:
    return lambda on: Outcome(problem="no") if flag in on else judge(on)


def test_what_the_program_refuses_hides_no_pair_of_others() -> None:
    found, program = explored(refuses("c", loses("be")), limit=40)
    assert smallest(found) == ["be"]
    assert len(found.judged_values) == 5
    assert found.judged_pairs == 10
    assert [flags(each) for each in found.judged if "c" in flags(each)] == []
    assert {"abdef", "ac", "bc", "cd", "ce", "cf"} <= set(program.runs)


def test_pairs_of_a_refused_configuration_come_in_smaller_ones() -> None:
    refused = {"a", "b"}
    found, program = explored(lambda on: Outcome(problem="no" if on >= refused else ""), limit=60)
    assert (found.judged_pairs, found.pairs) == (14, 15)
    assert program.batches[:2] == [6, 1]
    assert max(map(len, program.runs[7:])) == 3
    assert len(found.chosen) < 6 + 1 + 14


def test_a_pair_that_is_refused_leaves_the_others_of_its_row() -> None:
    refused = {"a", "b"}
    found, _ = explored(lambda on: Outcome(problem="no") if on >= refused else loses("cd")(on), limit=60)
    assert smallest(found) == ["cd"]
    assert (found.judged_pairs, found.pairs) == (14, 15)


def test_nothing_is_chosen_twice() -> None:
    """The pair `ab` is a row of its own: with `c`, which is refused, there is no pair to cover."""
    found, _ = explored(
        lambda on: Outcome(problem="no" if on != {"a"} else ""), limit=6, parameters=FLAGS[:3]
    )
    assert sorted(map(flags, found.chosen)) == ["a", "ab", "ac", "b", "bc", "c"]
    found, _ = explored(refuses("c", lambda on: Outcome(problem="no" if len(on) > 1 else "")), 6, FLAGS[:3])
    assert sorted(map(flags, found.chosen)) == ["a", "ab", "ac", "b", "bc", "c"]


def test_what_a_smaller_one_explains_is_not_made_small_again() -> None:
    parameters = tuple(Parameter(name, ("1", "2")) for name in "abcdefgh")
    found, program = explored(loses("ab"), limit=200, parameters=parameters)
    assert len(found.losses) == 4
    assert len(program.runs) - len(found.chosen) == 0
    found, program = explored(loses("ab"), limit=24, parameters=parameters)
    assert len(program.runs) - len(found.chosen) == 15


def test_shrinking_passes_what_is_refused() -> None:
    """Without `b` the program refuses `a`, so that both stay."""

    def judge(on: set[str]) -> Outcome[str]:
        if "a" in on and "b" not in on:
            return Outcome(problem="a needs b")
        return Outcome({"p": "p"} if "a" in on else {})

    assert smallest(explored(judge, limit=40)[0]) == ["ab"]


def test_blocked_are_those_that_lose_nothing_else() -> None:
    def judge(on: set[str]) -> Outcome[str]:
        return Outcome({"p": "p"} if "a" in on else {}, blocked=("policy",) if on & {"a", "b"} else ())

    found, _ = explored(judge, parameters=FLAGS[:2])
    assert [flags(each) for each in found.blocked] == ["b"]
    assert [flags(each) for each in found.losing] == ["a", "ab"]


def test_steps_of_shrinking_run_side_by_side() -> None:
    _, program = explored(loses("abcdef"), limit=7)
    assert program.batches == [6, 1, 2, 6]
    _, program = explored(loses("abcdef"), limit=63)
    assert program.batches == [63]


def test_what_cannot_be_made_small_in_time_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    many = tuple(Parameter(f"{number:02}", ("on",)) for number in range(20))
    judge = loses([f"{number:02}" for number in range(0, 20, 2)])
    found, program = explored(judge, limit=21, parameters=many)
    assert [(len(loss.configuration), loss.smallest) for loss in found.losses] == [(10, True)]
    assert len(program.runs) == 68
    monkeypatch.setattr(search, "_SHRINKING", 1)
    found, program = explored(judge, limit=21, parameters=many)
    assert [loss.smallest for loss in found.losses] == [False]
    assert len(program.runs) < 21 + 21 + 20
