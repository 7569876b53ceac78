"""Which configurations of a program lose a path: chosen, run by whoever calls, and made as small as can be.

Nothing here knows what a configuration is made of: parameters have names and values, as in pairwise testing.
"""

from __future__ import annotations

from .search import Exploration, Loss, Outcome, explore
from .space import BASE, Configuration, Parameter

__all__ = ["BASE", "Configuration", "Exploration", "Loss", "Outcome", "Parameter", "explore"]
