"""A provider in the place of packages that nobody here simulates: what they yield is unknown in a preview.

The official engine does not ask it what a creation yields, since it says that it cannot foresee that; after a
handshake the engine would ask all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from ..result import EngineFault
from ..shared import channels

if TYPE_CHECKING:
    from types import TracebackType

_WORKERS: Final = 8
_GRACE_SECONDS: Final = 1.0


class StandInServer:
    """Serves any number of packages, from entering it to leaving it.

    Attributes:
        port: where it listens on 127.0.0.1, chosen by the system.
    """

    def __init__(self) -> None:
        self._server = channels.new_server(_WORKERS)
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(_StandIn(), self._server)
        self.port: int = self._server.add_insecure_port("127.0.0.1:0")
        if not self.port:
            raise EngineFault("the stand-in for packages finds no free port on 127.0.0.1")

    def __enter__(self) -> StandInServer:
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop(_GRACE_SECONDS).wait()


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
