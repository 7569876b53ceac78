"""A client that speaks the provider's real protocol to a server over a simulated account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from mailroute import wire
from mailroute.rehearsal.account import Account

REPOSITORY = Path(__file__).parents[2]
PROD = REPOSITORY / "accounts" / "prod.json"


A = TypeVar("A", bound=Account)


def bare(kind: type[A]) -> A:
    """An account in us-east-1 with nothing in it: its default VPC was deleted."""
    document = {**kind.empty("us-east-1").document, "vpcs": [], "resources": []}
    del document["defaultVpcAssumed"]
    return kind(document, whole=True)


class RefusalError(Exception):
    """What the provider said instead of an answer."""


@dataclass(frozen=True)
class Made:
    """A resource that was created."""

    urn: str
    id: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]


class Client:
    """One provider resource's connection, as the engine has it; inputs are in camelCase."""

    def __init__(self, port: int) -> None:
        options = [("grpc.use_local_subchannel_pool", 1)]
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options)
        self.stub = provider_pb2_grpc.ResourceProviderStub(self._channel)

    def close(self) -> None:
        self._channel.close()

    def call(self, method: str, request: Any) -> Any:
        try:
            return getattr(self.stub, method)(request)
        except grpc.RpcError as error:
            said = str(error.details()) if isinstance(error, grpc.Call) else str(error)
            if said.startswith("Exception calling application"):
                raise
            raise RefusalError(said) from error

    def configure(self, **config: Any) -> None:
        self.call("Configure", provider_pb2.ConfigureRequest(args=wire.encode(config)))

    def check(
        self, type_: str, name: str, inputs: Mapping[str, Any], olds: Mapping[str, Any] | None = None
    ) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """The checked inputs, and what is wrong with them."""
        request = provider_pb2.CheckRequest(
            urn=urn_of(type_, name), news=wire.encode(inputs), olds=wire.encode(olds or {})
        )
        response = self.call("Check", request)
        failures = [(failure.property, failure.reason) for failure in response.failures]
        return wire.decode(response.inputs), failures

    def create(self, type_: str, name: str, /, **inputs: Any) -> Made:
        """Check and create a resource."""
        return self._create(type_, name, inputs, preview=False)

    def preview(self, type_: str, name: str, /, **inputs: Any) -> Made:
        """Check a resource and foresee its creation."""
        return self._create(type_, name, inputs, preview=True)

    def _create(self, type_: str, name: str, inputs: Mapping[str, Any], *, preview: bool) -> Made:
        checked, failures = self.check(type_, name, inputs)
        assert failures == []
        urn = urn_of(type_, name)
        request = provider_pb2.CreateRequest(urn=urn, properties=wire.encode(checked), preview=preview)
        response = self.call("Create", request)
        return Made(urn, response.id, checked, wire.decode(response.properties))

    def diff(self, made: Made, /, **inputs: Any) -> provider_pb2.DiffResponse:
        """What other inputs would change."""
        news, failures = self.check(made.urn.split("::")[2], made.urn.split("::")[3], inputs, made.inputs)
        assert failures == []
        request = provider_pb2.DiffRequest(
            urn=made.urn,
            id=made.id,
            olds=wire.encode(made.outputs),
            old_inputs=wire.encode(made.inputs),
            news=wire.encode(news),
        )
        response: provider_pb2.DiffResponse = self.call("Diff", request)
        return response

    def update(self, made: Made, /, *, preview: bool = False, **inputs: Any) -> Made:
        """Give a resource other inputs."""
        news, failures = self.check(made.urn.split("::")[2], made.urn.split("::")[3], inputs, made.inputs)
        assert failures == []
        request = provider_pb2.UpdateRequest(
            urn=made.urn,
            id=made.id,
            olds=wire.encode(made.outputs),
            old_inputs=wire.encode(made.inputs),
            news=wire.encode(news),
            preview=preview,
        )
        response = self.call("Update", request)
        return Made(made.urn, made.id, news, wire.decode(response.properties))

    def read(
        self, type_: str, identity: str, state: Mapping[str, Any] | None = None
    ) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """A resource's id, empty where it is not there, its outputs and its inputs."""
        request = provider_pb2.ReadRequest(
            urn=urn_of(type_, "read"), id=identity, properties=wire.encode(state or {})
        )
        response = self.call("Read", request)
        return response.id, wire.decode(response.properties), wire.decode(response.inputs)

    def delete(self, made: Made) -> None:
        request = provider_pb2.DeleteRequest(urn=made.urn, id=made.id, properties=wire.encode(made.outputs))
        self.call("Delete", request)

    def invoke(self, token: str, /, **arguments: Any) -> dict[str, Any]:
        """Call a function such as `ec2/getVpc`."""
        full = f"aws:{token}:{token.rpartition('/')[2]}"
        request = provider_pb2.InvokeRequest(tok=full, args=wire.encode(arguments))
        return wire.decode(getattr(self.call("Invoke", request), "return"))

    def cancel(self) -> None:
        self.call("Cancel", Empty())


def urn_of(type_: str, name: str) -> str:
    return f"urn:pulumi:dev::demo::{type_}::{name}"
