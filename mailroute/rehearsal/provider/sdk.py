"""What pulumi-aws knows of its own types: which inputs and outputs there are, and which are secret.

The installed SDK is the source, so that every type that a program can declare is known here and in
the same version. Its generated classes are read as text, one file at a time and only when a type
turns up: importing one of them loads a few hundred others, half a second of somebody's preview.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import keyword
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Final


class Shape(Enum):
    """What kind of value a property holds."""

    TEXT = "text"
    FLAG = "flag"
    NUMBER = "number"
    LIST = "list"
    MAP = "map"
    OBJECT = "object"


@dataclass(frozen=True)
class Output:
    """One output property.

    Attributes:
        optional: whether a resource may be without it. One that is not optional always comes back with
            a value: the program's, or one that AWS computes.
        inner: what kind of value a list or map has inside; the shape itself for any other.
        part: the SDK's name for the type of the objects that it is or has inside; empty where there are none.
    """

    shape: Shape
    optional: bool
    inner: Shape = Shape.TEXT
    part: str = ""


@dataclass(frozen=True)
class ResourceClass:
    """A resource class of the SDK; names of properties are the engine's, in camelCase."""

    token: str
    inputs: frozenset[str]
    required: frozenset[str]
    outputs: Mapping[str, Output]
    secrets: frozenset[str]

    @property
    def tagged(self) -> bool:
        """Whether AWS takes tags for it."""
        return "tagsAll" in self.outputs


@cache
def resource_class(token: str) -> ResourceClass | None:
    """The class of the resource type `token`, such as `aws:ec2/vpc:Vpc`; `None` where the SDK has none."""
    source = _source(token)
    if source is None or f"'{token}'" not in source:
        return None
    name = token.rpartition(":")[2]
    arguments = _class(source, f"class {name}Args:") or _class(source, f"class {name}InitArgs:")
    body = _class(source, f"class {name}(pulumi.CustomResource):")
    inputs = _getters(arguments)
    return ResourceClass(
        token,
        inputs=frozenset(_camel(getter) for getter in inputs.values()),
        required=frozenset(_camel(inputs[name]) for name in _required(arguments) if name in inputs),
        outputs={_camel(getter): _output(getter.returns) for getter in _getters(body).values()},
        secrets=frozenset(_secrets(body) if _SECRETS in source else ()),  # few have any to look for
    )


@cache
def parts_of(token: str, part: str) -> Mapping[str, Output]:
    """The properties of the objects of type `part` inside a resource of the type `token`."""
    source = (_root() / _folder(token) / "outputs.py").read_text(encoding="utf-8")
    found = _getters(_class(source, f"class {part}(dict):"))
    return {_camel(getter): _output(getter.returns) for getter in found.values()}


@cache
def function_results(token: str) -> Mapping[str, Output] | None:
    """The result fields of the function `token`, such as `aws:ec2/getVpc:getVpc`; `None` where unknown."""
    source = _source(token)
    if source is None or f"'{token}'" not in source:
        return None
    name = token.rpartition(":")[2]
    results = _class(source, f"class {name[0].upper()}{name[1:]}Result:")
    return {_camel(getter): _output(getter.returns) for getter in _getters(results).values()}


@cache
def function_arguments(token: str) -> frozenset[str]:
    """The arguments of the function `token`; none where it is unknown."""
    return frozenset(
        str(node.slice.value)
        for node in ast.walk(_parse(_source(token) or ""))
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id == "__args__"
        and isinstance(node.slice, ast.Constant)
    )


def provider_inputs() -> frozenset[str]:
    """The config that the provider takes."""
    source = (_root() / "provider.py").read_text(encoding="utf-8")
    return frozenset(map(_camel, _getters(_class(source, "class ProviderArgs:")).values()))


def tokens() -> tuple[list[str], list[str]]:
    """Every resource type and every function that the SDK has: a second's work."""
    resources: set[str] = set()
    functions: set[str] = set()
    for path in _root().rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        resources.update(_quoted_after(source, ".__init__("))
        functions.update(_quoted_after(source, "runtime.invoke("))
    return sorted(resources), sorted(functions)


def _quoted_after(source: str, call: str) -> Iterator[str]:
    """The tokens of pulumi-aws that are the first argument of each `call`."""
    for after in source.split(call)[1:]:
        before, _, rest = after.partition("'")
        token = rest.partition("'")[0]
        if token.startswith("aws:") and not before.strip():
            yield token


