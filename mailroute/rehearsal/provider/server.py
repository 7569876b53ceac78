"""The simulated AWS provider as a server: the real `ResourceProvider` protocol on this machine."""

from __future__ import annotations

from types import TracebackType
from typing import Final

from pulumi.runtime.proto import provider_pb2_grpc

from ..account import Account
from ..result import EngineFault
from ..shared import channels
from .service import AwsProvider

_WORKERS: Final = 16
_GRACE_SECONDS: Final = 1.0


class ProviderServer:
    """Serves the package `aws` over an account, from entering it to leaving it.

    The embedded engine and the official one (`PULUMI_DEBUG_PROVIDERS=aws:PORT`) use it alike, one after the
    other if need be: the account lives as long as the server. Each provider resource needs a connection of
    its own, as the official engine makes them: the server tells by them which config a call belongs to.

    Attributes:
        port: where it listens on 127.0.0.1, chosen by the system.
    """

    def __init__(self, account: Account) -> None:
        self._server = channels.new_server(_WORKERS)
        self._provider = AwsProvider(account)
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(self._provider, self._server)
        self.port: int = self._server.add_insecure_port("127.0.0.1:0")
        if not self.port:
            raise EngineFault("the simulated provider finds no free port on 127.0.0.1")

    def __enter__(self) -> ProviderServer:
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop(_GRACE_SECONDS).wait()
        self._provider.close()
