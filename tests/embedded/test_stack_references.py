"""What stack references read: files as Pulumi's commands print them, and what they do without one."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click
import pytest

from mailroute import wire
from mailroute.cli.inputs import with_stack_files
from mailroute.cli.parameters import StackFile
from mailroute.rehearsal.project import Project
from mailroute.rehearsal.result import RehearsalError, Severity
from mailroute.rehearsal.shared import stacks
from mailroute.rehearsal.stack_files import StackFiles
from reachability.values import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mailroute.rehearsal.result import Rehearsal
    from tests.embedded.conftest import Rehearser

    Run = Callable[..., Rehearsal]

pytestmark = pytest.mark.usefixtures("forked")

SECRET = wire.SECRET_SIGNATURE
OUTPUTS = {"vpcId": "vpc-1", "ids": ["a", "b"], "port": 587}
STATE = {**OUTPUTS, "sealed": {wire.SIGNATURE_KEY: SECRET, "ciphertext": "v1:abc"}}
SHOWN = {**OUTPUTS, "sealed": {wire.SIGNATURE_KEY: SECRET, "plaintext": json.dumps({"key": "hunter2-9"})}}
ROOT = {"urn": "urn:pulumi:dev::net::pulumi:pulumi:Stack::net-dev", "type": "pulumi:pulumi:Stack"}
OTHER = {
    "urn": "urn:pulumi:dev::net::aws:ec2/vpc:Vpc::v",
    "type": "aws:ec2/vpc:Vpc",
    "outputs": {"id": "vpc-1"},
}
REFERS = """
import pulumi
net = pulumi.StackReference("acme/net/dev")
pulumi.export("vpc", net.require_output("vpcId"))
pulumi.export("known", "k")
"""


def exported(outputs: dict[str, Any] | None) -> dict[str, Any]:
    root = ROOT if outputs is None else {**ROOT, "outputs": outputs}
    return {"version": 3, "deployment": {"manifest": {}, "resources": [root, OTHER]}}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n", encoding="utf-8")
    (tmp_path / "__main__.py").touch()
    return Project.load(tmp_path, "dev")


def given(project: Project, document: Any) -> Project:
    file = project.directory / "outputs.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return with_stack_files(project, [("acme/net/dev", file)])


@pytest.mark.parametrize(
    ("document", "expected", "sealed"),
    [
        (OUTPUTS, OUTPUTS, None),
        ({**OUTPUTS, "sealed": "[secret]"}, OUTPUTS, "made-up-secret-for-sealed"),
        (exported(OUTPUTS), OUTPUTS, None),
        (exported(STATE), OUTPUTS, "made-up-secret-for-sealed"),
        (exported(SHOWN), OUTPUTS, {"key": "hunter2-9"}),
        (exported(None), {}, None),
        ({"outputs": {**OUTPUTS, "sealed": {"$secret": True}}}, OUTPUTS, "made-up-secret-for-sealed"),
        ({"schema": 2, "stack": "dev", "outputs": OUTPUTS}, OUTPUTS, None),
        ({"outputs": "its own name", "x": 1}, {"outputs": "its own name", "x": 1}, None),
        ({}, {}, None),
        ({"nested": {"a": ["[secret]"]}}, None, None),
    ],
)
def test_files_are_taken_as_commands_print_them(
    project: Project, document: Any, expected: Any, sealed: Any
) -> None:
    found = stacks.outputs(given(project, document), "acme/net/dev")
    assert found is not None
    if expected is None:
        assert found["nested"]["a"][0].value == "made-up-secret-for-nested.a.0"
        return
    secret = found.pop("sealed", None)
    assert found == expected
    assert (secret.value if isinstance(secret, wire.Secret) else secret) == sealed


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("acme/net/dev", "acme/net/dev"),
        ("acme/dev", "acme/shop/dev"),
        ("dev", "organization/shop/dev"),
    ],
)
def test_one_folder_serves_many_programs(project: Project, tmp_path: Path, name: str, file: str) -> None:
    folder = tmp_path / "stacks" / f"{file}.json"
    folder.parent.mkdir(parents=True)
    folder.write_text(json.dumps(OUTPUTS), encoding="utf-8")
    assert stacks.outputs(project, name) is None
    assert stacks.outputs(with_stack_files(project, [("", tmp_path / "stacks")]), name) == OUTPUTS


def test_a_file_that_is_named_comes_before_the_folders(project: Project) -> None:
    folder = project.directory / "accounts" / "stacks" / "acme" / "net"
    folder.mkdir(parents=True)
    (folder / "dev.json").write_text("{}", encoding="utf-8")
    assert stacks.outputs(project, "acme/net/dev") == {}
    assert stacks.outputs(given(project, OUTPUTS), "acme/net/dev") == OUTPUTS


@pytest.mark.parametrize(
    "name", ["../../x", "acme/../dev", "acme/net/..", "a//b", "/etc/passwd", "a/b/c/d", ""]
)
def test_a_name_leads_out_of_no_folder(project: Project, tmp_path: Path, name: str) -> None:
    (tmp_path / "x.json").write_text("{}", encoding="utf-8")
    with pytest.raises(RehearsalError, match="is no name of a stack: write it as ORGANIZATION/PROJECT/STACK"):
        stacks.outputs(replace(project, stack_files=StackFiles({}, (tmp_path / "a" / "b",))), name)
    with pytest.raises(RehearsalError, match="--stack-reference: "):
        with_stack_files(project, [(name or "a/", tmp_path / "x.json")])


@pytest.mark.parametrize("up", [False, True])
def test_without_a_file_its_outputs_are_unknown(rehearse: Run, up: bool) -> None:
    rehearsal = rehearse(REFERS, up=up)
    assert rehearsal.outputs == {"vpc": UNKNOWN, "known": "k"}
    assert [said.message for said in rehearsal.diagnostics if said.severity is Severity.WARNING] == [
        "the outputs of the stack 'acme/net/dev' are unknown: --stack-reference acme/net/dev=FILE takes "
        "what 'pulumi stack output --json' prints for it"
    ]


def test_an_output_that_a_file_does_not_tell_is_unknown(rehearser: Rehearser) -> None:
    document = {"outputs": {"vpcId": {"$unknown": True}, "a": 1}}
    rehearser.write(REFERS, **{"accounts/stacks/acme/net/dev.json": json.dumps(document)})
    rehearsal = rehearser.run(up=True)
    assert rehearsal.outputs == {"vpc": UNKNOWN, "known": "k"}
    (said,) = (each.message for each in rehearsal.diagnostics if each.severity is Severity.WARNING)
    assert "'acme/net/dev' are unknown: its file does not tell vpcId: save what" in said


@pytest.mark.parametrize("plaintext", ["hunter2-9", "[" * 5_000, "9" * 5_000])
def test_a_plaintext_that_is_none_is_shown_nowhere(project: Project, plaintext: str) -> None:
    document = exported({"a": {wire.SIGNATURE_KEY: SECRET, "plaintext": plaintext}})
    with pytest.raises(RehearsalError) as raised:
        stacks.outputs(given(project, document), "acme/net/dev")
    assert str(raised.value).endswith("outputs.json: the plaintext of a is no JSON")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("acme/net/dev", "'acme/net/dev': write it as ORG/PROJECT/STACK=FILE, or name a folder"),
        ("=x.json", "write it as ORG/PROJECT/STACK=FILE"),
        ("acme/net/dev=nowhere.json", "acme/net/dev: 'nowhere.json': no such file"),
    ],
)
def test_an_argument_that_names_no_file_is_one_line(text: str, complaint: str) -> None:
    with pytest.raises(click.BadParameter) as raised:
        StackFile().convert(text, None, None)
    assert complaint in raised.value.message


def test_an_argument_names_a_file_or_a_folder(tmp_path: Path) -> None:
    file = tmp_path / "a=b.json"
    file.touch()
    assert StackFile().convert(f"acme/net/dev={file}", None, None) == ("acme/net/dev", file)
    assert StackFile().convert(str(tmp_path), None, None) == ("", tmp_path)


@pytest.mark.parametrize("name", ["o/p/" + "a" * 5_000, "o" * 101, "a/b/c/d", "../x"])
def test_a_name_that_no_stack_has_is_one_short_line(project: Project, name: str) -> None:
    with pytest.raises(
        RehearsalError, match=r"^StackReference '.{1,70}' is no name of a stack: write it as "
    ):
        stacks.outputs(project, name)
