"""The same planned stack as Terraform would show it: `terraform show -json`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from .graph import Ref, Resource, Stack

MAPS: Final = {"tags", "runtimeEnvironmentVariables", "runtimeEnvironmentSecrets"}
"""Properties that Terraform holds as a map of free keys: other objects become blocks."""


def plan(stack: Stack) -> dict[str, Any]:
    """The plan that creates `stack`: values, what is not known yet, and references between resources."""
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": [_planned(found) for found in stack.resources]}},
        "resource_changes": [_change(found) for found in stack.resources],
        "configuration": {"root_module": {"resources": [_configured(found) for found in stack.resources]}},
    }


def _address(resource: Resource) -> dict[str, str]:
    return {
        "address": f"{_type(resource)}.{resource.name}",
        "mode": "managed",
        "type": _type(resource),
        "name": resource.name,
    }


def _planned(resource: Resource) -> dict[str, Any]:
    provider = "registry.terraform.io/hashicorp/aws"
    return {**_address(resource), "provider_name": provider, "values": _values(resource.inputs)}


def _change(resource: Resource) -> dict[str, Any]:
    unknown = {_snake(name): True for name in resource.computed}
    change = {
        "actions": ["create"],
        "before": None,
        "after": _values(resource.inputs),
        "after_unknown": unknown,
    }
    return {**_address(resource), "change": change}


def _configured(resource: Resource) -> dict[str, Any]:
    return {**_address(resource), "provider_config_key": "aws", "expressions": _expressions(resource.inputs)}


def _type(resource: Resource) -> str:
    """`aws_apprunner_vpc_connector` for `aws:apprunner/vpcConnector:VpcConnector`; EC2 has no prefix."""
    module, name = resource.type.split(":")[1].split("/")
    return "_".join(["aws", *([] if module == "ec2" else [module]), _snake(name)])


def _snake(name: str) -> str:
    return re.sub(r"([A-Z])", r"_\1", name).lower()


def _values(properties: Mapping[str, Any]) -> dict[str, Any]:
    """What is known: a reference is left out, a block that holds one is not."""
    return {
        _snake(name): _value(name, value)
        for name, value in properties.items()
        if _is_block(name, value) or not any(_references(value))
    }


def _value(name: str, value: Any) -> Any:
    if _is_block(name, value):
        return [_values(value)]
    if isinstance(value, list):
        return [_values(element) if isinstance(element, Mapping) else element for element in value]
    return value


def _is_block(name: str, value: Any) -> bool:
    return isinstance(value, Mapping) and name not in MAPS


def _expressions(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Where each value comes from: a constant, or other resources."""
    found: dict[str, Any] = {}
    for name, value in properties.items():
        references = list(_references(value))
        if _is_block(name, value):
            found[_snake(name)] = [_expressions(value)]
        elif references:
            found[_snake(name)] = {"references": references}
        else:
            found[_snake(name)] = {"constant_value": _value(name, value)}
    return found


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, Ref):
        address = f"{_type(value.resource)}.{value.resource.name}"
        yield from (f"{address}.{_snake(value.output)}", address)
    elif isinstance(value, Mapping):
        for element in value.values():
            yield from _references(element)
    elif isinstance(value, list):
        for element in value:
            yield from _references(element)
