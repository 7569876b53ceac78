"""Times the policy pack beside an empty one on the same graphs: `make bench` (Linux)."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Final

from . import proof
from .checkov_peer import Checkov
from .graph import Stack, stack
from .messages import messages
from .pack import Cost, run

HERE: Final = Path(__file__).parent
PACK: Final = HERE.parent / "policies"
EMPTY: Final = HERE / "empty_pack"
PEER_LIMIT: Final = 10_000
"""Checkov's time grows faster than the graph: at 50,000 resources it is measured in tens of minutes."""
PATH_RULE: Final = "apprunner-egress-route"


def main() -> None:
    arguments = _arguments()
    print("resources      pack   start  per res.   stack   total     CPU     peak")
    peer = Checkov() if arguments.peer else None
    smaller: tuple[int, Cost] | None = None
    for size in arguments.sizes:
        planned = stack(size)
        sent = messages(planned)
        empty, full = run(EMPTY, sent), run(PACK, sent)
        _print(size, "empty", empty)
        _print(size, "mailroute", full)
        _note(f"{len(planned.services)} services, {len(sent.stack) / 2**20:.1f} MiB in one message")
        _note(f"mailroute / empty: {_ratios(full, empty)}")
        if smaller is not None:
            _note(f"per tenfold graph: {_growth(smaller, (size, full))}")
        smaller = (size, full)
        _check(full, planned.broken)
        alone = proof.seconds(planned)
        _note(f"the proof alone, without process and SDK: {alone:.2f}s")
        if peer is not None and size <= PEER_LIMIT:
            _compare(peer, planned, full, alone)


def _print(size: int, name: str, cost: Cost) -> None:
    print(
        f"{size:>9,} {name:>9} {cost.start:>6.2f}s {cost.resources:>8.2f}s {cost.stack:>6.2f}s"
        f" {cost.seconds:>6.2f}s {cost.cpu:>6.2f}s {cost.memory:>5.0f} MiB"
    )


def _note(text: str) -> None:
    print(f"          {text}")


def _ratios(full: Cost, empty: Cost) -> str:
    return (
        f"{full.seconds / empty.seconds:.2f}x the time, {full.cpu / empty.cpu:.2f}x the CPU,"
        f" {full.memory / empty.memory:.2f}x the memory"
    )


def _growth(smaller: tuple[int, Cost], larger: tuple[int, Cost]) -> str:
    """How the work, without the start of the process, grows while the graph grows tenfold."""
    (small_size, small), (large_size, large) = smaller, larger
    decades = math.log10(large_size / small_size)
    time = ((large.seconds - large.start) / (small.seconds - small.start)) ** (1 / decades)
    memory = (large.memory / small.memory) ** (1 / decades)
    return f"{time:.1f}x the time, {memory:.1f}x the memory"


def _check(cost: Cost, broken: frozenset[str]) -> None:
    """A pack that finds anything but the broken services was not measured at its work."""
    expected = {(PATH_RULE, name) for name in broken}
    if set(cost.violations) != expected:
        found = sorted(set(cost.violations) ^ expected)
        raise SystemExit(f"bench: {len(found)} violations are missing or not expected, such as {found[:3]}")


def _compare(peer: Checkov, planned: Stack, cost: Cost, alone: float) -> None:
    scan = peer.scan(planned)
    graph = scan.seconds - peer.start
    print(
        f"{len(planned.resources):>9,} {'checkov':>9} {peer.start:>6.2f}s {'':>9} {graph:>6.2f}s"
        f" {scan.seconds:>6.2f}s {'':>7} {scan.memory:>5.0f} MiB"
    )
    _note(
        f"checkov / mailroute: {graph / cost.stack:.1f}x the time to judge the graph"
        f" ({graph / alone:.0f}x that of the proof alone), {scan.seconds / cost.seconds:.1f}x the whole,"
        f" {scan.memory / cost.memory:.1f}x the memory"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[1_000, 10_000, 50_000], metavar="SIZE")
    parser.add_argument("--peer", choices=["checkov"])
    return parser.parse_args()


if __name__ == "__main__":
    main()
