"""`mailroute adopt`: the files that it writes, and what it never does to those that are there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from mailroute.adoption import Adoption
from mailroute.adoption.files import config_text
from mailroute.cli import cli
from mailroute.cli.status import exit_status
from tests.adoption.services import ARN, NAME, SERVICES, image, merged
from tests.cli.conftest import ROOT

Adopt = Callable[..., tuple[int, str, str]]
INCIDENT = SERVICES["the incident's"]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """This project's `Pulumi.yaml`, and the account as a file beside it."""
    project = tmp_path / "project"
    project.mkdir()
    shutil.copy(ROOT / "Pulumi.yaml", project)
    (tmp_path / "account.json").write_text(json.dumps(INCIDENT.document), encoding="utf-8")
    return project


@pytest.fixture
def adopt(directory: Path, capsys: pytest.CaptureFixture[str]) -> Adopt:
    """Runs the command with the account's file: its status, standard output and standard error."""

    def run(*options: str) -> tuple[int, str, str]:
        account = str(directory.parent / "account.json")
        given = ["adopt", "--stack", "shop", "--program", str(directory), "--snapshot", account]
        given += ["--service", NAME, *INCIDENT.options, *options]
        capsys.readouterr()
        status = exit_status(lambda: cli.main(given, prog_name="mailroute", standalone_mode=False))
        output, errors = capsys.readouterr()
        return int(status), output, errors

    return run


def test_both_files_are_written_and_then_unchanged(adopt: Adopt, directory: Path) -> None:
    status, output, errors = adopt()
    assert (status, output) == (0, "Pulumi.shop.yaml: written\nimport.shop.json: written\n")
    assert [line.split(": ")[1] for line in errors.splitlines()] == [
        "adopt identity",
        "tags",
        "customDomains, webAclArn",
    ]
    text = (directory / "Pulumi.shop.yaml").read_text(encoding="utf-8")
    assert "# - adopt identity: the file does not show SES" in text
    config = yaml.safe_load(text)["config"]
    assert (config["aws:region"], config["mailroute:serviceName"]) == ("us-east-1", NAME)
    resources = json.loads((directory / "import.shop.json").read_text(encoding="utf-8"))["resources"]
    assert [each["id"] for each in resources if "id" in each] == [ARN]
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in directory.iterdir()}
    assert adopt()[:2] == (0, "Pulumi.shop.yaml: unchanged\nimport.shop.json: unchanged\n")
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in directory.iterdir()} == before


def test_a_dry_run_prints_both_and_writes_none(adopt: Adopt, directory: Path) -> None:
    status, output, _ = adopt("--dry-run")
    config, imports = output.removeprefix("# Pulumi.shop.yaml\n").split("# import.shop.json\n")
    assert status == 0
    assert [path.name for path in directory.iterdir()] == ["Pulumi.yaml"]
    adopt()
    assert (directory / "Pulumi.shop.yaml").read_text(encoding="utf-8") == config
    assert (directory / "import.shop.json").read_text(encoding="utf-8") == imports


@pytest.mark.parametrize("name", ["Pulumi.shop.yaml", "import.shop.json"])
@pytest.mark.parametrize("text", ["config: {}\n", "", "[1", '{"resources": []}'])
def test_a_file_that_differs_is_left_alone(adopt: Adopt, directory: Path, name: str, text: str) -> None:
    (directory / name).write_text(text, encoding="utf-8")
    status, output, errors = adopt()
    assert (status, output, errors.count("\n")) == (2, "", 1)
    assert str(directory / name) in errors
    assert (directory / name).read_text(encoding="utf-8") == text
    assert len(list(directory.iterdir())) == 2


