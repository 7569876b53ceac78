"""What a preview and an update of a program say, beside what becomes of packets once it is up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from reachability import Destination, Evidence, Graph, Origin, Proof, Resource, Verdict, merge, parse
from rules.egress import check_of
from rules.rule import Stack
from tests.judges.compare import Ways
from tests.judges.programs import engine
from tests.judges.programs.assumptions import passes_outputs_on, wildcards_are_apart
from tests.judges.programs.cloud import Refused, are_alike
from tests.judges.programs.model import Program
from tests.judges.programs.names import NamedPackets
from tests.judges.specification import Fate
from tests.judges.topologies import SERVICE


@dataclass(frozen=True)
class Said:
    """The verdict of one phase."""

    verdict: Verdict
    codes: tuple[str, ...]
    destination: Destination
    assumptions: tuple[str, ...]


@dataclass(frozen=True)
class Up:
    """A stack that is up, in one order of creation.

    Attributes:
        fates: what becomes of packets, from each subnet of the service.
        as_assumed: whether the values that the preview did not know are what it may take them to be.
        apart: whether no record for all names of a zone that is there already answers for the host.
    """

    said: Said
    fates: tuple[Ways, ...]
    as_assumed: bool = True
    apart: bool = True

    def keeps_to(self, said: Said) -> bool:
        """Whether what `said` assumes is the case."""
        broken = {"PLANNED_IDS": not self.as_assumed, "WILDCARD_OF_OTHER_DOMAIN": not self.apart}
        return not any(broken.get(code) for code in said.assumptions)

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
    """A program, judged: what its preview says, and what becomes of it in each order of creation.

    Attributes:
        ups: none where AWS refuses a program that chooses.
        plainly: what the preview of such a program says where it writes plainly what it chooses.
    """

    preview: Said
    ups: tuple[Up, ...]
    plainly: Verdict = Verdict.REACHABLE

    @property
    def contradictions(self) -> tuple[str, ...]:
        """What is said that packets do not bear out."""
        said = [("preview", self.preview, up) for up in self.ups if up.keeps_to(self.preview)]
        said += [("update", up.said, up) for up in self.ups if up.keeps_to(up.said)]
        found = []
        for phase, phase_said, up in said:
            if phase_said.verdict is Verdict.REACHABLE and not up.works:
                found.append(f"{phase}: reachable, and packets are lost")
            if phase_said.verdict is Verdict.UNREACHABLE and not up.fails:
                found.append(f"{phase}: unreachable, and packets come through")
        if self.preview.verdict is Verdict.REACHABLE is not self.plainly:
            found.append("preview: reachable, and AWS refuses what is chosen")
        return tuple(dict.fromkeys(found))

    def alike(self, other: Judged) -> bool:
        """Whether both contradict the packets in the same way."""
        first, second = self.contradictions[:1], other.contradictions[:1]
        fates = [
            (any(up.works for up in each.ups), all(up.fails for up in each.ups)) for each in (self, other)
        ]
        return first == second and fates[0] == fates[1]


def judge(program: Program, seed: int = 0) -> Judged | None:
    """Judge `program`; none where AWS accepts it in no order, and it chooses nothing, or has no preview."""
    ups, evidence = _accepted(program), evidence_of(program)
    if not ups and program.plainly is None:
        return None
    try:
        planned = engine.preview(program)
        plain = engine.preview(program.plainly) if not ups and program.plainly is not None else None
    except Refused:
        return None  # A function that finds nothing ends a preview too.
    if plain is not None:
        return Judged(_prove(planned, evidence), (), _prove(plain, evidence).verdict)
    return Judged(_prove(planned, evidence), tuple(_come_up(planned, up, evidence, seed) for up in ups))


def _accepted(program: Program) -> list[engine.Update]:
    """What becomes of it in the orders of creation that AWS accepts, each account once."""
    ups: list[engine.Update] = []
    for order in engine.orders(program):
        if ups and not engine.depends_on_order(program):
            break
        with suppress(Refused):
            up = engine.update(program, order)
            if not any(are_alike(up.account, other.account) for other in ups):
                ups.append(up)
    return ups


def evidence_of(program: Program) -> Evidence:
    """What the proof gets to see of the account."""
    shown = program.shown()
    return Evidence() if shown is None else parse(shown)


def _come_up(planned: Sequence[Resource], up: engine.Update, evidence: Evidence, seed: int) -> Up:
    said = _prove(up.resources, evidence)
    fates = tuple(NamedPackets(up.account, Random(seed)).ways(said.destination))
    vpcs = {each["id"]: each["properties"].get("vpcId") for each in up.account["resources"]}
    apart = wildcards_are_apart(up.resources, said.destination.host, up.account)
    return Up(said, fates, passes_outputs_on(planned, up.resources, vpcs), apart)


def _prove(resources: Sequence[Resource], evidence: Evidence) -> Said:
    graph = merge(resources, evidence, project="judges", stack="dev")
    proof = Proof(graph, zones=evidence.zones)
    (workload,) = proof.workloads(Origin.PROGRAM)
    (egress,) = proof.egress(workload)
    outcome = egress.outcome
    codes = tuple(sorted({finding.code for finding in outcome.findings}))
    assumed = tuple(each.code for each in outcome.assumptions)
    return Said(outcome.verdict, codes, egress.destination, assumed)


def verdict(resources: Sequence[Resource], evidence: Evidence) -> Verdict:
    """The verdict on the one service among `resources`."""
    return _prove(resources, evidence).verdict


def of_pack(program: Program) -> Verdict:
    """What the policy pack makes of the preview: what it does not object to is reachable."""
    planned = engine.preview(program)
    (service,) = (each for each in planned if each.type == SERVICE)
    check = check_of("apprunner-egress-route")
    found = check(Stack(Graph(planned), evidence_of(program)), {})(service)
    violations = [each for each in found if not each.warning]
    if not violations:
        return Verdict.REACHABLE
    return Verdict.UNDETERMINED if violations[0].undetermined else Verdict.UNREACHABLE


def tally(counts: Counter[str], judged: Judged | None) -> None:
    """Count a program: what its preview says, and whether it is weaker than it needs to be."""
    counts["total"] += 1
    if judged is None:
        counts["refused by AWS"] += 1
        return
    counts[judged.preview.verdict.value] += 1
    if judged.preview.verdict is not Verdict.UNDETERMINED and not all(up.as_assumed for up in judged.ups):
        counts["decided, and an assumption is broken"] += 1
    open_before = judged.preview.verdict is Verdict.UNDETERMINED
    if not judged.ups:
        counts["AWS may refuse what is chosen"] += 1
    elif open_before and all(up.said.verdict is Verdict.REACHABLE for up in judged.ups):
        counts["undetermined though the update is reachable"] += 1
