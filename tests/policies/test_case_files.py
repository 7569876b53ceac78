"""What a case file may say, and that one which is wrong says so in one line."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from mailroute import wire
from reachability.values import UNKNOWN
from rules import RULES
from tests.policies.case_files import CASES, CaseError, PolicyCase, load_case, unused
from tests.policies.harness import Node

RULE = "smtp-port-allowed"
VPC, SUBNET = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet"
BASE = {
    "net": {"type": VPC, "properties": {"cidrBlock": "10.0.0.0/16", "tags": {"team": "shop", "tier": "web"}}},
    "subnet": {"type": SUBNET, "properties": {"vpcId": "${net.id}"}},
}
SAID = {"verdict": "satisfied"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path / "bases/two.json", {"resources": BASE})
    write(tmp_path / "evidence/account.json", {"region": "us-east-1", "resources": {"vpc-1": {"type": VPC}}})
    return tmp_path


def write(path: Path, document: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = document if isinstance(document, str) else json.dumps(document)
    path.write_text(text, encoding="utf-8")
    return path


def case(root: Path, **document: Any) -> PolicyCase:
    return load_case(write(root / "cases" / RULE / "x.json", {"expected": SAID, **document}))


def patched(root: Path, **patch: Any) -> dict[str, Node]:
    return {node.name: node for node in case(root, base="two", patch=patch).nodes}


def test_a_patch_changes_what_it_names_and_nothing_else(root: Path) -> None:
    added = {"type": SUBNET, "properties": {"cidrBlock": "10.0.1.0/24"}}

    nodes = patched(root, net={"properties": {"tags": {"tier": None}}}, subnet=None, more=added)

    assert nodes == {
        "net": Node(VPC, "net", {"cidrBlock": "10.0.0.0/16", "tags": {"team": "shop"}}),
        "more": Node(SUBNET, "more", {"cidrBlock": "10.0.1.0/24"}),
    }


def test_a_base_may_be_a_patch_of_another(root: Path) -> None:
    write(root / "bases/one.json", {"base": "two", "patch": {"subnet": None}})

    assert [node.name for node in case(root, base="one").nodes] == ["net"]


def test_a_reference_is_unknown_and_a_dependency(root: Path) -> None:
    subnet = patched(root, net={"properties": {"arn": "arn:net"}})["subnet"]

    assert subnet.properties == {"vpcId": UNKNOWN}
    assert subnet.dependencies == {"vpcId": (Node(VPC, "net").urn,)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${net.cidrBlock}", "10.0.0.0/16"),
        ("${net.tags.team}", "shop"),
        ("${net.zones[1]}", 2),
        ("${net.zones[7]}", UNKNOWN),
        ("at ${net.cidrBlock} of ${net.tags.team}", "at 10.0.0.0/16 of shop"),
        ("at ${net.cidrBlock} of ${net.id}", UNKNOWN),
        ("smtp://${net.password}@host", wire.Secret("smtp://x@host")),
        ({"$secret": "${net.cidrBlock}"}, wire.Secret("10.0.0.0/16")),
        ({"$json": {"a": ["${net.cidrBlock}"]}}, '{"a": ["10.0.0.0/16"]}'),
        ({"$json": {"a": ["${net.id}"]}}, UNKNOWN),
        ({"$unknown": True}, UNKNOWN),
    ],
)
def test_what_a_value_may_be(root: Path, text: Any, value: Any) -> None:
    net = {"properties": {"zones": [1, 2], "password": {"$secret": "x"}}}

    nodes = patched(root, net=net, more={"type": SUBNET, "properties": {"tag": text}})

    assert nodes["more"].properties == {"tag": value}


def test_a_patch_replaces_a_marked_value_whole(root: Path) -> None:
    nodes = patched(root, net={"properties": {"tags": {"$unknown": True}}})

    assert nodes["net"].properties["tags"] is UNKNOWN


def test_what_a_file_says_beside_the_graph(root: Path) -> None:
    provider = {"region": "eu-west-1"}
    read = case(
        root, base="two", operation="update", provider=provider, config={RULE: {"undetermined": "advisory"}}
    )

    assert read.rule == RULE
    assert read.updating
    assert [node.provider for node in read.nodes] == [provider, provider]
    assert read.config(root) == {RULE: {"undetermined": "advisory"}}
    assert read.expected == SAID


def test_evidence_reaches_every_rule_that_asks_for_it(root: Path, tmp_path: Path) -> None:
    read = case(root, base="two", evidence={"account": {"region": "eu-west-1"}})

    config = read.config(tmp_path)

    assert config.keys() == {rule.name for rule in RULES if "evidence" in rule.options}
    assert {"apprunner-egress-route", "workload-egress-route"} < config.keys()
    (path,) = {options["evidence"] for options in config.values()}
    assert json.loads(Path(path).read_text(encoding="utf-8")) == {
        "region": "eu-west-1",
        "resources": [{"id": "vpc-1", "type": VPC}],
    }


@pytest.mark.parametrize(
    ("document", "line"),
    [
        ("{", f"{RULE}/x.json is not JSON: Expecting property name enclosed in double quotes"),
        ([], f"{RULE}/x.json is a list: write an object"),
        ({"bases": "two"}, f"{RULE}/x.json: 'bases' is none of base, config, evidence,"),
        ({"base": "two"}, f"{RULE}/x.json: 'expected' is missing: say what the rule must say"),
        ({"expected": SAID}, f"{RULE}/x.json: neither 'base' nor 'resources': give one of them"),
        (
            {"expected": SAID, "base": "two", "resources": {}},
            f"{RULE}/x.json: 'resources' beside 'base': what is added belongs in 'patch'",
        ),
        (
            {"expected": SAID, "base": "three"},
            f"{RULE}/x.json: there is no base 'three': name one of two",
        ),
        (
            {"expected": SAID, "base": "two", "evidence": {"region": {}}},
            f"{RULE}/x.json: there is no evidence 'region': add evidence/region.json",
        ),
        (
            {"expected": SAID, "base": "two", "evidence": {"account": {"region": "us-east-1"}}},
            f"{RULE}/x.json: evidence.account.region changes nothing: that is its value in the base",
        ),
    ],
)
def test_a_wrong_file_is_one_line(root: Path, document: Any, line: str) -> None:
    path = write(root / "cases" / RULE / "x.json", document)

    with pytest.raises(CaseError) as raised:
        load_case(path)

    assert str(raised.value).startswith(line)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("patch", "line"),
    [
        (
            {"nat": {"properties": {"tags": {}}}},
            "patch names 'nat', which base 'two' does not have: "
            "name one that it has, or give a 'type' to add it",
        ),
        ({"nat": None}, "patch names 'nat', which base 'two' does not have"),
        ({}, "patch changes nothing: leave it out"),
        ({"net": {}}, "patch.net changes nothing: leave it out"),
        (
            {"net": {"properties": {"tags": {"team": "shop"}}}},
            "patch.net.properties.tags.team changes nothing",
        ),
        ({"net": {"properties": {"region": None}}}, "patch.net.properties.region removes what is not there"),
        ({"net": {"property": {}}}, "net.property is none of declared, dependencies, dependsOn, parent,"),
        ({"net": None}, "subnet.properties.vpcId refers to 'net', which the graph does not have"),
        ({"net": {"dependencies": {"tags": ["x"]}}}, "net.tags refers to 'x', which the graph does not have"),
        ({"net": {"dependsOn": ["x"]}}, "net.dependsOn refers to 'x', which the graph does not have"),
        ({"net": {"parent": "x"}}, "net.parent refers to 'x', which the graph does not have"),
    ],
)
def test_a_wrong_patch_is_one_line(root: Path, patch: dict[str, Any], line: str) -> None:
    with pytest.raises(CaseError) as raised:
        case(root, base="two", patch=patch)

    assert str(raised.value).startswith(f"{RULE}/x.json: {line}")
    assert "\n" not in str(raised.value)


def test_a_folder_that_is_no_rule_is_refused(root: Path) -> None:
    path = write(root / "cases/smtp-port/x.json", {"base": "two", "expected": SAID})

    with pytest.raises(CaseError, match=r"^smtp-port/x.json: there is no rule 'smtp-port': name the folder"):
        load_case(path)


def test_what_no_case_uses_is_named(root: Path) -> None:
    assert unused(root) == ["bases/two.json", "evidence/account.json"]
    write(root / "bases/one.json", {"base": "two"})
    case(root, base="one", evidence={"account": {}})
    assert unused(root) == []


def test_every_base_and_evidence_is_used() -> None:
    assert unused() == []


def test_no_two_cases_of_a_rule_ask_the_same() -> None:
    asked: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(CASES.glob("*/*.json")):
        read = load_case(path)
        nodes = sorted(map(repr, read.nodes))
        asked[repr((read.rule, nodes, read.updating, read.options, read.evidence))].append(path.stem)
    assert [names for names in asked.values() if len(names) > 1] == []
