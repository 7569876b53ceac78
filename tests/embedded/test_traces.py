"""The embedded engine does what Pulumi's own engine did: it replays `tests/traces`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mailroute.rehearsal.embedded.monitor import FEATURES
from mailroute.rehearsal.result import RehearsalError
from tests.embedded.recording import normal, read_trace

if TYPE_CHECKING:
    from tests.embedded.conftest import Rehearser
    from tests.embedded.recording import Call

pytestmark = pytest.mark.usefixtures("forked")

TRACES = Path(__file__).parents[1] / "traces"
CASES = sorted(path.name for path in TRACES.iterdir() if path.is_dir() and path.name != "packs")
OPERATIONS = ("preview", "up")

MONITOR = ("RegisterResource", "RegisterResourceOutputs", "ReadResource", "Invoke")
PROVIDER = ("CheckConfig", "Configure", "Check", "Create", "Read", "Invoke")
ANALYZER = ("ConfigureStack", "Configure", "Remediate", "Analyze", "AnalyzeStack")

_CHECK_FAILS = (
    "__main__.py:6: aws:ec2/subnet:Subnet 'check-reject': property cidrBlock: "
    "expected check-reject's cidrBlock to be smaller"
)
_CREATE_FAILS = (
    "__main__.py:7: aws:ec2/subnet:Subnet 'reject-me': creating EC2 thing: "
    "api error InvalidParameterValue: rejected by the simulated account"
)
_DUPLICATE = (
    "__main__.py:6: aws:ec2/vpc:Vpc 'v' is registered twice, as urn:pulumi:dev::demo::aws:ec2/vpc:Vpc::v: "
    "give each its own name"
)
FAILING = {
    ("check_fails", "preview"): _CHECK_FAILS,
    ("check_fails", "up"): _CHECK_FAILS,
    ("create_fails", "up"): _CREATE_FAILS,
    ("duplicate_urn", "preview"): _DUPLICATE,
    ("duplicate_urn", "up"): _DUPLICATE,
    ("program_raises", "preview"): "the program fails: __main__.py:8: ValueError: the program is wrong",
    ("program_raises", "up"): "the program fails: __main__.py:8: ValueError: the program is wrong",
    ("program_raises_in_apply", "up"): "the program fails: __main__.py:9: ValueError: the callback is wrong",
}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("case", CASES)
def test_same_calls_as_pulumi(rehearser: Rehearser, case: str, operation: str) -> None:
    trace = _Trace(case, operation)
    trace.copy_program(rehearser.directory)
    expected = FAILING.get((case, operation))
    if expected is None:
        rehearser.run(up=operation == "up", trace=trace.calls["provider"], recording_pack=trace.pack)
    else:
        with pytest.raises(RehearsalError) as raised:
            rehearser.run(up=operation == "up", trace=trace.calls["provider"], recording_pack=trace.pack)
        assert str(raised.value) == expected

    recording = rehearser.recording
    for service, names in (("monitor", MONITOR), ("provider", PROVIDER), ("analyzer", ANALYZER)):
        ours, theirs = recording.of(service, *names), trace.of(service, *names)
        assert _without_racing(ours, expected) == _without_racing(theirs, expected)
    assert dict(recording.order) == trace.order_per_resource()
    assert _without_loading(recording.outside) == _without_loading(trace.order_outside())


def _without_racing(calls: list[Call], failure: str | None) -> list[Call]:
    """`calls`, but of a run that fails not those whose answer the failure races with."""
    return [call for call in calls if failure is None or call["call"] != "RegisterResourceOutputs"]


def _without_loading(steps: list[str]) -> list[str]:
    """The program is loaded while the pack is: it asks earlier, and is answered when Pulumi answers it."""
    return [step for step in steps if "LanguageRuntime" not in step and step != "> monitor.GetDeploymentInfo"]


def test_the_program_is_told_only_of_features_that_are_there(
    rehearser: Rehearser,
) -> None:
    trace = _Trace("secrets", "preview")
    trace.copy_program(rehearser.directory)
    rehearser.run(trace=trace.calls["provider"])
    [ours] = rehearser.recording.calls["monitor"][:1]
    theirs = next(call for call in trace.calls["monitor"] if call["call"] == "GetDeploymentInfo")
    assert normal([ours]) == normal([theirs])
    advertised = [f"RESOURCE_MONITOR_FEATURE_{name}" for name in FEATURES]
    assert ours["response"]["supportedFeatures"] == advertised
    assert set(theirs["response"]["supportedFeatures"]) - set(advertised) == {
        "RESOURCE_MONITOR_FEATURE_ERROR_HOOKS",
        "RESOURCE_MONITOR_FEATURE_SENDS_OPTIONS_TO_HOOKS",
        "RESOURCE_MONITOR_FEATURE_BYTE_STRING",
    }


class _Trace:
    """One case and operation, with the differences that this engine means to have."""

    def __init__(self, case: str, operation: str) -> None:
        self._directory = TRACES / case
        self.calls = {
            service: read_trace(self._directory / f"{operation}.{service}.json")
            for service in ("monitor", "provider", "analyzer")
        }
        self._order = json.loads((self._directory / f"{operation}.order.json").read_text(encoding="utf-8"))
        self.pack: dict[str, Any] = next(
            call["response"] for call in self.calls["analyzer"] if call["call"] == "GetAnalyzerInfo"
        )
        _read_resources_have_ids(self.calls["monitor"])
        _assets_have_no_hash(self.calls["analyzer"])
        _stacks_have_no_tags(self.calls["analyzer"])

    def copy_program(self, directory: Path) -> None:
        shutil.copytree(self._directory, directory, dirs_exist_ok=True)
        (directory / "program.py").rename(directory / "__main__.py")

    def of(self, service: str, *names: str) -> list[Call]:
        return normal(call for call in self.calls[service] if call["call"] in names and _is_recorded(call))

    def order_per_resource(self) -> dict[str, list[str]]:
        order: dict[str, list[str]] = {
            urn: [step for step in steps if "pulumi-python" not in step]
            for urn, steps in self._order["per resource"].items()
            if not urn.startswith("(failed)") and urn != "callback"
        }
        for failed, steps in self._order["per resource"].items():
            if failed.startswith("(failed)"):
                _begin_unanswered(order, failed.removeprefix("(failed) "), steps[0])
        for steps in order.values():
            _configure_before_answer(steps)
        return order

    def order_outside(self) -> list[str]:
        steps: list[str] = self._order["outside resources"]
        return [step for step in steps if "pulumi-python" not in step]


def _is_recorded(call: Call) -> bool:
    """The calls to the SDK's own host of dynamic providers are not recorded; their effects are."""
    return bool(call.get("package", "aws") == "aws")


