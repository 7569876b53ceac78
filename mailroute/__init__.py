"""mailroute: build, prove and enforce the way that mail takes out of an AWS App Runner service."""

from __future__ import annotations

__version__ = "0.1.0"
