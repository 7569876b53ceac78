"""Runs a Pulumi program in this process against a monitor that stands in for the engine."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Mapping

import grpc
import pulumi
from pulumi.runtime import mocks
from pulumi.runtime.settings import ROOT, SETTINGS
from pulumi.runtime.stack import run_in_stack
from pulumi.runtime.sync_await import _sync_await


class RefusedError(grpc.RpcError):  # type: ignore[misc]
    """What the engine answers where the provider refuses a call."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self._reason = reason

    def code(self) -> grpc.StatusCode:
        return grpc.StatusCode.UNKNOWN

    def details(self) -> str:
        return self._reason


def run_program(
    program: Callable[[], object],
    monitor: mocks.MockMonitor,
    config: Mapping[str, str],
    *,
    preview: bool = False,
) -> None:
    """Run `program` as the stack `mailroute/test`; an exception of the program comes out as it is."""
    contextvars.copy_context().run(_run, program, monitor, config, preview)


def _run(
    program: Callable[[], object], monitor: mocks.MockMonitor, config: Mapping[str, str], preview: bool
) -> None:
    mocks.set_mocks(monitor.mocks, project="mailroute", stack="test", preview=preview, monitor=monitor)
    SETTINGS.rpc_manager.clear()
    SETTINGS.outputs.clear()
    ROOT.set(None)
    pulumi.runtime.set_all_config(dict(config))
    _sync_await(run_in_stack(lambda: _discard(program())))


def _discard(_: object) -> None:
    """A program's value is not for the stack."""
