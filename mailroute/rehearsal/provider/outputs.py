"""The outputs of a resource: what the program gave, what AWS computes, and before that: what is unknown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from mailroute import wire
from mailroute.wire import Secret
from reachability.values import UNKNOWN

from ..account import Call, Kind
from ..account.kind import CREATED_AT
from .inputs import without_defaults
from .sdk import Output, ResourceClass, Shape

_DECIDES_A_ROUTE: Final = re.compile(
    r"launchType|network|vpc|subnet|cidr|route|gateway|securityGroup|prefixList|zone|ipv6|dns|policy|(private|public)Ip|"
    r"ipAddress|^address",
    re.IGNORECASE,
)
"""Computed outputs that are not made up for types of which nothing is known: a proof may read them.

The host name of an endpoint (`primaryEndpointAddress` of ElastiCache) is none: programs make URLs of it.
"""


def planned(resource: ResourceClass, kind: Kind, inputs: Mapping[str, Any], region: str) -> dict[str, Any]:
    """The outputs before creation: whatever AWS computes is unknown."""
    outputs = _given(resource, kind, inputs, region)
    for name in _missing(resource, kind, outputs):
        outputs[name] = _sealed(resource, name, UNKNOWN)
    for name, parts in kind.computed_inside.items():
        if isinstance(outputs[name], Mapping):
            outputs[name] = {**dict.fromkeys(parts, UNKNOWN), **outputs[name]}
    return outputs


def created(
    resource: ResourceClass, kind: Kind, inputs: Mapping[str, Any], call: Call, identity: str
) -> dict[str, Any]:
    """The outputs of a resource that was just created.

    Args:
        inputs: checked inputs, secrets as `Secret`; those of `call` are the same in clear.
    """
    outputs = _given(resource, kind, inputs, call.region)
    for name, value in kind.computed(call, identity).items():
        if value is not None and not wire.contains_secret(outputs.get(name)):
            outputs[name] = _sealed(resource, name, value)
    for name in _missing(resource, kind, outputs):
        value = _plausible(name, resource.outputs[name], call, identity)
        if value is not None:
            outputs[name] = _sealed(resource, name, value)
    return {**outputs, "id": identity}


def updated(
    resource: ResourceClass, kind: Kind, inputs: Mapping[str, Any], olds: Mapping[str, Any], region: str
) -> dict[str, Any]:
    """The outputs of a resource that got other inputs: what AWS computed stays."""
    kept = {
        name: value
        for name, value in olds.items()
        if name not in resource.inputs or not resource.outputs[name].optional
    }
    return {**kept, **_given(resource, kind, inputs, region)}


def _given(resource: ResourceClass, kind: Kind, inputs: Mapping[str, Any], region: str) -> dict[str, Any]:
    """What is known from the start: inputs, the defaults of those not given, region and tags."""
    outputs = {name: value for name, value in kind.defaults.items() if value is not None}
    outputs.update((name, value) for name, value in without_defaults(inputs).items() if value is not None)
    if "region" in resource.outputs:
        outputs.setdefault("region", region)
    if resource.tagged:
        outputs["tagsAll"] = outputs.get("tags") or {}
    return outputs


def _missing(resource: ResourceClass, kind: Kind, outputs: Mapping[str, Any]) -> list[str]:
    return [
        name
        for name, output in resource.outputs.items()
        if not output.optional and name not in outputs and name not in kind.defaults
    ]


def _sealed(resource: ResourceClass, name: str, value: Any) -> Any:
    return Secret(value) if name in resource.secrets else value


def _plausible(name: str, output: Output, call: Call, identity: str) -> Any:
    """A value that AWS might compute, where one can be made up without harm; `None` where not."""
    if name == "arn":
        return identity if identity.startswith("arn:") else _arn(call, identity)
    if name == "ownerId":
        return call.caller.account_id
    if _DECIDES_A_ROUTE.search(name):
        return None
    if output.shape is not Shape.TEXT:
        return {Shape.FLAG: False, Shape.NUMBER: 0, Shape.LIST: []}.get(output.shape, {})
    if name == "status" or name == "state":
        return "ACTIVE"
    if name.endswith(("Date", "Time", "Timestamp", "At")):
        return CREATED_AT
    return f"{name}-{call.digest(name, 8)}"


def _arn(call: Call, identity: str) -> str:
    _, module, name = call.type.split(":")
    service = module.partition("/")[0]
    return call.arn(service, f"{name.lower()}/{identity}")
