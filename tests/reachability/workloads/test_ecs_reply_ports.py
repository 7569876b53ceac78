"""The ports that tasks send from: on Fargate those that Linux takes, where nothing translates them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from reachability import UNKNOWN, Verdict
from tests.reachability.shown import judged
from tests.reachability.stacks import ANYWHERE, PRIVATE, PUBLIC, VPC, Stack, ref

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
CONTAINER: dict[str, Any] = {
    "name": "app",
    "environment": [{"name": "SMTP_HOST", "value": "smtp.example.com"}],
}


@pytest.fixture
def tasks(nat: Stack) -> Stack:
    """Tasks on Fargate in a private subnet, whose ACL lets replies in on the ports that Linux takes."""
    for name in ("connector", "service"):
        nat.remove(name)
    nat.add("aws:ecs/taskDefinition:TaskDefinition", "task", family="mail", networkMode="awsvpc")
    nat["task"]["containerDefinitions"] = json.dumps([CONTAINER])
    network = {"subnets": [PRIVATE[0]], "securityGroups": [ref("connector-group")]}
    service = {"taskDefinition": ref("task"), "launchType": "FARGATE", "networkConfiguration": network}
    nat.add("aws:ecs/service:Service", "tasks", **service)
    acl(nat, "acl", PRIVATE[0], 32768)
    return nat


def acl(stack: Stack, name: str, subnet: str, first: int, last: int = 65535) -> None:
    """An ACL that lets everything out, and replies in on these ports."""
    rule = {"ruleNo": 100, "action": "allow", "cidrBlock": ANYWHERE}
    replies = {**rule, "protocol": "tcp", "fromPort": first, "toPort": last}
    way = {"ingress": [replies], "egress": [{**rule, "protocol": "-1"}]}
    stack.add("aws:ec2/networkAcl:NetworkAcl", name, vpcId=VPC, subnetIds=[subnet], **way)


def test_tasks_on_fargate_need_the_ports_of_linux(tasks: Stack) -> None:
    assert judged(tasks) == (REACHABLE, set())

    tasks.remove("acl")
    acl(tasks, "acl", PRIVATE[0], 32769)
    assert judged(tasks) == (UNDETERMINED, {"SUBNET_ACL_RESTRICTION"})

    tasks.remove("acl")
    acl(tasks, "acl", PRIVATE[0], 1024, 32767)
    assert judged(tasks) == (UNREACHABLE, {"SUBNET_ACL_RESTRICTION"})


def controlled(stack: Stack) -> None:
    control = {"namespace": "net.ipv4.ip_local_port_range", "value": "1024 65000"}
    stack["task"]["containerDefinitions"] = json.dumps([{**CONTAINER, "systemControls": [control]}])


@pytest.mark.parametrize(
    "change",
    [
        lambda stack: stack["tasks"].update(launchType="EC2"),
        lambda stack: stack["tasks"].update(launchType=UNKNOWN),
        lambda stack: stack["task"].update(
            runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}
        ),
        controlled,
    ],
)
def test_others_may_take_any_port(change: Callable[[Stack], object], tasks: Stack) -> None:
    change(tasks)

    assert judged(tasks) == (UNDETERMINED, {"SUBNET_ACL_RESTRICTION"})


def test_a_nat_gateway_takes_any_port(tasks: Stack) -> None:
    acl(tasks, "public", PUBLIC[0], 32768)

    verdict, codes = judged(tasks)
    assert verdict is not REACHABLE
    assert codes == {"SUBNET_ACL_RESTRICTION"}


def test_a_connector_of_app_runner_may_take_any_port(nat: Stack) -> None:
    """Its interfaces are shared: AWS translates what comes from them (AWS App Runner Developer Guide)."""
    for number, subnet in enumerate(PRIVATE):
        acl(nat, f"acl{number}", subnet, 32768)

    assert judged(nat) == (UNDETERMINED, {"SUBNET_ACL_RESTRICTION"})
