"""The logs of the CLI, read line by line while they grow, and no message whole that nobody is shown."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from enforcement.masking import Masker
from mailroute.rehearsal.official.calls import Calls
from mailroute.rehearsal.official.log import Events, Log
from mailroute.rehearsal.result import RehearsalError
from mailroute.rehearsal.shared.journal import Journal


def event(message: str, severity: str = "info") -> str:
    said = {"urn": "", "message": message, "color": "never", "severity": severity}
    return json.dumps({"sequence": 1, "diagnosticEvent": said}, separators=(",", ":"))


@pytest.mark.parametrize("kind", [Log, Events])
def test_a_line_is_read_once_it_is_whole(kind: type[Log], tmp_path: Path) -> None:
    file = tmp_path / "log"
    log = kind(file)
    assert list(log.new_entries()) == []
    file.write_text(event("first") + "\n" + event("second")[:20], encoding="utf-8")
    assert [entry["diagnosticEvent"]["message"] for entry in log.new_entries()] == ["first"]
    assert list(log.new_entries()) == []
    file.write_text(event("first") + "\n" + event("second") + "\n", encoding="utf-8")
    assert [entry["diagnosticEvent"]["message"] for entry in log.new_entries()] == ["second"]


@pytest.mark.parametrize("severity", ["info#err", "error"])
@pytest.mark.parametrize("more", [0, 1, 2**20 - 200, 2**20])
def test_a_message_that_nobody_is_shown_takes_no_room(tmp_path: Path, severity: str, more: int) -> None:
    file = tmp_path / "log"
    size = 8 * 2**20 + more
    before = event('it says "severity":"info"')
    file.write_text(f"{before}\n{event('x' * size, severity)}\n{event('last')}\n", encoding="utf-8")
    tracemalloc.start()
    try:
        entries = [entry["diagnosticEvent"] for entry in Events(file).new_entries()]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 6 * 2**20
    assert [entry["severity"] for entry in entries] == ["info", severity, "info"]
    assert entries[1]["message"].endswith(" bytes, more than 65,536, is left out]")
    assert entries[2]["message"] == "last"


def test_a_long_message_that_is_not_whole_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_text(event("x" * 3 * 2**20), encoding="utf-8")
    assert list(Events(file).new_entries()) == []


def call(method: str, request: dict[str, Any], response: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "method": f"/pulumirpc.{method}",
        "progress": "response_completed",
        "request": request,
        "response": response or {},
        "metadata": {"name": "pack"},
    }


@pytest.fixture
def calls(tmp_path: Path) -> Calls:
    project: Any = SimpleNamespace(
        mask=Masker(),
        stack_files=SimpleNamespace(asked=set()),
        directory=tmp_path,
        working_directory=tmp_path,
    )
    return Calls(Journal(), project)


def test_a_program_that_registers_nothing_is_one_line(calls: Calls) -> None:
    with pytest.raises(RehearsalError) as raised:
        calls.read(call("Analyzer/AnalyzeStack", {}))
    assert str(raised.value) == "the program ends before it has registered everything, its stack included"


def test_outputs_of_a_custom_resource_are_refused(calls: Calls) -> None:
    urn = "urn:pulumi:dev::demo::aws:ec2/vpc:Vpc::v"
    calls.read(call("Analyzer/GetAnalyzerInfo", {}, {"name": "pack"}))
    calls.read(call("Analyzer/Analyze", {"urn": urn, "type": "aws:ec2/vpc:Vpc", "name": "v"}))
    registered = {"type": "aws:ec2/vpc:Vpc", "name": "v", "custom": True}
    calls.read(call("ResourceMonitor/RegisterResource", registered, {"urn": urn, "object": {"a": 1}}))
    with pytest.raises(RehearsalError, match=f"^outputs are registered for {urn}, a custom resource"):
        calls.read(call("ResourceMonitor/RegisterResourceOutputs", {"urn": urn, "outputs": {"a": 2}}))
    assert [resource.outputs for resource in calls.resources] == [{"a": 1}]
