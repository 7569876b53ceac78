"""Projects and stacks are read as Pulumi reads them, and what is wrong in them is one line."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import pytest

from mailroute.rehearsal.project import Project, stacks
from mailroute.rehearsal.result import RehearsalError, Severity

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = """
name: demo
runtime: python
"""


def _load(directory: Path, project: str = PROJECT, stack: str | None = "config: {}\n") -> Project:
    (directory / "Pulumi.yaml").write_text(project, encoding="utf-8")
    (directory / "__main__.py").touch()
    if stack is not None:
        (directory / "Pulumi.dev.yaml").write_text(stack, encoding="utf-8")
    return Project.load(directory, "dev")


def test_values_become_text_under_full_keys(tmp_path: Path) -> None:
    stack = """
config:
  aws:region: us-east-1
  port: 587
  demo:on: true
  demo:config:old: kept
  ratio: 1.5
  nested: {b: [1, x], a: null}
  time: 12:30
  word: yes
  day: 2026-01-05
"""
    assert _load(tmp_path, stack=stack).config == {
        "aws:region": "us-east-1",
        "demo:port": "587",
        "demo:on": "true",
        "demo:old": "kept",
        "demo:ratio": "1.5",
        "demo:nested": '{"a":null,"b":[1,"x"]}',
        "demo:time": "12:30",
        "demo:word": "yes",
        "demo:day": "2026-01-05",
    }


def test_the_project_gives_what_the_stack_does_not(tmp_path: Path) -> None:
    project = PROJECT + (
        "config:\n"
        "  port: {type: integer, default: 587}\n"
        "  host: example.com\n"
        "  zones: [a, b]\n"
        "  aws:region: {value: eu-west-1}\n"
        "  note: {type: string, default: none, description: about it}\n"
    )
    config = _load(tmp_path, project, "config: {note: mine}\n").config
    assert config == {
        "demo:port": "587",
        "demo:host": "example.com",
        "demo:zones": '["a","b"]',
        "aws:region": "eu-west-1",
        "demo:note": "mine",
    }


def test_made_up_values_stand_in_for_encrypted_ones(tmp_path: Path) -> None:
    project = PROJECT + "config:\n  pin: {type: integer, secret: true}\n"
    stack = "config:\n  pin: {secure: abc}\n  word: {secure: abc}\n  deep: {a: [{secure: abc}], b: 1}\n"
    loaded = _load(tmp_path, project, stack)
    assert loaded.secret_keys == {"demo:pin", "demo:word", "demo:deep"}
    assert loaded.config["demo:pin"] == "1"
    assert loaded.config["demo:word"] == "made-up-secret-for-demo-word"
    assert loaded.config["demo:deep"] == '{"a":["made-up-secret-for-demo-deep.a.0"],"b":1}'
    note = next(note for note in loaded.diagnostics if note.severity is Severity.WARNING)
    assert note.message == (
        "Pulumi.dev.yaml: made-up values stand in for the encrypted demo:deep, demo:pin, demo:word: "
        "--config KEY=VALUE gives others"
    )
    assert "made-up-secret" not in repr(loaded)


@pytest.mark.parametrize(
    ("value", "declared", "fits"),
    [
        ("587", "type: integer", True),
        ("'587'", "type: integer", True),
        ("1.5", "type: integer", False),
        ("x", "type: integer", False),
        ("true", "type: boolean", True),
        ("yes", "type: boolean", False),
        ("3", "type: string", True),
        ("[a]", "type: string", False),
        ("{a: 1}", "type: object", True),
        ("a", "type: object", False),
        ("[a, b]", "type: array, items: {type: string}", True),
        ("[1]", "type: array, items: {type: string}", False),
        ("[[1]]", "type: array, items: {type: array, items: {type: integer}}", True),
        ("a", "type: array, items: {type: string}", False),
    ],
)
def test_values_are_of_their_declared_type(tmp_path: Path, value: str, declared: str, fits: bool) -> None:
    project = PROJECT + f"config:\n  key: {{{declared}}}\n"
    if fits:
        _load(tmp_path, project, f"config: {{key: {value}}}\n")
    else:
        with pytest.raises(RehearsalError, match=r"stack .dev.: config demo:key is .*: must be of type "):
            _load(tmp_path, project, f"config: {{key: {value}}}\n")


@pytest.mark.parametrize(
    ("project", "complaint"),
    [
        ("name: [", "Pulumi.yaml:1:8: not YAML: "),
        ("- a", "Pulumi.yaml: must hold a mapping of keys, not a list"),
        ("runtime: python", "name is None: a project's name has 1 to 100 letters, digits"),
        ("name: a/b\nruntime: python", "name is 'a/b'"),
        ("name: a\nname: b", "Pulumi.yaml:2:1: the key 'name' stands here a second time: keep one of them"),
        ("name: a", "runtime must be a name, or an object with name and options"),
        ("name: a\nruntime: nodejs", "runtime is 'nodejs': mailroute rehearses Python programs only"),
        (PROJECT + "main: src", "main is 'src': no such file or directory"),
        (PROJECT + "config: [a]", "config must be an object, not a list"),
        (PROJECT + "config: {k: {typo: 1}}", "config key 'k' has the attribute 'typo': known are default"),
        (PROJECT + "config: {k: {type: text}}", "has the type 'text': known are array, string, integer"),
        (PROJECT + "config: {k: {type: array}}", "is an array: say of what with items: {type: ...}"),
        (
            PROJECT + "config: {k: {type: integer, default: x}}",
            "has the default 'x', which is not of its type integer",
        ),
        (
            PROJECT + "config: {k: {type: integer, secret: true, default: x}}",
            "has a secret default, which is not of its type integer",
        ),
        (PROJECT + "config: {k: {default: 1, value: 2}}", "has both a default and a value: keep one"),
        (PROJECT + "config: {aws:k: {type: string}}", "is not in the project's own namespace"),
        (PROJECT + "config: {a:b:c: 1}", "config key 'a:b:c': write it as <namespace>:<name>"),
        (
            PROJECT + "config: {k: 1, demo:k: 2}",
            "Pulumi.yaml: config has both 'k' and 'demo:k', which are one",
        ),
        (PROJECT + "config: x\nstackConfigDir: y", "config and stackConfigDir both name a directory"),
    ],
)
def test_a_wrong_project_is_one_line(tmp_path: Path, project: str, complaint: str) -> None:
    with pytest.raises(RehearsalError) as raised:
        _load(tmp_path, project)
    assert complaint in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("stack", "complaint"),
    [
        ("config: {k: 1", "Pulumi.dev.yaml:1:"),
        ("config: [a]", "Pulumi.dev.yaml: config must be an object, not a list"),
        ("environment: [prod]", "environment names Pulumi ESC environments, which mailroute cannot open"),
        (
            "config: {k: 1, demo:k: 2}",
            "Pulumi.dev.yaml: config has both 'k' and 'demo:k', which are one: keep",
        ),
        (
            "config: {k: 1, k: 2}",
            "Pulumi.dev.yaml:1:16: the key 'k' stands here a second time: keep one of them",
        ),
        (
            "config: {k: " + "9" * 5_000 + "}",
            "Pulumi.dev.yaml:1:13: a number of 5,000 digits: put it in quotes",
        ),
        ("config: {k: 0x" + "f" * 5_000 + "}", "a number of 5,002 digits: put it in quotes"),
        ('config: {k: "\\ud800"}', "Pulumi.dev.yaml:1:13: half of a surrogate pair, which is no character: "),
        (
            "config: {k: &k [*k]}",
            "Pulumi.dev.yaml:1:17: an alias inside of what it stands for: write the value",
        ),
        ("config: {? [k] : 1}", "Pulumi.dev.yaml:1:12: a key that is no text: write it as text"),
        (
            "config: {k: !!timestamp 2001-01-01}",
            "Pulumi.dev.yaml:1:13: the tag !!timestamp: write the value as ",
        ),
        ("config: !!set {a}", "Pulumi.dev.yaml:1:9: the tag !!set: write the value as text"),
        ("config: {k: !mine [a]}", "Pulumi.dev.yaml:1:13: the tag !mine: write the value as text"),
        ("config: {k: !!binary aGk=}", "the tag !!binary: write the value as text"),
        ("config: {k: !!bool maybe}", "Pulumi.dev.yaml:1:13: 'maybe' is no !!bool"),
        ('config: {k: !!int ""}', "Pulumi.dev.yaml:1:13: '' is no !!int"),
        ("config: {k: !!float x}", "Pulumi.dev.yaml:1:13: 'x' is no !!float"),
        ("#" * 2**20 + "\n", "Pulumi.dev.yaml: cannot be read: larger than 1 MB"),
        ("config: {}", "stack 'dev' lacks the config demo:needed, which Pulumi.yaml requires: "),
        ("config: {needed: clear, port: 1}", "config demo:needed is declared secret and stands in clear"),
    ],
)
def test_a_wrong_stack_is_one_line(tmp_path: Path, stack: str, complaint: str) -> None:
    project = PROJECT + "config: {needed: {type: string, secret: true}, port: {type: integer, default: 1}}\n"
    with pytest.raises(RehearsalError) as raised:
        _load(tmp_path, project, stack)
    assert complaint in str(raised.value)
    assert "\n" not in str(raised.value)


_LAUGHS = "".join(f"a{rank}: &a{rank} [{', '.join([f'*a{rank - 1}'] * 9)}]\n" for rank in range(1, 20))


@pytest.mark.parametrize(
    ("stack", "complaint"),
    [
        (
            f"a0: &a0 [x]\n{_LAUGHS}",
            "Pulumi.dev.yaml:6:5: more than 100,000 values with those that aliases repeat",
        ),
        ("a: " + "[" * 20_000, "Pulumi.dev.yaml:1:103: nested more than 100 deep: write it flatter"),
        ("- " * 20_000, "Pulumi.dev.yaml:1:201: nested more than 100 deep: write it flatter"),
        ("a: " + "{a: " * 20_000, "nested more than 100 deep: write it flatter"),
    ],
)
def test_a_file_that_would_take_without_end_is_refused(tmp_path: Path, stack: str, complaint: str) -> None:
    began = time.process_time()
    with pytest.raises(RehearsalError) as raised:
        _load(tmp_path, stack=stack)
    assert time.process_time() - began < 1
    assert complaint in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_alias_stands_for_its_value(tmp_path: Path) -> None:
    stack = "base: &base {a: 1}\nconfig: {x: &x [1], y: *x, z: {<<: *base, b: 2}}\n"
    assert _load(tmp_path, stack=stack).config == {
        "demo:x": "[1]",
        "demo:y": "[1]",
        "demo:z": '{"a":1,"b":2}',
    }


def test_a_tag_that_says_what_a_value_is_is_read(tmp_path: Path) -> None:
    numbers = '!!int "7", b: !!float 1, c: !!str 2001-01-01, d: !!bool true'
    stack = f"config: {{a: {numbers}, e: !!seq [1], f: !!map {{}}}}\n"
    assert _load(tmp_path, stack=stack).config == {
        "demo:a": "7",
        "demo:b": "1.0",
        "demo:c": "2001-01-01",
        "demo:d": "true",
        "demo:e": "[1]",
        "demo:f": "{}",
    }


def test_a_secret_of_the_wrong_type_is_not_shown(tmp_path: Path) -> None:
    project = PROJECT + "config: {key: {type: array, items: {type: string}, secret: true}}\n"
    with pytest.raises(RehearsalError, match="config demo:key is a secret: must be of type array<string>"):
        _load(tmp_path, project, "config: {key: {secure: abc}}\n")


def test_a_stack_is_one_that_has_a_file(tmp_path: Path) -> None:
    _load(tmp_path)
    (tmp_path / "Pulumi.prod.yaml").touch()
    assert stacks(tmp_path) == ("dev", "prod")
    with pytest.raises(RehearsalError, match=r"no stack 'test' in .*: there is no Pulumi.test.yaml "):
        Project.load(tmp_path, "test")
    with pytest.raises(RehearsalError, match="a stack's name has letters"):
        Project.load(tmp_path, "../prod")


def test_a_project_without_stack_files_has_stacks_without_config(tmp_path: Path) -> None:
    assert _load(tmp_path, stack=None).config == {}


def test_stack_files_may_be_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "Pulumi.dev.yaml").write_text("config: {a: 1}\n", encoding="utf-8")
    assert _load(tmp_path, PROJECT + "stackConfigDir: stacks\n", None).config == {"demo:a": "1"}
    assert _load(tmp_path, PROJECT + "config: stacks\n", None).config == {"demo:a": "1"}


def test_no_project_and_no_program_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(RehearsalError, match=r"no Pulumi.yaml here: name the directory of a Pulumi project"):
        Project.load(tmp_path, "dev")
    (tmp_path / "Pulumi.yaml").write_text(PROJECT, encoding="utf-8")
    with pytest.raises(RehearsalError, match=r"no __main__.py here, the program that Pulumi.yaml is for"):
        Project.load(tmp_path, "dev")


def test_the_projects_own_virtualenv_runs_it_where_it_is_there(tmp_path: Path) -> None:
    project = "name: demo\nruntime: {name: python, options: {virtualenv: venv}}\n"
    loaded = _load(tmp_path, project)
    assert loaded.python == sys.executable
    [note] = loaded.diagnostics
    assert note.severity is Severity.WARNING
    assert "virtualenv 'venv' is not there" in note.message
    python = tmp_path / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    loaded = _load(tmp_path, project)
    assert loaded.python == str(python)
    assert not loaded.diagnostics


def test_a_key_outside_the_schema_is_reported(tmp_path: Path) -> None:
    """It is not refused, since Pulumi takes it; it is most likely a typing error."""
    project = PROJECT + "config:\n  relayHost: {type: string, default: a}\n"
    loaded = _load(tmp_path, project, "config:\n  aws:region: us-east-1\n  demo:relayhost: b\n")
    messages = [diagnostic.message for diagnostic in loaded.diagnostics]
    assert "Pulumi.dev.yaml: demo:relayhost: Pulumi.yaml declares no such key" in messages
