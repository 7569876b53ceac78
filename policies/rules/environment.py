"""The variables of workloads, as the rules read them: options, and what is said where they are not known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from reachability.workloads.environment import CONTAINERS, Environment

from .rule import Violation, undetermined

_ONE_BY_ONE: Final = "Give the variables one by one, each by its name."
_AS_TEXT: Final = (
    "Make the text of values that a preview knows; or set the rule's option undetermined to advisory: an "
    "update judges the text before it creates the task definition."
)


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


def unread(environment: Environment, code: str, question: str) -> Violation:
    """The violation that the variables, and with them the answer to `question`, are not known."""
    message = (
        f"{environment.place} of {environment.owner.name!r} is not known before it is created: {question}?"
    )
    return undetermined(
        environment.owner, code, message, _AS_TEXT if environment.prop == CONTAINERS else _ONE_BY_ONE
    )
