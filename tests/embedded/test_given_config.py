"""Config of the command line stands over the stack's, as `pulumi config set` would set it there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from mailroute.rehearsal.given_config import GivenConfig
from mailroute.rehearsal.project import Project
from mailroute.rehearsal.result import RehearsalError
from tests.embedded.conftest import Rehearser

SCHEMA = """
config:
  port: {type: integer}
  token: {type: string, secret: true, default: ""}
"""
STACK = """
config:
  aws:region: us-east-1
  db: {host: db.example, ports: [1, 2]}
  word: plain
  hidden: {secure: v1:abc}
"""


def load(
    folder: Path, *values: str, paths: bool = False, file: Path | None = None, project: str = ""
) -> Project:
    (folder / "Pulumi.yaml").write_text(f"name: shop\nruntime: python\n{project}", encoding="utf-8")
    (folder / "Pulumi.dev.yaml").write_text(STACK, encoding="utf-8")
    (folder / "__main__.py").touch()
    given = tuple((key, text) for key, _, text in (value.partition("=") for value in values))
    return Project.load(folder, "dev", GivenConfig(given, paths, file))


@pytest.mark.parametrize(
    ("value", "key", "text"),
    [
        ("word=other", "shop:word", "other"),
        ("shop:word=a=b", "shop:word", "a=b"),
        ("aws:region=eu-west-1", "aws:region", "eu-west-1"),
        ("new.key=1", "shop:new.key", "1"),
        ("word=", "shop:word", ""),
        ("db={}", "shop:db", "{}"),
    ],
)
def test_a_value_stands_over_the_stack_s(tmp_path: Path, value: str, key: str, text: str) -> None:
    before, after = load(tmp_path).config, load(tmp_path, value).config
    assert after[key] == text
    assert {**before, key: text} == after


def test_the_last_of_several_stands(tmp_path: Path) -> None:
    assert load(tmp_path, "word=one", "word=two").config["shop:word"] == "two"


@pytest.mark.parametrize(
    ("value", "key", "expected"),
    [
        ("word=true", "shop:word", "true"),
        ("db.host=other", "shop:db", {"host": "other", "ports": [1, 2]}),
        ("shop:db.ports[1]=587", "shop:db", {"host": "db.example", "ports": [1, 587]}),
        ("db.ports[2]=-3", "shop:db", {"host": "db.example", "ports": [1, 2, -3]}),
        ("db.ports[0].name=x", "shop:db", {"host": "db.example", "ports": [{"name": "x"}, 2]}),
        ('db["a.b"].on=false', "shop:db", {"host": "db.example", "ports": [1, 2], "a.b": {"on": False}}),
        ("list[0][0]=007", "shop:list", [["007"]]),
        ("word.deep=1.5", "shop:word", {"deep": "1.5"}),
        ("aws:defaultTags.tags.team=x", "aws:defaultTags", {"tags": {"team": "x"}}),
    ],
)
def test_a_path_leads_into_objects_and_lists(tmp_path: Path, value: str, key: str, expected: Any) -> None:
    text = load(tmp_path, value, paths=True).config[key]
    assert (text if isinstance(expected, str) else json.loads(text)) == expected


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("db..host=x", "--config db..host: no path"),
        ("[0]=x", "--config [0]: no path"),
        ("db[x]=x", "--config db[x]: no path"),
        ('db["a"]b=x', '--config db["a"]b: no path'),
        ("db.ports[3]=x", "--config db.ports[3]: index 3 is out of range: the list has 2 elements"),
        ("db.ports.first=x", "--config db.ports.first: 'first' is no index of a list"),
        ("x" + "[0]" * 5_000 + "=1", f"--config x{'[0]' * 19}[0...: a path of 5,001 steps: nest values at"),
        ("a:b:c=x", "config key 'a:b:c': write it as <namespace>:<name>"),
    ],
)
def test_a_path_that_is_none_is_one_line(tmp_path: Path, value: str, said: str) -> None:
    with pytest.raises(RehearsalError, match=f"^{re.escape(said)}"):
        load(tmp_path, value, paths=True)


def test_it_is_checked_as_the_stack_s_own(tmp_path: Path) -> None:
    said = (
        r"lacks the config shop:port, .* pulumi config set shop:port <value>; or --config KEY=VALUE for each"
    )
    with pytest.raises(RehearsalError, match=said):
        load(tmp_path, project=SCHEMA)
    with pytest.raises(RehearsalError, match="config shop:port is 'often': must be of type integer"):
        load(tmp_path, "port=often", "token=x", project=SCHEMA)
    assert load(tmp_path, "port=587", "token=x", project=SCHEMA).config["shop:port"] == "587"


def test_what_is_given_for_a_secret_is_secret(tmp_path: Path) -> None:
    project = load(tmp_path, "hidden=known", "port=1", "token=mine", project=SCHEMA)
    assert project.secret_keys == {"shop:hidden", "shop:token"}
    assert (project.config["shop:hidden"], project.config["shop:token"]) == ("known", "mine")
    assert not [note for note in project.diagnostics if "made-up" in note.message]


def test_another_file_stands_in_place_of_the_stack_s(tmp_path: Path) -> None:
    file = tmp_path / "other.yaml"
    file.write_text("config:\n  word: {secure: v1:abc}\n  host: x\n", encoding="utf-8")
    project = load(tmp_path, "host=y", file=file)
    assert set(project.config) == {"shop:word", "shop:host"}
    assert project.config["shop:host"] == "y"
    [note] = project.diagnostics
    assert note.message.startswith(f"{file}: made-up values stand in for the encrypted shop:word: --config")
    with pytest.raises(RehearsalError, match=r"none\.yaml: cannot be read"):
        load(tmp_path, file=tmp_path / "none.yaml")


ASKS = """
import pulumi
import asked
config = pulumi.Config()
print("seen", config.require("first"))
pulumi.CustomResource("test:index:Thing", "thing", {"a": config.require_secret("second")})
number = 1 + config.require_int("third")
pulumi.Config("other").require_bool("fourth")
pulumi.Config().require_object("fifth")["x"]
config.require("after-it-has-failed")
"""


def test_all_that_a_program_requires_is_said_at_once(rehearser: Rehearser) -> None:
    module = (
        "import pulumi\npulumi.Config('aws').require('region')\npulumi.Config().require_float('zeroth')\n"
    )
    rehearser.write(ASKS, **{"asked.py": module})
    with pytest.raises(RehearsalError) as raised:
        rehearser.run()
    keys = ("demo:zeroth", "demo:first", "demo:second", "demo:third", "other:fourth", "demo:fifth")
    assert str(raised.value) == (
        f"the program fails: Missing required configuration variables {', '.join(map(repr, keys))}: "
        "please set each using the command `pulumi config set <key> <value>`, or --config KEY=VALUE"
    )
    assert [event for event in rehearser.events if "seen" in str(event)] == []
    assert [call for call in rehearser.recording.calls if "Thing" in str(call)] == []


def test_one_that_a_program_requires_is_said_as_pulumi_does(rehearser: Rehearser) -> None:
    rehearser.write("import pulumi\npulumi.Config().require('first')\n")
    with pytest.raises(RehearsalError, match="variable 'demo:first' please set a value using the command"):
        rehearser.run()
