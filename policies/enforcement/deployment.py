"""What an engine shows of one deployment: each resource as the program declares it, then the whole stack.

The messages are read here, once, into resources with known, unknown and absent values. Secrets are in
clear, for the rules; which values are secret is told beside them.

Source: Pulumi's protocol, `proto/pulumi/analyzer.proto`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import chain
from typing import Any, Final

from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto.analyzer_pb2 import (
    AnalyzeRequest,
    AnalyzerProviderResource,
    AnalyzerResource,
    AnalyzeStackRequest,
)

from reachability.graph import Resource, tokens
from reachability.graph.provider_scope import Provider, placed
from reachability.values import UNKNOWN, Unknown, Value
from rules.rule import PropertyPath

from .redaction import secret_texts
from .resources import Program, resource
from .wire import SECRET_SIGNATURE, SIGNATURE_KEY, Secret, decode, flat

STACK_TYPE: Final = "pulumi:pulumi:Stack"

_REDACTED: Final = "[secret]"
"""What stands in a state for a secret that `pulumi policy analyze` cannot decrypt, whatever its type."""

_SIMPLE: Final = (str, int, float, Unknown)
"""What most values are: there is nothing inside."""

_SECRET: Final = SECRET_SIGNATURE.encode()

_CREATED_OF_NOTHING: Final = (
    *tokens.INTERNET_GATEWAY,
    *tokens.EIP,
    tokens.VPC[1],
    tokens.DEFAULT_SECURITY_GROUP,
    tokens.DHCP_OPTIONS[1],
)
"""The types of which a program may create a resource without any input."""


class Declared(Mapping[str, Value]):
    """What a program declares of one resource, read where its outputs do not say."""

    def __init__(self, kept: bytes) -> None:
        self._kept = kept
        self._names = frozenset(Struct.FromString(kept).fields)

    @cached_property
    def _values(self) -> Mapping[str, Value]:
        return read(Struct.FromString(self._kept))

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def get(self, name: str, default: Any = None) -> Any:
        return self._values[name] if name in self._names else default

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class Deployment:
    """The resources of a deployment, as the engine shows one after the other.

    Args:
        stored: whether they come from a stack's state and no program runs. Then what the program has
            only read (`.get()`) comes by as well, which nothing but its lack of inputs tells.
    """

    def __init__(self, *, stored: bool = False) -> None:
        self._stored = stored
        self._declared: dict[str, bytes] = {}
        self._providers: dict[str, Provider] = {}

    def __contains__(self, urn: str) -> bool:
        """Whether the resource came by before the stack."""
        return urn in self._declared

    def remember(self, request: AnalyzeRequest) -> None:
        """Keep what the program declares of a resource, unread, until the stack is judged.

        The stack itself is always the first: with it, a new deployment begins.
        """
        if request.type == STACK_TYPE:
            self._declared.clear()
            self._providers.clear()
        self._declared[request.urn] = request.properties.SerializeToString()

    def declared(self, request: AnalyzeRequest) -> Resource:
        """The resource as the program declares it: its inputs."""
        properties = read(request.properties)
        declared = Resource(
            key=request.urn,
            type=request.type,
            name=request.name,
            properties=properties,
            parent=request.options.parent or None,
            inputs=frozenset(properties),
        )
        return placed(declared, self._provider(request))

    def manages(self, resource: Resource) -> bool:
        """Whether a resource is the stack's own, and not one that its program only reads."""
        if not self._stored or not resource.type.startswith("aws:"):
            return True
        return resource.inputs != frozenset() or resource.type in _CREATED_OF_NOTHING

    def secrets(self, request: AnalyzeStackRequest) -> frozenset[str]:
        """Every text that is marked as secret, in what was declared or in what is shown."""
        shown = (resource.properties.SerializeToString() for resource in request.resources)
        marked = (kept for kept in chain(self._declared.values(), shown) if _SECRET in kept)
        return frozenset(text for kept in marked for text in secret_texts(decode(Struct.FromString(kept))))

    def program(self, request: AnalyzeStackRequest) -> Program:
        """The resources that the stack manages: their outputs, over what was declared of them."""
        secrets: dict[str, frozenset[PropertyPath]] = {}
        managed = []
        for shown in request.resources:
            marked: set[PropertyPath] = set()
            found = self._shown(shown, marked)
            if self.manages(found):
                managed.append(found)
            if marked:
                secrets[shown.urn] = frozenset(marked)
        return Program(tuple(managed), secrets)

    def _shown(self, shown: AnalyzerResource, marked: set[PropertyPath]) -> Resource:
        kept = self._declared.get(shown.urn)
        declared = None if kept is None else Declared(kept)
        sources = shown.propertyDependencies
        return resource(
            shown.urn,
            shown.type,
            shown.name,
            outputs=read(shown.properties, marked),
            declared=declared,
            dependencies={name: tuple(sources[name].urns) for name in sources},
            depends_on=tuple(shown.dependencies),
            parent=shown.parent or None,
            provider=self._provider(shown),
            component=not shown.HasField("provider"),
        )

    def _provider(self, message: AnalyzeRequest | AnalyzerResource) -> Provider:
        key = message.provider.urn
        if key not in self._providers:
            told = message.HasField("provider")
            self._providers[key] = _provider(message.provider) if told else Provider(access="")
        return self._providers[key]


def _provider(message: AnalyzerProviderResource) -> Provider:
    return Provider.of(read(message.properties), message.urn)


def read(properties: Struct, marked: set[PropertyPath] | None = None) -> dict[str, Value]:
    """The properties of a message in clear; the paths of what is marked as secret are added to `marked`."""
    secrets: set[PropertyPath] = set() if marked is None else marked
    return {
        name: value if isinstance(value, _SIMPLE) else _clear(value, (name,), secrets)
        for name, value in decode(properties).items()
    }


def _clear(value: Any, path: PropertyPath, marked: set[PropertyPath]) -> Value:
    value = flat(value)
    if isinstance(value, Secret):
        marked.add(path)
        return UNKNOWN if value.value == _REDACTED else _clear(value.value, path, marked)
    if isinstance(value, dict):
        if SIGNATURE_KEY in value:
            return UNKNOWN  # an asset or an archive: nothing here looks inside one
        return {name: _clear(element, (*path, name), marked) for name, element in value.items()}
    if isinstance(value, list):
        return [_clear(element, (*path, index), marked) for index, element in enumerate(value)]
    return value
