"""What a change of the program does to its routes: an earlier rehearsal beside this one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from reachability import Egress

from .model import Change, RouteChange

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .model import Report

_ORDER: Final = (Change.LOST, Change.REMOVED, Change.CHANGED, Change.NEW, Change.GAINED, Change.UNCHANGED)


def compare(report: Report, base: Iterable[Egress]) -> Report:
    """`report` with what has become of each egress since `base`, which an earlier one has shown."""
    after = (Egress.from_json(change.after.as_json()) for change in report.egress)
    return replace(report, changes=route_changes(base, after))


def route_changes(base: Iterable[Egress], after: Iterable[Egress]) -> tuple[RouteChange, ...]:
    """What has become of each egress of `base`, and which are new `after` it; what was lost comes first.

    An egress is compared with that of the same workload and destination, else with one to a destination
    that the workload gives up.
    """
    before: defaultdict[str, list[Egress]] = defaultdict(list)
    for egress in base:
        before[egress.urn].append(egress)
    pairs: list[tuple[Egress | None, Egress | None]] = []
    left: list[Egress] = []
    for egress in after:
        same = next((old for old in before[egress.urn] if old.destination == egress.destination), None)
        if same is None:
            left.append(egress)
        else:
            before[egress.urn].remove(same)
            pairs.append((same, egress))
    for egress in left:
        given_up = before[egress.urn]
        pairs.append((given_up.pop(0) if given_up else None, egress))
    pairs += ((egress, None) for egresses in before.values() for egress in egresses)
    return tuple(sorted((RouteChange(*pair) for pair in pairs), key=_place))


def _place(change: RouteChange) -> tuple[int, str, str]:
    """What was lost comes first."""
    return _ORDER.index(change.change), change.shown.service, str(change.shown.destination)
