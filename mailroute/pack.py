"""The policy pack that comes with mailroute: a folder that stands by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent
_INSTALLED: Final = _PACKAGE / "policies"

DIRECTORY: Final = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "policies"
"""Where it is: inside this package where that is installed from a wheel, beside it in a checkout."""
