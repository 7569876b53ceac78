"""A planned stack as the engine would send it to a policy pack in a preview: serialised requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from pulumi.runtime.proto import analyzer_pb2 as proto

from mailroute.wire import encode
from reachability.values import UNKNOWN

from .graph import Ref, Resource, Stack

PROJECT: Final = "bench"
STACK: Final = "preview"
_ROOT: Final = f"urn:pulumi:{STACK}::{PROJECT}::pulumi:pulumi:Stack::{PROJECT}-{STACK}"
_PROVIDER: Final = "pulumi:providers:aws"


@dataclass(frozen=True)
class Messages:
    """The requests of one preview, in the engine's order."""

    resources: tuple[bytes, ...]
    stack: bytes


def messages(stack: Stack) -> Messages:
    """The requests for `stack`: one `AnalyzeRequest` per resource, and one `AnalyzeStackRequest`."""
    root = proto.AnalyzeRequest(type="pulumi:pulumi:Stack", urn=_ROOT, name=f"{PROJECT}-{STACK}")
    whole = proto.AnalyzeStackRequest()
    whole.resources.add(type=root.type, urn=root.urn, name=root.name)
    resources = [root.SerializeToString()]
    for resource in stack.resources:
        planned = _Planned(resource)
        resources.append(planned.request().SerializeToString())
        whole.resources.append(planned.result())
    return Messages(tuple(resources), whole.SerializeToString())


@dataclass(frozen=True)
class _Planned:
    resource: Resource

    def request(self) -> proto.AnalyzeRequest:
        message = proto.AnalyzeRequest(
            type=self.resource.type,
            urn=_urn(self.resource),
            name=self.resource.name,
            properties=encode(self._inputs),
            provider=proto.AnalyzerProviderResource(
                type=_PROVIDER, urn=_PROVIDER_URN, name="default", properties=_PROVIDER_PROPERTIES
            ),
        )
        message.options.parent = _ROOT
        return message

    def result(self) -> proto.AnalyzerResource:
        outputs = {**dict.fromkeys(self.resource.computed, UNKNOWN), "region": "us-east-1", **self._inputs}
        sources = {name: list(_sources(value)) for name, value in self.resource.inputs.items()}
        message = proto.AnalyzerResource(
            type=self.resource.type,
            urn=_urn(self.resource),
            name=self.resource.name,
            properties=encode(outputs),
            parent=_ROOT,
            dependencies=sorted({urn for urns in sources.values() for urn in urns}),
            provider=proto.AnalyzerProviderResource(
                type=_PROVIDER, urn=_PROVIDER_URN, name="default", properties=_PROVIDER_PROPERTIES
            ),
        )
        message.options.parent = _ROOT
        for name, urns in sources.items():
            if urns:
                message.propertyDependencies[name].urns.extend(urns)
        return message

    @cached_property
    def _inputs(self) -> dict[str, Any]:
        return {name: _unresolved(value) for name, value in self.resource.inputs.items()}


def _urn(resource: Resource) -> str:
    return f"urn:pulumi:{STACK}::{PROJECT}::{resource.type}::{resource.name}"


_PROVIDER_URN: Final = f"urn:pulumi:{STACK}::{PROJECT}::{_PROVIDER}::default"
_PROVIDER_PROPERTIES: Final = encode({"region": "us-east-1", "version": "7.51.1"})


def _unresolved(value: Any) -> Any:
    """`value` as it stands before creation."""
    if isinstance(value, Ref):
        return UNKNOWN
    if isinstance(value, Mapping):
        return {key: _unresolved(element) for key, element in value.items()}
    if isinstance(value, list):
        return [_unresolved(element) for element in value]
    return value


def _sources(value: Any) -> Iterator[str]:
    """The URNs of the resources that `value` refers to."""
    if isinstance(value, Ref):
        yield _urn(value.resource)
    elif isinstance(value, Mapping):
        for element in value.values():
            yield from _sources(element)
    elif isinstance(value, list):
        for element in value:
            yield from _sources(element)
