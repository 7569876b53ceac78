"""The options by which a stack says in which environment variables its workloads name mail servers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def _variables(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "type": "array",
        "items": {"type": "string", "minLength": 1},
        "default": [],
    }


VARIABLES: Mapping[str, Mapping[str, Any]] = {
    "hostVariables": _variables(
        "Environment variables that hold a mail server's host name, beside the usual ones."
    ),
    "portVariables": _variables("Those that hold its port, in the order of hostVariables."),
    "ignoredVariables": _variables(
        "Environment variables that do not say where mail goes, though usual ones do."
    ),
}
"""Options of the rules that read where a service sends its mail."""
