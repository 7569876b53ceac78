"""The same cases without the SDK between: what the pack says is what the rules say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from enforcement import options
from rules import RULES
from tests.policies.harness import judge, load_case
from tests.policies.test_cases import FOLDERS

BY_NAME = {rule.name: rule for rule in RULES}
OF_THE_PACK = {"CONFIG_INVALID", "EXCEPTION_EXPIRED", "EXCEPTION_INVALID", "EVIDENCE_UNREADABLE"}
PLAIN = [folder for folder in FOLDERS if not any(folder.glob("evidence*.json"))]


@pytest.mark.parametrize("folder", PLAIN, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_rule_by_itself(folder: Path) -> None:
    rule = BY_NAME[folder.parent.name]
    case = load_case(folder)
    configured, _ = options.read(rule, case.config.get(rule.name, {}))

    found = judge(rule, case, configured)

    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    listed = [*expected.get("violations", ()), *expected.get("advisories", ())]
    assert sorted((str(one.urn).rpartition("::")[2], list(one.codes)) for one in found) == sorted(
        (entry["resource"], entry["codes"])
        for entry in listed
        if not OF_THE_PACK.intersection(entry["codes"])
    )
