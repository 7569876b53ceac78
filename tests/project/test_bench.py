"""The benchmark measures a pack at its work, or says why not."""

from __future__ import annotations

from collections import Counter

import pytest

from bench import proof
from bench.__main__ import _check, _growth, _ratios, main
from bench.graph import stack
from bench.messages import messages
from bench.pack import Cost

BROKEN = frozenset({"cell0-service0"})
FOUND = ("apprunner-egress-route", "cell0-service0", "NO_ROUTE_TO_DESTINATION")


def cost(seconds: float = 10.0, *violations: tuple[str, str, str]) -> Cost:
    return Cost(0.0, seconds, 0.0, seconds, 100.0, Counter(violations))


@pytest.mark.parametrize(
    ("size", "services", "broken"), [(42, 5, 1), (100, 5, 1), (1_234, 20, 1), (10_000, 200, 10)]
)
def test_a_graph_has_the_size_that_was_asked_for(size: int, services: int, broken: int) -> None:
    planned = stack(size)
    assert len({resource.urn for resource in planned.resources}) == size
    assert (len(planned.services), len(planned.broken)) == (services, broken)


def test_the_proof_sees_what_the_graph_was_made_for() -> None:
    planned = stack(100)
    assert proof.seconds(planned, messages(planned)) > 0
    other = type(planned)(planned.resources, frozenset({"cell0-service1"}))
    with pytest.raises(SystemExit, match=r"2 services other verdicts .*'cell0-service0', 'cell0-service1'"):
        proof.seconds(other, messages(other))


@pytest.mark.parametrize(
    "violations", [(), (FOUND, FOUND), ((*FOUND[:2], "RULE_FAILED"),), (FOUND, ("x", "y", "CONFIG_INVALID"))]
)
def test_a_pack_that_finds_anything_else_is_refused(violations: tuple[tuple[str, str, str], ...]) -> None:
    _check(cost(1.0, FOUND), BROKEN)
    with pytest.raises(SystemExit, match=r"^bench: [12] violations are missing or not"):
        _check(cost(1.0, *violations), BROKEN)


def test_goals_are_for_the_size_that_they_were_set_for() -> None:
    reached = "0.70x the time (goal 0.75x, reached), 0.70x the CPU (goal 0.75x, reached)"
    assert _ratios(10_000, cost(7.0), cost(10.0)).startswith(reached)
    assert "0.80x the time (goal 0.75x, missed)" in _ratios(10_000, cost(8.0), cost(10.0))
    assert "goal" not in _ratios(100, cost(7.0), cost(10.0))
    assert _growth((1_000, cost(1.0)), (100_000, cost(144.0))).startswith(
        "12.0x the time (goal 12x, reached)"
    )


@pytest.mark.parametrize(
    ("size", "line"),
    [
        ("10", "a graph of 10 resources is too small: one VPC with its services takes 42"),
        ("1e3", "'1e3' is no whole number of resources"),
    ],
)
def test_a_wrong_size_is_one_line(
    size: str, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["bench", size])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1] == f"bench: error: argument SIZE: {line}"
