"""Every folder under `cases/` is a graph and what its rule must say of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.policies.harness import PackProcess, Result, Results, load_case

CASES = Path(__file__).parent / "cases"
FOLDERS = sorted(path.parent for path in CASES.glob("*/*/graph.json"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_case(folder: Path, preview: PackProcess, update: PackProcess) -> None:
    case = load_case(folder)
    rule = folder.parent.name
    pack = update if case.updating else preview
    pack.configure(case.config)

    results = pack.run(case.nodes)

    assert _said(results, rule) == json.loads((folder / "expected.json").read_text(encoding="utf-8"))


def _said(results: Results, rule: str) -> dict[str, Any]:
    """What was said of `rule`, in the form of `expected.json`."""
    if results.of(rule):
        return {"verdict": "violated", "violations": _listed(results.of(rule))}
    if rule in results.not_applicable:
        return {"verdict": "not applicable"}
    advisories = [result for result in results.of("advisories") if f": ({rule}, " in result.message]
    if advisories:
        return {"verdict": "advisory", "advisories": _listed(advisories)}
    return {"verdict": "satisfied"}


def _listed(results: Iterable[Result]) -> list[dict[str, Any]]:
    found = [{"resource": result.resource, "codes": list(result.codes)} for result in results]
    return sorted(found, key=lambda entry: (entry["resource"], entry["codes"]))
