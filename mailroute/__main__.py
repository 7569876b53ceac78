"""`python -m mailroute`."""

from __future__ import annotations

from mailroute.cli import main

main()
