"""The catalogue: every code once, with its source, and each statement with verdict and remedy.

The analysis names a statement and its facts; no text stands in it.
"""

from __future__ import annotations

from . import assumptions, conflicts, endpoints, filters, gateways, names, placement, refusals, routing
from .code import Code, Statement

__all__ = [
    "Code",
    "Statement",
    "assumptions",
    "conflicts",
    "endpoints",
    "filters",
    "gateways",
    "names",
    "placement",
    "refusals",
    "routing",
]
