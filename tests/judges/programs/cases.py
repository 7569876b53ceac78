"""Cases: a program, what its preview must say, and what becomes of it. One JSON file each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reachability import Verdict
from tests.judges.programs.model import Program

CASES: Final = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    """One program, judged.

    Attributes:
        title: what it shows, in a sentence.
        preview: the verdict of the preview.
        updates: those of the update, one for each account that it may lead to.
        source: the document that says so, by title.
    """

    title: str
    preview: Verdict
    updates: tuple[Verdict, ...]
    program: Program
    source: str = ""

    @classmethod
    def load(cls, path: Path) -> Case:
        case = json.loads(path.read_text(encoding="utf-8"))
        updates = tuple(Verdict(each) for each in case["updates"])
        program = Program.from_json(case["program"])
        return cls(case["title"], Verdict(case["preview"]), updates, program, case["source"])

    def save(self, name: str) -> Path:
        path = CASES / f"{name}.json"
        case = {
            "title": self.title,
            "source": self.source,
            "preview": self.preview.value,
            "updates": [each.value for each in self.updates],
            "program": self.program.to_json(),
        }
        path.write_text(json.dumps(case, indent=1) + "\n", encoding="utf-8")
        return path
