"""The incident's account, the schema of such files, and what a bad one is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import evidence
from mailroute.rehearsal.account import Account
from mailroute.rehearsal.account.account import AwsResource
from mailroute.rehearsal.provider import sdk
from mailroute.rehearsal.result import RehearsalError
from tests.provider.harness import PROD


@pytest.fixture
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(PROD.read_text(encoding="utf-8"))
    return loaded


def of_type(document: dict[str, Any], type_: str) -> dict[str, Any]:
    """The first resource of a type."""
    return next(resource for resource in document["resources"] if resource["type"] == type_)


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(json.loads(evidence.SCHEMA.read_text(encoding="utf-8")))


def test_the_incident_s_account_is_valid_and_without_secrets(document: dict[str, Any]) -> None:
    assert evidence.load(PROD) == document
    assert PROD.read_text(encoding="utf-8") == json.dumps(document, indent=2, sort_keys=True) + "\n"
    keys = [(resource["type"], resource["id"]) for resource in document["resources"]]
    assert keys == sorted(keys)
    service = of_type(document, "aws:apprunner/service:Service")["properties"]
    image = service["sourceConfiguration"]["imageRepository"]["imageConfiguration"]
    assert image["runtimeEnvironmentVariables"] == {"SMTP_HOST": "smtp-relay.brevo.com", "SMTP_PORT": "587"}
    assert all(
        value.startswith("arn:aws:secretsmanager:") for value in image["runtimeEnvironmentSecrets"].values()
    )


def test_the_incidents_account_refers_only_to_what_it_holds(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    held = {resource["id"] for resource in document["resources"]}
    prefixes = ("vpc-", "subnet-", "rtb-", "igw-", "sg-", "acl-", "dopt-")
    named = {word for word in text.replace('"', " ").replace("/", " ").split() if word.startswith(prefixes)}
    assert named <= held
    assert len(named) > 10


def test_the_incident_s_account_has_pulumi_aws_properties(document: dict[str, Any]) -> None:
    extra = {"aws:ec2/routeTable:RouteTable": {"associations"}}
    for resource in document["resources"]:
        known = sdk.resource_class(resource["type"])
        assert known is not None, resource["type"]
        assert set(resource["properties"]) - set(known.outputs) <= extra.get(resource["type"], set()), (
            resource
        )


@pytest.mark.parametrize(
    ("break_it", "place"),
    [
        (lambda document: document.update(version=2), "version"),
        (lambda document: document.update(accountId="12"), "accountId"),
        (lambda document: document.update(region="Virginia"), "region"),
        (lambda document: document.update(more=1), "the document"),
        (lambda document: document.pop("vpcs"), "the document"),
        (lambda document: document["unread"].append({"action": "all", "reason": "x"}), "unread[0].action"),
        (
            lambda document: of_type(document, "aws:ec2/vpc:Vpc")["properties"].update(cidrBlock="wide"),
            ".properties.cidrBlock",
        ),
        (
            lambda document: of_type(document, "aws:ec2/subnet:Subnet")["properties"].pop("vpcId"),
            ".properties",
        ),
        (
            lambda document: of_type(document, "aws:ec2/routeTable:RouteTable")["properties"].update(
                routes=[{"cidrBlock": "0.0.0.0/0", "target": "igw-1"}]
            ),
            ".properties.routes[0]",
        ),
        (
            lambda document: of_type(document, "aws:ec2/securityGroup:SecurityGroup")["properties"].update(
                egress=[{"protocol": "tcp", "fromPort": 70000}]
            ),
            ".properties.egress[0].fromPort",
        ),
    ],
)
def test_what_breaks_the_schema_is_named_in_one_line(
    document: dict[str, Any], break_it: Callable[[dict[str, Any]], Any], place: str
) -> None:
    break_it(document)
    with pytest.raises(evidence.EvidenceError) as raised:
        evidence.validate(document, "account.json")
    line = str(raised.value)
    assert line.startswith("account.json: ")
    assert place in line
    assert "\n" not in line


def test_a_resource_that_is_there_twice_is_named(document: dict[str, Any]) -> None:
    document["resources"].append(of_type(document, "aws:ec2/vpc:Vpc"))
    with pytest.raises(
        evidence.EvidenceError, match=r"aws:ec2/vpc:Vpc vpc-0e9cd2c204069ca54 is there 2 times"
    ):
        evidence.validate(document, "account.json")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'{"version": 1,\n  oops}', r"a\.json:2:3: not JSON"),
        (b"\xff\xfe", r"byte 0 is not UTF-8"),
        (b"[" * 100_000, r"nested too deeply"),
        (
            b'{"vpcs": [], "vpcs": []}',
            r"a\.json: the document: the key 'vpcs' stands there twice: keep one of them",
        ),
        (b'{"resources": [{"id": 1, "id": 2}]}', r"a\.json: resources\[0\]: the key 'id' stands there twice"),
        (
            b'{"version": ' + b"9" * 5_000 + b"}",
            r"a\.json: version: a number that is too large: write it as text",
        ),
        (b'{"version": 1e999}', r"a\.json: version: a number that is too large"),
        (b'{"version": NaN}', r"a\.json: version: NaN is no number in JSON"),
        (b'{"region": "\\ud800"}', r"a\.json: region: half of a surrogate pair, which is no character: "),
        (b'{"\\udfff": 1}', r"a\.json: the document: a key with half of a surrogate pair"),
        (b"[]", r"the document: \[\] is not of type 'object'"),
    ],
)
def test_what_is_no_account_file_is_told_so(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(RehearsalError, match=says) as raised:
        Account.load(path, "us-east-1")
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there_or_is_a_folder_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(RehearsalError, match=r"nowhere\.json: No such file or directory: give the path"):
        Account.load(tmp_path / "nowhere.json", "us-east-1")
    with pytest.raises(RehearsalError, match=r"Is a directory: give the path"):
        Account.load(tmp_path, "us-east-1")


def test_an_account_of_another_region_is_refused() -> None:
    with pytest.raises(
        RehearsalError, match=r"shows the account in us-east-1, the stack is in eu-west-1: give"
    ):
        Account.load(PROD, "eu-west-1")
    assert Account.load(PROD).region == Account.load(PROD, "us-east-1").region == "us-east-1"


def test_an_empty_account_is_valid_with_zones_and_services() -> None:
    account = Account.empty("us-east-1")
    evidence.validate(account.document, "empty")
    assert [zone.id for zone in account.zones("us-east-1")][:3] == ["use1-az4", "use1-az6", "use1-az1"]
    smtp = next(
        service
        for service in account.endpoint_services("us-east-1")
        if service.name == "com.amazonaws.us-east-1.email-smtp"
    )
    offered = {zone.id for zone in account.zones("us-east-1") if zone.name in smtp.zones}
    assert offered == {"use1-az1", "use1-az4", "use1-az6"}


@pytest.mark.parametrize(
    ("region", "first"),
    [
        ("eu-central-1", "euc1-az1"),
        ("ap-northeast-1", "apne1-az4"),
        ("ap-southeast-2", "apse2-az1"),
        ("ca-central-1", "cac1-az1"),
        ("us-west-1", "usw1-az3"),
        ("us-gov-east-1", "usge1-az1"),
    ],
)
def test_zone_ids_are_spelled_as_aws_spells_them(region: str, first: str) -> None:
    assert Account.empty(region).zones(region)[0].id == first


def test_no_region_is_told_so() -> None:
    with pytest.raises(RehearsalError, match=r"aws:region: 'mars' is no AWS region: name one"):
        Account.empty("mars")


def test_an_account_is_at_hand_as_it_was() -> None:
    account = Account.load(PROD)
    account.put(AwsResource("aws:ec2/vpc:Vpc", "vpc-new", {}))
    assert account.find("aws:ec2/vpc:Vpc", "vpc-new") is not None
    assert account.as_it_was().find("aws:ec2/vpc:Vpc", "vpc-new") is None

    empty = Account.empty("eu-west-1").as_it_was()
    assert (empty.region, empty.shows("aws:ec2/vpc:Vpc")) == ("eu-west-1", True)
