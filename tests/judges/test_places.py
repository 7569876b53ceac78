"""Several regions and accounts in one graph: a service has the verdict that it has alone.

Packets bear it out, as they do where a guest's service runs in a network that another account shares with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import pytest

from reachability import Destination, Origin, Outcome, Proof, Resource, Verdict, combine, parse
from tests.conftest import Rounds
from tests.judges.compare import EXTRA, Comparison, Packets, account_graph, tally, texts
from tests.judges.places import ELSEWHERE, GUEST, HERE, SERVICE, Place, SharedNetwork, moved, placed, through
from tests.judges.program import Program, can_declare
from tests.judges.test_specification import Record
from tests.judges.topologies import Document
from tests.judges.twists import document

SHARDS = 4


@dataclass(frozen=True)
class Part:
    """What one place has of a graph: what is shown of it, or a program that declares it."""

    place: Place
    document: Document
    program: tuple[Resource, ...] = ()

    def has(self, service: Resource) -> bool:
        return service in self.program if self.program else service.id == moved(SERVICE, self.place)


def _judge(
    parts: Sequence[Part], rng: Random, destination: Destination | None = None
) -> tuple[Destination, Outcome]:
    """What the proof over one graph of all `parts` says of the service of the first.

    Args:
        destination: one that `rng` chooses where it is `None`.
    """
    first = parts[0]
    held = combine(parse(part.document) for part in rng.sample(parts, len(parts)) if not part.program)
    program = [resource for part in parts for resource in part.program]
    proof = Proof(account_graph(held, program), zones=held.zones)
    origin = Origin.PROGRAM if first.program else Origin.ACCOUNT
    (workload,) = (found for found in proof.workloads(origin) if first.has(found.resource))
    if destination is None:
        destination = rng.choice((*workload.destinations, *workload.destinations, rng.choice(EXTRA)))
    return destination, proof.judge(workload.placements, destination)


def _part(seed: int, place: Place, form: int, rng: Random) -> Part:
    """The account of `seed` at `place`: as it is shown, as a program that will create it, or has done so."""
    account = document(seed)
    if form == 0 or not can_declare(account):
        read = account["vpcs"] if rng.random() < 0.8 else []
        return Part(place, {**moved(account, place), "vpcs": read})
    told = place.region == HERE.region or rng.random() < 0.5
    program = placed(Program(account, rng).resources(preview=form == 1), place, told=told)
    return Part(place, moved(account, place), tuple(program))


def _borne_out(account: Document, destination: Destination, outcome: Outcome, rng: Random) -> Comparison:
    """What the proof says of the service of `account` beside what becomes of its packets."""
    codes = tuple(finding.code for finding in outcome.findings)
    ways = tuple(Packets(account, rng).ways(destination))
    return Comparison(destination, outcome.verdict, codes, ways)


@pytest.mark.fuzz
@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_service_has_the_verdict_that_it_has_alone(
    shard: int, rounds: Rounds, record_property: Record
) -> None:
    counts: Counter[str] = Counter()
    for seed in range(shard, rounds(test=300, fuzz=6_000), SHARDS):
        rng = Random(seed)
        here = _part(2 * seed, HERE, rng.randrange(3), rng)
        there = _part(2 * seed + 1, rng.choice(ELSEWHERE), rng.randrange(3), rng)
        for part, other in ((here, there), (there, here)):
            destination, alone = _judge([part], rng)
            _, outcome = _judge([part, other], rng, destination)
            found = _borne_out(part.document, destination, outcome, rng)
            tally(counts, found)
            assert outcome.verdict is alone.verdict, (seed, part.place, alone.findings, outcome.findings)
            assert not found.contradicts, (seed, part.place, found)
    record_property("measured", {"proof of several places": dict(counts)})


# Subnets that another account shares ---------------------------------------------------------------------


@dataclass(frozen=True)
class Split:
    """One account three times; the first part of each has the service.

    Attributes:
        whole: all of it in one account.
        both: the network's in one account, the service in another.
        guests: the same without the evidence of the network's owner; none where a program makes all of it.
    """

    whole: tuple[Part, ...]
    both: tuple[Part, ...]
    guests: tuple[Part, ...] = ()


def _split(network: SharedNetwork, form: int, rng: Random) -> Split:
    """As both accounts are shown it, as a program of both declares it, or as the guest's adopts it."""
    account = network.whole
    if form == 0 or not can_declare(account):
        owner, guest = Part(HERE, network.owners(own=True)), Part(GUEST, network.guests(own=True))
        return Split((Part(HERE, account),), (guest, owner), (guest,))
    declared, preview = Program(account, rng), rng.random() < 0.5
    if form == 1:
        resources = declared.resources(preview=preview)
        program = network.program(resources, preview=preview)
        return Split((Part(HERE, account, tuple(resources)),), (Part(HERE, account, tuple(program)),))
    unheard = "sg-connector" not in texts(network.without_guest()["resources"])
    adopting = network.adopting(declared).resources(preview=preview and unheard)
    here, there = (Part(place, account, tuple(through(adopting, place))) for place in (HERE, GUEST))
    owner, guest = Part(HERE, network.owners(own=False)), Part(GUEST, network.guests(own=False))
    return Split((here, Part(HERE, network.without_guest())), (there, owner, guest), (there, guest))


@pytest.mark.fuzz
@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_guests_service_has_the_verdict_of_the_whole_network(
    shard: int, rounds: Rounds, record_property: Record
) -> None:
    """With the evidence of its owner; without that, packets bear out what can be said."""
    counts: Counter[str] = Counter()
    for seed in range(shard, rounds(test=300, fuzz=6_000), SHARDS):
        rng = Random(seed)
        network = SharedNetwork(document(seed), rng)
        split = _split(network, rng.randrange(3), rng)
        destination, whole = _judge(split.whole, rng)
        for parts in (split.both, split.guests):
            if not parts:
                continue
            _, outcome = _judge(parts, rng, destination)
            found = _borne_out(network.whole, destination, outcome, rng)
            tally(counts, found)
            assert not found.contradicts, (seed, found)
            if parts is split.both:
                assert outcome.verdict is whole.verdict, (seed, whole.findings, outcome.findings)
    record_property("measured", {"proof of shared networks": dict(counts)})


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
def test_a_guest_runs_in_no_subnet_that_is_not_shared_with_it(preview: bool) -> None:
    for seed in range(40):
        rng = Random(seed)
        network = SharedNetwork(document(seed, twists=0), rng)
        resources = Program(network.whole, rng).resources(preview=preview)
        program = network.program(resources, preview=preview, forget=True)
        _, outcome = _judge([Part(HERE, network.whole, tuple(program))], rng)
        assert outcome.verdict is Verdict.UNREACHABLE, seed
        assert "SUBNET_NOT_SHARED" in {finding.code for finding in outcome.findings}, seed
