"""The report in SARIF 2.1.0, which code scanning reads.

Sources: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0; GitHub Docs, "SARIF support
for code scanning".
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from mailroute import __version__
from reachability.findings import Code
from rules import RULES

from . import clean, labels
from .places import Places
from .problems import problems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from .diagnosis import Diagnosis
    from .model import Report
    from .places import Place
    from .problems import Problem
    from .stacks import Stacks

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT: Final = "mailroute/v1"
_GITHUB_FINGERPRINT: Final = "primaryLocationLineHash"
"""The one that code scanning goes by; without it, it would take the text of the line."""
_RULES: Final = {rule.name: rule for rule in RULES}


def render(report: Report) -> str:
    """One object, with a newline at its end: a run whose results are the report's problems."""
    return _printed([_of(report)])


def render_all(stacks: Stacks) -> str:
    """The same with a run for each stack; that of one that is not judged says why."""
    return _printed(
        [
            _of(each.report) if each.report is not None else _failed(each.name, each.problem)
            for each in stacks.stacks
        ]
    )


def render_diagnosis(diagnosis: Diagnosis) -> str:
    """The same of a diagnosis; the results of a live account have no place but the resource."""
    return _printed([_run(diagnosis.account, diagnosis.problems, diagnosis.place)])


def _printed(runs: Sequence[Mapping[str, Any]]) -> str:
    return clean.printable_json(
        json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": runs}, indent=2) + "\n"
    )


def _failed(stack: str, problem: str) -> dict[str, Any]:
    notification = {"level": "error", "message": {"text": labels.text(problem)}}
    return {
        "tool": _tool([]),
        "automationDetails": _details(stack),
        "invocations": [{"executionSuccessful": False, "toolExecutionNotifications": [notification]}],
        "results": [],
    }


def _tool(rules: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"driver": {"name": "mailroute", "semanticVersion": __version__, "rules": rules}}


def _details(of: str) -> dict[str, str]:
    return {"id": f"mailroute/{labels.text(of)}/"}


def _of(report: Report) -> dict[str, Any]:
    return _run(report.rehearsal.stack, problems(report), Places(report).of)


def _run(of: str, found: Sequence[Problem], place_of: Callable[[str], Place | None]) -> dict[str, Any]:
    rules = {problem.id: _rule(problem) for problem in found}
    indexes = {name: index for index, name in enumerate(rules)}
    fingerprints = _fingerprints(found)
    return {
        "tool": _tool(list(rules.values())),
        "automationDetails": _details(of),
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(problem, indexes[problem.id], place_of(problem.urn), fingerprint)
            for problem, fingerprint in zip(found, fingerprints, strict=True)
        ],
    }


def _rule(problem: Problem) -> dict[str, Any]:
    known = _RULES.get(problem.rule) if problem.id.startswith(problem.rule) else None
    code = Code.catalogue.get(problem.codes[0]) if problem.codes else None
    title = labels.text(known.description if known else problem.rule)
    sources = [code.source] if code else [known.reference] if known else []
    remedies = [known.remedy] if known else []
    text = labels.text(" ".join([*remedies, *(f"AWS: {source}." for source in sources)]) or title)
    rule: dict[str, Any] = {
        "id": labels.text(problem.id),
        "shortDescription": {"text": title},
        "fullDescription": {"text": title},
        "help": {"text": text},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": [labels.text(problem.pack or "mailroute"), labels.text(problem.rule)]},
    }
    if problem.severity:
        rule["properties"]["severity"] = labels.text(problem.severity)
    return rule


def _result(problem: Problem, index: int, place: Place | None, fingerprint: str) -> dict[str, Any]:
    location: dict[str, Any] = {}
    if place:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": _uri(place.file)},
            "region": {"startLine": place.line},
        }
    if problem.urn:
        location["logicalLocations"] = [
            {
                "name": labels.resource_name(problem.urn),
                "fullyQualifiedName": labels.text(problem.urn),
                "kind": "resource",
            }
        ]
    result: dict[str, Any] = {
        "ruleId": labels.text(problem.id),
        "ruleIndex": index,
        "level": "error" if problem.blocks else "warning",
        "message": {"text": labels.lines(problem.text)},
        "locations": [location],
        "partialFingerprints": {FINGERPRINT: fingerprint, _GITHUB_FINGERPRINT: fingerprint},
    }
    if problem.accepted:
        result["suppressions"] = [{"kind": "external", "justification": labels.text(problem.why)}]
    return result


def _uri(file: str) -> str:
    return Path(file).as_uri() if Path(file).is_absolute() else quote(file)


def _fingerprints(found: Iterable[Problem]) -> list[str]:
    """What stays where lines, wording and verdicts change: resource, policy, code and destination."""
    times: Counter[str] = Counter()
    fingerprints = []
    for problem in found:
        parts = (problem.urn, problem.id, problem.destination)
        name = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
        times[name] += 1
        fingerprints.append(f"{name}:{times[name]}")
    return fingerprints
