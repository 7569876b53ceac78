"""The pack behind Pulumi's protocol: it answers as the policy SDK does, and fails closed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pulumi_policy as sdk
import pytest
from google.protobuf.json_format import MessageToDict, ParseDict
from pulumi.runtime.proto import analyzer_pb2

from enforcement import analyzer, pack
from enforcement.analyzer import Analyzer
from enforcement.deployment import STACK_TYPE
from enforcement.pack import Enforcement
from reachability import Evidence, Graph, Resource, Settings
from rules import RULES
from rules.rule import Judge, Options, Rule, Severity, Stack, Violation
from tests.embedded.recording import Call, read_trace
from tests.policies.harness import Node, PackProcess, declaration

TRACES = Path(__file__).parents[1] / "traces"
RECORDED = sorted(TRACES.glob("*/*.analyzer.json"))
TODAY = date(2026, 1, 5)
SUBNET = "aws:ec2/subnet:Subnet"
BUCKET = "aws:s3/bucket:Bucket"
PUBLIC = Node("aws:rds/instance:Instance", "db", {"publiclyAccessible": True})
MESSAGES = {
    "Configure": analyzer_pb2.ConfigureAnalyzerRequest,
    "Remediate": analyzer_pb2.AnalyzeRequest,
    "Analyze": analyzer_pb2.AnalyzeRequest,
    "AnalyzeStack": analyzer_pb2.AnalyzeStackRequest,
}


def replay(ours: Analyzer, calls: list[Call]) -> Iterator[tuple[Call, Any]]:
    """Each recorded call that is about the configuration or a resource, with the answer of `ours`."""
    for call in calls:
        if call["call"] in MESSAGES:
            request = ParseDict(call["request"], MESSAGES[call["call"]]())
            yield call, getattr(ours, call["call"])(request, None)


# The recorded pack's two rules, as rules of this pack ---------------------------------------------------


def _wrong(urn: str | None, message: str) -> Violation:
    return Violation(urn, ("WRONG",), message, "")


def _bad_subnet(resource: Resource, _options: Options) -> Iterator[Violation]:
    if resource.name == "bad":
        yield _wrong(resource.key, "this subnet is wrong")
        yield _wrong(resource.key, "and wrong again")


def _bad_stack(_stack: Stack, _options: Options) -> Judge:
    def judge(resource: Resource) -> Iterator[Violation]:
        if resource.type == STACK_TYPE:
            yield _wrong(None, "the stack is wrong")
        elif resource.name == "bad":
            yield _wrong(resource.key, "the subnet is wrong")

    return judge


def recorded_rules(mode: str) -> tuple[Rule, Rule]:
    text = ("", "", "", Severity.LOW)
    options: dict[str, dict[str, Any]] = {
        "limit": {"type": "number", "default": 0},
        "who": {"type": "string", "default": ""},
    }
    one = (SUBNET,) if "resource-violation" in mode else ()
    whole = (STACK_TYPE, SUBNET) if "stack-violation" in mode else ()
    return (
        Rule("resource-rule", *text, one, check_alone=_bad_subnet, options=options),
        Rule("stack-rule", *text, whole, check=_bad_stack),
    )


@pytest.mark.parametrize("operation", ["preview", "up"])
@pytest.mark.parametrize(
    "case",
    [
        "clean",
        "advisory",
        "resource-violation",
        "stack-violation",
        "resource-violation+stack-violation",
        "config-disabled",
    ],
)
def test_a_recorded_pack_is_answered_alike(case: str, operation: str) -> None:
    folder = TRACES / "packs" / case
    calls = read_trace(folder / f"{operation}.analyzer.json")
    (info,) = (call["response"] for call in calls if call["call"] == "GetAnalyzerInfo")
    told = ParseDict(info, analyzer_pb2.AnalyzerInfo())
    told.policies.add(name=pack.ADVISORIES)
    servicer = SimpleNamespace(GetAnalyzerInfo=lambda *_: told, Configure=lambda *_: None)
    rules = recorded_rules(json.loads((folder / "variant.json").read_text())["PACK_MODE"])
    ours = Analyzer(servicer, Enforcement(rules, updating=operation == "up", today=TODAY))

    for call, answer in replay(ours, calls):
        if call["call"] != "Configure":
            found = MessageToDict(answer).get("diagnostics", [])
            for diagnostic in found:
                diagnostic["message"] = diagnostic["message"].replace("\nWRONG: ", "\n")
                if call["call"] == "Analyze":
                    assert diagnostic.pop("urn") == call["request"]["urn"]  # The SDK leaves it to the engine.
            assert found == call["response"].get("diagnostics", []), call["request"].get("name")


def sdk_servicer(policies: list[sdk.Policy]) -> Any:
    """What the SDK's `PolicyPack` would serve."""
    make: Any = sdk.policy._PolicyAnalyzerServicer
    return make("mailroute", "0.0.1", policies, sdk.EnforcementLevel.MANDATORY)


def own_pack(*, updating: bool = False) -> Analyzer:
    """The pack's own rules, described by the SDK."""
    servicer = sdk_servicer(pack.policies(RULES))
    return Analyzer(servicer, Enforcement(RULES, updating=updating, today=TODAY))


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_no_rule_fails_on_what_was_recorded(file: Path) -> None:
    calls = [call for call in read_trace(file) if call["call"] != "Configure"]
    answers = [answer for _, answer in replay(own_pack(updating="up" in file.name), calls)]
    said = str(answers)
    assert "RULE_FAILED" not in said
    assert "hunter2" not in said


