"""What `make mutation` is told of the proof stays true of it: explanations, and parts that documents name."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.mutation.__main__ import chosen
from tests.mutation.mutants import modules

ROOT = Path(__file__).parents[2]


def test_every_explanation_is_of_lines_that_are_there() -> None:
    explained = json.loads((ROOT / "tests/mutation/explained.json").read_text(encoding="utf-8"))

    assert explained
    for entry in explained:
        lines = modules()[entry["module"]].read_text(encoding="utf-8").splitlines()
        source = " ".join(line.strip() for line in lines)
        assert entry["before"] in source, entry
        assert entry["before"] != entry["after"]
        assert entry["why"]


def test_every_part_that_a_document_names_is_there() -> None:
    named: set[str] = set()
    for document in ("CONTRIBUTING.md", "Makefile"):
        text = (ROOT / document).read_text(encoding="utf-8")
        for arguments in re.findall(r'\bmutation\b.*ARGS="([^"]+)"', text):
            named.update(arguments.partition(" --")[0].split())

    assert len(named) > 1
    assert all(chosen([part]) for part in sorted(named))


def test_a_part_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(ValueError, match=r"^there is no module acl; there are .*aws.network_acl"):
        chosen(["acl"])
    with pytest.raises(ValueError, match=r"^values has no function gets to mutate; it has .*get"):
        chosen(["values:gets"])
