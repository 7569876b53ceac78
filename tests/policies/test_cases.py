"""Every file under `cases/` is a graph and what its rule must say of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.policies.case_files import CASES, CaseError, PolicyCase, load_case
from tests.policies.harness import PackProcess, Result, Results

FILES = sorted(CASES.glob("*/*.json"))


def read(path: Path) -> PolicyCase:
    """The case of a file; what is wrong with the file is one line, and no traceback."""
    try:
        return load_case(path)
    except CaseError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_case(path: Path, preview: PackProcess, update: PackProcess, tmp_path: Path) -> None:
    case = read(path)
    pack = update if case.updating else preview
    pack.configure(case.config(tmp_path))

    results = pack.run(case.nodes)

    assert _said(results, case.rule) == case.expected


def _said(results: Results, rule: str) -> dict[str, Any]:
    """What was said of `rule`, in the form of `expected`."""
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
