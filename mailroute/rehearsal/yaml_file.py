"""YAML files, read as Pulumi reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from .result import RehearsalError

if TYPE_CHECKING:
    from pathlib import Path


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """YAML as Pulumi reads it: `yes`, dates and `1:30` are text, and no key stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands here a second time", key_node.start_mark
                )
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?(?:0|[1-9][0-9_]*|0[0-7_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|0b[01_]+)", "-+0123456789"),
    ("float", r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", "-+0123456789."),
    ("float", r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", "-+."),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("merge", r"<<", "<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))


def read_yaml(file: Path) -> dict[str, Any]:
    """Read a YAML file that holds a mapping.

    Raises:
        RehearsalError: it cannot be read, is not YAML, or holds something else.
    """
    try:
        document = yaml.load(file.read_text(encoding="utf-8-sig"), _Loader)  # noqa: S506 (a SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise RehearsalError(f"{file}: cannot be read: {error}") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise RehearsalError(f"{file}{place}: not YAML: {error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise RehearsalError(f"{file}: not YAML: {' '.join(str(error).split())}") from None
    except ValueError as error:
        raise RehearsalError(f"{file}: not YAML: {error}") from None
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise RehearsalError(f"{file}: must hold a mapping of keys, not {kind_of(document)}")
    return document


def kind_of(value: Any) -> str:
    """What a person would call `value`."""
    names = {
        dict: "an object",
        list: "a list",
        str: "text",
        bool: "a boolean",
        int: "a number",
        float: "a number",
    }
    return names.get(type(value), "nothing")
