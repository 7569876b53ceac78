"""A gRPC service of this process, called without a connection.

The simulated provider answers two calls for each resource: over a connection, they would be the larger part
of what the engine does for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import grpc

from ..shared.channels import UNHANDLED

if TYPE_CHECKING:
    from collections.abc import Callable


class LocalError(grpc.RpcError):  # type: ignore[misc]  # grpc has no types
    """A call that the servicer has refused, or failed at."""

    def __init__(self, code: grpc.StatusCode, details: str) -> None:
        super().__init__(details)
        self._code = code
        self._details = details

    def code(self) -> grpc.StatusCode:
        return self._code

    def details(self) -> str:
        return self._details


# What callers ask of the errors of a connection they may ask of these.
grpc.Call.register(LocalError)


class LocalStub:
    """Calls a servicer as a generated stub does.

    Args:
        peer: the name of the connection that the servicer sees.
    """

    def __init__(self, servicer: Any, peer: str) -> None:
        self._servicer = servicer
        self._context = _Context(peer)

    def __getattr__(self, method: str) -> Callable[[Any], Any]:
        answer = getattr(self._servicer, method)

        def call(request: Any) -> Any:
            try:
                return answer(request, self._context)
            except LocalError:
                raise
            except Exception as error:
                raise LocalError(grpc.StatusCode.UNKNOWN, f"{UNHANDLED}{error}") from error

        return call


class _Context:
    """What servicers of this process use of a `grpc.ServicerContext`."""

    def __init__(self, peer: str) -> None:
        self._peer = peer

    def peer(self) -> str:
        return self._peer

    def abort(self, code: grpc.StatusCode, details: str) -> NoReturn:
        raise LocalError(code, details)
