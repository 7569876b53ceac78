"""Cases: an account, a destination, and the verdict that AWS's documents give. One JSON file each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from reachability import UNKNOWN, Destination, Verdict

CASES: Final = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    """One account, judged.

    Attributes:
        title: what it shows, in a sentence.
        verdict: what the proof must say.
        codes: those of its findings, each once, sorted.
        source: the document that says so, by title.
    """

    title: str
    destination: Destination
    verdict: Verdict
    codes: tuple[str, ...]
    document: dict[str, Any]
    source: str = ""

    @classmethod
    def load(cls, path: Path) -> Case:
        case = json.loads(path.read_text(encoding="utf-8"))
        target = case["destination"]
        host = UNKNOWN if target.get("secret") else target["host"]
        destination = Destination(host, target["port"], secret=bool(target.get("secret")))
        verdict, codes = Verdict(case["verdict"]), tuple(case["codes"])
        return cls(case["title"], destination, verdict, codes, case["document"], case["source"])

    def save(self, name: str) -> Path:
        path = CASES / f"{name}.json"
        hidden = self.destination.secret
        host = {"secret": True} if hidden else {"host": self.destination.host}
        case = {
            "title": self.title,
            "source": self.source,
            "destination": {**host, "port": self.destination.port},
            "verdict": self.verdict.value,
            "codes": list(self.codes),
            "document": self.document,
        }
        path.write_text(json.dumps(case, indent=1) + "\n", encoding="utf-8")
        return path
