"""A real policy pack has the effect that it has under Pulumi: `tests/traces/packs`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from google.protobuf.json_format import MessageToDict, ParseDict
from pulumi.runtime.proto import analyzer_pb2

from mailroute.rehearsal.embedded import packs, policy_config
from mailroute.rehearsal.result import Level, NotApplicable, PolicyResult, RehearsalError
from mailroute.rehearsal.shared.journal import Journal
from tests.embedded.recording import read_trace

if TYPE_CHECKING:
    from tests.embedded.conftest import Rehearser

pytestmark = pytest.mark.usefixtures("forked")

PACKS = Path(__file__).parents[1] / "traces" / "packs"
BAD = "urn:pulumi:dev::demo::aws:ec2/subnet:Subnet::bad"
LATE = "urn:pulumi:dev::demo::aws:ec2/eip:Eip::late"
STACK = "urn:pulumi:dev::demo::pulumi:pulumi:Stack::demo-dev"
RAISING = {
    "resource-raises": "Analyze fails on aws:ec2/subnet:Subnet 'bad': the rule is broken",
    "stack-raises": "AnalyzeStack fails on pulumi:pulumi:Stack 'demo-dev': the stack rule is broken",
}
VARIANTS = sorted(path.name for path in PACKS.iterdir() if path.is_dir())
RULES = [name for name in VARIANTS if not name.startswith("config")]
RUNS = [
    *((rule, "preview") for rule in RULES),
    *((rule, "up") for rule in RULES if rule not in ("advisory", "clean", "resource-na", "stack-unknown")),
]


@pytest.fixture
def pack(rehearser: Rehearser) -> Path:
    """The pack of the traces, beside their program."""
    for file in ("Pulumi.yaml", "Pulumi.dev.yaml"):
        shutil.copy(PACKS / file, rehearser.directory)
    shutil.copy(PACKS / "program.py", rehearser.directory / "__main__.py")
    directory = rehearser.directory / "pack"
    directory.mkdir()
    shutil.copy(PACKS / "pack.py", directory / "__main__.py")
    (directory / "PulumiPolicy.yaml").write_text("runtime: python\nversion: 1.2.3\n", encoding="utf-8")
    return directory


@pytest.mark.parametrize(("variant", "operation"), RUNS)
def test_same_verdicts_as_pulumi(
    rehearser: Rehearser, pack: Path, monkeypatch: pytest.MonkeyPatch, variant: str, operation: str
) -> None:
    for name, value in _read(variant, "variant.json").items():
        if name.isupper():
            monkeypatch.setenv(name, value)
    analyzed = read_trace(PACKS / variant / f"{operation}.analyzer.json")
    exit_status = _read(variant, f"{operation}.result.json")["exit"]
    if variant.endswith("raises"):
        with pytest.raises(RehearsalError) as raised:
            rehearser.run(up=operation == "up", packs=[pack])
        assert str(raised.value) == f"policy pack {pack}: {RAISING[variant]}"
        return
    rehearsal = rehearser.run(up=operation == "up", packs=[pack])
    assert sorted(map(repr, rehearsal.policies)) == sorted(map(repr, _violations(analyzed)))
    assert rehearsal.ok == (exit_status == 0)
    assert _created(rehearser) == {
        urn
        for urn, steps in _read(variant, f"{operation}.order.json")["per resource"].items()
        if "provider[aws].Create" in steps
    }


def test_a_violation_stops_an_update_before_creation(
    rehearser: Rehearser, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACK_MODE", "resource-violation")
    update = rehearser.run(up=True, packs=[pack])
    assert not {BAD, LATE} & {resource.urn for resource in update.resources}
    assert not {BAD, LATE} & _created(rehearser)
    assert not update.ok


def test_a_remediation_is_what_is_created(
    rehearser: Rehearser, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACK_MODE", "remediate")
    rehearsal = rehearser.run(packs=[pack])
    [bad] = [resource for resource in rehearsal.resources if resource.urn == BAD]
    assert bad.inputs["mapPublicIpOnLaunch"] is False
    assert bad.outputs["mapPublicIpOnLaunch"] is False
    assert "policy resource-rule of rules has remediated this" in {d.message for d in rehearsal.diagnostics}


def test_a_component_is_remediated_as_well(rehearser: Rehearser, pack: Path) -> None:
    rehearser.write("import pulumi\npulumi.ComponentResource('demo:index:Group', 'g', {'size': 1})\n")
    (pack / "__main__.py").write_text(
        "import pulumi_policy as pp\n"
        "def remediate(args):\n"
        "    return {**args.props, 'size': 2} if 'size' in args.props else None\n"
        "pp.PolicyPack('sizes', [pp.ResourceValidationPolicy('size', 'one size', lambda a, r: None,\n"
        "    enforcement_level=pp.EnforcementLevel.REMEDIATE, remediate=remediate)])\n",
        encoding="utf-8",
    )
    [group] = [resource for resource in rehearser.run(packs=[pack]).resources if resource.name == "g"]
    assert group.inputs == {"size": 2}


def test_a_rule_that_does_not_apply_says_so(
    rehearser: Rehearser, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACK_MODE", "resource-na")
    rehearsal = rehearser.run(packs=[pack])
    assert rehearsal.not_applicable == (NotApplicable("rules", "resource-rule", BAD, "no reason to look"),)


def test_a_rule_sees_the_stack_and_its_config(
    rehearser: Rehearser, pack: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PACK_MODE", "config")
    config = tmp_path / "config.json"
    config.write_text('{"resource-rule": {"enforcementLevel": "advisory", "who": "me"}}', encoding="utf-8")
    [result] = rehearser.run(packs=[pack], pack_config=config).policies
    assert result == PolicyResult(
        "rules",
        "resource-rule",
        Level.ADVISORY,
        "urn:pulumi:dev::demo::aws:ec2/vpc:Vpc::v",
        "config={'limit': 3.0, 'who': 'me'} tags={} stack=dev project=demo dry=True cfg=us-east-1",
    )


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_pack_is_configured_as_by_pulumi(variant: str, tmp_path: Path) -> None:
    calls = {call["call"]: call for call in read_trace(PACKS / variant / "preview.analyzer.json")}
    given = _read(variant, "variant.json")["policy-pack-config"]
    config = {}
    if given is not None:
        file = tmp_path / "config.json"
        file.write_text(json.dumps(given), encoding="utf-8")
        config = policy_config.load(file)
    info = ParseDict(calls["GetAnalyzerInfo"]["response"], analyzer_pb2.AnalyzerInfo())
    refusals = {
        "config-invalid": "policy pack rules: config of resource-rule.limit: 'many' is not of type 'number'",
        "config-required-missing": (
            "policy pack rules: config of resource-rule: 'who' is a required property"
        ),
    }
    if variant in refusals:
        with pytest.raises(RehearsalError) as raised:
            policy_config.reconcile(info, config)
        assert str(raised.value) == refusals[variant]
    else:
        assert MessageToDict(policy_config.reconcile(info, config)) == calls["Configure"]["request"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", ":1:2: not JSON: Expecting property name enclosed in double quotes"),
        ("[]", "must be an object of rules"),
        ('{"r": 3}', "r is 3: must be a level (advisory, mandatory, remediate, disabled) or an object"),
        (
            '{"r": "loud"}',
            "r: enforcementLevel is 'loud': must be one of advisory, mandatory, remediate, disabled",
        ),
        (
            '{"environments": ["a"]}',
            "mailroute cannot open the Pulumi ESC environments that it names",
        ),
    ],
)
def test_a_wrong_config_file_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "config.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RehearsalError) as raised:
        policy_config.load(file)
    assert str(raised.value).endswith(complaint)
    assert str(file) in str(raised.value)


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("import nowhere", "__main__.py:1: ModuleNotFoundError: No module named 'nowhere'"),
        ("x = 1", "it does not load, or ends without a PolicyPack(...): it says nothing"),
        ("def", "__main__.py:1: SyntaxError: invalid syntax"),
        (
            "print('hello')",
            "it prints 'hello' before it is ready: nothing may be printed before PolicyPack(...)",
        ),
    ],
)
def test_a_pack_that_does_not_load_is_one_line(
    rehearser: Rehearser, pack: Path, source: str, complaint: str
) -> None:
    (pack / "__main__.py").write_text(source, encoding="utf-8")
    with pytest.raises(RehearsalError) as raised:
        rehearser.run(packs=[pack])
    assert str(raised.value).startswith(f"policy pack {pack}: ")
    assert complaint in str(raised.value)
    assert "\n" not in str(raised.value)
    assert not rehearser.recording.of("monitor", "RegisterResource")  # the program never began


OLD_PACK = """
import time
from concurrent import futures
import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, plugin_pb2