@cache
def version() -> str:
    """The version of the installed pulumi-aws."""
    plugin: dict[str, str] = json.loads((_root() / "pulumi-plugin.json").read_text(encoding="utf-8"))
    return plugin["version"]


@cache
def _root() -> Path:
    spec = importlib.util.find_spec("pulumi_aws")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("pulumi-aws is not installed: the simulated provider reads its classes")
    return Path(spec.origin).parent


@cache
def _files(folder: str) -> Mapping[str, Path]:
    """The SDK's files for one AWS service, by class name in lower case."""
    return {path.stem.replace("_", ""): path for path in (_root() / folder).glob("*.py")}


def _source(token: str) -> str | None:
    package, _, rest = token.partition(":")
    file = rest.partition(":")[0].partition("/")[2]
    if package != "aws" or not file:
        return None
    path = _files(_folder(token)).get(file.replace("_", "").lower())
    return path.read_text(encoding="utf-8") if path else None


def _folder(token: str) -> str:
    """Where the SDK has what is of the same AWS service as `token`."""
    folder = token.partition(":")[2].partition("/")[0]
    if folder == "index":
        return "."
    return f"{folder}_" if keyword.iskeyword(folder) else folder


_PARSING: Final = threading.Lock()
"""Python before 3.11.8 counts the depth of all threads' parsing together (python/cpython#106905)."""


def _parse(source: str) -> ast.Module:
    with _PARSING:
        return ast.parse(source)


def _class(source: str, header: str) -> ast.ClassDef | None:
    """The class that begins with the line `header`: parsed alone, for a file has much else."""
    _, found, rest = source.partition(f"\n{header}\n")
    if not found:
        return None
    body = min((rest.partition(f"\n{begin}")[0] for begin in ("class ", "@", "def ")), key=len)
    (parsed,) = _parse(f"{header}\n{body}").body
    return parsed if isinstance(parsed, ast.ClassDef) else None


def _getters(owner: ast.ClassDef | None) -> dict[str, ast.FunctionDef]:
    """The properties of a class, by their names in Python."""
    return {
        node.name: node
        for node in (owner.body if owner else ())
        if isinstance(node, ast.FunctionDef) and any(map(_is_getter, node.decorator_list))
    }


def _is_getter(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Attribute) and called.attr == "getter"


def _camel(getter: ast.FunctionDef) -> str:
    """What the engine calls a property."""
    for decorator in getter.decorator_list:
        if isinstance(decorator, ast.Call) and _is_getter(decorator):
            return str(ast.literal_eval(decorator.keywords[0].value))
    return getter.name


def _required(owner: ast.ClassDef | None) -> Iterator[str]:
    """The arguments of a class that have no default."""
    for node in owner.body if owner else ():
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            named = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            yield from (argument.arg for argument, default in named if default is None)
            return


_SECRETS: Final = "additional_secret_outputs"


def _secrets(owner: ast.ClassDef | None) -> list[str]:
    """The outputs that a resource class makes secret by itself."""
    for node in ast.walk(owner) if owner else ():
        if isinstance(node, ast.keyword) and node.arg == _SECRETS:
            secrets: list[str] = ast.literal_eval(node.value)
            return secrets
    return []


def _output(annotation: ast.expr | None) -> Output:
    """What an annotation such as `pulumi.Output[Optional[Sequence['outputs.Rule']]]` says."""
    nodes = list(ast.walk(annotation)) if annotation else []
    optional = any(isinstance(node, ast.Name) and node.id == "Optional" for node in nodes)
    shapes = [*filter(None, map(_shape, nodes))] or [Shape.TEXT]
    named = (str(node.value) for node in nodes if isinstance(node, ast.Constant))
    part = next((name.removeprefix("outputs.") for name in named if name.startswith("outputs.")), "")
    return Output(shapes[0], optional, shapes[-1], part)


_SHAPES: Final = {
    "str": Shape.TEXT,
    "bool": Shape.FLAG,
    "int": Shape.NUMBER,
    "float": Shape.NUMBER,
    "Sequence": Shape.LIST,
    "Mapping": Shape.MAP,
}


def _shape(node: ast.AST) -> Shape | None:
    """What kind of value a part of an annotation is: `_builtins.str`, `Sequence`, `'outputs.Rule'`."""
    if isinstance(node, ast.Constant):
        return Shape.OBJECT if str(node.value).startswith("outputs.") else None
    return _SHAPES.get(node.id if isinstance(node, ast.Name) else getattr(node, "attr", ""))
