"""YAML files, read as Pulumi reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import yaml

from evidence import text_file

from .result import RehearsalError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


_LARGEST_FILE: Final = 1
"""Megabytes."""
_DEEPEST: Final = 100
_MOST_VALUES: Final = 100_000
"""How many values a file may hold, with those that aliases repeat."""
_LONGEST_NUMBER: Final = 100
_TAG: Final = "tag:yaml.org,2002:"
_KEPT: Final = frozenset(f"{_TAG}{name}" for name in ("null", "bool", "int", "float", "str", "seq", "map"))
"""What a value may be; a date, a set or binary data is nothing that config can hold."""
_SCALARS: Final = {
    f"{_TAG}bool": {f"{_TAG}bool"},
    f"{_TAG}int": {f"{_TAG}int"},
    f"{_TAG}float": {f"{_TAG}float", f"{_TAG}int"},
}
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """YAML as Pulumi reads it: `yes`, dates and `1:30` are text, and no key stands twice.

    What would take without end, or could not be written down again, is refused where it stands: deep nesting,
    aliases of aliases, numbers of thousands of digits, halves of surrogate pairs.
    """

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._depth = 0
        self._sizes: dict[yaml.Node, int] = {}

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        mark = self.peek_event().start_mark
        if self._depth == _DEEPEST:
            raise _refused(f"nested more than {_DEEPEST} deep: write it flatter", mark)
        self._depth += 1
        is_alias = self.check_event(yaml.AliasEvent)
        node = super().compose_node(parent, index)
        self._depth -= 1
        if is_alias and node not in self._sizes:
            raise _refused("an alias inside of what it stands for: write the value out", mark)
        if not is_alias and node is not None:
            self._sizes[node] = 1 + sum(self._sizes[part] for part in _parts(node))
        if node is not None and self._sizes[node] > _MOST_VALUES:
            raise _refused(f"more than {_MOST_VALUES:,} values with those that aliases repeat", mark)
        return node

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> Any:
        value = super().construct_scalar(node)
        needed = _SCALARS.get(node.tag)
        if needed and self.resolve(yaml.ScalarNode, value, (True, False)) not in needed:
            raise _refused(f"{value[:_LONGEST_NUMBER]!r} is no {_short(node.tag)}", node.start_mark)
        if node.tag == f"{_TAG}int" and len(value) > _LONGEST_NUMBER:
            raise _refused(f"a number of {len(value):,} digits: put it in quotes", node.start_mark)
        if _SURROGATE.search(value):
            raise _refused(
                "half of a surrogate pair, which is no character: write the whole character", node.start_mark
            )
        return value

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            if key_node.tag == f"{_TAG}merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, (dict, list)):
                raise _refused("a key that is no text: write it as text", key_node.start_mark)
            if key in seen:
                raise _refused(
                    f"the key {key!r} stands here a second time: keep one of them", key_node.start_mark
                )
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


def _refuse_tag(_: _Loader, node: yaml.Node) -> None:
    raise _refused(
        f"the tag {_short(node.tag)}: write the value as text, a list or an object", node.start_mark
    )


def _short(tag: str) -> str:
    return tag.replace(_TAG, "!!")


def _parts(node: yaml.Node) -> Iterator[yaml.Node]:
    for part in node.value if isinstance(node, yaml.CollectionNode) else ():
        yield from part if isinstance(part, tuple) else (part,)


class _Refused(yaml.MarkedYAMLError):  # type: ignore[misc]
    """YAML that is not to be used."""


def _refused(reason: str, mark: yaml.Mark) -> _Refused:
    return _Refused(problem=reason, problem_mark=mark)


_Loader.yaml_constructors = {
    tag: construct for tag, construct in yaml.SafeLoader.yaml_constructors.items() if tag in _KEPT
} | {None: _refuse_tag}
_Loader.yaml_implicit_resolvers = {}
for _name, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?(?:0|[1-9][0-9_]*|0[0-7_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|0b[01_]+)", "-+0123456789"),
    ("float", r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", "-+0123456789."),
    ("float", r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", "-+."),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("merge", r"<<", "<"),
):
    _Loader.add_implicit_resolver(f"{_TAG}{_name}", re.compile(f"^(?:{_pattern})$"), list(_first))


def read_yaml(file: Path) -> dict[str, Any]:
    """Read a YAML file that holds a mapping.

    Raises:
        RehearsalError: it cannot be read, is not YAML, or holds something else.
    """
    try:
        text = text_file.read(file, largest=_LARGEST_FILE).removeprefix("\ufeff")
        document = yaml.load(text, _Loader)  # noqa: S506 (a SafeLoader)
    except OSError as error:
        raise RehearsalError(f"{file}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise RehearsalError(f"{file}: cannot be read: {error}") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        what = "" if isinstance(error, _Refused) else "not YAML: "
        raise RehearsalError(f"{file}{place}: {what}{error.problem or error.context}") from None
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
