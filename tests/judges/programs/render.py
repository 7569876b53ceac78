"""A generated program as a person would write it: Python with pulumi_aws, its stack's config, its account."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.judges import topologies as t
from tests.judges.programs.expressions import OPERATIONS, Expression, form_of
from tests.judges.programs.model import COMPONENT, Declared, Program

STACK: Final = "dev"
_PROJECT: Final = "judged"
_AS_THEY_ARE: Final = "runtimeEnvironmentVariables"
"""The property whose keys are the program's own."""
_HEAD: Final = f'''
import pulumi
import pulumi_aws as aws
from pulumi import Output

settings = pulumi.Config().get_object("settings") or {{}}
r = {{}}


class Component(pulumi.ComponentResource):
    def __init__(self, name, handed):
        super().__init__("{COMPONENT}", name)
        self.handed = handed
        self.register_outputs(handed)


'''
_CALLS: Final[Mapping[str, str]] = {
    "getSubnets": 'filters=[{{"name": "vpc-id", "values": [{vpcId}]}}]',
    "getRouteTables": "vpc_id={vpcId}",
    "getSecurityGroups": 'filters=[{{"name": "vpc-id", "values": [{vpcId}]}}]',
    "getNatGateways": "vpc_id={vpcId}",
    "getNetworkAcls": "vpc_id={vpcId}",
    "getRouteTable": "route_table_id={id}",
}
"""By function, the arguments in Python; of the others there is just the id."""


def can_render(program: Program) -> bool:
    """Whether one process can say it: remote components come from another one."""
    return all(each.kind != "remote" for each in program)


def write(program: Program, directory: Path) -> Path:
    """Write the project into `directory`, with its account beside it for a rehearsal to find."""
    config = {"aws:region": t.REGION, f"{_PROJECT}:settings": program.config}
    account = directory / "accounts" / f"{STACK}.json"
    account.parent.mkdir(parents=True)
    account.write_text(json.dumps(program.account), encoding="utf-8")
    project = {"name": _PROJECT, "runtime": "python"}
    (directory / "Pulumi.yaml").write_text(json.dumps(project), encoding="utf-8")
    (directory / f"Pulumi.{STACK}.yaml").write_text(json.dumps({"config": config}), encoding="utf-8")
    (directory / "__main__.py").write_text(_HEAD + "\n".join(map(statement, program)), encoding="utf-8")
    return directory


def statement(declared: Declared) -> str:
    """The statement that declares one resource."""
    place = f'r["{declared.name}"] = '
    if declared.is_component:
        return f'{place}Component("{declared.name}", {_object(declared.inputs, snake=False)})'
    module, _, class_ = declared.type.removeprefix("aws:").replace("/", ":").split(":")
    type_ = f"aws.{module}.{class_}"
    if declared.kind == "read":
        return f'{place}{type_}.get("{declared.name}", {python(declared.inputs["id"])})'
    given = [f"{_snake(name)}={python(each, name)}" for name, each in declared.inputs.items()]
    options = []
    if declared.parent:
        options.append(f'parent=r["{declared.parent}"]')
    if declared.depends_on:
        options.append("depends_on=[" + ", ".join(f'r["{name}"]' for name in declared.depends_on) + "]")
    if options:
        given.append(f"opts=pulumi.ResourceOptions({', '.join(options)})")
    return f"{place}{type_}({', '.join([repr(declared.name), *given])})"


def python(expression: Expression, prop: str = "") -> str:
    """The expression in Python; `prop` is the property that it is the value of."""
    form = form_of(expression)
    if form is not None:
        return _of_form(form, expression[form])
    if isinstance(expression, Mapping):
        return _object(expression, snake=prop != _AS_THEY_ARE)
    if isinstance(expression, list):
        return "[" + ", ".join(map(python, expression)) + "]"
    return repr(expression)


def _object(values: Mapping[str, Expression], *, snake: bool) -> str:
    named = ((_snake(name) if snake else name, python(each, name)) for name, each in values.items())
    return "{" + ", ".join(f"{name!r}: {value}" for name, value in named) + "}"


def _of_form(form: str, operands: Any) -> str:
    if form == "$config":
        return f'settings["{operands}"]'
    if form == "$output":
        return f'r["{operands[0]}"].{_snake(operands[1])}'
    if form == "$part":
        return f'r["{operands[0]}"].handed["{operands[1]}"]'
    if form == "$call":
        return _call(*operands)
    if form == "$all":
        return f"Output.all({', '.join(map(python, operands))})"
    if form == "$input":
        return f"Output.from_input({python(operands)})"
    if form == "$at":
        value, step = operands
        return f"{python(value)}.{_snake(step)}" if isinstance(step, str) else f"{python(value)}[{step}]"
    operation, over, *rest = operands
    body = OPERATIONS[operation].python.format(*map(python, rest))
    return f"{python(over)}.apply(lambda v: {body})"


def _call(function: str, arguments: Mapping[str, Expression]) -> str:
    given = _CALLS.get(function, "id={id}").format(**{name: python(each) for name, each in arguments.items()})
    return f"aws.ec2.{_snake(function)}_output({given})"


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
