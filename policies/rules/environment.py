"""The plain environment variables of workloads, wherever each kind of workload keeps them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reachability.graph import Resource
from reachability.values import ABSENT, UNKNOWN, Unknown, Value, get, items

APP_RUNNER_SERVICE = "aws:apprunner/service:Service"
LAMBDA_FUNCTION = "aws:lambda/function:Function"
ECS_TASK_DEFINITION = "aws:ecs/taskDefinition:TaskDefinition"

WORKLOADS = (APP_RUNNER_SERVICE, LAMBDA_FUNCTION, ECS_TASK_DEFINITION)

_PLACES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    APP_RUNNER_SERVICE: (
        ("sourceConfiguration", "imageRepository", "imageConfiguration", "runtimeEnvironmentVariables"),
        (
            "sourceConfiguration",
            "codeRepository",
            "codeConfiguration",
            "codeConfigurationValues",
            "runtimeEnvironmentVariables",
        ),
    ),
    LAMBDA_FUNCTION: (("environment", "variables"),),
}


VARIABLES: Mapping[str, Mapping[str, Any]] = {
    "hostVariables": {
        "description": "The environment variables that hold a mail server's host name.",
        "type": "array",
        "items": {"type": "string", "minLength": 1},
        "default": ["SMTP_HOST"],
    },
    "portVariables": {
        "description": "The environment variables that hold its port, in the order of hostVariables.",
        "type": "array",
        "items": {"type": "string", "minLength": 1},
        "default": ["SMTP_PORT"],
    },
}
"""Options of the rules that read where a service sends its mail."""


@dataclass(frozen=True)
class Environment:
    """The variables that one container starts with; `UNKNOWN` where their names are not known either."""

    place: str
    variables: Mapping[str, Value] | Unknown


def environments(workload: Resource) -> Iterator[Environment]:
    """Every environment that `workload` sets in plain text."""
    if workload.type == ECS_TASK_DEFINITION:
        yield from _containers(workload.get("containerDefinitions"))
    for path in _PLACES.get(workload.type, ()):
        variables = workload.get(*path)
        if variables is UNKNOWN or isinstance(variables, Mapping):
            yield Environment(path[-1], variables)
        if workload.get(path[0]) is UNKNOWN:
            return  # The other places are in the same unknown property.


def _containers(definitions: Value) -> Iterator[Environment]:
    """The environments of ECS container definitions, which are one JSON text."""
    if definitions is ABSENT:
        return
    containers = _parse(definitions)
    if isinstance(containers, Unknown):
        yield Environment("containerDefinitions", UNKNOWN)
        return
    for container in containers:
        variables = items(container, "environment")
        yield Environment(
            f"environment of the container {get(container, 'name')!r}",
            variables if isinstance(variables, Unknown) else _by_name(variables),
        )


def _parse(definitions: Value) -> tuple[Value, ...] | Unknown:
    if not isinstance(definitions, str):
        return UNKNOWN
    try:
        return items(json.loads(definitions))
    except ValueError:
        return UNKNOWN


def _by_name(variables: tuple[Value, ...]) -> Mapping[str, Value]:
    return {str(get(variable, "name")): get(variable, "value") for variable in variables}
