"""What a preview and an update of a program say, beside what becomes of packets once it is up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from reachability import Destination, Evidence, Origin, Proof, Resource, Verdict, merge, parse
from tests.judges.compare import Ways
from tests.judges.programs import engine
from tests.judges.programs.cloud import Refused
from tests.judges.programs.model import Program
from tests.judges.programs.names import NamedPackets
from tests.judges.specification import Fate


@dataclass(frozen=True)
class Said:
    """The verdict of one phase."""

    verdict: Verdict
    codes: tuple[str, ...]
    destination: Destination


@dataclass(frozen=True)
class Up:
    """A stack that is up, in one order of creation.

    Attributes:
        fates: what becomes of packets, from each subnet of the service.
    """

    said: Said
    fates: tuple[Ways, ...]

    @property
    def works(self) -> bool:
        """Every packet of some way is answered, from every subnet."""
        alive = all(any(all(fate is Fate.CONNECTED for fate in way) for way in ways) for ways in self.fates)
        return alive and bool(self.fates)

    @property
    def fails(self) -> bool:
        """There is a subnet from which every packet is lost, on every way."""
        dead = any(all(fate is Fate.LOST for way in ways for fate in way) for ways in self.fates)
        return dead or not self.fates


@dataclass(frozen=True)
class Judged:
    """A program, judged: what its preview says, and what becomes of it in each order of creation."""

    preview: Said
    ups: tuple[Up, ...]

    @property
    def contradictions(self) -> tuple[str, ...]:
        """What is said that packets do not bear out."""
        said = [("preview", self.preview, up) for up in self.ups]
        said += [("update", up.said, up) for up in self.ups]
        found = []
        for phase, phase_said, up in said:
            if phase_said.verdict is Verdict.REACHABLE and not up.works:
                found.append(f"{phase}: reachable, and packets are lost")
            if phase_said.verdict is Verdict.UNREACHABLE and not up.fails:
                found.append(f"{phase}: unreachable, and packets come through")
        return tuple(dict.fromkeys(found))

    def alike(self, other: Judged) -> bool:
        """Whether both contradict the packets in the same way."""
        first, second = self.contradictions[:1], other.contradictions[:1]
        fates = [
            (any(up.works for up in each.ups), all(up.fails for up in each.ups)) for each in (self, other)
        ]
        return first == second and fates[0] == fates[1]


def judge(program: Program, seed: int = 0) -> Judged | None:
    """Judge `program`; none where AWS accepts it in no order."""
    ups: list[engine.Update] = []
    for order in dict.fromkeys(engine.orders(program)):
        with suppress(Refused):
            up = engine.update(program, order)
            if all(up.account != other.account for other in ups):
                ups.append(up)
    if not ups:
        return None
    evidence = parse(program.account) if program.evidence else Evidence()
    planned = _prove(engine.preview(program), evidence)
    return Judged(planned, tuple(_come_up(up, evidence, seed) for up in ups))


def _come_up(up: engine.Update, evidence: Evidence, seed: int) -> Up:
    said = _prove(up.resources, evidence)
    return Up(said, tuple(NamedPackets(up.account, Random(seed)).ways(said.destination)))


def _prove(resources: Sequence[Resource], evidence: Evidence) -> Said:
    graph = merge(resources, evidence, project="judges", stack="dev")
    proof = Proof(graph, zones=evidence.zones)
    (workload,) = proof.workloads(Origin.PROGRAM)
    (destination,) = workload.destinations
    outcome = proof.judge(workload.placements, destination)
    codes = tuple(sorted({finding.code for finding in outcome.findings}))
    return Said(outcome.verdict, codes, destination)


def verdict(resources: Sequence[Resource], evidence: Evidence) -> Verdict:
    """The verdict on the one service among `resources`."""
    return _prove(resources, evidence).verdict


def tally(counts: Counter[str], judged: Judged | None) -> None:
    """Count a program: what its preview says, and whether it is weaker than it needs to be."""
    counts["total"] += 1
    if judged is None:
        counts["refused by AWS"] += 1
        return
    counts[judged.preview.verdict.value] += 1
    open_before = judged.preview.verdict is Verdict.UNDETERMINED
    if open_before and all(up.said.verdict is Verdict.REACHABLE for up in judged.ups):
        counts["undetermined though the update is reachable"] += 1
