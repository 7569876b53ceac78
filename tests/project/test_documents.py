"""The documents point at things that are there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs import render, render_proof
from rules import RULES

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        linked = (document.parent / file).resolve() if file else document
        assert linked.exists(), target
        if anchor:
            assert anchor in anchors(linked), target


def anchors(document: Path) -> set[str]:
    """The anchors that GitHub makes of headings."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_index_of_decisions_is_complete() -> None:
    folder = ROOT / "docs/adr"
    index = (folder / "README.md").read_text(encoding="utf-8")
    records = sorted(path.name for path in folder.glob("0*.md"))
    assert [name for name in records if f"]({name})" not in index] == []
    for name in records[1:]:
        text = (folder / name).read_text(encoding="utf-8")
        sections = re.findall(r"^## (.*)$", text, re.MULTILINE)
        assert sections == ["Context", "Decision", "Consequences", "Alternatives"], name


def test_the_reference_of_the_policies_is_that_of_the_rules() -> None:
    assert render.PAGE.read_text(encoding="utf-8") == render.page(), "run: python docs/render.py"


def test_the_reference_of_the_proof_is_that_of_its_source() -> None:
    page = render_proof.page()
    assert render_proof.PAGE.read_text(encoding="utf-8") == page, "run: python docs/render_proof.py"
    assert "| `NO_ROUTE_TO_DESTINATION` | unreachable |" in page


def test_the_readme_shows_what_a_preview_prints() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```text\n(.*?)^```", readme, re.S | re.M)
    command = [sys.executable, "-m", "mailroute", "rehearse", "--stack", "prod", "--engine", "embedded"]
    environment = {**os.environ, "COLUMNS": "100"}
    printed = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True, text=True)
    for passage in shown.strip().split("\n\n"):
        assert passage in printed.stdout


def test_the_readme_names_every_rule() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `([a-z-]+)` \| ", readme, re.MULTILINE)
    assert sorted(named) == sorted(rule.name for rule in RULES)
