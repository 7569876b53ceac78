"""The benchmark measures a pack at its work, or says why not."""

from __future__ import annotations

from collections import Counter

import pytest

from bench import preview, proof
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


def test_a_rehearsal_has_three_phases_and_three_processes() -> None:
    cost = preview.Cost.of(
        10.0,
        [
            preview.Seen("-m mailroute rehearse --engine embedded", 0.0, 10.0, 3.0),
            preview.Seen("-I -S supervise.py python -u serve.py pack-0 pulumi.policy", 1.0, 8.0, 0.5),
            preview.Seen("-u serve.py pack-0 pulumi.policy unix:/engine .", 1.0, 8.0, 1.0),
            preview.Seen("-I -S supervise.py python -u launch.py --monitor unix:/engine", 1.4, 8.0, 0.5),
            preview.Seen("-u launch.py --monitor unix:/engine", 1.5, 8.0, 4.0),
        ],
    )
    assert (cost.start, cost.report) == (1.5, 2.0)
    assert cost.cpu == {"engine": 3.0, "pack": 1.0, "program": 4.0}
    assert preview._row(cost).split() == [
        *("10.00s", "1.50s", "6.50s", "2.00s", "3.00s", "1.00s", "4.00s"),
        *("50%", "is", "the", "program's"),
    ]


def test_a_rehearsal_may_grow_with_its_program() -> None:
    small = (100, preview.Cost(3.0, 1.0, 0.5, {}))
    assert preview._growth(small, (300, preview.Cost(7.0, 1.0, 0.5, {}))) == (
        "3.0x the resources: 3.0x the time (goal 3.0x, reached)"
    )
    assert preview._growth(small, (300, preview.Cost(8.0, 1.0, 0.5, {}))).endswith("(goal 3.0x, missed)")


@pytest.mark.parametrize(
    ("size", "line"),
    [
        ("50", "a program of 50 resources is too small: one team takes 51"),
        ("-1", "'-1' is no whole number of resources"),
    ],
)
def test_a_wrong_size_of_a_program_is_one_line(
    size: str, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["bench.preview", "--", size])
    with pytest.raises(SystemExit) as ended:
        preview.main()
    assert ended.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1] == f"bench.preview: error: argument SIZE: {line}"
