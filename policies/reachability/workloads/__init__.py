"""Workloads: services whose egress is judged, each as the places in which AWS may run it.

A new kind of workload is a module that reads its resource types; the proof does not change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from ..aws import Network
from ..settings import Settings
from . import app_runner, ecs, lambda_functions
from .model import Placement, Workload

APP_RUNNER: Final = "apprunner"

Reader = Callable[[Network, Settings], Iterator[Workload]]

READERS: Final[Mapping[str, Reader]] = {
    APP_RUNNER: app_runner.services,
    "ecs": ecs.services,
    "lambda": lambda_functions.functions,
}
"""Every kind of workload, by the name of its service."""

__all__ = ["APP_RUNNER", "READERS", "Placement", "Reader", "Workload"]
