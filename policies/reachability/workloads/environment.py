"""The environment that a workload starts its programs with, wherever each kind of workload keeps it.

Sources: App Runner API Reference, "ImageConfiguration" and "CodeConfigurationValues"; Amazon ECS Developer
Guide, "Pass environment variables to an Amazon ECS container"; AWS Lambda API Reference, "Environment".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ..graph import tokens
from ..values import ABSENT, UNKNOWN, Unknown, Value, get, items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..graph.resource import Resource

WORKLOADS: Final = (
    *tokens.APP_RUNNER_SERVICE,
    *tokens.LAMBDA_FUNCTION,
    *tokens.ECS_TASK_DEFINITION,
    *tokens.ECS_EXPRESS_SERVICE,
)
"""The types that have one."""

CONTAINERS: Final = "containerDefinitions"

_APP_RUNNER: Final = (
    ("imageRepository", "imageConfiguration"),
    ("codeRepository", "codeConfiguration", "codeConfigurationValues"),
)
_SPELLINGS: Final = {
    name.lower(): name
    for name in ("environment", "environmentFiles", "name", "secrets", "value", "valueFrom")
}


@dataclass(frozen=True)
class Environment:
    """The variables that one container starts with.

    Attributes:
        owner: the resource that sets them.
        prop: the top-level property of it that holds them.
        place: what they are, for a person.
        variables: the plain ones; `UNKNOWN` where their names are not known either.
        secrets: those that are taken from where secrets are kept, by name.
        files: whether files set more of them, which nobody here reads.
    """

    owner: Resource
    prop: str
    place: str
    variables: Mapping[str, Value] | Unknown
    secrets: Mapping[str, Value] | Unknown
    files: bool = False

    @property
    def computed(self) -> bool:
        """Whether what is unknown of it comes from a resource; else it is a secret of the configuration."""
        return bool(self.owner.dependencies.get(self.prop))


def environments(workload: Resource) -> Iterator[Environment]:
    """Every environment that `workload`, one of `WORKLOADS`, sets."""
    if workload.type in tokens.ECS_TASK_DEFINITION:
        yield from _containers(workload)
    elif workload.type in tokens.ECS_EXPRESS_SERVICE:
        container = workload.get("primaryContainer")
        variables = pairs(get(container, "environments"), "value")
        secrets = pairs(get(container, "secrets"), "valueFrom")
        yield Environment(workload, "primaryContainer", "environments", variables, secrets)
    elif workload.type in tokens.LAMBDA_FUNCTION:
        variables = _mapping(workload.get("environment", "variables"))
        yield Environment(workload, "environment", "environment", variables, {})
    elif workload.type in tokens.APP_RUNNER_SERVICE:
        yield from _app_runner(workload)


def _app_runner(service: Resource) -> Iterator[Environment]:
    prop, name = "sourceConfiguration", "runtimeEnvironmentVariables"
    source = service.get(prop)
    if source is UNKNOWN:
        yield Environment(service, prop, prop, UNKNOWN, UNKNOWN)
        return
    owners = [owner for owner in (get(source, *path) for path in _APP_RUNNER) if owner is not ABSENT]
    for owner in owners or [ABSENT]:
        variables, secrets = get(owner, name), get(owner, "runtimeEnvironmentSecrets")
        yield Environment(service, prop, name, _mapping(variables), _mapping(secrets))


def _containers(task: Resource) -> Iterator[Environment]:
    found = containers(task.get(CONTAINERS))
    if isinstance(found, Unknown):
        yield Environment(task, CONTAINERS, CONTAINERS, UNKNOWN, UNKNOWN)
        return
    for container in found:
        yield Environment(
            task,
            CONTAINERS,
            f"the environment of container {get(container, 'name')!r}",
            pairs(get(container, "environment"), "value"),
            pairs(get(container, "secrets"), "valueFrom"),
            files=items(container, "environmentFiles") != (),
        )


def containers(definitions: Value) -> tuple[Value, ...] | Unknown:
    """The containers of a task definition, which are one JSON text; `UNKNOWN` where that cannot be read.

    The provider takes the names in it in any case.
    """
    if not isinstance(definitions, str):
        return items(definitions)
    try:
        return items(json.loads(definitions, object_pairs_hook=_spelled))
    except (ValueError, RecursionError):
        return UNKNOWN


def _spelled(entries: list[tuple[str, Any]]) -> dict[str, Any]:
    return {_SPELLINGS.get(name.lower(), name): value for name, value in entries}


def pairs(listed: Value, value: str) -> Mapping[str, Value] | Unknown:
    """An environment given as a list of `{name, value}` as a mapping; `UNKNOWN` where one is unknown.

    AWS refuses an entry without a name, which here is none.
    """
    entries = items(listed)
    if isinstance(entries, Unknown) or any(get(entry, "name") is UNKNOWN for entry in entries):
        return UNKNOWN
    found: dict[str, Any] = {}
    for entry in entries:
        name = get(entry, "name")
        if name is not ABSENT:
            found[str(name)] = get(entry, value)
    return found


def _mapping(value: Value) -> Mapping[str, Value] | Unknown:
    if isinstance(value, (Unknown, Mapping)):
        return value
    return {}
