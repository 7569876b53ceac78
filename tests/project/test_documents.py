"""The documents point at things that are there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rules import RULES
from tests.project.test_make import SET_UP, make

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("tests/**/README.md")])


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


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_that_are_named_are_there(document: Path) -> None:
    """`tests/x.py`, `tests/x.py::test_y`, `docs/adr/`, from the root; capitals stand for any name."""
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()}
    text = document.read_text(encoding="utf-8")
    for path, test in re.findall(r"(?<![\w/.])((?:[\w.-]+/)+(?:[\w-]+(?:\.\w+)+)?)(?:::(\w+))?", text):
        if path.split("/")[0] in folders and not re.search("[A-Z]{4}", path):
            assert (ROOT / path).exists(), path
            assert not test or f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), test


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


@pytest.mark.parametrize(
    ("program", "page", "has"),
    [
        ("render.py", "policies.md", "## apprunner-egress-route"),
        ("render_commands.py", "commands.md", "## mailroute rehearse\n\n```text\nUsage: mailroute rehearse "),
        ("render_proof.py", "proof.md", "| `NO_ROUTE_TO_DESTINATION` | unreachable |"),
        ("render_simulated.py", "simulated.md", "| `aws.acm.getCertificate`"),
        ("render_workloads.py", "workloads.md", "| Django | `EMAIL_HOST`"),
    ],
)
def test_a_reference_is_what_its_program_writes(program: str, page: str, has: str, tmp_path: Path) -> None:
    (tmp_path / "reference").mkdir()
    copy = shutil.copy(ROOT / "docs" / program, tmp_path)

    subprocess.run([sys.executable, copy], check=True, cwd=tmp_path)

    written = (tmp_path / "reference" / page).read_text(encoding="utf-8")
    assert (ROOT / "docs/reference" / page).read_text(encoding="utf-8") == written, f"run: docs/{program}"
    assert has in written


def test_the_readme_shows_what_a_preview_prints() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```text\n(.*?)^```", readme, re.S | re.M)
    printed = make(*SET_UP, "preview", "ARGS=--engine embedded", COLUMNS="100")
    assert printed.returncode == 0, printed.stderr
    for passage in shown.strip().split("\n\n"):
        assert passage in printed.stdout


def test_the_readme_names_every_rule() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `([a-z-]+)` \| ", readme, re.MULTILINE)
    assert sorted(named) == sorted(rule.name for rule in RULES)
