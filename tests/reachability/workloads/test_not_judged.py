"""What may send mail and is not judged: it is listed, each by its name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reachability import UNKNOWN, Graph, Origin, Resource
from reachability.workloads.not_judged import KINDS, not_judged

TARGET = "aws:cloudwatch/eventTarget:EventTarget"
MACHINE = "aws:sfn/stateMachine:StateMachine"
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
        ("aws:ec2/fleet:Fleet", {}),
        ("aws:autoscaling/group:Group", {}),
        ("aws:mwaa/environment:Environment", {"airflowConfigurationOptions": UNKNOWN}),
        ("aws:synthetics/canary:Canary", {"vpcConfig": {"subnetIds": ["subnet-1"]}}),
        ("aws:glue/job:Job", {}),
        ("aws:eks/cluster:Cluster", {"computeConfig": {"enabled": True}}),
        ("aws:eks/cluster:Cluster", {"computeConfig": {"enabled": UNKNOWN}}),
        ("aws:cloudformation/stack:Stack", {"templateBody": "{}"}),
        ("aws:cloudcontrol/resource:Resource", {"typeName": "AWS::ECS::Service"}),
        ("aws-native:ecs:Service", {}),
        ("aws-native:ec2:Ec2Fleet", {}),
        (MACHINE, {"definition": '{"Resource": "arn:aws:states:::ecs:runTask.sync"}'}),
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
        ("aws-native:s3:Bucket", {}),
        ("aws:cloudcontrol/resource:Resource", {"typeName": "AWS::S3::Bucket"}),
        ("aws:synthetics/canary:Canary", {}),
        ("aws:eks/cluster:Cluster", {}),
        ("aws:eks/cluster:Cluster", {"computeConfig": {"enabled": False}}),
        (MACHINE, {"definition": '{"Resource": "arn:aws:lambda:us-east-1:1:function:f"}'}),
        (MACHINE, {"definition": UNKNOWN}),
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


def test_an_unknown_definition_tells_by_what_it_is_made_from() -> None:
    task = Resource("urn:task", "aws:ecs/taskDefinition:TaskDefinition", "task", {"family": "jobs"})
    bucket = Resource("urn:bucket", "aws:s3/bucket:Bucket", "bucket", {})
    machines = [
        Resource(
            f"urn:{of}", MACHINE, of, {"definition": UNKNOWN}, dependencies={"definition": (f"urn:{of}",)}
        )
        for of in ("task", "bucket")
    ]
    of_task, of_bucket = (replace(machine, key=f"urn:machine-{machine.name}") for machine in machines)
    found = [each.urn for each in not_judged(Graph([task, bucket, of_task, of_bucket]))]
    assert found == ["urn:machine-task"]


def test_a_launch_template_is_listed_with_what_uses_it() -> None:
    template = "aws:ec2/launchTemplate:LaunchTemplate"
    used, alone = (Resource(f"urn:{name}", template, name, {}) for name in ("used", "alone"))
    group = Resource(
        "urn:group",
        "aws:autoscaling/group:Group",
        "group",
        {"launchTemplate": {"id": UNKNOWN}},
        dependencies={"launchTemplate": ("urn:used",)},
    )
    found = [each.urn for each in not_judged(Graph([used, alone, group]))]
    assert found == ["urn:group", "urn:alone"]


def test_types_of_cloud_control_are_those_of_aws_native() -> None:
    """Each of them once, under the names of that provider."""
    types = KINDS["aws:cloudcontrol/resource:Resource"].says
    native = [token for token in KINDS if token.startswith("aws-native:")]
    assert len(native) == len(types) + 1
    assert {"aws-native:apprunner:Service", "aws-native:lambda:Function", "aws-native:mwaa:Environment"} < {
        *native
    }
