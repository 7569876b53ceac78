"""Every case has the verdict that AWS's documents give it, and concrete packets bear it out."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from evidence.file import validate
from tests.judges.cases import CASES, Case
from tests.judges.compare import Packets, compare
from tests.judges.test_ipv6 import DualStackPackets

LAYOUTS = Path(__file__).parent / "layouts"
FILES = sorted([*CASES.glob("*.json"), *LAYOUTS.glob("*.json")])


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_case(path: Path) -> None:
    case = Case.load(path)
    validate(case.document, path.name)
    dual_stack = any("ipv6CidrBlock" in entry["properties"] for entry in case.document["resources"])
    packets = DualStackPackets if dual_stack else Packets
    for seed in range(20):
        found = compare(case.document, Random(seed), case.destination, packets=packets)
        assert (found.verdict, sorted(set(found.codes))) == (case.verdict, list(case.codes))
        assert not found.contradicts
