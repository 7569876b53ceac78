"""The simulated AWS provider as a server: the real `ResourceProvider` protocol on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..shared.loopback import LoopbackServer
from .service import AwsProvider

if TYPE_CHECKING:
    from types import TracebackType

    from ..account import Account


class ProviderServer(LoopbackServer):
    """Serves the package `aws` over an account.

    The embedded engine and the official one (`PULUMI_DEBUG_PROVIDERS=aws:PORT`) use it alike, one after the
    other if need be: the account lives as long as the server. Each provider resource needs a connection of
    its own, as the official engine makes them: the server tells by them which config a call belongs to.
    """

    def __init__(self, account: Account) -> None:
        self._provider = AwsProvider(account)
        super().__init__(self._provider, "the simulated provider")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        super().__exit__(kind, error, trace)
        self._provider.close()
