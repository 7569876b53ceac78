"""AWS Lambda functions.

Sources: AWS Lambda Developer Guide, "Enable internet access for VPC-connected Lambda functions" and "Giving
Lambda functions access to resources in an Amazon VPC".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import kinds
from ..values import ABSENT, UNKNOWN, get, items
from .model import Placement, Workload, in_vpc, named, named_hosts, not_followed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..graph import Graph, Resource
    from ..groups import SecurityGroups
    from ..settings import Settings


def functions(graph: Graph, groups: SecurityGroups, settings: Settings) -> Iterator[Workload]:
    """Every function; one that names no mail host needs none."""
    for function in graph.of_type(*kinds.LAMBDA_FUNCTION):
        variables = function.get("environment", "variables")
        hosts = named_hosts(variables, ABSENT, settings, function, "environment")
        yield Workload(
            function,
            named(function, function.get("name")),
            tuple(_placements(graph, groups, function)),
            hosts,
        )


def _placements(graph: Graph, groups: SecurityGroups, function: Resource) -> Iterator[Placement]:
    """In a VPC a function's interfaces have private addresses alone, in public subnets too."""
    config = function.declared("vpcConfig")
    subnets = items(config, "subnetIds")
    if config is ABSENT or subnets == ():
        if function.declared("capacityProviderConfig") is ABSENT:
            yield Placement(function, managed=True)
        else:
            what = f"function {function.label} runs on the instances of a capacity provider"
            yield not_followed(function, what, "see that the capacity provider's subnets have a way out")
        return
    if config is UNKNOWN:
        yield Placement(function, managed=True)
    allowed = get(config, "ipv6AllowedForDualStack")
    yield in_vpc(
        graph,
        groups,
        function,
        "vpcConfig",
        config=config,
        subnets="subnetIds",
        security_groups="securityGroupIds",
        ipv6=UNKNOWN if allowed is UNKNOWN else allowed is True,
        dedicated=False,
    )
