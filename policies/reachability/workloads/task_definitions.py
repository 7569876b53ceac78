"""The task definitions that an ECS service may run.

Sources: Amazon ECS API Reference, "CreateService" and "RegisterTaskDefinition".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..graph import tokens
from ..graph.claims import follows
from ..values import UNKNOWN, Unknown, Value, items
from ..verdict import Origin

if TYPE_CHECKING:
    from ..graph import Graph
    from ..graph.resource import Resource

_NAMED_BY: Final = "taskDefinition"


def task_definitions(graph: Graph, service: Resource) -> tuple[Resource | None, ...]:
    """The definitions that a service may run: it names one by its ARN, or by its family and revision.

    A family alone stands for its latest revision when the service is made: that of the program, if that is
    made before. `None` among them where it may run one that the graph does not hold.
    """
    value = service.declared(_NAMED_BY)
    ref = graph.ref(service, value, _NAMED_BY, tokens.ECS_TASK_DEFINITION)
    if not ref.open:
        return ref.candidates
    if not isinstance(value, str):
        return (*ref.candidates, None)
    family, _, revision = value.rpartition("/")[2].partition(":")
    of_family = [
        task
        for task in graph.of_type(*tokens.ECS_TASK_DEFINITION)
        if task.get("family") == family and task.in_place_of(service) is not False
    ]
    if revision:
        return tuple(task for task in of_family if _is_revision(task, revision)) or (None,)
    new = tuple(task for task in of_family if task.origin is Origin.PROGRAM)
    sure = any(follows(graph, service, task) for task in new)
    return new if sure else (*of_family, None)


def unread(service: Resource) -> str:
    """What a service names the task definition by that nobody has read, for a person."""
    value = service.declared(_NAMED_BY)
    return repr(value) if isinstance(value, str) else "that is not known until the update"


def needs_instances(task: Resource) -> bool:
    """Whether a definition certainly cannot run on Fargate: it requires something else."""
    required = items(task.declared("requiresCompatibilities"))
    return not isinstance(required, Unknown) and bool(required) and not {"FARGATE", UNKNOWN} & {*required}


def _is_revision(task: Resource, revision: str) -> bool:
    known: Value = task.get("revision")
    return isinstance(known, (int, float, str)) and str(known).removesuffix(".0") == revision
