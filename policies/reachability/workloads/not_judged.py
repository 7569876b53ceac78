"""What may send mail and is not judged, since where it runs is not modelled: it is listed, each by its name.

Sources: Amazon EventBridge User Guide, "Amazon ECS task targets"; Amazon EventBridge Scheduler User Guide,
"Using templated targets"; AWS Batch User Guide, "Job definitions"; AWS CodeBuild User Guide, "Use AWS
CodeBuild with Amazon Virtual Private Cloud"; Amazon EC2 User Guide, "Launch templates".
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

from ..egress import Unjudged
from ..values import items
from ..verdict import Origin
from . import ecs
from .model import named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..graph import Graph
    from ..graph.resource import Resource


@dataclass(frozen=True)
class Kind:
    """A resource type that runs what may send mail.

    Attributes:
        runs: what it runs, for a person, in the plural.
        where: the property without which it runs nothing of the kind; empty where it always does.
    """

    runs: str
    where: tuple[str, ...] = ()


KINDS: Final[Mapping[str, Kind]] = {
    "aws:cloudwatch/eventTarget:EventTarget": Kind(
        "ECS tasks that an EventBridge rule starts", ("ecsTarget",)
    ),
    "aws:scheduler/schedule:Schedule": Kind(
        "ECS tasks that EventBridge Scheduler starts", ("target", "ecsParameters")
    ),
    "aws:pipes/pipe:Pipe": Kind(
        "ECS tasks that an EventBridge pipe starts", ("targetParameters", "ecsTaskParameters")
    ),
    "aws:batch/jobDefinition:JobDefinition": Kind("AWS Batch jobs"),
    "aws:codebuild/project:Project": Kind("CodeBuild builds"),
    "aws:ec2/instance:Instance": Kind("programs on EC2 instances"),
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest": Kind("programs on EC2 instances"),
    "aws:ec2/launchTemplate:LaunchTemplate": Kind("programs on EC2 instances"),
    "aws:ec2/launchConfiguration:LaunchConfiguration": Kind("programs on EC2 instances"),
    "aws:eks/nodeGroup:NodeGroup": Kind("pods of Amazon EKS"),
    "aws:eks/fargateProfile:FargateProfile": Kind("pods of Amazon EKS"),
    "aws:elasticbeanstalk/environment:Environment": Kind("AWS Elastic Beanstalk environments"),
}
"""By type token."""


def not_judged(graph: Graph) -> Iterator[Unjudged]:
    """Each resource of the program that may run a sender of mail whose egress nobody judges.

    Among them are task definitions that nothing in the program runs.
    """
    named_by: set[str] = set()
    for token, kind in KINDS.items():
        for resource in graph.of_type(token):
            # An empty list says, as one that is missing does, that there is nothing of the kind.
            runs = not kind.where or items(resource.declared(kind.where[0]), *kind.where[1:]) != ()
            if runs and resource.origin is Origin.PROGRAM:
                named_by.update(chain.from_iterable(resource.dependencies.values()))
                yield _unjudged(resource, "name", f"mailroute does not judge {kind.runs}")
    for task in ecs.unused_definitions(graph):
        if task.key not in named_by:
            yield _unjudged(task, "family", "no service of the program runs it: what does is not known")


def _unjudged(resource: Resource, name: str, reason: str) -> Unjudged:
    return Unjudged(named(resource, resource.get(name)), resource.key, reason)
