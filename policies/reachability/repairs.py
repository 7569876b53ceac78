"""The smallest sets of changes that make a dead path work, each proved by the proof itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from .changes import Change, Situation, applied, vpc_of_workload
from .mending import mends_of
from .proof import DEFAULT_PORTS, Proof
from .ses_names import region_of_host
from .verdict import Destination, Verdict
from .ways_out import WAYS_OUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .changes import Mend
    from .evidence import Offer
    from .graph import Graph
    from .settings import Settings
    from .verdict import Egress, Outcome

ROUNDS: Final = 6
"""A path has few independent layers: what is not mended by then is not within reach of single changes."""


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

    def __init__(self, graph: Graph, settings: Settings, offer: Offer) -> None:
        self.graph = graph
        self.settings = settings
        self.offer = offer

    def of(self, egress: Egress) -> tuple[Repair, ...]:
        """The repairs of a dead path, the smallest first, then the cheapest; none for any other."""
        if egress.verdict is not Verdict.UNREACHABLE:
            return ()
        found = {
            frozenset(change.text for change in repair.changes): repair for repair in self._search(egress)
        }
        smallest = [repair for texts, repair in found.items() if not any(other < texts for other in found)]
        return tuple(sorted(smallest, key=lambda repair: (len(repair.changes), repair.monthly)))

    def _search(self, egress: Egress) -> Iterator[Repair]:
        for destination, first in self._destinations(egress):
            for way_out in WAYS_OUT:
                changes = self._mend(egress.urn, destination, way_out)
                if changes is not None:
                    needed = self._without_spare(egress.urn, destination, changes)
                    if self._harms_nobody(egress.urn, needed):
                        yield Repair((*first, *needed))

    def _destinations(self, egress: Egress) -> Iterator[tuple[Destination, tuple[Change, ...]]]:
        """The destination as it is; and SES's SMTP in its place, which needs no internet."""
        yield egress.destination, ()
        service = self.graph.find(egress.urn)
        region = service.region if service else None
        if isinstance(egress.destination.host, str) and isinstance(region, str):
            host = f"email-smtp.{region}.amazonaws.com"
            if region_of_host(egress.destination.host) != region:
                text = f"send through Amazon SES: set SMTP_HOST to {host} and SMTP_PORT to 587"
                yield replace(egress.destination, host=host, port=587), (Change(text, egress.urn),)

    def _mend(self, urn: str, destination: Destination, way_out: Mend) -> tuple[Change, ...] | None:
        """Mend what the proof finds, prove again, and so on; `None` where that does not lead to a path."""
        changes: tuple[Change, ...] = ()
        for _ in range(ROUNDS):
            proved = self._prove(urn, destination, changes)
            if proved is None:
                return None
            situation, outcome = proved
            if outcome.verdict is Verdict.REACHABLE:
                return changes
            more: dict[str, Change] = {}
            for finding in outcome.findings:
                mend = mends_of(finding, way_out)
                change = mend(situation, finding) if mend else None
                if change is not None and change not in changes:
                    more.setdefault(change.text, change)
            if not more:
                return None
            changes = (*changes, *more.values())
        return None

    def _without_spare(
        self, urn: str, destination: Destination, changes: Sequence[Change]
    ) -> tuple[Change, ...]:
        """`changes` without each one that the path does not need."""
        kept = list(changes)
        for change in changes:
            fewer = [other for other in kept if other is not change]
            proved = self._prove(urn, destination, fewer)
            if proved is not None and proved[1].verdict is Verdict.REACHABLE:
                kept = fewer
        return tuple(kept)

    @cached_property
    def _before(self) -> Proof:
        return Proof(self.graph, self.settings, self.offer)

    def _harms_nobody(self, urn: str, changes: Sequence[Change]) -> bool:
        """Whether the other workloads of the same VPC still reach what they reach."""
        after = Proof(applied(self.graph, changes), self.settings, self.offer)
        return all(
            old.verdict is not Verdict.REACHABLE or new.verdict is Verdict.REACHABLE
            for old, new in zip(_neighbours(self._before, urn), _neighbours(after, urn), strict=True)
        )

    def _prove(
        self, urn: str, destination: Destination, changes: Iterable[Change]
    ) -> tuple[Situation, Outcome] | None:
        """What the proof says of the changed graph; `None` where the workload is not in it."""
        proof = Proof(applied(self.graph, changes), self.settings, self.offer)
        resource = proof.crossing.graph.find(urn)
        found = proof.workloads(resource.origin) if resource else ()
        workload = next((workload for workload in found if workload.resource.key == urn), None)
        if workload is None:
            return None
        port = destination.port if isinstance(destination.port, int) else DEFAULT_PORTS[0]
        return Situation(proof, workload, port), proof.judge(workload.placements, destination)


def _neighbours(proof: Proof, urn: str) -> Iterator[Egress]:
    """The egress of the other workloads in the VPC of the one that is `urn`."""
    resource = proof.crossing.graph.find(urn)
    workloads = tuple(proof.workloads(resource.origin)) if resource else ()
    vpcs = {workload.resource.key: vpc_of_workload(proof, workload) for workload in workloads}
    for workload in workloads:
        if workload.resource.key != urn and vpcs[workload.resource.key] == vpcs.get(urn):
            yield from proof.egress(workload)
