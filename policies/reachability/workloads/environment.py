"""The environment that a workload starts its programs with, wherever each kind of workload keeps it.

Sources: App Runner API Reference, "ImageConfiguration" and "CodeConfigurationValues"; Amazon ECS Developer
Guide, "Pass environment variables to an Amazon ECS container"; AWS Lambda API Reference, "Environment".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from .. import json_text
from ..findings import placement
from ..graph import tokens
from ..values import ABSENT, UNKNOWN, Unknown, Value, get, is_known, is_list, items
from ..verdict import Outcome, all_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
        fault: what AWS refuses of them, so that nothing is known; empty where there is nothing.
    """

    owner: Resource
    prop: str
    place: str
    variables: Mapping[str, Value] | Unknown
    secrets: Mapping[str, Value] | Unknown
    files: bool = False
    fault: str = ""

    @property
    def computed(self) -> bool:
        """Whether what is unknown of it comes from a resource; else it is a secret of the configuration."""
        return bool(self.owner.dependencies.get(self.prop))

    @property
    def named_twice(self) -> tuple[str, ...]:
        """The names that are among the variables and among the secrets."""
        if isinstance(self.variables, Unknown) or isinstance(self.secrets, Unknown):
            return ()
        return tuple(name for name in self.variables if name in self.secrets)


def refused(read: Iterable[Environment]) -> Outcome:
    """A finding for each environment that AWS refuses, so that what it is of does not start."""
    faults: list[Outcome] = []
    for environment in read:
        if environment.fault:
            faults.append(placement.INVALID_CONTAINERS(environment.owner, fault=environment.fault))
        names = ", ".join(environment.named_twice)
        if names:
            on_app_runner = environment.owner.type in tokens.APP_RUNNER_SERVICE
            says = placement.NAMED_TWICE_IN_APP_RUNNER if on_app_runner else placement.NAMED_TWICE
            faults.append(says(environment.owner, names=names, place=environment.place))
    return all_of(faults)


def environments(workload: Resource) -> Iterator[Environment]:
    """Every environment that `workload`, one of `WORKLOADS`, sets."""
    if workload.type in tokens.ECS_TASK_DEFINITION:
        yield from _containers(workload)
    elif workload.type in tokens.ECS_EXPRESS_SERVICE:
        yield _container(workload, "primaryContainer", workload.get("primaryContainer"), "environments")
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
    try:
        found = _read(task.get(CONTAINERS))
    except ValueError as error:
        yield _unread(task, CONTAINERS, CONTAINERS, str(error))
        return
    if isinstance(found, Unknown):
        yield _unread(task, CONTAINERS, CONTAINERS)
        return
    for container in found:
        yield _container(task, CONTAINERS, container, "environment")


def _container(owner: Resource, prop: str, container: Value, listed: str) -> Environment:
    """The environment of a container, which lists its variables under the name `listed`."""
    place = f"{listed} of container {get(container, 'name')!r}" if prop == CONTAINERS else listed
    try:
        variables = _pairs(get(container, listed), "value", text_alone=prop == CONTAINERS)
        secrets = _pairs(get(container, "secrets"), "valueFrom")
    except ValueError as error:
        return _unread(owner, prop, place, f"{place}: {error}")
    files = items(container, "environmentFiles") != ()
    return Environment(owner, prop, place, variables, secrets, files=files)


def _unread(owner: Resource, prop: str, place: str, fault: str = "") -> Environment:
    return Environment(owner, prop, place, UNKNOWN, UNKNOWN, fault=fault)


def _read(definitions: Value) -> tuple[Value, ...] | Unknown:
    """The containers of a task definition, which are one JSON text.

    The provider takes the names in it in any case.

    Raises:
        ValueError: they are no JSON array of objects.
    """
    if isinstance(definitions, str):
        try:
            definitions = json_text.loads(definitions, _spelled)
        except json_text.JsonTextError as error:
            raise ValueError(f"{CONTAINERS} is {error}") from None
        if not is_list(definitions):
            raise ValueError(f"{CONTAINERS} is no JSON array")
    found = items(definitions)
    if not isinstance(found, Unknown) and not all(_is_object(each) for each in found):
        raise ValueError(f"{CONTAINERS} has an element that is no object")
    return found


def _spelled(entries: list[tuple[str, Any]]) -> dict[str, Any]:
    return {_SPELLINGS.get(name.lower(), name): value for name, value in entries}


def _pairs(listed: Value, value: str, *, text_alone: bool = False) -> Mapping[str, Value] | Unknown:
    """An environment given as a list of `{name, value}` as a mapping; `UNKNOWN` where one is unknown.

    Args:
        text_alone: whether the provider takes no number and no boolean for a value, as it does where it
            reads a JSON text itself.

    Raises:
        ValueError: it is no such list.
    """
    if is_known(listed) and not is_list(listed):
        raise ValueError("no list of name and value")
    entries = items(listed)
    if isinstance(entries, Unknown):
        return entries
    found: dict[str, Any] = {}
    for entry in entries:
        name = get(entry, "name")
        if not _is_object(entry) or name is ABSENT or name == "":
            raise ValueError("an entry without a name")
        if isinstance(name, Unknown):
            return name
        found[str(name)] = get(entry, value)
        if text_alone and isinstance(found[str(name)], (bool, int, float)):
            raise ValueError(f"the value of {name} is no text")
    return found


def _is_object(value: Value) -> bool:
    return value is UNKNOWN or isinstance(value, Mapping)


def _mapping(value: Value) -> Mapping[str, Value] | Unknown:
    if isinstance(value, Unknown):
        return value
    return dict(value) if isinstance(value, Mapping) else {}
