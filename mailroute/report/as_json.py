"""The report as one JSON object: the contract that other programs rely on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from mailroute import wire
from mailroute.rehearsal.result import Severity
from reachability.verdict import identifier

from . import clean
from .repairs import as_json as repairs_as_json
from .source_lines import line_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mailroute.rehearsal.result import Diagnostic, PlannedResource, PolicyResult, Source
    from reachability.egress import Egress

    from .diagnosis import Diagnosis
    from .model import EgressChange, Report, RouteChange, SourceLine
    from .stacks import Stacks

SCHEMA: Final = 2
"""The version of the form, which `docs/reference/output.schema.json` describes."""


def render(report: Report) -> str:
    """One object, with a newline at its end.

    Keys inside `inputs` and `outputs` are the engine's; `{"$unknown": true}` stands for a value that is
    not known before creation, `{"$secret": true}` for a secret.
    """
    return _printed(document(report))


def render_all(stacks: Stacks) -> str:
    """One object, with an entry of `stacks` for each: what `render` gives of it, or why it is not judged."""
    entries = [
        document(each.report)
        if each.report is not None
        else {"schema": SCHEMA, "stack": each.name, "ok": False, "problem": each.problem}
        for each in stacks.stacks
    ]
    return _printed({"schema": SCHEMA, "project": stacks.project, "ok": stacks.ok, "stacks": entries})


def render_diagnosis(diagnosis: Diagnosis) -> str:
    """One `egress` entry, with a newline at its end."""
    return _printed(egress(diagnosis.found))


def _printed(document: Mapping[str, Any]) -> str:
    return clean.printable_json(json.dumps(document, indent=2) + "\n")


def document(report: Report) -> dict[str, Any]:
    """What `render` prints."""
    rehearsal = report.rehearsal
    return {
        "schema": SCHEMA,
        "stack": rehearsal.stack,
        "engine": rehearsal.engine,
        "operation": rehearsal.operation.value,
        "ok": report.ok,
        "runtime": _runtime(report),
        "resources": [_resource(resource) for resource in rehearsal.resources],
        "policies": [_policy(result, report.source_lines) for result in rehearsal.policies],
        "egress": [_with_sources(egress(change), report.source_lines) for change in report.egress],
        "unjudged": [unjudged.as_json() for unjudged in report.unjudged],
        "diagnostics": [
            _diagnostic(entry) for entry in rehearsal.diagnostics if entry.severity is not Severity.INFO
        ],
        "creation": _creation(report),
        "changes": None if report.changes is None else [route_change(change) for change in report.changes],
        "fixed": [{**known._asdict(), "destination": known.destination or None} for known in report.fixed],
        "outputs": wire.to_json(rehearsal.outputs),
    }


def _runtime(report: Report) -> dict[str, Any] | None:
    python = report.rehearsal.python
    if python is None:
        return None
    return {"python": python.version, "path": python.path, "pulumiAws": report.pulumi_aws or None}


def _resource(resource: PlannedResource) -> dict[str, Any]:
    return {
        "urn": resource.urn,
        "type": resource.type,
        "name": resource.name,
        "custom": resource.custom,
        "parent": resource.parent,
        "id": resource.id,
        "inputs": wire.to_json(resource.inputs),
        "dependencies": list(resource.dependencies),
        "propertyDependencies": {key: list(urns) for key, urns in resource.property_dependencies.items()},
        "source": _source(resource.source),
    }


def _diagnostic(entry: Diagnostic) -> dict[str, str | None]:
    return {"severity": entry.severity.value, "message": entry.message, "urn": entry.urn or None}


def _source(source: Source | None) -> dict[str, Any] | None:
    return None if source is None else {"file": source.file, "line": source.line}


def _source_of(urn: str, source_lines: Mapping[str, SourceLine]) -> dict[str, Any] | None:
    line = line_of(urn, source_lines)
    return _source(line.source) if line else None


def _with_sources(entry: dict[str, Any], source_lines: Mapping[str, SourceLine]) -> dict[str, Any]:
    """An `egress` entry, or a judgement in it, whose findings say where their resources are registered."""
    findings = [
        {**finding, "source": _source_of(finding["resource"], source_lines)} for finding in entry["findings"]
    ]
    judged = {key: _with_sources(entry[key], source_lines) for key in ("today", "creation") if entry.get(key)}
    return {**entry, "findings": findings, **judged}


def _policy(result: PolicyResult, source_lines: Mapping[str, SourceLine]) -> dict[str, Any]:
    return {
        "pack": result.pack,
        "policy": result.policy,
        "level": result.level.value,
        "urn": result.urn,
        "message": result.message,
        "source": _source_of(result.urn, source_lines),
    }


def egress(change: EgressChange) -> dict[str, Any]:
    """One `egress` entry of the contract."""
    creation = _judgement(change.creation)
    if creation is not None:
        creation["repairs"] = [repairs_as_json(repair) for repair in change.creation_repairs]
    return {
        **change.after.as_json(),
        "today": _judgement(change.today),
        "repairs": [repairs_as_json(repair) for repair in change.repairs],
        "creation": creation,
    }


def route_change(change: RouteChange) -> dict[str, Any]:
    """One entry of `changes`."""
    return {
        "service": change.shown.service,
        "urn": identifier(change.shown.urn),
        "change": change.change.value,
        "before": _judgement(change.before),
        "after": _judgement(change.after),
    }


def _creation(report: Report) -> dict[str, Any] | None:
    creation = report.creation
    if creation is None:
        return None
    return {
        "problem": creation.problem or None,
        "resources": [_resource(resource) for resource in creation.resources],
        "egress": [_with_sources(egress.as_json(), report.source_lines) for egress in creation.egress],
    }


def _judgement(judged: Egress | None) -> dict[str, Any] | None:
    if judged is None:
        return None
    entry = judged.as_json()
    return {key: entry[key] for key in ("destination", "verdict", "path", "findings", "assumptions")}
