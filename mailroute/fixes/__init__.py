"""The smallest changes that make a dead path work, each verified by the proof itself, with their prices."""

from __future__ import annotations

from .search import Repair, Repairs

__all__ = ["Repair", "Repairs"]
