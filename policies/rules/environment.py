"""The plain environment variables of workloads, wherever each kind of workload keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from reachability.graph import Resource, tokens
from reachability.settings import Settings
from reachability.values import UNKNOWN, Unknown, Value, get
from reachability.workloads.ecs import containers
from reachability.workloads.model import pairs

from .rule import Violation, undetermined

WORKLOADS: Final = (
    *tokens.APP_RUNNER_SERVICE,
    *tokens.LAMBDA_FUNCTION,
    *tokens.ECS_TASK_DEFINITION,
    *tokens.ECS_EXPRESS_SERVICE,
)

_TEXT: Final = "containerDefinitions"
_ONE_BY_ONE: Final = "Give the variables one by one, each by its name."
_AS_TEXT: Final = (
    "Make the text of values that a preview knows; or set the rule's option undetermined to advisory: an "
    "update judges the text before it creates the task definition."
)

_APP_RUNNER: Final = (
    ("sourceConfiguration", "imageRepository", "imageConfiguration", "runtimeEnvironmentVariables"),
    (
        "sourceConfiguration",
        "codeRepository",
        "codeConfiguration",
        "codeConfigurationValues",
        "runtimeEnvironmentVariables",
    ),
)

VARIABLES: Mapping[str, Mapping[str, Any]] = {
    "hostVariables": {
        "description": "The environment variables that hold a mail server's host name.",
        "type": "array",
        "items": {"type": "string", "minLength": 1},
        "default": list(Settings.host_variables),
    },
    "portVariables": {
        "description": "The environment variables that hold its port, in the order of hostVariables.",
        "type": "array",
        "items": {"type": "string", "minLength": 1},
        "default": list(Settings.port_variables),
    },
}
"""Options of the rules that read where a service sends its mail."""


@dataclass(frozen=True)
class Environment:
    """The variables that one container starts with; `UNKNOWN` where their names are not known either."""

    place: str
    variables: Mapping[str, Value] | Unknown

    def unread(self, workload: Resource, code: str, question: str) -> Violation:
        """The violation that the variables, and with them the answer to `question`, are not known."""
        message = f"{self.place} of {workload.name!r} is not known before it is created: {question}?"
        return undetermined(workload, code, message, _AS_TEXT if self.place == _TEXT else _ONE_BY_ONE)


def environments(workload: Resource) -> Iterator[Environment]:
    """Every environment that `workload` sets in plain text."""
    if workload.type in tokens.ECS_TASK_DEFINITION:
        yield from _containers(workload.get("containerDefinitions"))
    elif workload.type in tokens.ECS_EXPRESS_SERVICE:
        yield from _seen("primaryContainer", pairs(workload.get("primaryContainer", "environments"), "value"))
    elif workload.type in tokens.LAMBDA_FUNCTION:
        yield from _seen("environment", workload.get("environment", "variables"))
    elif workload.get("sourceConfiguration") is UNKNOWN:
        yield Environment("sourceConfiguration", UNKNOWN)
    else:
        for path in _APP_RUNNER:
            yield from _seen(path[-1], workload.get(*path))


def _containers(definitions: Value) -> Iterator[Environment]:
    """The environments of ECS container definitions, which are one JSON text."""
    found = containers(definitions)
    if isinstance(found, Unknown):
        yield Environment(_TEXT, UNKNOWN)
        return
    for container in found:
        name = f"the environment of container {get(container, 'name')!r}"
        yield from _seen(name, pairs(get(container, "environment"), "value"))


def _seen(place: str, variables: Value) -> Iterator[Environment]:
    if variables is UNKNOWN or isinstance(variables, Mapping):
        yield Environment(place, variables)