def test_a_file_that_was_completed_is_unchanged(adopt: Adopt, directory: Path) -> None:
    """By the CLI, which writes texts and the salt of the stack, and by the person who set a value."""
    document = INCIDENT.document
    for each in document["resources"]:
        if each["id"] == ARN:
            changes = image(
                runtimeEnvironmentVariables={"API_KEY": "hunter2"},
                runtimeEnvironmentSecrets={"SMTP_USER": None},
            )
            each["properties"] = merged(each["properties"], changes)
    (directory.parent / "account.json").write_text(json.dumps(document), encoding="utf-8")
    assert adopt("--route", "nat")[0] == 0
    file = directory / "Pulumi.shop.yaml"
    assert "hunter2" not in file.read_text(encoding="utf-8")
    written = yaml.safe_load(file.read_text(encoding="utf-8"))
    config = written["config"]
    assert config["mailroute:environment"] == {"API_KEY": None}
    assert config["mailroute:relaySecretArn"] == "?"
    config |= {"mailroute:reachVpc": "true", "mailroute:relayPort": "587"}
    config["mailroute:relaySecretArn"] = "arn:aws:secretsmanager:us-east-1:123456789012:secret:relay-Ab12Cd"
    config["mailroute:environment"] = {"API_KEY": {"secure": "v1:abc"}}
    file.write_text(yaml.safe_dump({**written, "encryptionsalt": "v1:x"}), encoding="utf-8")
    unchanged = "Pulumi.shop.yaml: unchanged\nimport.shop.json: unchanged\n"
    assert adopt("--route", "nat")[:2] == (0, unchanged)
    config["mailroute:image"] = "public.ecr.aws/other/image:1"
    file.write_text(yaml.safe_dump(written), encoding="utf-8")
    assert adopt("--route", "nat")[0] == 2


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        (["--service", "shop"], ["there is no App Runner service 'shop'", NAME]),
        (["--route", "sess"], ["'sess'", "'ses', 'nat', 'both'"]),
        (["--stack", "a/b"], ["stack 'a/b'"]),
        (["--evidence", "none.json"], ["none.json: No such file or directory"]),
        (["--region", "eu-west-1"], ["shows us-east-1: leave out --region eu-west-1"]),
        (["--program", "/"], ["/: no Pulumi.yaml here"]),
    ],
)
def test_a_wrong_argument_is_one_line(
    adopt: Adopt, directory: Path, options: list[str], parts: list[str]
) -> None:
    status, output, errors = adopt(*options)
    assert (status, output, errors.count("\n")) == (2, "", 1)
    assert all(part in errors for part in parts), errors
    assert len(list(directory.iterdir())) == 1


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("instanceConfiguration.cpu", 1024),
        ("healthCheckConfiguration.interval", "soon"),
        ("sourceConfiguration.imageRepository.imageConfiguration.port", ["8080"]),
        ("sourceConfiguration.imageRepository.imageConfiguration.startCommand", {"a": 1}),
        ("sourceConfiguration.authenticationConfiguration", "role"),
        ("networkConfiguration.ingressConfiguration.isPubliclyAccessible", "yes"),
        ("tags", ["a"]),
    ],
)
def test_a_file_with_another_type_is_one_line(adopt: Adopt, directory: Path, path: str, value: Any) -> None:
    document = INCIDENT.document
    changes: Any = value
    for name in reversed(path.split(".")):
        changes = {name: changes}
    for each in document["resources"]:
        if each["id"] == ARN:
            each["properties"] = merged(each["properties"], changes)
    (directory.parent / "account.json").write_text(json.dumps(document), encoding="utf-8")
    status, output, errors = adopt()
    assert (status, output, errors.count("\n")) == (2, "", 1)
    assert f"properties.{path}: " in errors


def test_a_project_of_somebody_else_gets_no_files(adopt: Adopt, directory: Path) -> None:
    (directory / "Pulumi.yaml").write_text("name: cafe\nruntime: python\n", encoding="utf-8")
    status, _, errors = adopt()
    assert (status, errors.count("\n")) == (2, 1)
    assert "it describes no config accessRoleArn, " in errors
    assert "--program" in errors
    assert len(list(directory.iterdir())) == 1


def test_names_in_the_account_bring_no_escape_sequences(adopt: Adopt, directory: Path) -> None:
    document = INCIDENT.document
    for each in document["resources"]:
        if each["id"] == "sg-08c3d5e60fa1b7294":
            each["properties"]["name"] = "x\x1b]8;;http://evil\x07\n- evil: 1"
            each["properties"]["ingress"][0]["toPort"] = 6000
    (directory.parent / "account.json").write_text(json.dumps(document), encoding="utf-8")
    status, _, errors = adopt()
    text = (directory / "Pulumi.shop.yaml").read_text(encoding="utf-8")
    assert status == 0
    assert "\x1b" not in text + errors
    assert {"name": "x-8-http-evil-evil-1", "securityGroupId": "sg-08c3d5e60fa1b7294"} in (
        yaml.safe_load(text)["config"]["mailroute:destinations"]
    )


def test_a_comment_keeps_to_its_line() -> None:
    adoption = Adoption({"serviceName": "shop"}, ("tags.x\nconfig: {}\x1b[2J",))
    assert yaml.safe_load(config_text(adoption, "mailroute")) == {"config": {"mailroute:serviceName": "shop"}}


def test_the_help_has_examples() -> None:
    result = CliRunner().invoke(cli, ["adopt", "--help"])
    assert "mailroute adopt --service daadaar-backend --route ses" in result.output
    assert "pulumi import --stack shop --file import.shop.json" in result.output
