"""`awsx.ecs.FargateService` and `EC2Service`: a service, and what its arguments leave out.

Source: Pulumi Registry, "AWSx", "awsx.ecs.FargateService", "awsx.ecs.EC2Service".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from reachability.values import UNKNOWN

from ..component import Surroundings
from . import default_vpc, task_definition
from .arguments import Arguments
from .task_definition import TaskDefinition

FARGATE: Final = "awsx:ecs:FargateService"
EC2: Final = "awsx:ecs:EC2Service"
_OWN: Final = frozenset(
    {
        "assignPublicIp",
        "continueBeforeSteadyState",
        "taskDefinition",
        "taskDefinitionArgs",
        "useClusterDefaultCapacityProviderStrategy",
    }
)
_ANYWHERE: Final = {"cidrBlocks": ["0.0.0.0/0"], "ipv6CidrBlocks": ["::/0"]}
OPEN_RULES: Final[Mapping[str, Any]] = {
    "ingress": [{"fromPort": 0, "toPort": 0, "protocol": "-1", **_ANYWHERE}],
    "egress": [{"fromPort": 0, "toPort": 65535, "protocol": "tcp", **_ANYWHERE}],
}
"""The rules of the group that a component makes where none is named."""


def expand_fargate(name: str, arguments: Mapping[str, Any], around: Surroundings) -> Mapping[str, Any]:
    """Register a service of Fargate tasks: see `Expand`."""
    given = Arguments(arguments)
    given.one_of("networkConfiguration", "assignPublicIp")
    return _expand(FARGATE, name, given, around)


def expand_ec2(name: str, arguments: Mapping[str, Any], around: Surroundings) -> Mapping[str, Any]:
    """Register a service of tasks on instances: see `Expand`."""
    return _expand(EC2, name, Arguments(arguments), around)


def _expand(kind: str, name: str, given: Arguments, around: Surroundings) -> Mapping[str, Any]:
    if given.one_of("taskDefinition", "taskDefinitionArgs") is None:
        raise ValueError("taskDefinition and taskDefinitionArgs: give one of them")
    strategy = given.one_of("capacityProviderStrategies", "useClusterDefaultCapacityProviderStrategy")
    inputs: dict[str, Any] = {"desiredCount": 1} if kind == FARGATE else {}
    inputs.update(given.without(_OWN))
    outputs: dict[str, Any] = {}
    tasks = given.within("taskDefinitionArgs")
    definition = TaskDefinition(name, tasks, around) if "taskDefinitionArgs" in given else None
    if kind == FARGATE and "networkConfiguration" not in given:
        inputs["networkConfiguration"] = _network(name, given, around)
    if definition:
        of_tasks = task_definition.FARGATE if kind == FARGATE else task_definition.EC2
        parent = around.register(of_tasks, name, {}, custom=False)
        made = definition.register(of_tasks, parent.urn)
        inputs["taskDefinition"] = made.resource.output("arn")
        inputs.setdefault("loadBalancers", made.load_balancers)
        outputs["taskDefinition"] = made.resource.reference
    else:
        inputs["taskDefinition"] = given.value("taskDefinition")
    inputs["launchType"] = None if strategy else ("FARGATE" if kind == FARGATE else "EC2")
    hurry = given.plain("continueBeforeSteadyState")
    steady = UNKNOWN if hurry is UNKNOWN else not hurry
    inputs["waitForSteadyState"] = given.derived(steady, "continueBeforeSteadyState")
    service = around.register("aws:ecs/service:Service", name, inputs)
    return {"service": service.reference, **outputs}


def _network(name: str, given: Arguments, around: Surroundings) -> dict[str, Any]:
    """Where tasks run that are placed nowhere: in the default VPC, behind a group that lets all TCP out."""
    vpc = default_vpc.find(around)
    public = given.plain("assignPublicIp") if "assignPublicIp" in given else False
    if public is False and not vpc.private:
        raise ValueError(
            "networkConfiguration: the default VPC has no private subnets: give one, or assignPublicIp=True"
        )
    group = around.register(
        "aws:ec2/securityGroup:SecurityGroup", f"{name}-sg", {"vpcId": vpc.id, **OPEN_RULES}
    )
    subnets = UNKNOWN if public is UNKNOWN else list(vpc.public if public else vpc.private)
    return {
        "subnets": given.derived(subnets, "assignPublicIp"),
        "assignPublicIp": given.value("assignPublicIp") if "assignPublicIp" in given else False,
        "securityGroups": [group.id_output],
    }
