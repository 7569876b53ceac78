"""`awsx.lb.TargetGroupAttachment`: an instance or a function behind a load balancer.

Source: Pulumi Registry, "AWSx", "awsx.lb.TargetGroupAttachment".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mailroute import wire
from reachability.values import UNKNOWN

from ..component import Child, Surroundings
from .arguments import Arguments

TYPE: Final = "awsx:lb:TargetGroupAttachment"
_GROUPS: Final = ("targetGroup", "targetGroupArn")
_TARGETS: Final = ("instance", "instanceId", "lambda", "lambdaArn")


def expand(name: str, arguments: Mapping[str, Any], around: Surroundings) -> Mapping[str, Any]:
    """Register the attachment, and of a function the permission to call it: see `Expand`."""
    given = Arguments(arguments)
    group, target = _one(given, _GROUPS), _one(given, _TARGETS)
    referred = _referred(given, group, around)
    arn = given.value(group) if group == "targetGroupArn" else referred.output("arn") if referred else UNKNOWN
    outputs: dict[str, Any] = {}
    depends_on: tuple[str, ...] = ()
    if target in ("lambda", "lambdaArn"):
        function = _referred(given, target, around)
        inputs = {"targetId": function.output("arn") if function else given.value(target)}
        permission = {
            "action": "lambda:InvokeFunction",
            "function": inputs["targetId"],
            "principal": "elasticloadbalancing.amazonaws.com",
            "sourceArn": arn,
        }
        made = around.register("aws:lambda/permission:Permission", name, permission)
        outputs, depends_on = {"lambdaPermission": made.reference}, (made.urn,)
    else:
        inputs = _instance(given, target, referred, around)
    attached = around.register(
        "aws:lb/targetGroupAttachment:TargetGroupAttachment",
        name,
        {**inputs, "targetGroupArn": arn},
        depends_on=depends_on,
    )
    return {**outputs, "targetGroupAttachment": attached.reference}


def _one(given: Arguments, names: tuple[str, ...]) -> str:
    """
    Raises:
        ValueError: none of `names` is given, or several are.
    """
    found = given.one_of(*names)
    if found is None:
        raise ValueError(f"{', '.join(names)}: give one of them")
    return found


def _referred(given: Arguments, name: str, around: Surroundings) -> Child | None:
    """The resource that an argument is; `None` where it is a text, or not known."""
    value = given.referring(name)
    return around.existing(value) if isinstance(value, wire.ResourceReference) else None


def _instance(
    given: Arguments, target: str, group: Child | None, around: Surroundings
) -> dict[str, wire.OutputValue]:
    """The instance as a target: by its id or its address, as the group's targets are."""
    instance = _referred(given, target, around)
    by = group.outputs.get("targetType", UNKNOWN) if group else UNKNOWN
    if instance is None:
        named = given.value(target) if by == "instance" else UNKNOWN
        return {"targetId": given.derived(wire.plain(named), target)}
    also = (instance.urn, *((group.urn,) if group else ()))
    names = {"instance": instance.id, UNKNOWN: UNKNOWN}
    address = wire.plain(instance.outputs.get("privateIp", UNKNOWN))
    return {
        "targetId": given.derived(names.get(by, address), target, also=also),
        "availabilityZone": instance.output("availabilityZone"),
    }
