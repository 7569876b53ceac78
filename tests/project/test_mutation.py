"""What `make mutation` is told of mutants that are none stays true of the proof as it is."""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_explanation_is_of_lines_that_are_there() -> None:
    explained = json.loads((ROOT / "tests/mutation/explained.json").read_text(encoding="utf-8"))

    assert explained
    for entry in explained:
        path = ROOT.joinpath("policies/reachability", *entry["module"].split(".")).with_suffix(".py")
        source = " ".join(line.strip() for line in path.read_text(encoding="utf-8").splitlines())
        assert entry["before"] in source, entry
        assert entry["before"] != entry["after"]
        assert entry["why"]
