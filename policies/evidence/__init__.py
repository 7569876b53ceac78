"""Evidence: what an AWS account holds, as a file in one published format.

The file serves `mailroute snapshot -o`, `--evidence` and `mailroute rehearse --account` alike.
"""

from __future__ import annotations

from .file import SCHEMA, EvidenceError, load, validate

__all__ = ["SCHEMA", "EvidenceError", "load", "validate"]
