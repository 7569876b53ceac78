"""A provider on a port of this machine, where the official engine looks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pulumi.runtime.proto import provider_pb2_grpc

from ..result import EngineFault
from . import channels

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

_WORKERS: Final = 16
_GRACE_SECONDS: Final = 1.0


class LoopbackServer:
    """Serves a provider from entering it to leaving it.

    Args:
        provider: what answers.
        what: what it is called where no port is free.

    Attributes:
        port: where it listens on 127.0.0.1, chosen by the system.

    Raises:
        EngineFault: no port is free.
    """

    def __init__(self, provider: provider_pb2_grpc.ResourceProviderServicer, what: str) -> None:
        self._server = channels.new_server(_WORKERS)
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, self._server)
        self.port: int = self._server.add_insecure_port("127.0.0.1:0")
        if not self.port:
            raise EngineFault(f"{what} finds no free port on 127.0.0.1")

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop(_GRACE_SECONDS).wait()
