"""Paths that the pack is given."""

from __future__ import annotations

import os
from pathlib import Path


def given(source: str) -> Path:
    """The pack runs in its own folder: a path is meant from where the command was given."""
    return Path(os.environ.get("PWD", ""), source)
