"""A provider in another process, or in this one, behind Pulumi's own `ResourceProvider` protocol."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
from typing import TYPE_CHECKING, Any, Final

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from mailroute import wire
from reachability.values import contains_unknown

from ..result import EngineFault, RehearsalError
from ..shared import channels, tracebacks, urns
from .local import LocalStub
from .providers import Provider

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from google.protobuf.struct_pb2 import Struct

DYNAMIC_PACKAGE: Final = "pulumi-python"
UNKNOWN_ID: Final = wire.UNKNOWN_SENTINEL

Target = str | provider_pb2_grpc.ResourceProviderServicer
"""A provider: where it listens, `host:port`, or its servicer in this process."""


class PluginProvider(Provider):
    """A provider behind the protocol.

    Args:
        target: where it listens, or its servicer in this process.
        directory: the program's, in which a dynamic provider's errors happen.
    """

    def __init__(self, urn: str, identity: str, target: Target, engine_address: str, directory: Path) -> None:
        super().__init__(urn, identity)
        self._accepts_secrets = False
        self._directory = directory
        self._channel = channels.open_channel(target) if isinstance(target, str) else None
        self._stub: Any = (
            provider_pb2_grpc.ResourceProviderStub(self._channel) if self._channel else LocalStub(target, urn)
        )
        self._handshake(engine_address)

    @property
    def _described(self) -> dict[str, Any]:
        return {"urn": self.urn, "name": self.name, "type": self.type}

    def _handshake(self, engine_address: str) -> None:
        self._tolerant(
            self._stub.Handshake,
            provider_pb2.ProviderHandshakeRequest(
                engine_address=engine_address, configure_with_urn=True, invoke_with_preview=True
            ),
        )
        if self.package != DYNAMIC_PACKAGE:
            self._tolerant(self._stub.Attach, plugin_pb2.PluginAttach(address=engine_address))
        self.version = self._call("GetPluginInfo", Empty()).version

    def check_config(self, inputs: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        request = provider_pb2.CheckRequest(olds=wire.encode({}), news=wire.encode(inputs), **self._described)
        response = self._tolerant(self._stub.CheckConfig, request)
        if response is None:
            return dict(inputs), []
        return wire.decode(response.inputs), _failures(response)

    def _configure(self, inputs: Mapping[str, Any]) -> bool:
        config = wire.plain(inputs)
        if contains_unknown(config):
            return False
        response = self._call(
            "Configure",
            provider_pb2.ConfigureRequest(
                variables={
                    f"{self.package}:config:{key}": value if isinstance(value, str) else json.dumps(value)
                    for key, value in config.items()
                    if key != "version"
                },
                args=wire.encode(inputs),
                acceptSecrets=True,
                acceptResources=True,
                sends_old_inputs=True,
                sends_old_inputs_to_delete=True,
                id=self.id,
                **self._described,
            ),
        )
        self.previews_creation = response.supportsPreview
        self._accepts_secrets = response.acceptSecrets
        return True

    def check(self, urn: str, inputs: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        response = self._call(
            "Check",
            provider_pb2.CheckRequest(
                urn=urn,
                name=urns.name_of(urn),
                type=urns.type_of(urn),
                olds=wire.encode({}),
                news=self._encode(inputs),
                # The same resource gets the same name in each rehearsal.
                randomSeed=hashlib.sha256(urn.encode()).digest(),
            ),
        )
        return self._marked(wire.decode(response.inputs), inputs), _failures(response)

    def create(
        self, urn: str, inputs: Mapping[str, Any], *, preview: bool, timeout: float
    ) -> tuple[str | None, Mapping[str, Any]]:
        response = self._call(
            "Create",
            provider_pb2.CreateRequest(
                urn=urn,
                name=urns.name_of(urn),
                type=urns.type_of(urn),
                properties=self._encode(inputs),
                timeout=timeout,
                preview=preview,
            ),
        )
        identity = response.id if response.id not in ("", UNKNOWN_ID) else None
        if identity is None and not preview:
            what = f"{urns.type_of(urn)} {urns.name_of(urn)!r}"
            raise EngineFault(f"{what}: its provider has created it without an id")
        return identity, self._marked(wire.decode(response.properties), inputs)

    def read(self, urn: str, identity: str, inputs: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        response = self._call(
            "Read",
            provider_pb2.ReadRequest(
                urn=urn,
                name=urns.name_of(urn),
                type=urns.type_of(urn),
                id=identity,
                inputs=self._encode(inputs),
                properties=self._encode(inputs),
            ),
        )
        return response.id, self._marked(wire.decode(response.properties), inputs)

    def invoke(
        self, token: str, arguments: Mapping[str, Any], *, preview: bool
    ) -> tuple[Mapping[str, Any], list[tuple[str, str]]]:
        response = self._call(
            "Invoke",
            provider_pb2.InvokeRequest(tok=token, args=self._encode(arguments), preview=preview),
        )
        failures = [(failure.property, failure.reason) for failure in response.failures]
        return wire.decode(getattr(response, "return")), failures

    def cancel(self) -> None:
        with contextlib.suppress(RehearsalError, EngineFault):  # One that is gone needs no notice.
            self._tolerant(self._stub.Cancel, Empty())

    def close(self) -> None:
        if self._channel:
            self._channel.close()

    def _encode(self, properties: Mapping[str, Any]) -> Struct:
        return wire.encode(properties if self._accepts_secrets else wire.plain(properties))

    def _marked(self, answered: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
        """What a provider without secrets answers, secret again where it was given a secret."""
        if self._accepts_secrets:
            return answered
        return {key: _as_secret_as(value, given.get(key)) for key, value in answered.items()}

    def _tolerant(self, method: Callable[[Any], Any], request: Any) -> Any:
        """Call what providers need not implement: `None` from one that does not."""
        try:
            return method(request)
        except grpc.RpcError as error:
            if channels.is_unimplemented(error):
                return None
            raise self._failure(request, error) from None

    def _call(self, method: str, request: Any) -> Any:
        try:
            return getattr(self._stub, method)(request)
        except grpc.RpcError as error:
            raise self._failure(request, error) from None

    def _failure(self, request: Any, error: grpc.RpcError) -> Exception:
        what = f"provider {self.package}"
        if getattr(request, "urn", ""):
            what = f"{urns.type_of(request.urn)} {urns.name_of(request.urn)!r}"
        elif getattr(request, "tok", ""):
            what = request.tok
        if self.package == DYNAMIC_PACKAGE:
            traceback = error.details() if isinstance(error, grpc.Call) else ""
            return RehearsalError(f"{what}: {tracebacks.one_line(traceback or '', self._directory)}")
        if channels.is_unhandled(error):  # That is no rejection by AWS.
            said = channels.said(error) or "no answer"
            return EngineFault(f"the simulated provider {self.package} failed: {what}: {said}")
        return RehearsalError(f"{what}: {channels.said(error)}")


def _failures(response: provider_pb2.CheckResponse) -> list[str]:
    return [
        f"property {failure.property}: {failure.reason}" if failure.property else failure.reason
        for failure in response.failures
    ]


def _as_secret_as(value: Any, model: Any) -> Any:
    if isinstance(model, wire.Secret):
        return value if isinstance(value, wire.Secret) else wire.Secret(value)
    if isinstance(value, dict) and isinstance(model, dict):
        return {key: _as_secret_as(element, model.get(key)) for key, element in value.items()}
    if isinstance(value, list) and isinstance(model, list):
        return [_as_secret_as(*pair) for pair in itertools.zip_longest(value, model[: len(value)])]
    return value
