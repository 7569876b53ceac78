"""The real Pulumi CLI as the engine: a throw-away backend, the simulated provider, the same packs."""

from __future__ import annotations

from .run import rehearse

__all__ = ["rehearse"]
