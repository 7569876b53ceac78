"""A planned stack as the engine would send it to a policy pack in a preview: serialised requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pulumi.runtime.proto import analyzer_pb2 as proto

from mailroute.wire import encode

from .graph import PROJECT, STACK, Resource, Stack

_ROOT_TYPE: Final = "pulumi:pulumi:Stack"
_ROOT_NAME: Final = f"{PROJECT}-{STACK}"
_ROOT: Final = f"urn:pulumi:{STACK}::{PROJECT}::{_ROOT_TYPE}::{_ROOT_NAME}"
_PROVIDER: Final = proto.AnalyzerProviderResource(
    type="pulumi:providers:aws",
    urn=f"urn:pulumi:{STACK}::{PROJECT}::pulumi:providers:aws::default",
    name="default",
    properties=encode({"region": "us-east-1", "version": "7.51.1"}),
)
_OPTIONS: Final = proto.AnalyzerResourceOptions(parent=_ROOT)


@dataclass(frozen=True)
class Messages:
    """The requests of one preview, in the engine's order."""

    resources: tuple[bytes, ...]
    stack: bytes


def messages(stack: Stack) -> Messages:
    """The requests for `stack`: one `AnalyzeRequest` per resource, and one `AnalyzeStackRequest`."""
    requests = [proto.AnalyzeRequest(type=_ROOT_TYPE, urn=_ROOT, name=_ROOT_NAME)]
    requests += [_request(resource) for resource in stack.resources]
    whole = proto.AnalyzeStackRequest()
    whole.resources.add(type=_ROOT_TYPE, urn=_ROOT, name=_ROOT_NAME)
    whole.resources.extend(_result(resource) for resource in stack.resources)
    return Messages(tuple(request.SerializeToString() for request in requests), whole.SerializeToString())


def _request(resource: Resource) -> proto.AnalyzeRequest:
    return proto.AnalyzeRequest(
        type=resource.type,
        urn=resource.urn,
        name=resource.name,
        properties=encode(resource.known_inputs),
        options=_OPTIONS,
        provider=_PROVIDER,
    )


def _result(resource: Resource) -> proto.AnalyzerResource:
    sources = resource.sources
    return proto.AnalyzerResource(
        type=resource.type,
        urn=resource.urn,
        name=resource.name,
        properties=encode(resource.outputs),
        options=_OPTIONS,
        provider=_PROVIDER,
        parent=_ROOT,
        dependencies=sorted(
            {urn for urns in sources.values() for urn in urns} | {each.urn for each in resource.after}
        ),
        propertyDependencies={
            name: proto.AnalyzerPropertyDependencies(urns=urns) for name, urns in sources.items()
        },
    )
