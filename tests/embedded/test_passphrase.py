"""Config that Pulumi has encrypted by a passphrase is decrypted where that is in the environment.

`STACK` is an example: the official CLI wrote it (`pulumi config set --secret`) with the passphrase below,
which is no secret of anybody.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailroute.rehearsal.given_config import GivenConfig
from mailroute.rehearsal.official.workspace import Workspace
from mailroute.rehearsal.project import Project
from mailroute.rehearsal.result import RehearsalError

EXAMPLE = "example passphrase"
VARIABLE, FILE = "PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"
STACK = """
encryptionsalt: v1:g7AI0V9VwuM=:v1:XbVn8uC8RDn6RCL/:RDtUxakw3bOBT6VKRacGqBWn1EuhoQ==
config:
  shop:smtpPassword:
    secure: v1:NpSmn1j7JYNiGpKU:mcKFwcBbweECvDSquUNb3569iLXR+FdHF8nyjJmRVXxUAvPBdspdQcc=
  shop:mail:
    password:
      secure: v1:FK2WaiGw0VGpAV1Y:GSfdJ3Z86+J1E0Kp48kJqNtRK49ehcf4uZ30cQjAPQ==
    host: smtp.example.com
  shop:list:
    - secure: v1:RN3zZFnP9j5xPp62:wVdSsZ+Q9qEiPvpyxuwxILLmtha5
  shop:port:
    secure: v1:PXLMejoodbeJ2or7:oXyA12WP7uq45NNNI7qycDE7QsQ=
"""
CLEAR = {
    "shop:smtpPassword": "an example, no secret: ü",
    "shop:mail": '{"host":"smtp.example.com","password":"another example"}',
    "shop:list": '["third"]',
    "shop:port": "2525",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, EXAMPLE)
    monkeypatch.delenv(FILE, raising=False)


def load(folder: Path, stack: str = STACK, *given: tuple[str, str]) -> Project:
    (folder / "Pulumi.yaml").write_text(
        "name: shop\nruntime: python\nconfig: {port: {type: integer}}\n", encoding="utf-8"
    )
    (folder / "Pulumi.dev.yaml").write_text(stack, encoding="utf-8")
    (folder / "__main__.py").touch()
    return Project.load(folder, "dev", GivenConfig(given))


def made_up(loaded: Project) -> str:
    return "".join(note.message for note in loaded.diagnostics if "made-up values" in note.message)


def test_what_the_official_cli_has_encrypted(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    assert loaded.config == CLEAR
    assert loaded.secret_keys == loaded.masked_keys == frozenset(CLEAR)
    assert made_up(loaded) == ""
    assert not any(value in repr(loaded) for value in CLEAR.values())


def test_the_passphrase_may_be_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "example"
    file.write_text(f"  {EXAMPLE}\n", encoding="utf-8")
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv(FILE, str(file))
    assert load(tmp_path).config == CLEAR
    file.unlink()
    with pytest.raises(RehearsalError, match=rf"^{FILE}: .*example: No such file or directory$"):
        load(tmp_path)


def test_without_it_values_are_made_up_and_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE)
    loaded = load(tmp_path)
    assert loaded.config["shop:smtpPassword"] == "made-up-secret-for-shop-smtpPassword"
    assert made_up(loaded).endswith(
        "shop:smtpPassword: PULUMI_CONFIG_PASSPHRASE decrypts them, --config KEY=VALUE gives others"
    )


@pytest.mark.parametrize("provider", ["awskms://alias/shop", "hashivault://shop"])
def test_another_provider_s_values_are_made_up(provider: str, tmp_path: Path) -> None:
    loaded = load(tmp_path, f"secretsprovider: {provider}\n{STACK}")
    assert loaded.config["shop:port"] == "1"
    assert made_up(loaded).endswith("shop:smtpPassword: --config KEY=VALUE gives others")


SALT = STACK.split()[1]
PORT = "v1:PXLMejoodbeJ2or7:oXyA12WP7uq45NNNI7qycDE7QsQ="


@pytest.mark.parametrize(
    ("was", "now", "complaint"),
    [
        (SALT, "v1:!", "Pulumi.dev.yaml: encryptionsalt is not what Pulumi writes"),
        (SALT, "v2" + SALT[2:], "Pulumi.dev.yaml: encryptionsalt is not what Pulumi writes"),
        (PORT, "v2" + PORT[2:], "Pulumi.dev.yaml: shop:port was not encrypted with the passphrase of this"),
        (PORT, PORT[:3] + "A" + PORT[4:], "shop:port was not encrypted with the passphrase of this stack"),
        (PORT, "abc", "this stack: pulumi config set --secret shop:port"),
        (PORT, "v1:YWI=:YWI=", "shop:port was not encrypted with the passphrase of this stack"),
    ],
)
def test_what_cannot_be_decrypted_is_one_line(was: str, now: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(RehearsalError) as raised:
        load(tmp_path, STACK.replace(was, now))
    assert complaint in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_wrong_passphrase_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "")  # An empty one is one.
    with pytest.raises(RehearsalError) as raised:
        load(tmp_path)
    assert str(raised.value) == (
        "Pulumi.dev.yaml: PULUMI_CONFIG_PASSPHRASE is not the passphrase of this stack: give the right one, "
        "or unset it: made-up values stand in then"
    )


def test_what_is_given_instead_needs_no_passphrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "another passphrase")
    loaded = load(tmp_path, STACK, *((key, "{}" if key == "shop:mail" else "1") for key in CLEAR))
    assert loaded.config["shop:port"] == "1"
    assert loaded.secret_keys == frozenset(CLEAR)


def test_no_command_of_the_cli_holds_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = load(tmp_path)
    folder = tmp_path / "workspace"
    folder.mkdir()
    workspace = Workspace(project, folder, 1)
    assert workspace.command() == ["pulumi", "stack", "init", "dev", "--no-select", "--non-interactive"]
    (folder / "__main__.py").touch()
    written = (folder / "Pulumi.dev.yaml").read_text(encoding="utf-8")
    assert not any(value in written for value in CLEAR.values())
    nonces = re.findall(r"secure: v1:([^:]+):", written)
    assert (len(nonces), len(set(nonces))) == (4, 4)
    monkeypatch.setenv(VARIABLE, workspace.environment[VARIABLE])
    assert Project.load(folder, "dev").config == CLEAR
