"""The folder `policies/` by itself: copied, with a virtual environment of its own requirements alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mailroute.rehearsal import embedded
from mailroute.rehearsal.account import Account
from mailroute.rehearsal.project import Project
from tests.official.cli import PACK, PROGRAMS, ROOT, STACK, cli_for
from tests.official.environment import make_environment
from tests.official.test_languages import NO_DEFAULT_ROUTE
from tests.policies.harness import Node, PackProcess

CONNECTOR = Node("aws:apprunner/vpcConnector:VpcConnector", "connector", {
    "arn": "arn:aws:apprunner:us-east-1:123456789012:vpcconnector/shop/1/1",
    "subnets": ["subnet-058489269eab00608", "subnet-0a836887b9508ed97"],
    "securityGroups": ["sg-01e6a4f3bd829c57e"],
})  # fmt: skip
SERVICE = Node("aws:apprunner/service:Service", "api", {
    "serviceName": "api",
    "sourceConfiguration": {"imageRepository": {"imageConfiguration": {
        "runtimeEnvironmentVariables": {"SMTP_HOST": "smtp-relay.brevo.com", "SMTP_PORT": "587"},
    }}},
    "networkConfiguration": {"egressConfiguration": {
        "egressType": "VPC", "vpcConnectorArn": CONNECTOR.properties["arn"],
    }},
})  # fmt: skip


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the pack, whose environment has what its requirements ask for, and nothing else."""
    copy = tmp_path_factory.mktemp("published") / "policies"
    shutil.copytree(PACK, copy, ignore=shutil.ignore_patterns("__pycache__"))
    make_environment(copy / "venv", copy / "requirements.txt")
    settings = copy / "PulumiPolicy.yaml"
    document = yaml.safe_load(settings.read_text(encoding="utf-8"))
    document["runtime"] = {"name": "python", "options": {"virtualenv": "venv"}}
    settings.write_text(yaml.safe_dump(document), encoding="utf-8")
    return copy


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing leads a pack back to this project."""
    for name in ("PYTHONPATH", "MAILROUTE_EVIDENCE", "MAILROUTE_STATE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("module", ["mailroute", "pulumi_aws", "components"])
def test_its_environment_lacks_the_project(pack: Path, module: str) -> None:
    done = subprocess.run(
        [_python(pack), "-c", f"import {module}"], cwd=pack, capture_output=True, check=False
    )
    assert b"ModuleNotFoundError" in done.stderr


def test_all_of_it_loads(pack: Path) -> None:
    """What is imported late as well: evidence from AWS, and the check of a configuration."""
    modules = "evidence.live, jsonschema, rules, enforcement.pack"
    subprocess.run([_python(pack), "-c", f"import {modules}"], cwd=pack, check=True)


@pytest.mark.parametrize(
    ("change", "codes"),
    [(("", ""), []), (NO_DEFAULT_ROUTE["python"], ["NO_ROUTE_TO_DESTINATION"])],
    ids=["good", "broken"],
)
def test_it_judges_a_program_elsewhere(
    pack: Path, change: tuple[str, str], codes: list[str], tmp_path: Path
) -> None:
    program = tmp_path / "shop"
    shutil.copytree(PROGRAMS / "python", program)
    source = program / "__main__.py"
    source.write_text(source.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    rehearsal = embedded.rehearse(
        Project.load(program, STACK),
        Account.empty("us-east-1"),
        up=False,
        packs=[pack],
        pack_config=None,
        timeout=120,
        on_event=lambda _event: None,
    )
    assert [result.message.partition(":")[0] for result in rehearsal.policies] == codes
    assert rehearsal.diagnostics == ()


@pytest.mark.parametrize(
    ("evidence", "code", "said"),
    [
        ("none", "SUBNET_NOT_READ", "and subnet-0a836887b9508ed97 of connector are neither"),
        (str(ROOT / "accounts" / "prod.json"), "NO_ROUTE_TO_DESTINATION", "api cannot reach smtp-relay"),
    ],
)
def test_it_says_what_it_could_not_read(pack: Path, evidence: str, code: str, said: str) -> None:
    variables = {"MAILROUTE_EVIDENCE": evidence}
    with PackProcess(updating=False, pack=pack, variables=variables, python=_python(pack)) as process:
        process.configure({})
        (result,) = process.run([CONNECTOR, SERVICE]).of("apprunner-egress-route")
    assert result.codes == (code,)
    assert said in result.message


@pytest.mark.pulumi
def test_the_official_cli_makes_a_pack_of_it(tmp_path: Path) -> None:
    """`pulumi policy new` copies it and installs its requirements, from a package index: a minute."""
    new = tmp_path / "mailroute-pack"
    with cli_for("yaml", tmp_path, change=NO_DEFAULT_ROUTE["yaml"]) as cli:
        made = cli.run("policy", "new", str(PACK), "--dir", str(new))
        assert made.status == 0, made.text
        assert "virtualenv: venv" in (new / "PulumiPolicy.yaml").read_text(encoding="utf-8")
        done = cli.deploy("preview", pack=new, PATH=_without(Path(sys.executable).parent))
        assert done.blocking == [("apprunner-egress-route", "service", "NO_ROUTE_TO_DESTINATION")], done.text


def _python(pack: Path) -> str:
    return str(pack / "venv" / "bin" / "python")


def _without(folder: Path) -> str:
    return os.pathsep.join(part for part in os.environ["PATH"].split(os.pathsep) if part != str(folder))
