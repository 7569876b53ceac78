"""Times the policy pack beside an empty one on the same graphs: `make bench` (Linux)."""

from __future__ import annotations

import argparse
import math
from collections import Counter
from pathlib import Path
from typing import Final

from . import proof
from .checkov_peer import Checkov
from .graph import Stack, stack
from .messages import Messages, messages
from .pack import Cost, run

HERE: Final = Path(__file__).parent
PACK: Final = HERE.parent / "policies"
EMPTY: Final = HERE / "empty_pack"
SIZES: Final = (1_000, 10_000, 50_000)
PEER_LIMIT: Final = 10_000
"""Checkov's time grows faster than the graph: at 50,000 resources it is measured in tens of minutes."""
RUNS: Final = 3
"""How often each pack runs where there are goals: the run that another process disturbs least counts."""

GOAL_SIZE: Final = 10_000
GOALS: Final = {"time": 0.75, "CPU": 0.75, "memory": 1.0}
"""What the pack may take of what the empty one takes, with 10,000 resources and 200 services."""
GROWTH_GOAL: Final = 12.0
"""How many times as long the pack may take for a graph of ten times the size."""
PEER_GOAL: Final = 100.0
"""How many times as long as the pack Checkov takes to judge the graph."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("stacks", nargs="*", type=_stack, metavar="SIZE", help="how many resources")
    parser.add_argument("--peer", choices=["checkov"])
    arguments = parser.parse_args()
    print("resources      pack   start  per res.   stack   total     CPU     peak")
    peer = Checkov() if arguments.peer else None
    smaller: tuple[int, Cost] | None = None
    for planned in sorted(arguments.stacks or map(stack, SIZES), key=lambda found: len(found.resources)):
        size, sent = len(planned.resources), messages(planned)
        runs = RUNS if size == GOAL_SIZE else 1
        empty, full = _best(EMPTY, sent, runs), _best(PACK, sent, runs)
        _print(size, "empty", empty)
        _print(size, "mailroute", full)
        _note(f"{len(planned.services)} services, {len(sent.stack) / 2**20:.1f} MiB in one message")
        _note(f"mailroute / empty: {_ratios(size, full, empty)}")
        if smaller is not None and size > smaller[0]:
            _note(f"per tenfold graph: {_growth(smaller, (size, full))}")
        smaller = (size, full)
        _check(full, planned.broken)
        alone = proof.seconds(planned, sent)
        _note(f"the proof alone, without process and SDK: {alone:.2f}s")
        if peer is not None and size <= PEER_LIMIT:
            _compare(peer, planned, full, alone)


def _stack(size: str) -> Stack:
    """The graph of a size as it is given.

    Raises:
        argparse.ArgumentTypeError: it is no whole number, or too small.
    """
    try:
        return stack(int(size))
    except ValueError as error:
        wrong = error if size.strip("+-").isdecimal() else f"{size!r} is no whole number of resources"
        raise argparse.ArgumentTypeError(str(wrong)) from None


def _best(pack: Path, sent: Messages, runs: int) -> Cost:
    return min((run(pack, sent) for _ in range(runs)), key=lambda cost: cost.seconds)


def _print(size: int, name: str, cost: Cost) -> None:
    print(
        f"{size:>9,} {name:>9} {cost.start:>6.2f}s {cost.resources:>8.2f}s {cost.stack:>6.2f}s"
        f" {cost.seconds:>6.2f}s {cost.cpu:>6.2f}s {cost.memory:>5.0f} MiB"
    )


def _note(text: str) -> None:
    print(f"          {text}")


def _ratios(size: int, full: Cost, empty: Cost) -> str:
    ratios = {
        "time": full.seconds / empty.seconds,
        "CPU": full.cpu / empty.cpu,
        "memory": full.memory / empty.memory,
    }
    return ", ".join(
        f"{ratio:.2f}x the {what}" + (_goal(ratio <= GOALS[what], GOALS[what]) if size == GOAL_SIZE else "")
        for what, ratio in ratios.items()
    )


def _goal(reached: bool, goal: float) -> str:
    return f" (goal {goal:g}x, {'reached' if reached else 'missed'})"


def _growth(smaller: tuple[int, Cost], larger: tuple[int, Cost]) -> str:
    """How the work, without the start of the process, grows while the graph grows tenfold."""
    (small_size, small), (large_size, large) = smaller, larger
    decades = math.log10(large_size / small_size)
    time = ((large.seconds - large.start) / (small.seconds - small.start)) ** (1 / decades)
    memory = (large.memory / small.memory) ** (1 / decades)
    return f"{time:.1f}x the time{_goal(time <= GROWTH_GOAL, GROWTH_GOAL)}, {memory:.1f}x the memory"


def _check(cost: Cost, broken: frozenset[str]) -> None:
    """A pack that finds anything but each broken service, once and for its reason, was not at its work."""
    expected = Counter(("apprunner-egress-route", name, "NO_ROUTE_TO_DESTINATION") for name in broken)
    wrong = sorted((cost.violations - expected) + (expected - cost.violations))
    if wrong:
        raise SystemExit(f"bench: {len(wrong)} violations are missing or not expected, such as {wrong[:3]}")


def _compare(peer: Checkov, planned: Stack, cost: Cost, alone: float) -> None:
    scan = peer.scan(planned)
    graph = scan.seconds - peer.start
    ratio = graph / cost.stack
    print(
        f"{len(planned.resources):>9,} {'checkov':>9} {peer.start:>6.2f}s {'':>9} {graph:>6.2f}s"
        f" {scan.seconds:>6.2f}s {'':>7} {scan.memory:>5.0f} MiB"
    )
    _note(
        f"checkov / mailroute: {ratio:.1f}x the time to judge the graph{_goal(ratio >= PEER_GOAL, PEER_GOAL)}"
        f" ({graph / alone:.0f}x that of the proof alone), {scan.seconds / cost.seconds:.1f}x the whole,"
        f" {scan.memory / cost.memory:.1f}x the memory"
    )


if __name__ == "__main__":
    main()