class Old(analyzer_pb2_grpc.AnalyzerServicer):
    def GetPluginInfo(self, request, context):
        return plugin_pb2.PluginInfo(version="0.0.1")

    def GetAnalyzerInfo(self, request, context):
        return analyzer_pb2.AnalyzerInfo(name="old", version="1")

    def Configure(self, request, context):
        return empty_pb2.Empty()

    def Analyze(self, request, context):
        return analyzer_pb2.AnalyzeResponse()

server = grpc.server(futures.ThreadPoolExecutor(4))
analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Old(), server)
port = server.add_insecure_port("127.0.0.1:0")
server.start()
print(port, flush=True)
time.sleep(100)
"""


@pytest.mark.hostile("engine")
def test_a_pack_that_judges_no_stack_is_one_line(rehearser: Rehearser, pack: Path) -> None:
    (pack / "__main__.py").write_text(OLD_PACK, encoding="utf-8")
    with pytest.raises(RehearsalError) as raised:
        rehearser.run(packs=[pack])
    assert str(raised.value) == (
        f"policy pack {pack}: AnalyzeStack fails on pulumi:pulumi:Stack 'demo-dev': Method not implemented!"
    )


HANGING = """
    def AnalyzeStack(self, request, context):
        return analyzer_pb2.AnalyzeResponse()

    def Cancel(self, request, context):
        time.sleep(100)

