"""Files that are named and are none, or have no end: refused in one line, at once."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from enforcement import baseline
from evidence import EvidenceError, file, state, text_file
from mailroute.cli import earlier, inputs
from mailroute.rehearsal.embedded import policy_config
from mailroute.rehearsal.project import Project
from mailroute.rehearsal.result import RehearsalError
from mailroute.rehearsal.shared import stacks
from mailroute.rehearsal.yaml_file import read_yaml

pytestmark = pytest.mark.hostile("files")

READERS: dict[str, Callable[[Path], Any]] = {
    "--account": file.load,
    "state": state.load,
    "--base": earlier.read,
    "--baseline": baseline.load,
    "--policy-pack-config": policy_config.load,
    "--config-file": read_yaml,
}
ERRORS = (EvidenceError, click.ClickException, baseline.BaselineError, RehearsalError)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n", encoding="utf-8")
    (tmp_path / "__main__.py").touch()
    return Project.load(tmp_path, "dev")


def make(path: Path, kind: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "directory":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "loop":
        path.symlink_to(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        os.truncate(os.open(path, os.O_CREAT | os.O_WRONLY), text_file.LARGEST * text_file.MEGABYTE + 1)
    return path


KINDS = {
    "directory": "Is a directory",
    "pipe": "not a regular file",
    "loop": "Too many levels of symbolic links",
    "device": "not a regular file",
    "large": "larger than ",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reader", READERS)
def test_what_is_no_file_or_too_large_is_refused(tmp_path: Path, reader: str, kind: str) -> None:
    path = make(tmp_path / "file", kind)
    with pytest.raises(ERRORS) as raised:
        READERS[reader](path)
    assert KINDS[kind] in str(raised.value)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_standard_input_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_file, "LARGEST", 0)
    monkeypatch.setattr(sys, "stdin", io.StringIO("[]"))
    with pytest.raises(click.ClickException, match=r"^standard input: larger than 0 MB$"):
        earlier.read(Path("-"))


@pytest.mark.parametrize("kind", ["directory", "pipe", "loop", "device"])
def test_an_account_beside_a_program_that_is_no_file_is_refused(project: Project, kind: str) -> None:
    make(project.directory / "accounts" / "dev.json", kind)
    with pytest.raises(RehearsalError, match=KINDS[kind]):
        inputs.load_account(project, None)


@pytest.mark.parametrize("kind", ["directory", "pipe", "loop", "device"])
def test_outputs_of_a_stack_that_are_no_file_are_refused(project: Project, kind: str) -> None:
    make(project.directory / "accounts" / "stacks" / "acme" / "net" / "dev.json", kind)
    with pytest.raises(RehearsalError, match=KINDS[kind]):
        stacks.outputs(project, "acme/net/dev")


@pytest.mark.parametrize("kind", ["directory", "pipe", "loop", "device"])
def test_a_stack_s_config_that_is_no_file_is_refused(project: Project, kind: str) -> None:
    make(project.directory / "Pulumi.dev.yaml", kind)
    with pytest.raises(RehearsalError, match=rf"Pulumi\.dev\.yaml: cannot be read: {KINDS[kind]}$"):
        Project.load(project.directory, "dev")
