"""`awsx.ecs.FargateTaskDefinition` and `EC2TaskDefinition`: the definition, its roles and its log group.

Source: Pulumi Registry, "AWSx", "awsx.ecs.FargateTaskDefinition", "awsx.ecs.EC2TaskDefinition".
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mailroute import wire
from reachability.values import UNKNOWN, contains_unknown, get

from ..component import Child, NotSimulatedError, Surroundings
from .arguments import Arguments, as_json

FARGATE: Final = "awsx:ecs:FargateTaskDefinition"
EC2: Final = "awsx:ecs:EC2TaskDefinition"
_OWN: Final = frozenset({"container", "containers", "executionRole", "logGroup", "taskRole"})
_ROLES: Final = ("taskRole", "executionRole")
_EXECUTION_POLICY: Final = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
_TRUST: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            "Effect": "Allow",
            "Sid": "",
        }
    ],
}
_SIZES: Final = {
    0.25: (0.5, 1, 2),
    0.5: range(1, 5),
    1: range(2, 9),
    2: range(4, 17),
    4: range(8, 31),
    8: range(16, 61),
    16: range(32, 121),
    32: (60, 120, 244),
}
"""The memory in GB that a Fargate task may have, by its vCPUs.

Source: Amazon ECS Developer Guide, "Troubleshoot Amazon ECS task definition invalid CPU or memory errors".
"""


_PRICE_OF_VCPU: Final = 0.04048
_PRICE_OF_GB: Final = 0.004445
"""US dollars an hour, to tell which size is the cheapest. Source: "AWS Fargate Pricing"."""


@dataclass(frozen=True)
class Definition:
    """A task definition with what was made for it, and the load balancers of its containers' ports."""

    resource: Child
    outputs: Mapping[str, Any]
    load_balancers: Any


