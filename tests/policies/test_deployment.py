"""What an engine's messages hold, as known, unknown, absent and secret values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from pulumi.runtime.proto import analyzer_pb2

from enforcement.deployment import STACK_TYPE, Deployment, read
from enforcement.resources import Program, Properties
from mailroute import wire
from reachability import Resource
from reachability.values import ABSENT, UNKNOWN, get, items
from rules.rule import PropertyPath
from tests.embedded.recording import read_trace
from tests.policies.harness import Node, declaration, whole

TRACES = Path(__file__).parents[1] / "traces"
RECORDED = sorted(TRACES.glob("**/*.analyzer.json"))
ASSET = {wire.SIGNATURE_KEY: "c44067f5952c0a294b673a41bacd8c17", "text": "text"}
SUBNET = "aws:ec2/subnet:Subnet"


def clear(properties: dict[str, Any], marked: set[PropertyPath] | None = None) -> dict[str, Any]:
    return read(wire.encode(properties), marked)


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        (UNKNOWN, UNKNOWN),
        ("3eeb2bf0-c639-47a8-9e75-3b44932eb421", UNKNOWN),  # of a number
        ([1.0, {"c": UNKNOWN}], [1, {"c": UNKNOWN}]),
        (None, None),
        (587.0, 587),
        (0.5, 0.5),
        (True, True),
        ("", ""),
        ({}, {}),
        (ASSET, UNKNOWN),
        ({wire.SIGNATURE_KEY: "a signature of tomorrow", "value": "x"}, UNKNOWN),
        (wire.Secret({"c": 587.0}), {"c": 587}),
        (wire.Secret("[secret]"), UNKNOWN),  # of a state that cannot be decrypted
        ("[secret]", "[secret]"),
        (wire.OutputValue("x", ("urn:a",)), "x"),
        (wire.OutputValue(UNKNOWN), UNKNOWN),
        (wire.ResourceReference("urn:a", "subnet-1"), "subnet-1"),
        (wire.ResourceReference("urn:a", UNKNOWN), UNKNOWN),
        (wire.ResourceReference("urn:component"), "urn:component"),
    ],
)
def test_a_value_is_read(sent: Any, value: Any) -> None:
    found = clear({"a": sent})["a"]
    assert (found, type(found)) == (value, type(value))


def test_what_is_marked_as_secret_is_told_by_its_path() -> None:
    marked: set[PropertyPath] = set()
    secret = wire.Secret
    sent = {"a": secret("x"), "b": [secret(UNKNOWN), {"c": wire.OutputValue("x", secret=True)}], "d": "x"}
    assert clear(sent, marked) == {"a": "x", "b": [UNKNOWN, {"c": "x"}], "d": "x"}
    assert marked == {("a",), ("b", 0), ("b", 1, "c")}


def test_elements_of_a_list_may_be_unknown_one_by_one() -> None:
    assert items(clear({"a": ["x", UNKNOWN, None]}), "a") == ("x", UNKNOWN, ABSENT)


@pytest.mark.parametrize(
    ("outputs", "value"),
    [
        ({"other": 1, "a": UNKNOWN}, ["declared"]),
        ({"other": 1, "a": None}, ["declared"]),
        ({"other": 1}, ["declared"]),
        ({"a": ["shown"]}, ["shown"]),
    ],
)
def test_a_declared_value_stands_in_for_one_not_shown(outputs: dict[str, Any], value: Any) -> None:
    assert get(Properties(outputs, {"a": ["declared"]}), "a") == value


def test_a_resource_that_shows_nothing_is_otherwise_unknown() -> None:
    properties = Properties({}, {"a": "declared"})
    assert (get(properties, "a"), get(properties, "b")) == ("declared", UNKNOWN)
    assert list(properties) == ["a"]


def program(deployment: Deployment, *nodes: Node) -> Program:
    return deployment.program(whole(nodes))


def test_declarations_are_kept_until_the_next_deployment() -> None:
    deployment = Deployment()
    declared = {"cidrBlock": "10.0.0.0/24", "vpcId": UNKNOWN}
    outputs = {"vpcId": UNKNOWN, "arn": UNKNOWN, "id": "subnet-1"}
    node = Node(SUBNET, "s", outputs, declared)
    deployment.remember(declaration(node))

    (resource,) = program(deployment, node).resources

    assert dict(resource.properties) == {**outputs, "cidrBlock": "10.0.0.0/24"}
    assert (resource.id, resource.inputs) == ("subnet-1", frozenset(declared))
    assert node.urn in deployment

    deployment.remember(declaration(Node(STACK_TYPE, "stack")))
    assert node.urn not in deployment
    (alone,) = program(deployment, node).resources
    assert alone.inputs is None


def test_a_resource_has_its_component_before_and_after() -> None:
    node = Node(SUBNET, "s", {"vpcId": "vpc-1"}, parent="urn:component")
    request = declaration(node)
    request.options.parent = node.parent
    (shown,) = program(Deployment(), node).resources
    assert Deployment().declared(request).parent == shown.parent == "urn:component"


def test_a_read_dependency_is_kept() -> None:
    """It is not in the stack: without it, a list looks as if it were all created."""
    read_urn = "urn:pulumi:dev::shop::aws:ec2/subnet:Subnet::read"
    node = Node(SUBNET, "s", {"vpcId": UNKNOWN}, dependencies={"vpcId": (read_urn,)}, depends_on=("urn:x",))
    (resource,) = program(Deployment(), node).resources
    assert resource.dependencies == {"vpcId": (read_urn,)}
    assert set(resource.depends_on) == {read_urn, "urn:x"}


@pytest.mark.parametrize(
    ("own", "inherited", "region"),
    [
        ({}, "eu-west-1", "eu-west-1"),
        ({"region": "us-east-1"}, "eu-west-1", "us-east-1"),
        ({"region": UNKNOWN}, "eu-west-1", UNKNOWN),
        ({}, UNKNOWN, UNKNOWN),
    ],
)
def test_the_region_is_the_resource_s_or_its_provider_s(
    own: dict[str, Any], inherited: Any, region: Any
) -> None:
    request = declaration(Node(SUBNET, "s", own))
    request.provider.properties.CopyFrom(wire.encode({"region": inherited}))
    assert Deployment().declared(request).region == region


# What the official engine sent -------------------------------------------------------------------------


def messages(file: Path, call: str, message: Any) -> list[Any]:
    return [ParseDict(entry["request"], message()) for entry in read_trace(file) if entry["call"] == call]


def recorded(file: Path) -> tuple[Deployment, list[Any]]:
    deployment = Deployment()
    for request in messages(file, "Analyze", analyzer_pb2.AnalyzeRequest):
        deployment.remember(request)
    return deployment, messages(file, "AnalyzeStack", analyzer_pb2.AnalyzeStackRequest)


def signs(value: Any) -> bool:
    """Whether something of the wire format is left inside."""
    if isinstance(value, dict):
        return wire.SIGNATURE_KEY in value or any(map(signs, value.values()))
    if isinstance(value, list):
        return any(map(signs, value))
    return isinstance(value, wire.Secret) or value == wire.UNKNOWN_SENTINEL


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_all_that_was_recorded_is_read(file: Path) -> None:
    deployment, stacks = recorded(file)
    for request in stacks:
        found = {resource.key: resource for resource in deployment.program(request).resources}
        assert set(found) == {sent.urn for sent in request.resources}
        for sent in request.resources:
            resource = found[sent.urn]
            assert not signs(dict(resource.properties))
            assert set(sent.properties.fields) <= set(resource.properties)
            assert {urn for urns in resource.dependencies.values() for urn in urns} == {
                urn for named in sent.propertyDependencies.values() for urn in named.urns
            }


def root(file: Path) -> tuple[Resource, frozenset[PropertyPath]]:
    deployment, (request,) = recorded(file)
    found = deployment.program(request)
    (stack,) = (resource for resource in found.resources if resource.type == STACK_TYPE)
    return stack, found.secrets[stack.key]


def test_the_engine_marks_the_secrets_of_outputs() -> None:
    stack, marked = root(TRACES / "secrets" / "up.analyzer.json")
    assert marked == {
        ("config_secret",),
        ("mixed", "list", 0),
        ("secret_of_unknown",),
        ("smtp_password",),
    }
    assert (stack.get("config_secret"), stack.get("unsecret")) == ("hunter2", "hunter2")


def test_a_preview_marks_what_it_does_not_know() -> None:
    stack, marked = root(TRACES / "secrets" / "preview.analyzer.json")
    assert ("smtp_password",) in marked
    assert stack.get("smtp_password") is UNKNOWN
