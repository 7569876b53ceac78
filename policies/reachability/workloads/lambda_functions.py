"""AWS Lambda functions.

Sources: AWS Lambda Developer Guide, "Enable internet access for VPC-connected Lambda functions" and "Giving
Lambda functions access to resources in an Amazon VPC".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..findings import placement
from ..graph import tokens
from ..values import ABSENT, UNKNOWN, get, items
from .environment import environments
from .mail import destinations_of, names_none
from .model import Placement, Workload, in_vpc, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..aws import Network
    from ..graph.resource import Resource
    from ..settings import Settings


def functions(network: Network, settings: Settings) -> Iterator[Workload]:
    """Every function; one that names no mail host needs none."""
    for function in network.graph.of_type(*tokens.LAMBDA_FUNCTION):
        (environment,) = environments(function)
        yield Workload(
            function,
            named(function, function.get("name")),
            tuple(_placements(network, function)),
            destinations_of(environment, settings),
            names_none([environment], settings),
        )


def _placements(network: Network, function: Resource) -> Iterator[Placement]:
    """In a VPC a function's interfaces have private addresses alone, in public subnets too."""
    config = function.declared("vpcConfig")
    subnets = items(config, "subnetIds")
    if config is ABSENT or subnets == ():
        if function.declared("capacityProviderConfig") is ABSENT:
            yield Placement(function, managed=True)
        else:
            yield Placement(function, problem=placement.FUNCTION_ON_INSTANCES(function))
        return
    if config is UNKNOWN:
        yield Placement(function, managed=True)
    allowed = get(config, "ipv6AllowedForDualStack")
    yield in_vpc(
        network,
        function,
        "vpcConfig",
        config=config,
        subnets="subnetIds",
        security_groups="securityGroupIds",
        ipv6=UNKNOWN if allowed is UNKNOWN else allowed is True,
        dedicated=False,
    )
