"""mailroute: build, prove and enforce the way that mail takes out of an AWS App Runner service.

The proof, the rules and what reads evidence are modules of the policy pack, which imports them by their own
names. So does this package: importing it puts the pack's folder first on `sys.path`; nothing else does.
"""

from __future__ import annotations

import sys

from .pack import DIRECTORY

__version__ = "0.1.0"

if str(DIRECTORY) not in sys.path:
    sys.path.insert(0, str(DIRECTORY))
