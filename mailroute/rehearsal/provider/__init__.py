"""The simulated AWS provider: pulumi-aws's own types over the simulated account."""

from __future__ import annotations

from .server import ProviderServer

__all__ = ["ProviderServer"]
