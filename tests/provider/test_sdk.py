"""What is read from pulumi-aws, and that the account's own facts fit it."""

from __future__ import annotations

import importlib
import inspect
import re

import pytest

from mailroute.rehearsal.account import Kind
from mailroute.rehearsal.account.kinds import KINDS
from mailroute.rehearsal.provider import sdk
from mailroute.rehearsal.provider.invokes import FUNCTIONS
from mailroute.rehearsal.provider.sdk import Output, Shape


def test_inputs_outputs_and_secrets_are_those_of_the_class() -> None:
    key = sdk.resource_class("aws:iam/accessKey:AccessKey")
    assert key is not None
    assert key.inputs == {"pgpKey", "status", "user"}
    assert key.required == {"user"}
    assert key.secrets == {"secret", "sesSmtpPasswordV4"}
    assert not key.tagged
    vpc = sdk.resource_class("aws:ec2/vpc:Vpc")
    assert vpc is not None
    assert vpc.tagged
    assert vpc.required == frozenset()
    assert vpc.outputs["arn"] == Output(Shape.TEXT, optional=False)
    assert vpc.outputs["enableDnsHostnames"] == Output(Shape.FLAG, optional=False, inner=Shape.FLAG)
    assert vpc.outputs["enableDnsSupport"] == Output(Shape.FLAG, optional=True, inner=Shape.FLAG)
    assert vpc.outputs["tags"] == Output(Shape.MAP, optional=True)


@pytest.mark.parametrize(
    ("token", "module", "name"),
    [
        ("aws:ec2/vpcEndpoint:VpcEndpoint", "pulumi_aws.ec2.vpc_endpoint", "VpcEndpoint"),
        ("aws:lambda/function:Function", "pulumi_aws.lambda_.function", "Function"),
        (
            "aws:ec2/vpnConnectionRoute:VpnConnectionRoute",
            "pulumi_aws.ec2.vpn_connection_route",
            "VpnConnectionRoute",
        ),
        ("aws:apprunner/service:Service", "pulumi_aws.apprunner.service", "Service"),
        (
            "aws:secretsmanager/secretVersion:SecretVersion",
            "pulumi_aws.secretsmanager.secret_version",
            "SecretVersion",
        ),
    ],
)
def test_reading_the_source_finds_what_importing_it_would(token: str, module: str, name: str) -> None:
    read = sdk.resource_class(token)
    imported = getattr(importlib.import_module(module), name)
    properties = [member.fget for member in vars(imported).values() if isinstance(member, property)]
    getters = {
        getattr(getter, "_pulumi_name", ""): str(inspect.signature(getter).return_annotation)
        for getter in properties
        if getter is not None and hasattr(getter, "_pulumi_name")
    }
    assert read is not None
    assert set(read.outputs) == set(getters)
    optional = {name for name, annotation in getters.items() if "Optional" in annotation}
    assert {key for key, output in read.outputs.items() if output.optional} == optional


def test_types_are_read_completely() -> None:
    """As many getters as its class has: a change in how the SDK is generated shows here."""
    created = re.compile(r"super\(\w+, __self__\)\.__init__\(\s+'(aws:[^']+)'")
    tokens = 0
    for file in sorted(sdk._root().rglob("*.py"))[::8]:
        source = file.read_text(encoding="utf-8")
        for token in created.findall(source):
            name = token.rpartition(":")[2]
            body = source.partition(f"class {name}(pulumi.CustomResource)")[2]
            read = sdk.resource_class(token)
            assert read is not None, token
            assert len(read.outputs) == body.count("@pulumi.getter"), token
            tokens += 1
    assert tokens > 100


def test_unknown_types_and_other_packages_are_none() -> None:
    for token in ("aws:ec2/vpc:Vpx", "aws:ec2/nothing:Nothing", "random:index/id:Id", "aws", "aws:ec2"):
        assert sdk.resource_class(token) is None
        assert sdk.function_results(token) is None


def test_results_of_functions_are_those_of_the_class() -> None:
    results = sdk.function_results("aws:index/getAvailabilityZones:getAvailabilityZones")
    assert results is not None
    assert results["names"] == Output(Shape.LIST, optional=False)
    assert results["state"] == Output(Shape.TEXT, optional=True)


@pytest.mark.parametrize("known", KINDS.values(), ids=KINDS)
def test_what_the_account_knows_of_a_type_fits_its_class(known: Kind) -> None:
    resource = sdk.resource_class(known.type)
    assert resource is not None
    assert {*known.defaults, *known.recomputed, *known.computed_inside} <= set(resource.outputs)
    assert {*known.checked_defaults, *known.replaced_by, *known.references} <= resource.inputs


@pytest.mark.parametrize("token", FUNCTIONS)
def test_every_function_that_is_answered_is_in_the_sdk(token: str) -> None:
    assert sdk.function_results(token)
