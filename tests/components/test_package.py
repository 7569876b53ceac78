"""The component package: its schema, as other languages see it, and the provider that serves it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pulumi
import pytest
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from components import COMPONENTS, AppRunnerService, Network, SmtpEndpoint
from components.helpers.component import PACKAGE

REPOSITORY = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).with_name("schema.json")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    text = ComponentProvider(COMPONENTS, PACKAGE).schema
    assert text is not None
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.fixture
def provider() -> Iterator[provider_pb2_grpc.ResourceProviderStub]:
    """The provider as Pulumi's language host starts it: the folder as a program, an engine's "
    "address, a port."""
    host = subprocess.Popen(
        [sys.executable, "-u", str(REPOSITORY / "components"), "127.0.0.1:1"],
        stdout=subprocess.PIPE,
        cwd=REPOSITORY / "docs",
        env={**os.environ, "PYTHONPATH": ""},
    )
    try:
        assert host.stdout is not None
        port = int(host.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield provider_pb2_grpc.ResourceProviderStub(channel)
    finally:
        host.kill()
        host.wait()


def test_the_schema_is_the_one_that_was_reviewed(schema: dict[str, Any]) -> None:
    """Write it anew with `MAILROUTE_GOLDENS=write`, and read the difference."""
    if os.environ.get("MAILROUTE_GOLDENS") == "write":
        GOLDEN.write_text(json.dumps(schema, indent=2, sort_keys=True) + "\n")
    assert schema == json.loads(GOLDEN.read_text())


def test_every_argument_and_every_output_is_described(schema: dict[str, Any]) -> None:
    for token, resource in schema["resources"].items():
        assert resource["description"], token
        assert "\n  " not in resource["description"], token
        for name, spec in {**resource["inputProperties"], **resource["properties"]}.items():
            assert spec["description"].endswith("."), (token, name)
    for token, kind in schema["types"].items():
        for name, spec in kind["properties"].items():
            assert spec["description"].endswith("."), (token, name)


def test_the_six_components_are_in_it(schema: dict[str, Any]) -> None:
    assert sorted(schema["resources"]) == [
        "mailroute:index:AppRunnerService",
        "mailroute:index:EmailIdentity",
        "mailroute:index:NatEgress",
        "mailroute:index:Network",
        "mailroute:index:SmtpCredentials",
        "mailroute:index:SmtpEndpoint",
    ]
    assert all(resource["isComponent"] for resource in schema["resources"].values())


def test_another_language_registers_what_python_does(register: Callable[..., Any]) -> None:
    """Its arguments come in camel case, and its whole numbers as floats."""
    served = ComponentProvider(COMPONENTS, PACKAGE)

    def construct(kind: str, name: str, inputs: dict[str, Any]) -> None:
        served.construct(name, f"{PACKAGE}:index:{kind}", inputs)

    def from_elsewhere() -> None:
        construct("Network", "net", {"create": {"zoneCount": 3.0}})
        subnet = {"id": "subnet-00000001", "availabilityZone": "us-east-1a"}
        construct(
            "SmtpEndpoint",
            "endpoint",
            {"vpcId": "vpc-0e9cd2c204069ca54", "subnets": [subnet], "port": 2587.0},
        )
        destination = {"name": "ses", "port": 2587.0, "securityGroupId": "sg-08c3d5e60fa1b7294"}
        construct(
            "AppRunnerService",
            "api",
            {
                "serviceName": "backend",
                "image": "public.ecr.aws/nginx/nginx:latest",
                "vpcId": "vpc-0e9cd2c204069ca54",
                "subnetIds": pulumi.Output.from_input(["subnet-00000001"]),
                "destinations": [destination],
                "port": 3000.0,
            },
        )

    def in_python() -> None:
        Network("net", {"create": {"zone_count": 3}})
        SmtpEndpoint(
            "endpoint",
            {
                "vpc_id": "vpc-0e9cd2c204069ca54",
                "subnets": [{"id": "subnet-00000001", "availability_zone": "us-east-1a"}],
                "port": 2587,
            },
        )
        AppRunnerService(
            "api",
            {
                "service_name": "backend",
                "image": "public.ecr.aws/nginx/nginx:latest",
                "vpc_id": "vpc-0e9cd2c204069ca54",
                "subnet_ids": ["subnet-00000001"],
                "destinations": [{"name": "ses", "port": 2587, "security_group_id": "sg-08c3d5e60fa1b7294"}],
                "port": 3000,
            },
        )

    assert register(from_elsewhere) == register(in_python)


def test_the_provider_serves_the_schema(
    provider: provider_pb2_grpc.ResourceProviderStub, schema: dict[str, Any]
) -> None:
    served = provider.GetSchema(provider_pb2.GetSchemaRequest()).schema
    assert json.loads(served) == schema
