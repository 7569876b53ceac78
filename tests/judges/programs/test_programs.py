"""Random small programs through a preview and an update: packets bear out what both say of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from reachability import Verdict
from tests.conftest import Rounds
from tests.judges.programs.cases import CASES, Case
from tests.judges.programs.generate import program
from tests.judges.programs.judge import Judged, judge, of_pack, tally
from tests.judges.programs.model import Program
from tests.judges.programs.shrink import shrink

SHARDS = 8
PACK = 10
"""The policy pack judges one program of so many."""

Record = Callable[[str, object], None]


@pytest.mark.fuzz
@pytest.mark.parametrize("shard", range(SHARDS))
def test_preview_update_and_packets_agree(shard: int, rounds: Rounds, record_property: Record) -> None:
    counts: Counter[str] = Counter()
    for seed in range(shard, rounds(test=5_000, fuzz=200_000), SHARDS):
        generated = program(seed)
        judged = judge(generated, seed)
        tally(counts, judged)
        if judged is not None and judged.contradictions:
            pytest.fail(_keep(seed, generated, judged))
        if judged is not None and seed // SHARDS % PACK == 0:
            assert of_pack(generated) is judged.preview.verdict, seed
    record_property("measured", {"programs, by their previews": dict(counts)})


@pytest.mark.parametrize("path", sorted(CASES.glob("*.json")), ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    case = Case.load(path)
    judged = judge(case.program)
    assert judged is not None
    assert judged.preview.verdict is case.preview
    assert tuple(up.said.verdict for up in judged.ups) == case.updates
    assert not judged.contradictions


def _keep(seed: int, generated: Program, found: Judged) -> str:
    """Save the smallest program that shows the same disagreement, as a case to be judged by a person."""

    def contradicts(candidate: Program) -> bool:
        judged = judge(candidate, seed)
        return judged is not None and judged.alike(found)

    smallest = shrink(generated, contradicts)
    case = Case(f"seed {seed}: {'; '.join(found.contradictions)}", Verdict.UNDETERMINED, (), smallest)
    path = case.save(f"seed-{seed}")
    return f"{'; '.join(found.contradictions)} (seed {seed}): judge {path}"
