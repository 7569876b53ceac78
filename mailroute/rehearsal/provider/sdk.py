"""What pulumi-aws knows of its own types: which inputs and outputs there are, and which are secret.

The installed SDK is the source, so that every type that a program can declare is known here and in
the same version. Its generated classes are read as text, one file at a time and only when a type
turns up: importing one of them loads a few hundred others, half a second of somebody's preview.
"""

from __future__ import annotations

import importlib.util
import json
import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path


class Shape(Enum):
    """What kind of value a property holds."""

    TEXT = "str"
    FLAG = "bool"
    NUMBER = "int"
    LIST = "Sequence"
    MAP = "Mapping"
    OBJECT = "outputs"


@dataclass(frozen=True)
class Output:
    """One output property.

    Attributes:
        optional: whether a resource may be without it. One that is not optional always comes back with
            a value: the program's, or one that AWS computes.
    """

    shape: Shape
    optional: bool


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


_GETTER = re.compile(
    r"""@pulumi\.getter(?:\(name="(?P<camel>\w+)"\))?\s+(?:@_utilities\.deprecated\(\"{3}.*?\"{3}\)\s+)?"""
    r"""def\ (?P<snake>\w+)\(self\)\ ->\ (?:pulumi\.(?:Input|Output)\[)?(?P<type>.*?):\n""",
    re.VERBOSE,
)
_ARGUMENT = re.compile(r"^ +(?P<snake>\w+): (?P<type>[^\n]*?)(?P<default> = None)?(?:,|\):)$", re.MULTILINE)
_SECRETS = re.compile(r"additional_secret_outputs=\[(?P<names>[^]]*)\]")
_FUNCTION_ARGUMENT = re.compile(r"__args__\['(\w+)'\] =")
_RESOURCE_TOKEN = re.compile(r"\.__init__\(\s+'(aws:[^']+)'")
_FUNCTION_TOKEN = re.compile(r"runtime\.invoke\('(aws:[^']+)'")
_NAMES_IN_TYPE = re.compile(r"_builtins\.(\w+)|(Sequence|Mapping|outputs)\b")


@cache
def resource_class(token: str) -> ResourceClass | None:
    """The class of the resource type `token`, such as `aws:ec2/vpc:Vpc`; `None` where the SDK has none."""
    source = _source(token)
    if source is None or f"'{token}'" not in source:
        return None
    name = token.rpartition(":")[2]
    arguments = _section(source, rf"class {name}(?:Init)?Args:")
    body = _section(source, rf"class {name}\(pulumi\.CustomResource\):")
    camel = {found["snake"]: _camel(found) for found in _GETTER.finditer(arguments)}
    signature = arguments.partition('"""')[0]
    required = {
        camel[found["snake"]]
        for found in _ARGUMENT.finditer(signature)
        if found["snake"] in camel and not found["default"]
    }
    secrets = _SECRETS.search(body)
    return ResourceClass(
        token,
        inputs=frozenset(camel.values()),
        required=frozenset(required),
        outputs={_camel(found): _output(found["type"]) for found in _GETTER.finditer(body)},
        secrets=frozenset(json.loads(f"[{secrets['names']}]")) if secrets else frozenset(),
    )


@cache
def function_results(token: str) -> Mapping[str, Output] | None:
    """The result fields of the function `token`, such as `aws:ec2/getVpc:getVpc`; `None` where unknown."""
    source = _source(token)
    if source is None or f"'{token}'" not in source:
        return None
    name = token.rpartition(":")[2]
    results = _section(source, rf"class {name[0].upper()}{name[1:]}Result:")
    return {_camel(found): _output(found["type"]) for found in _GETTER.finditer(results)}


@cache
def function_arguments(token: str) -> frozenset[str]:
    """The arguments of the function `token`; none where it is unknown."""
    return frozenset(_FUNCTION_ARGUMENT.findall(_source(token) or ""))


def provider_inputs() -> frozenset[str]:
    """The config that the provider takes."""
    source = (_root() / "provider.py").read_text(encoding="utf-8")
    return frozenset(_camel(found) for found in _GETTER.finditer(_section(source, "class ProviderArgs:")))


def tokens() -> tuple[list[str], list[str]]:
    """Every resource type and every function that the SDK has: a second's work."""
    resources: set[str] = set()
    functions: set[str] = set()
    for path in _root().rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        resources.update(_RESOURCE_TOKEN.findall(source))
        functions.update(_FUNCTION_TOKEN.findall(source))
    return sorted(resources), sorted(functions)


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
    folder, _, file = rest.partition(":")[0].partition("/")
    if package != "aws" or not file:
        return None
    if folder == "index":
        folder = "."
    elif keyword.iskeyword(folder):
        folder += "_"
    path = _files(folder).get(file.replace("_", "").lower())
    return path.read_text(encoding="utf-8") if path else None


def _section(source: str, header: str) -> str:
    """The text of the class whose first line matches `header`."""
    found = re.search(rf"^{header}$(.*?)(?=^class |^@|\Z)", source, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def _camel(getter: re.Match[str]) -> str:
    return getter["camel"] or getter["snake"]


def _output(annotation: str) -> Output:
    optional = annotation.startswith("Optional[")
    names = _NAMES_IN_TYPE.search(annotation)
    outermost = (names[1] or names[2]) if names else "str"
    shape = {"float": Shape.NUMBER, "Any": Shape.TEXT}.get(outermost)
    return Output(shape or Shape(outermost), optional)
