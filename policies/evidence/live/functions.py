"""Lambda functions.

Source: AWS Lambda API Reference, "FunctionConfiguration".
"""

from __future__ import annotations

from collections.abc import Collection, Container

from .actions import Action
from .api import Api
from .request import Request
from .shapes import Answer, Entry, entry, kept


def named(api: Api, name: str) -> list[tuple[str, str]]:
    """The function with the name `name`, where there is one, as the name and its ARN."""
    if "/" in name:
        return []
    answers = api.fetch([Request(Action.FUNCTION, {"FunctionName": name})])
    return [(name, item["FunctionArn"]) for item in answers.get(Action.FUNCTION, ())]


def described(api: Api, arn: str, variables: Container[str]) -> list[Entry]:
    """The function with this ARN; none where it is not there."""
    answers = api.fetch([Request(Action.FUNCTION, {"FunctionName": arn})])
    return [function(item, variables) for item in answers.get(Action.FUNCTION, ())]


def all_in(api: Api, subnets: Collection[str], variables: Container[str]) -> list[Entry]:
    """Every function that has interfaces in some of `subnets`."""
    wanted = set(subnets)
    return [
        function(item, variables)
        for item in api.fetch([Request(Action.FUNCTIONS)]).get(Action.FUNCTIONS, ())
        if not wanted.isdisjoint(item.get("VpcConfig", {}).get("SubnetIds") or ())
    ]


def function(item: Answer, variables: Container[str]) -> Entry:
    """A function, whose environment keeps the values of `variables` and of no others."""
    network = item.get("VpcConfig", {})
    return entry(
        "aws:lambda/function:Function",
        item["FunctionName"],
        arn=item["FunctionArn"],
        name=item["FunctionName"],
        vpcConfig={
            "subnetIds": network["SubnetIds"],
            "securityGroupIds": network.get("SecurityGroupIds") or [],
            "vpcId": network.get("VpcId"),
            "ipv6AllowedForDualStack": network.get("Ipv6AllowedForDualStack") or False,
        }
        if network.get("SubnetIds")
        else None,
        environment={"variables": kept(item.get("Environment", {}).get("Variables") or {}, variables)},
    )
