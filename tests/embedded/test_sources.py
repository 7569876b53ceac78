"""Each resource, and what is wrong with it, is found in the program: file and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.proto.resource_pb2 import RegisterResourceRequest
from pulumi.runtime.proto.source_pb2 import SourcePosition, StackFrame, StackTrace

from mailroute.rehearsal.result import RehearsalError, Source
from mailroute.rehearsal.shared.sources import Sources
from tests.embedded.conftest import Rehearser
from tests.embedded.test_environment import load

PROGRAM = """
import pulumi
import pulumi_aws as aws
from parts.net import Net
import bought

vpc = aws.ec2.Vpc(
    "vpc",
    cidr_block="10.0.0.0/16",
)
Net("net")
bought.Bucket("bucket")
vpc.cidr_block.apply(
    lambda block: aws.ec2.Subnet("late", vpc_id=vpc.id, cidr_block=block)
)
for number in range(2):
    aws.ec2.Eip(f"eip-{number}")
"""
NET = """
import pulumi, pulumi_aws as aws

class Net(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("shop:index:Net", name)
        aws.ec2.Vpc("inner", cidr_block="10.0.0.0/16", opts=pulumi.ResourceOptions(parent=self))
"""
BOUGHT = """
import pulumi, pulumi_aws as aws

class Bucket(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("bought:index:Bucket", name)
        aws.s3.Bucket("stored", opts=pulumi.ResourceOptions(parent=self))
"""


def sources(rehearser: Rehearser, **options: Any) -> dict[str, str | None]:
    found = rehearser.run(**options).resources
    return {resource.name: str(resource.source) if resource.source else None for resource in found}


@pytest.fixture
def site_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package beside the program, as in its own virtual environment."""
    folder = tmp_path / "program" / "venv" / "lib" / "site-packages"
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return folder


def test_a_resource_says_where_it_is_registered(rehearser: Rehearser, site_packages: Path) -> None:
    inside = site_packages.relative_to(rehearser.directory)
    rehearser.write(PROGRAM, **{"parts/net.py": NET, f"{inside}/bought.py": BOUGHT})
    found = sources(rehearser)
    assert found.pop("demo-dev") is None
    assert found.pop("default_7_51_1") is None
    assert found == {
        "vpc": "__main__.py:7",
        "net": "__main__.py:11",
        "inner": "parts/net.py:7",
        "bucket": "__main__.py:12",
        "stored": "__main__.py:12",
        "late": "__main__.py:14",
        "eip-0": "__main__.py:17",
        "eip-1": "__main__.py:17",
    }


def test_a_file_is_named_from_the_project(rehearser: Rehearser) -> None:
    files = {"app/shop.py": "import pulumi_aws as aws\naws.ec2.Eip('eip')\n"}
    rehearser.write("", project="main: app/shop.py", **files)
    assert sources(rehearser)["eip"] == "app/shop.py:2"


def test_an_sdk_may_say_less(tmp_path: Path) -> None:
    project = load(tmp_path, "")
    found = Sources(project)
    own = SourcePosition(uri=(project.directory / "a b.py").as_uri(), line=3)
    other = SourcePosition(uri="file:///elsewhere/x.py", line=4)
    assert found.of(RegisterResourceRequest()) is None
    assert found.of(RegisterResourceRequest(sourcePosition=own)) == Source("a b.py", 3)
    assert found.of(RegisterResourceRequest(sourcePosition=other)) is None
    frames = StackTrace(frames=[StackFrame(), StackFrame(pc=other), StackFrame(pc=own)])
    assert found.of(RegisterResourceRequest(sourcePosition=other, stackTrace=frames)) == Source("a b.py", 3)


# Errors


AWAITED = """
import pulumi
import pulumi_aws as aws

def port(value):
    return {"a": 1}[value]

async def later(value):
    return port(value)

vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16")
failed = vpc.cidr_block.apply(lambda block: pulumi.Output.from_input(later(block)))
aws.ec2.Subnet("one", vpc_id=failed, cidr_block="10.0.0.0/24")
aws.ec2.Subnet("two", vpc_id=failed, cidr_block="10.0.1.0/24")
failed.apply(lambda block: aws.ec2.Eip("three"))
"""
CAUSED = """
import pulumi
import pulumi_aws as aws

def port(value):
    try:
        return {"a": 1}[value]
    except KeyError as error:
        raise ValueError("no port") from error

aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16").cidr_block.apply(port)
"""


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (AWAITED, "__main__.py:6: KeyError: '10.0.0.0/16'"),
        (
            CAUSED,
            "__main__.py:7: KeyError: '10.0.0.0/16', which led to __main__.py:9: ValueError: no port",
        ),
    ],
)
def test_an_error_inside_an_apply_keeps_its_place(rehearser: Rehearser, program: str, said: str) -> None:
    rehearser.write(program)
    with pytest.raises(RehearsalError) as raised:
        rehearser.run()
    assert str(raised.value) == f"the program fails: {said}"
