"""What the engine asks the program while that waits: transforms of resources and invokes, resource hooks."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import grpc
from pulumi.runtime.proto import callback_pb2, callback_pb2_grpc, resource_pb2

from mailroute import wire
from reachability.values import UNKNOWN, is_list

from ..result import Diagnostic, RehearsalError, Severity
from ..shared import channels, tracebacks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from google.protobuf.message import Message

    from ..shared.journal import Journal

    Answer = TypeVar("Answer", bound=Message)


@dataclass(frozen=True)
class _Hook:
    callback: callback_pb2.Callback
    in_preview: bool
    tolerated: bool


class Callbacks:
    """The functions that the program has registered, and the connections to where they run.

    Args:
        directory: the program's, for errors to name places in.
    """

    def __init__(self, directory: Path, journal: Journal) -> None:
        self._directory = directory
        self._journal = journal
        self._lock = threading.Lock()
        self._channels: dict[str, grpc.Channel] = {}
        self._hooks: dict[str, _Hook] = {}
        self._of_resources: dict[str, tuple[callback_pb2.Callback, ...]] = {}
        self.stack_transforms: list[callback_pb2.Callback] = []
        self.invoke_transforms: list[callback_pb2.Callback] = []

    def keep(self, urn: str, transforms: Iterable[callback_pb2.Callback]) -> None:
        """Remember a resource's own transforms: its descendants go through them as well."""
        self._of_resources[urn] = tuple(transforms)

    def transforms_for(
        self, own: Iterable[callback_pb2.Callback], ancestors: Iterable[str]
    ) -> list[callback_pb2.Callback]:
        """What a resource goes through: its own transforms, its ancestors' inside out, then the stack's."""
        inherited = (callback for urn in ancestors for callback in self._of_resources.get(urn, ()))
        return [*own, *inherited, *self.stack_transforms]

    def transform(
        self, request: resource_pb2.TransformRequest, transforms: Iterable[callback_pb2.Callback]
    ) -> resource_pb2.TransformRequest:
        """`request` with the properties and options that the transforms give the resource."""
        for callback in transforms:
            response = self._ask(callback, request, resource_pb2.TransformResponse())
            if response.HasField("properties"):
                request.properties.CopyFrom(response.properties)
            if response.HasField("options"):
                request.options.CopyFrom(response.options)
        return request

    def transform_invoke(
        self, request: resource_pb2.TransformInvokeRequest
    ) -> resource_pb2.TransformInvokeRequest:
        """`request` with the arguments and options that the stack's invoke transforms give it."""
        for callback in self.invoke_transforms:
            response = self._ask(callback, request, resource_pb2.TransformInvokeResponse())
            if response.HasField("args"):
                request.args.CopyFrom(response.args)
            if response.HasField("options"):
                request.options.CopyFrom(response.options)
        return request

    def add_hook(self, request: resource_pb2.RegisterResourceHookRequest) -> None:
        """Remember a hook by its name.

        Raises:
            RehearsalError: there is one of that name.
        """
        with self._lock:
            if request.name in self._hooks:
                raise RehearsalError(
                    f"resource hook {request.name!r} is registered twice: give each its own name"
                )
            self._hooks[request.name] = _Hook(request.callback, request.on_dry_run, request.ignore_errors)

    def run_hooks(
        self, names: Iterable[str], request: resource_pb2.ResourceHookRequest, *, preview: bool
    ) -> None:
        """Run the hooks of a resource at one point of its life.

        Raises:
            RehearsalError: one of them fails, and is not declared as one that may.
        """
        for name in names:
            hook = self._hooks.get(name)
            if hook is None:
                raise RehearsalError(
                    f"{request.type} {request.name!r}: no resource hook {name!r} is registered"
                )
            if preview and not hook.in_preview:
                continue
            error = self._ask(hook.callback, request, resource_pb2.ResourceHookResponse()).error
            if not error:
                continue
            message = f"{request.type} {request.name!r}: hook {name!r}: {self._one_line(error)}"
            if not hook.tolerated:
                raise RehearsalError(message)
            self._journal.note(Diagnostic(Severity.WARNING, message, request.urn))

    def close(self) -> None:
        for channel in self._channels.values():
            channel.close()

    def _ask(self, callback: callback_pb2.Callback, request: Message, answer: Answer) -> Answer:
        with self._lock:
            channel = self._channels.get(callback.target)
            if channel is None:
                channel = self._channels[callback.target] = channels.open_channel(callback.target)
        try:
            response = callback_pb2_grpc.CallbacksStub(channel).Invoke(
                callback_pb2.CallbackInvokeRequest(token=callback.token, request=request.SerializeToString())
            )
        except grpc.RpcError as error:
            text = error.details() if isinstance(error, grpc.Call) else str(error)
            what = type(request).__name__.removesuffix("Request").lower()
            raise RehearsalError(f"a {what} of the program fails: {self._one_line(text or '')}") from None
        answer.ParseFromString(response.response)
        return answer

    def _one_line(self, text: str) -> str:
        return tracebacks.one_line(text, self._directory)


def with_dependencies(
    properties: Mapping[str, Any], property_dependencies: Mapping[str, Iterable[str]]
) -> dict[str, Any]:
    """`properties` as a transform gets them: as outputs where unknown, secret or dependent on resources."""
    return {
        key: _as_output(wire.transform(value, _upgrade), property_dependencies.get(key, ()))
        for key, value in properties.items()
    }


def _upgrade(value: Any) -> Any:
    if value is UNKNOWN:
        return wire.OutputValue(UNKNOWN)
    if isinstance(value, wire.Secret):
        inner = value.value
        if isinstance(inner, wire.OutputValue):
            return wire.OutputValue(inner.value, inner.dependencies, secret=True)
        return wire.OutputValue(inner, secret=True)
    return value


def _as_output(value: Any, dependencies: Iterable[str]) -> Any:
    wanted = set(dependencies)
    if wanted <= set(dependencies_in(value)):
        return value
    if isinstance(value, wire.OutputValue):
        return wire.OutputValue(value.value, tuple(sorted({*value.dependencies, *wanted})), value.secret)
    return wire.OutputValue(value, tuple(sorted(wanted)))


def dependencies_in(value: Any) -> Iterator[str]:
    """The URNs that the output values in `value` depend on."""
    if isinstance(value, wire.OutputValue):
        yield from value.dependencies
        yield from dependencies_in(value.value)
    elif isinstance(value, wire.Secret):
        yield from dependencies_in(value.value)
    elif isinstance(value, dict):
        for element in value.values():
            yield from dependencies_in(element)
    elif is_list(value):
        for element in value:
            yield from dependencies_in(element)
