"""Every folder under `cases/` is a graph and what its rule must say of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.policies.harness import PackProcess, load_case

CASES = Path(__file__).parent / "cases"
FOLDERS = sorted(path.parent for path in CASES.glob("*/*/graph.json"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_case(folder: Path, preview: PackProcess, update: PackProcess) -> None:
    case = load_case(folder)
    rule = folder.parent.name
    pack = update if case.updating else preview
    pack.configure(case.config)

    results = pack.run(case.nodes)

    said: dict[str, Any] = {"verdict": "satisfied"}
    if results.of(rule):
        said = {
            "verdict": "violated",
            "violations": sorted(
                ({"resource": result.resource, "codes": list(result.codes)} for result in results.of(rule)),
                key=lambda violation: (violation["resource"], violation["codes"]),
            ),
        }
    elif rule in results.not_applicable:
        said = {"verdict": "not applicable"}
    elif results.of("advisories"):
        said = {"verdict": "advisory", "advisories": [result.message for result in results.of("advisories")]}
    assert said == json.loads((folder / "expected.json").read_text(encoding="utf-8"))
