"""The pack as a whole: what it offers, and that nothing which goes wrong lets a stack pass."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.proto import analyzer_pb2

from enforcement import options
from enforcement.answer import Answer
from enforcement.pack import ADVISORIES, Enforcement
from mailroute import wire
from reachability import UNKNOWN, Resource
from rules import RULES
from rules.apprunner_egress_route import RULE as EGRESS_RULE
from rules.rule import Judge, Options, Rule, Severity, Stack, Violation, violation
from tests.policies.case_files import CASES, load_case
from tests.policies.harness import Node, PackProcess, judge, urn_of, whole

CONTRACT = {
    "account-egress-route",
    "apprunner-egress-route",
    "smtp-endpoint-usable",
    "nat-gateway-usable",
    "ses-identity-verifiable",
    "smtp-credentials-secret",
    "smtp-port-allowed",
    "ses-sender-least-privilege",
    "private-data-stays-private",
}
DATABASE = "aws:rds/instance:Instance"
BUCKET = "aws:s3/bucket:Bucket"
PUBLIC = Node(DATABASE, "db", {"publiclyAccessible": True})
FIRST, SECOND = urn_of(BUCKET, "first"), urn_of(BUCKET, "second")


def test_remedies_are_for_programs_without_our_components() -> None:
    """The component, where one is named at all, stands beside what pulumi-aws has."""
    for rule in RULES:
        named = re.search(r"NatEgress|SmtpEndpoint|SmtpCredentials|component", rule.remedy)
        assert named is None or "(aws." in rule.remedy[: named.start()], rule.remedy


def test_every_rule_of_the_contract_is_mandatory(preview: PackProcess) -> None:
    levels = {policy.name: policy.enforcementLevel for policy in preview.info.policies}
    assert set(levels) >= CONTRACT
    assert levels == {
        name: analyzer_pb2.ADVISORY if name == "advisories" else analyzer_pb2.MANDATORY for name in levels
    }


def test_every_rule_says_what_why_and_what_to_do(preview: PackProcess) -> None:
    for policy in preview.info.policies:
        if policy.name != "advisories":
            assert "(AWS: " in policy.description
            assert policy.remediation_steps
            assert policy.severity != analyzer_pb2.POLICY_SEVERITY_UNSPECIFIED
            assert all("default" in option for option in policy.configSchema.properties.values())


def test_a_configuration_without_options_has_their_defaults(preview: PackProcess) -> None:
    preview.configure({}, defaults=False)
    assert preview.run([PUBLIC]).blocked("private-data-stays-private", PUBLIC.urn)


def test_a_level_that_the_stack_sets_counts(preview: PackProcess) -> None:
    preview.configure({}, levels={"private-data-stays-private": analyzer_pb2.ADVISORY})
    (result,) = preview.run([PUBLIC]).all
    assert (result.policy, result.level) == ("private-data-stays-private", "ADVISORY")


def test_a_rule_without_its_resources_is_not_applicable(preview: PackProcess) -> None:
    preview.configure({})
    results = preview.run([Node(BUCKET, "files", {"bucket": "files"})])
    assert results.all == ()
    assert set(results.not_applicable) >= CONTRACT - {
        "account-egress-route",  # The stack is always there, and so are its outputs.
        "smtp-credentials-secret",
        "smtp-port-allowed",
        "private-data-stays-private",
    }


def test_a_path_is_not_said_twice_in_an_update(update: PackProcess) -> None:
    service = Node(
        "aws:apprunner/service:Service",
        "api",
        {
            "sourceConfiguration": {
                "imageRepository": {"imageConfiguration": {"runtimeEnvironmentVariables": {"SMTP_PASS": "x"}}}
            }
        },
    )
    update.configure({})
    results = update.run([service])
    assert [result.policy for result in results.before] == ["smtp-credentials-secret"]
    assert "smtp-credentials-secret" not in [result.policy for result in results.stack]


def test_a_text_known_in_an_update_is_judged_before_creation() -> None:
    """What the remedy of a preview promises to who makes it advisory: `containerDefinitions` is one text."""
    containers = [{"name": "app", "environment": [{"name": "SMTP_PASSWORD", "value": "hunter2"}]}]
    unknown = Node("aws:ecs/taskDefinition:TaskDefinition", "task", {"containerDefinitions": UNKNOWN})
    known = replace(unknown, properties={"containerDefinitions": json.dumps(containers)})
    config = {"smtp-credentials-secret": {"undetermined": "advisory"}}
    with PackProcess(updating=False) as pack:
        pack.configure(config)
        assert not pack.run([unknown]).blocked("smtp-credentials-secret", unknown.urn)
    with PackProcess(updating=True) as pack:
        pack.configure(config)
        (before,) = pack.run([known]).before
    assert (before.policy, before.level, before.codes) == (
        "smtp-credentials-secret",
        "MANDATORY",
        ("PASSWORD_IN_ENVIRONMENT",),
    )


def test_a_stack_alone_is_judged_whole() -> None:
    """Whatever an engine leaves out: no resource comes by before."""
    node = Node("aws:ec2/natGateway:NatGateway", "nat", {"connectivityType": "private"})
    with PackProcess(updating=True) as pack:
        pack.configure({"nat-gateway-usable": {"undetermined": "sometimes"}})
        results = pack.run([node], deployed=False)
    found = [result.codes for result in results.of("nat-gateway-usable")]
    assert ("NAT_GATEWAY_PRIVATE",) in found
    assert ("CONFIG_INVALID",) in found


def test_what_a_state_has_only_read_is_not_the_stack_s_own() -> None:
    """`pulumi policy analyze` shows what `.get()` has read: of its VPC, nothing else is known."""
    vpc = Node("aws:ec2/vpc:Vpc", "read", {"cidrBlock": "10.0.0.0/16", "id": "vpc-1"}, declared={})
    subnet = Node(
        "aws:ec2/subnet:Subnet", "there", {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24", "id": "subnet-1"}
    )
    nat = Node(
        "aws:ec2/natGateway:NatGateway", "made", {"subnetId": "subnet-1", "allocationId": "eipalloc-1"}
    )
    with PackProcess(updating=None) as pack:
        pack.configure({})
        read = pack.run([vpc, subnet, nat]).of("nat-gateway-usable")
        made = pack.run([replace(vpc, declared=None), subnet, nat]).of("nat-gateway-usable")
    assert [result.codes for result in read] == [("ROUTE_TABLE_NOT_READ",)]
    assert [result.codes for result in made] == [("NAT_SUBNET_NOT_PUBLIC",)]


def test_evidence_of_the_environment_comes_first(tmp_path: Path) -> None:
    missing = tmp_path / "missing.json"
    service = Node("aws:apprunner/service:Service", "api", {"serviceName": "api"})
    variables = {"MAILROUTE_EVIDENCE": "missing.json", "PWD": str(tmp_path)}
    with PackProcess(updating=False, variables=variables) as pack:
        pack.configure({"apprunner-egress-route": {"evidence": "none"}})
        (result,) = pack.run([service]).of("apprunner-egress-route")
    assert result.codes == ("EVIDENCE_UNREADABLE",)
    assert str(missing) in result.message


# Secrets ------------------------------------------------------------------------------------------------


def _sending_to(host: str, port: str) -> Node:
    """A service behind a connector without a subnet, whose environment is a secret."""
    variables = {"SMTP_HOST": wire.Secret(host), "SMTP_PORT": wire.Secret(port)}
    image = {"imageConfiguration": {"runtimeEnvironmentVariables": variables}}
    egress = {"egressType": "VPC", "vpcConnectorArn": UNKNOWN}
    return Node(
        "aws:apprunner/service:Service",
        "api",
        {
            "networkConfiguration": {"egressConfiguration": egress},
            "sourceConfiguration": {"imageRepository": image},
        },
    )


@pytest.mark.parametrize("shown", ["outputs", "inputs alone"])
def test_no_message_shows_a_secret(preview: PackProcess, shown: str) -> None:
    node = _sending_to("mail.hidden.example", "2525")
    if shown == "inputs alone":
        node = replace(node, properties={}, declared=node.properties)
    preview.configure({})
    (found,) = preview.run([node]).of("apprunner-egress-route")
    assert "api is not known to reach [secret]:[secret]." in found.message
    assert "hidden" not in found.message


def test_no_message_before_the_creation_shows_a_secret(update: PackProcess) -> None:
    update.configure({})
    results = update.run([_sending_to("email-smtp.us-east-1.amazonaws.com", "2525")])
    (found,) = [result for result in results.before if result.policy == "smtp-port-allowed"]
    assert found.codes == ("SMTP_PORT_NOT_OFFERED",)
    assert "is [secret], and [secret] offers" in found.message


def test_no_advice_shows_a_secret(preview: PackProcess) -> None:
    preview.configure({"apprunner-egress-route": {"undetermined": "advisory"}})
    (found,) = preview.run([_sending_to("mail.hidden.example", "2525")]).of("advisories")
    assert "hidden" not in found.message


# Faults of a rule ---------------------------------------------------------------------------------------


def _fails_on_the_first(resource: Resource) -> Iterator[Violation]:
    yield violation(resource, "SEEN", f"{resource.name} was judged.", "")
    if resource.name == "first":
        raise RuntimeError(resource.get("password"))


def _judges(_stack: Stack, _options: Options) -> Judge:
    return _fails_on_the_first


def _never_ready(_stack: Stack, _options: Options) -> Judge:
    raise RuntimeError("not ready")


def _rule(**parts: Any) -> Rule:
    return Rule("a-rule", "Something holds.", "A document", "Fix it.", Severity.LOW, (BUCKET,), **parts)


def _judged(rule: Rule, **config: Any) -> list[tuple[str, str | None]]:
    """What the policy of `rule` reports of a stack with two buckets, and then the advisories."""
    enforcement = Enforcement([rule], updating=False, today=date(2026, 1, 5))
    enforcement.configure({rule.name: config})
    names = (rule.name, ADVISORIES)
    info = analyzer_pb2.AnalyzerInfo(policies=[analyzer_pb2.PolicyInfo(name=name) for name in names])
    answer = Answer(info, dict.fromkeys(names, analyzer_pb2.MANDATORY))
    nodes = [Node(BUCKET, name, {"password": wire.Secret("hunter2")}) for name in ("first", "second")]
    enforcement.judge_stack(whole(nodes), answer)
    found = [(each.policyName, each.message.strip(), each.urn or None) for each in answer.message.diagnostics]
    return [
        *((message, urn) for policy, message, urn in found if policy == rule.name),
        ("ADVISORIES", None),
        *((message, urn) for policy, message, urn in found if policy == ADVISORIES),
    ]


def test_a_rule_that_breaks_blocks_and_judges_what_comes_after() -> None:
    *blocking, (end, _) = _judged(_rule(check=_judges))
    assert end == "ADVISORIES"
    assert [(message.partition(":")[0], urn) for message, urn in blocking] == [
        ("SEEN", FIRST),
        ("RULE_FAILED", FIRST),
        ("SEEN", SECOND),
    ]
    assert "RuntimeError at test_pack.py:" in blocking[1][0]
    assert "hunter2" not in str(blocking)


def test_a_rule_that_cannot_begin_blocks_every_resource() -> None:
    *blocking, _ = _judged(_rule(check=_never_ready))
    assert [(message.partition(":")[0], urn) for message, urn in blocking] == [
        ("RULE_FAILED", FIRST),
        ("RULE_FAILED", SECOND),
    ]


def test_a_stack_that_cannot_be_read_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> Stack:
        raise RuntimeError("hunter2")

    monkeypatch.setattr("enforcement.stacks.Stacks.build", never)
    (blocking, urn), _ = _judged(_rule(check=_judges))
    assert (blocking.partition(":")[0], urn) == ("RULE_FAILED", None)
    assert "hunter2" not in blocking


@pytest.mark.parametrize(("code", "blocks"), [(None, True), ("RULE_FAILED", False)])
def test_only_by_its_code_a_failure_is_accepted(code: str | None, blocks: bool) -> None:
    exemption = {"resource": "first", "reason": "reported upstream", "expires": "2026-01-05"}
    given = [exemption if code is None else {**exemption, "code": code}]
    blocking = _judged(_rule(check=_judges), exceptions=given)
    before, after = blocking[: blocking.index(("ADVISORIES", None))], blocking
    assert any(message.startswith("RULE_FAILED") for message, _ in before) is blocks
    assert any(message.startswith("RULE_FAILED") for message, _ in after)


def test_a_service_that_the_proof_does_not_see_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reachability.proof.Proof.workloads", lambda *_: iter(()))
    nodes = [Node("aws:apprunner/service:Service", "api", {"serviceName": "api"})]
    configured, _ = options.read(EGRESS_RULE, {})
    with pytest.raises(KeyError):
        judge(EGRESS_RULE, nodes, configured)


def test_undetermined_blocks_unless_the_stack_says_otherwise() -> None:
    def judge(resource: Resource) -> Iterator[Violation]:
        yield Violation(resource.key, ("ODD_UNKNOWN",), "It is open.", "", undetermined=True)

    rule = _rule(check=lambda _stack, _options: judge)
    assert [message for message, _ in _judged(rule)] == ["ODD_UNKNOWN: It is open."] * 2 + ["ADVISORIES"]
    assert [message for message, _ in _judged(rule, undetermined="advisory")] == [
        "ADVISORIES",
        *["ODD_UNKNOWN: (a-rule, undetermined) It is open."] * 2,
    ]


def test_names_are_unique() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_a_list_may_hold_what_the_program_only_reads(preview: PackProcess) -> None:
    """What is read is not in the stack: without it, the list would look as if it were all created."""
    case = load_case(CASES / "apprunner-egress-route" / "nat-gateway.json")
    read = "urn:pulumi:dev::shop::aws:ec2/subnet:Subnet::read"

    def with_sources(*more: str) -> list[Node]:
        return [
            replace(
                node,
                properties={**node.properties, "subnets": UNKNOWN},
                dependencies={**node.dependencies, "subnets": (*node.dependencies["subnets"], *more)},
            )
            if node.type == "aws:apprunner/vpcConnector:VpcConnector"
            else node
            for node in case.nodes
        ]

    (service,) = (node.urn for node in case.nodes if node.type == "aws:apprunner/service:Service")
    preview.configure(case.options)
    assert not preview.run(with_sources()).blocked("apprunner-egress-route", service)
    assert preview.run(with_sources(read)).blocked("apprunner-egress-route", service)


def test_a_violation_may_hold_a_lone_surrogate() -> None:
    """As `\\ud800` in the JSON of container definitions gives: the protocol takes no such text."""
    info = analyzer_pb2.AnalyzerInfo(policies=[analyzer_pb2.PolicyInfo(name="a-rule")])
    answer = Answer(info, {"a-rule": analyzer_pb2.MANDATORY})
    answer.report("a-rule", "cannot reach \ud800.com", None)
    (told,) = answer.message.diagnostics

    assert told.message.endswith("cannot reach \\ud800.com")
    answer.message.SerializeToString()
