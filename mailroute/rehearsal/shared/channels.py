"""gRPC between the engine, the program, the providers and the packs of one machine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import grpc

if TYPE_CHECKING:
    from pathlib import Path

_OPTIONS: Final = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
)
UNHANDLED: Final = "Exception calling application: "
"""How gRPC begins what it says of an exception that a server did not handle."""

_CHANNEL_OPTIONS: Final = (
    *_OPTIONS,
    # Each provider has a connection of its own, which is how one server can tell several apart.
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.enable_http_proxy", 0),
)


def unix(socket: Path) -> str:
    """The address of a Unix socket."""
    return f"unix:{socket}"


def announced(port: str, socket: Path) -> str:
    """Where a process listens that has printed `port`: at `socket`, which `embedded.serve` says by 0."""
    return unix(socket) if port == "0" else port


def open_channel(target: str) -> grpc.Channel:
    """A connection of its own to `target`, an address or a port of this machine."""
    return grpc.insecure_channel(target if ":" in target else f"127.0.0.1:{target}", options=_CHANNEL_OPTIONS)


def new_server(workers: int) -> grpc.Server:
    """A server that answers `workers` calls at once."""
    return grpc.server(ThreadPoolExecutor(max_workers=workers), options=_OPTIONS)


def said(error: grpc.RpcError) -> str:
    """What the other side said, on one line; empty where it could not say anything any more."""
    if not isinstance(error, grpc.Call) or error.code() is grpc.StatusCode.UNAVAILABLE:
        return ""
    return " ".join((error.details() or "").removeprefix(UNHANDLED).split())


def is_unhandled(error: grpc.RpcError) -> bool:
    """Whether the other side failed with an exception that it does not know of, or is gone."""
    if not isinstance(error, grpc.Call) or error.code() is grpc.StatusCode.UNAVAILABLE:
        return True
    return (error.details() or "").startswith(UNHANDLED)


def is_unimplemented(error: grpc.RpcError) -> bool:
    return isinstance(error, grpc.Call) and error.code() is grpc.StatusCode.UNIMPLEMENTED


def is_too_late(error: grpc.RpcError) -> bool:
    return isinstance(error, grpc.Call) and error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
