"""The judge finds every defect that is planted in the proof, in the program that README.md tells."""

from __future__ import annotations

import pytest

from tests.judges.programs.defects import DEFECTS, ENOUGH, Defect, recorded


def test_the_table_tells_of_every_defect() -> None:
    assert list(recorded()) == [defect.what for defect in DEFECTS]


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.what)
def test_a_planted_defect_is_found(defect: Defect) -> None:
    count = recorded()[defect.what]
    assert count <= ENOUGH
    assert defect.shows_in(count - 1), "count anew: python -m tests.judges.programs.defects"