class TaskDefinition:
    """One task definition, while it is registered.

    Raises:
        NotSimulatedError: what becomes of the arguments is not known.
        ValueError: one is wrong.
    """

    def __init__(self, name: str, arguments: Arguments, around: Surroundings) -> None:
        self.name = name
        self.arguments = arguments
        self.around = around
        self.parent = ""
        given = arguments.one_of("container", "containers")
        if given is None:
            raise ValueError("container and containers: give one of them")
        self.given = given
        self.containers = self._containers()
        for key in (*_ROLES, "logGroup"):
            arguments.within(key).within("args")
            arguments.within(key).is_set("skip")
        if contains_unknown([get(arguments.plain(key), "args", "policyArns") for key in _ROLES]):
            raise NotSimulatedError("with unknown policyArns")

    def _register(self, type_: str, name: str, inputs: Mapping[str, Any]) -> Child:
        return self.around.register(type_, name, inputs, parent=self.parent)

    def _containers(self) -> dict[str, Any] | None:
        """The containers by name; `None` where not every part of them is known, as nothing is then."""
        value = self.arguments.referring(self.given)
        if contains_unknown(value):
            return None
        return {value.get("name") or "container": value} if self.given == "container" else dict(value)

    def register(self, kind: str, parent: str = "") -> Definition:
        """Register one of `FARGATE` or `EC2`, beneath the component `parent`."""
        self.parent = parent
        log_group, logging, log_sources = self._log_group()
        task, task_arn = self._role("taskRole", f"{self.name}-task", ())
        execution, execution_arn = self._role("executionRole", f"{self.name}-execution", (_EXECUTION_POLICY,))
        known = self.containers
        text = UNKNOWN if known is None else as_json(list(self._definitions(known, logging)))
        derived = self.arguments.derived
        family = f"{self.name}-{_digest(self.around.stack + text)}" if isinstance(text, str) else UNKNOWN
        own = self.arguments.without(_OWN)
        given = {
            **({"networkMode": "awsvpc"} if kind == EC2 else self._size()),
            "family": derived(family, self.given, also=log_sources),
            **{name: value for name, value in own.items() if value is not None},
            **({"networkMode": "awsvpc"} if kind == FARGATE else {}),
            "requiresCompatibilities": ["FARGATE" if kind == FARGATE else "EC2"],
            "taskRoleArn": task_arn,
            "executionRoleArn": execution_arn,
            "containerDefinitions": derived(text, self.given, also=log_sources),
        }
        made = self._register("aws:ecs/taskDefinition:TaskDefinition", self.name, given)
        balancers = derived(self._load_balancers(), self.given)
        references = {"taskRole": task, "executionRole": execution, "logGroup": log_group}
        outputs = {
            "taskDefinition": made.reference,
            "loadBalancers": balancers,
            **{name: child.reference for name, child in references.items() if child},
        }
        return Definition(made, outputs, balancers)

    def _log_group(self) -> tuple[Child | None, Any, tuple[str, ...]]:
        """The log group made, where containers log by default, and what that comes from."""
        given = self.arguments.within("logGroup")
        if given.is_set("skip"):
            return None, None, ()
        existing = self.arguments.plain("logGroup") or {}
        if contains_unknown(existing.get("existing")):
            return None, UNKNOWN, ()
        named = existing.get("existing")
        if named:
            arn = named.get("arn")
            region, name = arn.split(":", 6)[3::3] if arn else (named.get("region"), named.get("name"))
            return None, _logging(name, region or self._region()), ()
        made = self._register("aws:cloudwatch/logGroup:LogGroup", self.name, given.within("args").without())
        return made, _logging(made.output("name").value, self._region()), (made.urn,)

    def _region(self) -> Any:
        return self.around.invoke("aws:index/getRegion:getRegion", {}).get("region", UNKNOWN)

    def _role(self, key: str, name: str, policies: tuple[str, ...]) -> tuple[Child | None, Any]:
        given = self.arguments.within(key)
        if given.is_set("skip"):
            return None, None
        if "roleArn" in given:
            return None, given.value("roleArn")
        own = given.within("args")
        inputs = own.without(frozenset({"policyArns"}))
        inputs.setdefault("assumeRolePolicy", as_json(_TRUST))
        role = self._register("aws:iam/role:Role", name, inputs)
        asked = own.plain("policyArns")
        for policy in policies if asked is None else asked:
            attached = {"role": role.output("name"), "policyArn": policy}
            attachment = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
            self._register(attachment, f"{name}-{_digest(policy)}", attached)
        return role, role.output("arn")

    def _port(self, mapping: Mapping[str, Any]) -> dict[str, Any]:
        """A port mapping: a target group gives the port that it does not name."""
        target = self._target_group(mapping).get("port")
        container, host = mapping.get("containerPort"), mapping.get("hostPort")
        return {
            **{key: mapping.get(key) for key in ("name", "containerPortRange", "appProtocol")},
            "containerPort": _first(container, host, target),
            "hostPort": _first(host, target, container),
            "protocol": mapping.get("protocol"),
        }

    def _target_group(self, mapping: Mapping[str, Any]) -> Mapping[str, Any]:
        group = mapping.get("targetGroup")
        return self.around.existing(group).outputs if isinstance(group, wire.ResourceReference) else {}

    def _definitions(self, containers: Mapping[str, Any], logging: Any) -> Iterator[Any]:
        for name in sorted(containers):
            container = containers[name]
            definition = {**container, "name": name}
            if container.get("portMappings") is not None:
                definition["portMappings"] = [self._port(mapping) for mapping in container["portMappings"]]
            if container.get("logConfiguration") is None and logging is not None:
                definition["logConfiguration"] = UNKNOWN if logging is UNKNOWN else logging(name)
            yield definition

    def _load_balancers(self) -> Any:
        found = [
            {
                "containerName": name,
                "containerPort": wire.plain(group.get("port")),
                "targetGroupArn": wire.plain(group.get("arn", UNKNOWN)),
            }
            for name, container in (self.containers or {}).items()
            for mapping in container.get("portMappings") or ()
            if (group := self._target_group(mapping))
        ]
        return UNKNOWN if self.containers is None or contains_unknown(found) else found

    def _size(self) -> dict[str, Any]:
        """The cheapest size of a Fargate task that has room for its containers, in CPU units and MiB."""
        if self.containers is None:
            return {name: self.arguments.derived(UNKNOWN, self.given) for name in ("cpu", "memory")}
        asked = self.containers.values()
        vcpus = sum(each.get("cpu") or 0 for each in asked) / 1024
        memory = sum(each.get("memoryReservation") or each.get("memory") or 0 for each in asked) / 1024
        fitting = [
            (_PRICE_OF_VCPU * vcpu + _PRICE_OF_GB * size, vcpu, size)
            for vcpu, sizes in _SIZES.items()
            for size in sizes
            if vcpu >= vcpus and size >= memory
        ]
        if not fitting:
            raise ValueError(
                f"the containers ask for {vcpus:g} vCPU and {memory:g} GB, and a Fargate task has at most "
                f"{max(_SIZES)} vCPU and {max(_SIZES[32])} GB"
            )
        _, vcpu, size = min(fitting)
        return {"cpu": f"{int(vcpu * 1024)}", "memory": f"{int(size * 1024)}"}


def expand_fargate(name: str, arguments: Mapping[str, Any], around: Surroundings) -> Mapping[str, Any]:
    """Register what a definition of Fargate tasks needs: see `Expand`."""
    return TaskDefinition(name, Arguments(arguments), around).register(FARGATE).outputs


def expand_ec2(name: str, arguments: Mapping[str, Any], around: Surroundings) -> Mapping[str, Any]:
    """Register what a definition of tasks on instances needs: see `Expand`."""
    return TaskDefinition(name, Arguments(arguments), around).register(EC2).outputs


def _logging(group: Any, region: Any) -> Any:
    def configuration(container: str) -> dict[str, Any]:
        options = {
            "awslogs-group": group,
            "awslogs-region": region,
            "awslogs-stream-prefix": container,
        }
        return {"logDriver": "awslogs", "options": options}

    return configuration


def _digest(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:8]


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)
