"""Random accounts with firewalls on the way: the proof never contradicts the specification."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from tests.conftest import Rounds
from tests.judges.compare import compare, tally
from tests.judges.firewalls import firewalled
from tests.judges.program import Program, can_declare
from tests.judges.test_specification import Record

SHARDS = 4


@pytest.mark.fuzz
@pytest.mark.parametrize("shard", range(SHARDS))
def test_the_proof_and_the_specification_agree_on_firewalls(
    shard: int, rounds: Rounds, record_property: Record
) -> None:
    counts: Counter[str] = Counter()
    for seed in range(shard, rounds(test=3_000, fuzz=200_000), SHARDS):
        account = firewalled(seed)
        form = seed // SHARDS % 3
        declared = form > 0 and can_declare(account)
        program = Program(account, Random(seed)).resources(preview=form == 1) if declared else ()
        comparison = compare(account, Random(seed), None, program)
        tally(counts, comparison)
        assert not comparison.contradicts, (seed, form, comparison)
    record_property("measured", {"proof against specification of firewalls": dict(counts)})