server"""


@pytest.mark.hostile("engine")
def test_a_pack_that_does_not_end_is_ended(
    rehearser: Rehearser, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (pack / "__main__.py").write_text(OLD_PACK.replace("\nserver", HANGING, 1), encoding="utf-8")
    monkeypatch.setattr(packs, "_CANCEL_SECONDS", 0.1)
    rehearsal = rehearser.run(packs=[pack])
    assert rehearsal.ok
    assert "policy pack old: does not answer Cancel, and is ended" in [
        diagnostic.message for diagnostic in rehearsal.diagnostics
    ]


@pytest.mark.hostile("engine")
@pytest.mark.parametrize(("level", "blocks"), [(0, False), (1, True), (2, False), (3, True), (77, True)])
def test_a_level_that_is_not_known_blocks(level: int, blocks: bool) -> None:
    journal = Journal()
    found = analyzer_pb2.AnalyzeDiagnostic(policyName="p", message="m")
    found.enforcementLevel = level  # type: ignore[assignment]
    found.severity = 99  # type: ignore[assignment]
    assert journal.violation("pack", "urn", found) is blocks
    assert journal.policies == [
        PolicyResult("pack", "p", Level.MANDATORY if blocks else Level.ADVISORY, "urn", "m", "")
    ]


@pytest.mark.parametrize(
    ("file", "text", "complaint"),
    [
        (None, "", "no PulumiPolicy.yaml here"),
        ("PulumiPolicy.yaml", "runtime: nodejs", "mailroute runs Python policy packs only"),
    ],
)
def test_a_directory_that_is_no_pack_is_refused(
    rehearser: Rehearser, tmp_path: Path, file: str | None, text: str, complaint: str
) -> None:
    rehearser.write("")
    directory = tmp_path / "pack"
    directory.mkdir()
    if file:
        (directory / file).write_text(text, encoding="utf-8")
    with pytest.raises(RehearsalError, match=complaint):
        rehearser.run(packs=[directory])


def _read(variant: str, name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((PACKS / variant / name).read_text(encoding="utf-8"))
    return document


def _created(rehearser: Rehearser) -> set[str]:
    return {call["request"]["urn"] for call in rehearser.recording.of("provider", "Create")}


def _violations(analyzed: list[dict[str, Any]]) -> list[PolicyResult]:
    """What the pack reported under Pulumi, as this engine puts it."""
    return [
        PolicyResult(
            found["policyPackName"],
            found["policyName"],
            Level.MANDATORY if found.get("enforcementLevel") == "MANDATORY" else Level.ADVISORY,
            found.get("urn") or call["request"].get("urn") or STACK,
            found["message"].removeprefix(f"{found['description']}\n"),
        )
        for call in analyzed
        if call["call"] in ("Analyze", "AnalyzeStack")
        for found in call.get("response", {}).get("diagnostics", ())
    ]
