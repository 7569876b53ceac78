"""The resource graph that the proof reads: the program's resources, over those that the account holds."""

from __future__ import annotations

from .evidence import Evidence, combine, merge, parse
from .graph import Coverage, Graph, Unread
from .references import Ref
from .resource import Resource
from .zones import ZoneAvailability

__all__ = [
    "Coverage",
    "Evidence",
    "Graph",
    "Ref",
    "Resource",
    "Unread",
    "ZoneAvailability",
    "combine",
    "merge",
    "parse",
]