def _read_resources_have_ids(monitor: list[Call]) -> None:
    """Pulumi 3.260 returns no id of what it reads, and later SDKs then take it for unknown in a preview."""
    for call in monitor:
        if call["call"] == "ReadResource" and call.get("response"):
            call["response"]["id"] = call["request"]["id"]


def _assets_have_no_hash(value: Any) -> None:
    """Pulumi adds its hash to an asset; nothing here reads one."""
    if isinstance(value, dict):
        if "4dabf18193072939515e22adb298388d" in value:
            value.pop("hash", None)
        for element in value.values():
            _assets_have_no_hash(element)
    elif isinstance(value, list):
        for element in value:
            _assets_have_no_hash(element)


def _stacks_have_no_tags(analyzer: list[Call]) -> None:
    """Tags belong to a stack that some backend keeps; a rehearsal has none."""
    for call in analyzer:
        if call["call"] == "ConfigureStack":
            call["request"].pop("tags", None)


def _begin_unanswered(order: dict[str, list[str]], name: str, step: str) -> None:
    """A registration that was never answered: it came first, or, with a name that was taken, last."""
    urn = next(urn for urn in order if urn.endswith(f"::{name}"))
    steps = order[urn]
    steps.insert(len(steps) if step in steps else 0, step)


def _configure_before_answer(steps: list[str]) -> None:
    """Pulumi configures an explicit provider at the same time as it answers; this engine, just before."""
    if steps[-2:] == ["< monitor.RegisterResource", "provider[aws].Configure"]:
        steps[-2:] = reversed(steps[-2:])
