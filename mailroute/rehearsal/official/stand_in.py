"""A provider in the place of packages that nobody here simulates: what they yield is unknown in a preview.

The official engine does not ask it what a creation yields, since it says that it cannot foresee that; after a
handshake the engine would ask all the same.
"""

from __future__ import annotations

from typing import NoReturn

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from ..shared.loopback import LoopbackServer


class StandInServer(LoopbackServer):
    """Serves any number of packages."""

    def __init__(self) -> None:
        super().__init__(_StandIn(), "the stand-in for packages")


class _StandIn(provider_pb2_grpc.ResourceProviderServicer):
    """Takes whatever it is given."""

    def Attach(self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext) -> Empty:
        del request, context
        return Empty()

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        del request, context
        return plugin_pb2.PluginInfo()

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        del context
        return provider_pb2.CheckResponse(inputs=request.news)

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        del request, context
        return provider_pb2.ConfigureResponse(acceptSecrets=True, acceptResources=True, supportsPreview=False)

    def Check(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        del context
        return provider_pb2.CheckResponse(inputs=request.news)

    def Read(
        self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        del context
        return provider_pb2.ReadResponse(id=request.id, properties=Struct())

    def Invoke(self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext) -> NoReturn:
        _refuse(context, f"the function {request.tok}")

    def Construct(self, request: provider_pb2.ConstructRequest, context: grpc.ServicerContext) -> NoReturn:
        _refuse(context, f"the component {request.type}")

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        del request, context
        return Empty()


def _refuse(context: grpc.ServicerContext, what: str) -> NoReturn:
    """What cannot be left unknown in the official engine."""
    context.abort(
        grpc.StatusCode.UNKNOWN,
        f"{what} is not simulated, and the Pulumi CLI leaves no result unknown: use --engine embedded",
    )
    raise AssertionError("abort raises")
