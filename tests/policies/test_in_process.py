"""The same cases without the SDK between: what the pack says is what the rules say."""

from __future__ import annotations

from pathlib import Path

import pytest

from enforcement import options
from rules import RULES
from tests.policies.harness import judge
from tests.policies.test_cases import FILES, read

BY_NAME = {rule.name: rule for rule in RULES}
OF_THE_PACK = {"CONFIG_INVALID", "EXCEPTION_EXPIRED", "EXCEPTION_INVALID", "EVIDENCE_UNREADABLE"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_rule_by_itself(path: Path) -> None:
    case = read(path)
    rule = BY_NAME[case.rule]
    configured, _ = options.read(rule, case.options.get(rule.name, {}))

    found = judge(rule, case.nodes, configured, case.evidence.values())

    listed = [*case.expected.get("violations", ()), *case.expected.get("advisories", ())]
    assert sorted((str(one.urn).rpartition("::")[2], list(one.codes)) for one in found) == sorted(
        (entry["resource"], entry["codes"])
        for entry in listed
        if not OF_THE_PACK.intersection(entry["codes"])
    )
