"""The smallest sets of changes that make a dead path work, each proved by the proof itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from reachability import Origin, Proof, Verdict
from reachability.aws.ses import region_of_host
from reachability.ways import DEFAULT_PORTS
from reachability.workloads.mail_address import HTTPS, is_api

from .changes import Change, Situation, applied
from .egress_fixes import EGRESS_FIXES
from .fixes import fixed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reachability import Destination, Egress, Graph, Outcome, Resource, Settings, ZoneAvailability

    from .changes import Fix

    Reached = set[tuple[str, Destination]]

ROUNDS: Final = 6
"""A path has few independent layers: what is not fixed by then is not within reach of single changes."""


@dataclass(frozen=True)
class Repair:
    """Changes that together make a destination reachable, no one of which can be left out."""

    changes: tuple[Change, ...]

    @property
    def monthly(self) -> float:
        """What they add to the bill each month, in US dollars, without traffic."""
        return round(sum(change.monthly for change in self.changes), 2)


class Repairs:
    """The search for repairs of one graph's dead paths."""

    def __init__(self, graph: Graph, settings: Settings, zones: ZoneAvailability) -> None:
        self.graph = graph
        self.settings = settings
        self.zones = zones
        self._reached_after: dict[tuple[tuple[str, str], ...], Reached] = {}

    def of(self, egress: Egress) -> tuple[Repair, ...]:
        """The repairs of a dead path, the smallest first, then the cheapest; none for any other."""
        resource = self.graph.find(egress.urn)
        if resource is None or egress.verdict is not Verdict.UNREACHABLE:
            return ()
        found = {
            frozenset(change.identity for change in repair.changes): repair
            for repair in self._search(resource, egress.destination)
        }
        smallest = [repair for own, repair in found.items() if not any(other < own for other in found)]
        return tuple(sorted(smallest, key=lambda repair: (len(repair.changes), repair.monthly)))

    def _search(self, resource: Resource, destination: Destination) -> Iterator[Repair]:
        for wanted, first in _destinations(resource, destination):
            for egress_fix in EGRESS_FIXES:
                changes = self._fix(resource, wanted, egress_fix)
                if changes is not None:
                    needed = self._without_spare(resource, wanted, changes)
                    if self._reached(()) <= self._reached(needed):
                        yield Repair((*first, *needed))

    def _fix(
        self, resource: Resource, destination: Destination, egress_fix: Fix
    ) -> tuple[Change, ...] | None:
        """Fix what the proof finds, prove again, and so on; `None` where that does not lead to a path."""
        changes: tuple[Change, ...] = ()
        for _ in range(ROUNDS):
            situation, outcome = self._prove(resource, destination, changes)
            if outcome.verdict is Verdict.REACHABLE:
                return changes
            known = len(changes)
            for finding in {(found.code, found.resource): found for found in outcome.findings}.values():
                change = fixed(situation, finding, egress_fix)
                if change is not None and change.identity not in {other.identity for other in changes}:
                    changes = (*changes, change)
                    situation = self._situation(resource, destination, changes)
            if len(changes) == known:
                return None
        return None

    def _without_spare(
        self, resource: Resource, destination: Destination, changes: Sequence[Change]
    ) -> tuple[Change, ...]:
        """`changes` without each one that the path does not need."""
        kept = list(changes)
        for change in changes:
            fewer = [other for other in kept if other is not change]
            if self._prove(resource, destination, fewer)[1].verdict is Verdict.REACHABLE:
                kept = fewer
        return tuple(kept)

    def _reached(self, changes: Sequence[Change]) -> Reached:
        """What all workloads certainly reach after `changes`."""
        key = tuple(change.identity for change in changes)
        if key not in self._reached_after:
            proof = self._proof(changes)
            self._reached_after[key] = {
                (egress.urn, egress.destination)
                for workload in chain.from_iterable(map(proof.workloads, Origin))
                for egress in proof.egress(workload)
                if egress.verdict is Verdict.REACHABLE
            }
        return self._reached_after[key]

    def _proof(self, changes: Iterable[Change]) -> Proof:
        return Proof(applied(self.graph, changes), self.settings, self.zones)

    def _prove(
        self, resource: Resource, destination: Destination, changes: Iterable[Change]
    ) -> tuple[Situation, Outcome]:
        """What the proof says of the workload `resource` in the changed graph."""
        situation = self._situation(resource, destination, changes)
        outcome = situation.proof.of_workload(
            situation.workload, lambda proof, own: proof.judge(own.placements, destination)
        )
        return situation, outcome

    def _situation(
        self, resource: Resource, destination: Destination, changes: Iterable[Change]
    ) -> Situation:
        proof = self._proof(changes)
        workloads = proof.workloads(resource.origin)
        workload = next(workload for workload in workloads if workload.resource.key == resource.key)
        port = destination.port if isinstance(destination.port, int) else DEFAULT_PORTS[0]
        return Situation(proof, workload, port)


def _destinations(
    resource: Resource, destination: Destination
) -> Iterator[tuple[Destination, tuple[Change, ...]]]:
    """The destination as it is; and SES's SMTP in place of a mail server, which needs no internet."""
    yield destination, ()
    region = resource.region
    if isinstance(destination.host, str) and isinstance(region, str):
        host = f"email-smtp.{region}.amazonaws.com"
        mail = destination.port != HTTPS or is_api(destination.host)
        if mail and region_of_host(destination.host) != region:
            text = f"send through Amazon SES: name {host} as the mail host, and its port 587"
            yield replace(destination, host=host, port=587), (Change(text, resource.key),)
