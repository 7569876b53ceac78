"""`awsx.ec2.DefaultVpc`: what every region of an account has, as the other components look it up.

Source: Pulumi Registry, "AWSx", "awsx.ec2.DefaultVpc".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..component import NotSimulatedError, Surroundings

TYPE: Final = "awsx:ec2:DefaultVpc"


@dataclass(frozen=True)
class DefaultVpc:
    """Its id, and the ids of its subnets: a public one gives its interfaces public addresses."""

    id: str
    public: tuple[str, ...]
    private: tuple[str, ...]


def find(around: Surroundings) -> DefaultVpc:
    """Look it up.

    Raises:
        NotSimulatedError: the AWS provider's configuration is unknown.
        InvokeError: the account has none.
    """
    vpc = around.invoke("aws:ec2/getVpc:getVpc", {"default": True}).get("id")
    if not vpc:
        raise NotSimulatedError("in a default VPC that is not known")
    filters = [{"name": "vpc-id", "values": [vpc]}]
    ids = around.invoke("aws:ec2/getSubnets:getSubnets", {"filters": filters}).get("ids") or ()
    found = [around.invoke("aws:ec2/getSubnet:getSubnet", {"id": each}) for each in ids]
    return DefaultVpc(
        vpc,
        tuple(each["id"] for each in found if each.get("mapPublicIpOnLaunch")),
        tuple(each["id"] for each in found if not each.get("mapPublicIpOnLaunch")),
    )


def expand(_name: str, _arguments: Mapping[str, Any], around: Surroundings) -> Mapping[str, Any]:
    """It has no children: see `Expand`."""
    vpc = find(around)
    return {
        "vpcId": vpc.id,
        "publicSubnetIds": list(vpc.public),
        "privateSubnetIds": list(vpc.private),
    }
