"""`mailroute` as a process of its own, as a person starts it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailroute.rehearsal.embedded import children
from tests.corpus.forked import ForkingChildren
from tests.evidence.conftest import in_process

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import pulumi, pulumi_aws as aws

config = pulumi.Config()
vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16")
pulumi.export("vpcId", vpc.id)
"""
PACK = """
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

def no_vpc(args, report):
    if args.resource_type == "aws:ec2/vpc:Vpc":
        tags = args.props.get("tags") or {}
        report("there is a VPC with " + ", ".join(f"{name}={tags[name]}" for name in sorted(tags)))

PolicyPack(
    "tiny", policies=[ResourceValidationPolicy("no-vpc", "No VPC.", no_vpc)], enforcement_level=LEVEL
)
"""

Cli = Callable[..., "subprocess.CompletedProcess[str]"]


ENGINES = [
    "embedded",
    pytest.param(
        "pulumi",
        marks=[
            pytest.mark.pulumi,
            pytest.mark.skipif(shutil.which("pulumi") is None, reason="needs the Pulumi CLI on PATH"),
        ],
    ),
]


def path_of(engine: str) -> dict[str, str]:
    """What `environment` lacks for `engine`."""
    return {"PATH": os.environ["PATH"]} if engine == "pulumi" else {}


def environment(**changes: str) -> dict[str, str]:
    """That of this process, without what would change what is shown, and without a Pulumi CLI on PATH."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PULUMI_", "MAILROUTE_", "AWS_"))
        and name not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "TERM")
    }
    folders = (folder for folder in kept["PATH"].split(os.pathsep) if not (Path(folder) / "pulumi").exists())
    kept |= {
        # As in an active environment: no other Python is to be asked for the SDK.
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), *folders)),
        "COLUMNS": "100",
        "PYTHONIOENCODING": "utf-8",
    }
    return kept | changes


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "mailroute", *arguments]


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Runs a command line to its end, in a directory of its own."""

    def run(*arguments: str, cwd: Path | None = None, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*arguments),
            cwd=cwd or tmp_path,
            env=environment(**changes),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=100,
            check=False,
        )

    return run


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs a command line as `cli` does, in this process, and its program in a fork that has the SDK.

    What the program prints is not shown.
    """
    monkeypatch.setattr(children, "Children", ForkingChildren)
    main = in_process(capsys)

    def run(*arguments: str, cwd: Path | None = None, **changes: str) -> subprocess.CompletedProcess[str]:
        given = environment(**changes)
        with monkeypatch.context() as patch:
            patch.chdir(cwd or tmp_path)
            for name in [name for name in os.environ if name not in given]:
                patch.delenv(name)
            for name, value in given.items():
                patch.setenv(name, value)
            return subprocess.CompletedProcess(arguments, *main(*arguments))

    return run


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Path]:
    """Makes a project in `tmp_path / "shop"`, with what differs from a small good one that nothing blocks."""

    def make(
        *,
        program: str = PROGRAM,
        declared: str = "name: shop\nruntime: python\n",
        stacks: dict[str, str] | None = None,
        level: str = "EnforcementLevel.ADVISORY",
        **files: Any,
    ) -> Path:
        directory = tmp_path / "shop"
        default = {"dev": "config:\n  aws:region: us-east-1\n"}
        contents = {
            "Pulumi.yaml": declared,
            "__main__.py": program,
            "policies/PulumiPolicy.yaml": "runtime: python\nversion: 0.0.1\n",
            "policies/__main__.py": PACK.replace("LEVEL", level),
            **{f"Pulumi.{name}.yaml": text for name, text in (default if stacks is None else stacks).items()},
            **files,
        }
        for name, text in contents.items():
            file = directory / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return directory

    return make
