"""What would fix a dead path, in words: the search is the proof's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mailroute.fixes.changes import HOURS_PER_MONTH, PRICES_OF

from .model import Repair

if TYPE_CHECKING:
    from mailroute.fixes import Repairs
    from reachability import Egress

IN_CREATION: Final = " in the simulated creation"
"""Where what fixes a path has been verified, if it is not the preview."""

PRICES: Final = f"{PRICES_OF}, {HOURS_PER_MONTH} hours a month, before traffic"


def repairs_of(search: Repairs, egress: Egress) -> tuple[Repair, ...]:
    """The smallest sets of changes after which the proof finds a path; none where it is not dead."""
    return tuple(
        Repair(tuple(change.text for change in repair.changes), repair.monthly)
        for repair in search.of(egress)
    )


def as_json(repair: Repair) -> dict[str, Any]:
    return {"changes": list(repair.changes), "monthlyUsd": repair.monthly}


def from_json(entry: dict[str, Any]) -> Repair:
    return Repair(tuple(map(str, entry["changes"])), float(entry["monthlyUsd"]))