def test_a_secret_output_of_the_recorded_stack_passes() -> None:
    """`smtp_password` is marked; the same password in plain would not pass."""
    *_, (call, answer) = replay(own_pack(), read_trace(TRACES / "secrets" / "up.analyzer.json")[5:])
    assert call["call"] == "AnalyzeStack"
    assert "PASSWORD_IN_OUTPUT" not in str(answer)

    request = ParseDict(call["request"], analyzer_pb2.AnalyzeStackRequest())
    (root,) = (resource for resource in request.resources if resource.type == STACK_TYPE)
    marked = root.properties.fields["smtp_password"].struct_value.fields["value"].string_value
    root.properties.fields["smtp_password"].string_value = marked
    (found,) = own_pack().AnalyzeStack(request, None).diagnostics
    assert (found.policyName, found.urn) == ("smtp-credentials-secret", root.urn)
    assert "PASSWORD_IN_OUTPUT: the output smtp_password holds an SMTP password" in found.message
    assert marked not in found.message


# Levels -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "reported"),
    [
        (analyzer_pb2.MANDATORY, [analyzer_pb2.MANDATORY]),
        (analyzer_pb2.ADVISORY, [analyzer_pb2.ADVISORY]),
        (analyzer_pb2.REMEDIATE, [analyzer_pb2.MANDATORY]),
        (analyzer_pb2.DISABLED, []),
    ],
)
def test_a_level_decides_what_a_violation_does(level: int, reported: list[int]) -> None:
    ours = own_pack()
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    for policy in ("private-data-stays-private", pack.ADVISORIES):
        request.policyConfig[policy].enforcementLevel = level
    ours.Configure(request, None)
    answer = ours.Analyze(declaration(PUBLIC), None)
    assert [found.enforcementLevel for found in answer.diagnostics] == reported
    skipped = [each.policy_name for each in ours.Remediate(declaration(PUBLIC), None).not_applicable]
    assert skipped == (["private-data-stays-private"] if level == analyzer_pb2.REMEDIATE else [])


def test_a_rule_of_one_resource_names_what_it_does_not_judge() -> None:
    alone = {rule.name for rule in RULES if rule.check is None}
    for node, judging in ((Node(BUCKET, "files"), set()), (PUBLIC, {"private-data-stays-private"})):
        answer = own_pack().Analyze(declaration(node), None)
        assert {skipped.policy_name for skipped in answer.not_applicable} == alone - judging


def test_a_wrong_option_of_such_a_rule_is_told_once() -> None:
    ours = own_pack()
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    request.policyConfig["smtp-port-allowed"].properties["port"] = 25
    ours.Configure(request, None)
    answers = [ours.Analyze(declaration(node), None) for node in (Node(STACK_TYPE, "shop-dev"), PUBLIC)]
    told = [[found.policyName for found in answer.diagnostics] for answer in answers]
    assert told == [["smtp-port-allowed"], ["private-data-stays-private"]]
    assert "CONFIG_INVALID" in answers[0].diagnostics[0].message


def test_a_policy_without_a_level_has_its_own_again() -> None:
    ours = own_pack()
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    request.policyConfig["private-data-stays-private"].enforcementLevel = analyzer_pb2.DISABLED
    for configured, reported in ((request, 0), (analyzer_pb2.ConfigureAnalyzerRequest(), 1)):
        ours.Configure(configured, None)
        assert len(ours.Analyze(declaration(PUBLIC), None).diagnostics) == reported


def test_one_proof_serves_all_rules_with_the_same_settings() -> None:
    stack = Stack(Graph([]), Evidence())
    proof = stack.proof()
    assert stack.proof(Settings()) is proof
    assert stack.proof(Settings(host_variables=("MAIL_HOST",))) is not proof


def test_what_no_rule_judges_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> None:
        raise AssertionError("it was read")

    monkeypatch.setattr("enforcement.deployment.read", never)
    ours = own_pack(updating=True)
    bucket = declaration(Node(BUCKET, "files", {"bucket": "files"}))
    assert not ours.Remediate(bucket, None).not_applicable
    assert not ours.Analyze(bucket, None).diagnostics
    with pytest.raises(AssertionError, match="it was read"):
        ours.Analyze(declaration(PUBLIC), None)


# Another SDK --------------------------------------------------------------------------------------------


def test_another_version_of_the_sdk_does_not_start(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    distribution = tmp_path / "pulumi_policy-1.20.0.dist-info"
    distribution.mkdir()
    (distribution / "METADATA").write_text("Metadata-Version: 2.1\nName: pulumi-policy\nVersion: 1.20.0\n")
    with pytest.raises(RuntimeError, match="does not start"):
        PackProcess(updating=False, variables={"PYTHONPATH": str(tmp_path)})
    assert capfd.readouterr().err == (
        "mailroute: pulumi-policy 1.20.0 is installed, and this pack was tested with 1.21.0 alone: "
        "pip install pulumi-policy==1.21.0\n"
    )


def test_the_tested_version_is_the_one_that_the_pack_requires() -> None:
    requirements = Path(pack.__file__).parents[1] / "requirements.txt"
    (pinned,) = (line for line in requirements.read_text().splitlines() if line.startswith(analyzer.SDK))
    assert pinned == f"{analyzer.SDK}=={analyzer.TESTED[-1]}"


@pytest.mark.parametrize("policy", pack.policies(RULES), ids=lambda policy: policy.name)
def test_a_policy_that_the_sdk_would_judge_itself_blocks(policy: Any) -> None:
    servicer = sdk_servicer([policy])
    judge = servicer.Analyze if isinstance(policy, sdk.ResourceValidationPolicy) else servicer.AnalyzeStack
    with pytest.raises(RuntimeError, match="install the pulumi-policy that its requirements"):
        judge(declaration(PUBLIC) if judge == servicer.Analyze else analyzer_pb2.AnalyzeStackRequest(), None)
