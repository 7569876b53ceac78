"""Random small accounts through the proof and the specification: neither ever contradicts the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random

import pytest

from reachability import Destination, Verdict
from tests.conftest import Rounds
from tests.judges.cases import Case
from tests.judges.compare import Comparison, compare, tally
from tests.judges.program import Program, can_declare
from tests.judges.shrink import shrink
from tests.judges.topologies import Document
from tests.judges.twists import document

SHARDS = 8
RETRIES = 10

Record = Callable[[str, object], None]


@pytest.mark.fuzz
@pytest.mark.parametrize("shard", range(SHARDS))
def test_the_proof_and_the_specification_agree(shard: int, rounds: Rounds, record_property: Record) -> None:
    counts: Counter[str] = Counter()
    for seed in range(shard, rounds(test=12_000, fuzz=1_000_000), SHARDS):
        account = document(seed)
        comparison = _compare(account, seed)
        tally(counts, comparison)
        if comparison.contradicts:
            pytest.fail(_keep(seed, account, comparison))
    record_property("measured", {"proof against specification": dict(counts)})


def _compare(
    account: Document, seed: int, destination: Destination | None = None, retry: int = 0
) -> Comparison:
    """As the account shows it, as a program that has created it, or as one that is about to."""
    form = seed // SHARDS % 4
    declared = form > 1 and can_declare(account)
    program = Program(account, Random(seed)).resources(preview=form == 2) if declared else ()
    return compare(account, Random(seed + retry), destination, program)


def _keep(seed: int, account: Document, found: Comparison) -> str:
    """Save the smallest account that shows the same disagreement, as a case to be judged by a person."""

    def contradicts(candidate: Document) -> bool:
        return any(_compare(candidate, seed, found.destination, n).contradicts for n in range(RETRIES))

    case = Case(
        title=f"seed {seed}: {found.verdict.value} {' '.join(found.codes)}",
        destination=found.destination,
        verdict=Verdict.UNDETERMINED,
        codes=(),
        document=shrink(account, contradicts),
    )
    path = case.save(f"seed-{seed}")
    return f"the proof says {found.verdict.value} of seed {seed}, its packets say otherwise: judge {path}"
