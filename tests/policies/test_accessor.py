"""What the SDK hands over, as known, unknown and absent values."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_policy as sdk
import pytest
from pulumi_policy.proxy import UNKNOWN_NUMBER_VALUE, UNKNOWN_STRING_VALUE, unknown_checking_proxy

from enforcement.accessor import STACK_TYPE, Declarations, Properties
from enforcement.sources import Sources
from reachability.values import ABSENT, UNKNOWN, get, items

U = UNKNOWN_STRING_VALUE
OPTIONS = sdk.PolicyResourceOptions(False, [], None, [], sdk.PolicyCustomTimeouts(0, 0, 0), [], "urn:parent")


def read(outputs: dict[str, Any], declared: dict[str, Any] | None = None) -> Properties:
    return Properties(unknown_checking_proxy(outputs), declared or {})


def declare(type_: str, name: str, properties: dict[str, Any], region: Any = "us-east-1") -> Any:
    provider = sdk.PolicyProviderResource(
        "pulumi:providers:aws", unknown_checking_proxy({"region": region}), "urn:provider", "default"
    )
    return sdk.ResourceValidationArgs(
        type_, unknown_checking_proxy(properties), f"urn:{name}", name, OPTIONS, provider
    )


def show(name: str, properties: dict[str, Any]) -> sdk.PolicyResource:
    return sdk.PolicyResource(
        "aws:ec2/subnet:Subnet",
        unknown_checking_proxy(properties),
        f"urn:{name}",
        name,
        OPTIONS,
        None,
        None,
        [],
        {},
    )


@pytest.mark.parametrize(
    ("outputs", "path", "value"),
    [
        ({"a": U}, ("a",), UNKNOWN),
        ({"a": UNKNOWN_NUMBER_VALUE}, ("a",), UNKNOWN),
        ({"a": {"b": [1.0, {"c": U}]}}, ("a", "b", 1, "c"), UNKNOWN),
        ({"a": U}, ("a", "b", 0), UNKNOWN),
        ({"a": {"b": U}}, ("a", "c"), ABSENT),
        ({"a": None}, ("a",), ABSENT),
        ({"a": 1}, ("b",), ABSENT),
        ({"a": 587.0}, ("a",), 587),
        ({"a": 0.5}, ("a",), 0.5),
        ({"a": True}, ("a",), True),
        ({"a": ""}, ("a",), ""),
        ({"a": pulumi.StringAsset("text")}, ("a",), UNKNOWN),
        ({"a": "[secret]"}, ("a",), UNKNOWN),
        ({"a": ["[secret]"]}, ("a", 0), UNKNOWN),
    ],
)
def test_value(outputs: dict[str, Any], path: tuple[str | int, ...], value: Any) -> None:
    found = get(read(outputs), *path)
    assert found is value if value in (UNKNOWN, ABSENT) else (found, type(found)) == (value, type(value))


def test_elements_of_a_list_may_be_unknown_one_by_one() -> None:
    assert items(read({"a": ["x", U, None]}), "a") == ("x", UNKNOWN, ABSENT)


@pytest.mark.parametrize(
    ("outputs", "value"),
    [({"other": 1, "a": U}, ["declared"]), ({"other": 1}, ["declared"]), ({"a": ["shown"]}, ["shown"])],
)
def test_what_was_declared_stands_in_for_what_is_not_shown(outputs: dict[str, Any], value: Any) -> None:
    assert get(read(outputs, {"a": ["declared"]}), "a") == value


def test_what_is_neither_shown_nor_declared_is_unknown() -> None:
    properties = read({}, {"a": "declared"})
    assert (get(properties, "a"), get(properties, "b")) == ("declared", UNKNOWN)
    assert list(properties) == ["a"]


def test_declarations_are_remembered_until_the_next_deployment() -> None:
    declarations = Declarations(Sources())
    declarations.remember(declare("aws:ec2/subnet:Subnet", "s", {"cidrBlock": "10.0.0.0/24", "vpcId": U}))

    (resource,) = declarations.with_outputs([show("s", {"vpcId": U, "arn": U, "id": "subnet-1"})])

    assert dict(resource.properties) == {
        "vpcId": UNKNOWN,
        "arn": UNKNOWN,
        "id": "subnet-1",
        "cidrBlock": "10.0.0.0/24",
    }
    assert (resource.id, resource.inputs) == ("subnet-1", frozenset({"cidrBlock", "vpcId"}))

    declarations.remember(declare(STACK_TYPE, "stack", {}))
    assert declarations.find("urn:s") is None


@pytest.mark.parametrize(
    ("own", "inherited", "region"),
    [
        ({}, "eu-west-1", "eu-west-1"),
        ({"region": "us-east-1"}, "eu-west-1", "us-east-1"),
        ({"region": U}, "eu-west-1", UNKNOWN),
        ({}, U, UNKNOWN),
    ],
)
def test_the_region_is_the_resource_s_own_or_its_provider_s(
    own: dict[str, Any], inherited: str, region: Any
) -> None:
    resource = Declarations(Sources()).remember(declare("aws:ec2/subnet:Subnet", "s", own, inherited))
    assert resource.region is region or resource.region == region
