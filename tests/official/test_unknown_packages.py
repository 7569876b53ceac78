"""Packages that nobody simulates, with the official engine: a stand-in takes their place in a preview."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mailroute.rehearsal import embedded, official
from mailroute.rehearsal.account import Account
from mailroute.rehearsal.official import run as official_run
from mailroute.rehearsal.official.run import MissingPluginError
from mailroute.rehearsal.project import Project
from mailroute.rehearsal.result import PlannedResource, Rehearsal, RehearsalError
from tests.cli.samples import REHEARSAL

CLI = shutil.which("pulumi")
PROGRAM = """
import pulumi, pulumi_aws as aws

class Thing(pulumi.CustomResource):
    host: pulumi.Output[str]

    def __init__(self, package, name, opts=None, **properties):
        super().__init__(f"{package}:index/thing:Thing", name, {"host": None, **properties}, opts)

thing = Thing("acme", "thing", size=1)
other = Thing("zeta", "other", tags={"host": thing.host})
there = Thing("zeta", "there", pulumi.ResourceOptions(id="there"))
aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16", tags={"host": other.host})
pulumi.export("hosts", [thing.host, there.host])
"""
CALLS = f"{PROGRAM}\npulumi.runtime.invoke('acme:index/find:find', {{}})\n"
PACK = """
from pulumi_policy import PolicyPack, ResourceValidationPolicy

PolicyPack("quiet", [ResourceValidationPolicy("quiet", "Says nothing.", lambda args, report: None)])
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    files = {
        "Pulumi.yaml": "name: shop\nruntime: python\n",
        "Pulumi.dev.yaml": "config:\n  aws:region: us-east-1\n",
        "__main__.py": PROGRAM,
        "quiet/PulumiPolicy.yaml": "runtime: python\n",
        "quiet/__main__.py": PACK,
    }
    (tmp_path / "quiet").mkdir()
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def rehearse(engine: Any, shop: Path, *, up: bool = False) -> Rehearsal:
    rehearsal: Rehearsal = engine.rehearse(
        Project.load(shop, "dev"),
        Account.empty("us-east-1"),
        up=up,
        packs=[shop / "quiet"],
        pack_config=None,
        timeout=90,
        on_event=lambda _event: None,
    )
    return rehearsal


def shown(rehearsal: Rehearsal) -> Any:
    def resource(each: PlannedResource) -> tuple[Any, ...]:
        return each.urn, each.inputs, sorted(each.dependencies)

    said = sorted(entry.message for entry in rehearsal.diagnostics)
    return sorted(map(resource, rehearsal.resources), key=lambda each: str(each[0])), rehearsal.outputs, said


@pytest.mark.pulumi
@pytest.mark.skipif(CLI is None, reason="needs the Pulumi CLI on PATH")
def test_both_engines_leave_them_unknown(shop: Path) -> None:
    both = [shown(rehearse(engine, shop)) for engine in (official, embedded)]
    assert both[0] == both[1]
    assert [message for message in both[0][2] if "is not simulated" in message] == [
        f"the package '{package}' is not simulated: its outputs are unknown, and what depends on them is "
        "undetermined"
        for package in ("acme", "zeta")
    ]


@pytest.mark.pulumi
@pytest.mark.skipif(CLI is None, reason="needs the Pulumi CLI on PATH")
def test_a_function_of_one_is_refused(shop: Path) -> None:
    (shop / "__main__.py").write_text(CALLS, encoding="utf-8")
    with pytest.raises(RehearsalError, match=r"function acme:index/find:find is not simulated.*embedded$"):
        rehearse(official, shop)


class Cli:
    """In place of the official engine, which stops at a package that has neither a plugin nor a stand-in."""

    def __init__(self, *packages: str) -> None:
        self.runs: list[list[str]] = []
        self.said: tuple[str, ...] = ()
        self._packages = packages

    def __call__(self, project: Project, _port: int, others: Mapping[str, int], **_options: Any) -> Rehearsal:
        self.runs.append(list(others))
        assert len({*others.values()}) <= 1
        for package in self._packages:
            if package not in others:
                raise MissingPluginError(f"no plugin for {package}", package)
        self.said = tuple(entry.message.split()[2] for entry in project.diagnostics)
        return REHEARSAL


def test_each_package_gets_a_stand_in_and_a_line(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli = Cli("acme", "zeta")
    monkeypatch.setattr(official_run, "run", cli)
    assert rehearse(official, shop) is REHEARSAL
    assert cli.runs == [[], ["acme"], ["acme", "zeta"]]
    assert cli.said == ("'acme'", "'zeta'")


def test_an_update_knows_no_stand_in(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(official_run, "run", cli := Cli("acme"))
    with pytest.raises(RehearsalError, match="no plugin for acme"):
        rehearse(official, shop, up=True)
    assert len(cli.runs) == 1


def test_a_package_that_no_stand_in_helps_ends_it(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_arguments: Any, **_options: Any) -> Rehearsal:
        raise MissingPluginError("no plugin for acme", "acme")

    monkeypatch.setattr(official_run, "run", run)
    with pytest.raises(RehearsalError, match="no plugin for acme"):
        rehearse(official, shop)
