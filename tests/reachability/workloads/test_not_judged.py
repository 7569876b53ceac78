"""What may send mail and is not judged: it is listed, each by its name."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import UNKNOWN, Graph, Origin, Resource
from reachability.workloads.not_judged import KINDS, not_judged

TARGET = "aws:cloudwatch/eventTarget:EventTarget"
SCHEDULE = "aws:scheduler/schedule:Schedule"


def listed(token: str, properties: dict[str, Any], **more: Any) -> list[tuple[str, str, str]]:
    resource = Resource(f"urn:{token}::nightly", token, "nightly", properties, **more)
    return [(found.service, found.urn, found.reason) for found in not_judged(Graph([resource]))]


@pytest.mark.parametrize(
    ("token", "properties"),
    [
        (TARGET, {"ecsTarget": {"taskDefinitionArn": "arn:task"}}),
        (TARGET, {"ecsTarget": UNKNOWN}),
        (SCHEDULE, {"target": {"arn": "arn:cluster", "ecsParameters": {"taskDefinitionArn": "arn:task"}}}),
        (SCHEDULE, {"target": UNKNOWN}),
        ("aws:pipes/pipe:Pipe", {"targetParameters": {"ecsTaskParameters": {"taskCount": 1}}}),
        ("aws:batch/jobDefinition:JobDefinition", {}),
        ("aws:codebuild/project:Project", {}),
        ("aws:ec2/instance:Instance", {}),
        ("aws:ec2/launchTemplate:LaunchTemplate", {}),
    ],
)
def test_it_is_listed_by_its_name(token: str, properties: dict[str, Any]) -> None:
    reason = f"mailroute does not judge {KINDS[token].runs}"
    assert listed(token, properties) == [("nightly", f"urn:{token}::nightly", reason)]
    assert listed(token, {**properties, "name": "jobs"})[0][0] == "jobs"


@pytest.mark.parametrize(
    ("token", "properties"),
    [
        (TARGET, {"arn": "arn:aws:lambda:us-east-1:1:function:f"}),
        (TARGET, {"ecsTarget": []}),
        (SCHEDULE, {"target": {"arn": "arn:aws:lambda:us-east-1:1:function:f"}}),
        ("aws:pipes/pipe:Pipe", {"targetParameters": {"lambdaFunctionParameters": {}}}),
        ("aws:s3/bucket:Bucket", {}),
    ],
)
def test_what_starts_no_sender_is_not_listed(token: str, properties: dict[str, Any]) -> None:
    assert listed(token, properties) == []


def test_what_the_account_runs_already_is_not_listed() -> None:
    assert listed("aws:ec2/instance:Instance", {}, origin=Origin.ACCOUNT) == []


def test_task_definitions_that_nothing_runs_are_listed_once() -> None:
    """One that a schedule runs is listed with that."""
    definition = "aws:ecs/taskDefinition:TaskDefinition"
    tasks = [Resource(f"urn:{name}", definition, name, {"family": f"{name}-jobs"}) for name in ("a", "b")]
    target = Resource(
        "urn:target",
        TARGET,
        "nightly",
        {"ecsTarget": {"taskDefinitionArn": UNKNOWN}},
        dependencies={"ecsTarget": ("urn:a",)},
    )
    found = [(each.service, each.urn, each.reason) for each in not_judged(Graph([*tasks, target]))]
    assert found == [
        ("nightly", "urn:target", f"mailroute does not judge {KINDS[TARGET].runs}"),
        ("b-jobs", "urn:b", "no service of the program runs it: what does is not known"),
    ]
