"""Network interfaces, and what AWS asks of the addresses and groups of whatever has one."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ..account import Account, AwsResource
from ..errors import AwsError
from ..kind import Call, Kind, ec2_id, network
from .references import GROUP, SUBNET

INTERFACE: Final = "aws:ec2/networkInterface:NetworkInterface"
_GROUP_IN_VPC: Final = "aws:vpc/securityGroupVpcAssociation:SecurityGroupVpcAssociation"
_WITH_ADDRESSES: Final = (
    "aws:ec2/natGateway:NatGateway",
    "aws:ec2/instance:Instance",
    INTERFACE,
    "aws:ec2/vpcEndpoint:VpcEndpoint",
)
RESERVED: Final = 4
"""A subnet's first addresses are Amazon's ("Subnet CIDR blocks", Amazon VPC User Guide)."""


def private_ips_are_free(call: Call) -> None:
    """Its own addresses are free ones of its subnet ("CreateNetworkInterface", Amazon EC2 API Reference)."""
    taken = {each for other in call.others(*_WITH_ADDRESSES) for each in _asked(other.properties)}
    for subnet, address in _asked(call.inputs):
        found = call.account.find(SUBNET.type, subnet)
        block = network(found.get("cidrBlock")) if found else None
        if block is None:
            continue
        wanted = ipaddress.ip_address(address)
        place = int(wanted) - int(block.network_address)
        if wanted not in block:
            raise AwsError(
                "InvalidParameterValue", f"Address {address} does not fall within the subnet's block."
            )
        if place < RESERVED or place == block.num_addresses - 1 or (subnet, address) in taken:
            raise AwsError("InvalidIPAddress.InUse", f"Address {address} is in use.")


def _asked(properties: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The addresses that a resource asks for, each with its subnet."""
    one = {"subnetId": properties.get("subnetId"), "ipv4": properties.get("privateIp")}
    several = [
        {**one, "ipv4": address}
        for prop in ("privateIps", "privateIpLists", "secondaryPrivateIpAddresses")
        for address in properties.get(prop) or ()
    ]
    for each in (one, *several, *(properties.get("subnetConfigurations") or ())):
        if each.get("subnetId") and each.get("ipv4"):
            yield str(each["subnetId"]), str(each["ipv4"])


def serves_vpc(account: Account, group: AwsResource, vpc: object) -> bool:
    """Whether a group may be on interfaces in a VPC.

    Source: Amazon VPC User Guide, "Associate security groups with multiple VPCs".
    """
    return group.get("vpcId") == vpc or any(
        link.get("securityGroupId") == group.id and link.get("vpcId") == vpc
        for link in account.of(_GROUP_IN_VPC)
    )


def first_of_other_vpc(call: Call, subnets: Iterable[object], groups: Iterable[object]) -> AwsResource | None:
    """The first of the subnets and groups that is not for the VPC of the first subnet."""
    places = [found for each in subnets if (found := call.account.find(SUBNET.type, str(each)))]
    held = [found for each in groups if (found := call.account.find(GROUP.type, str(each)))]
    vpc = places[0].get("vpcId") if places else None
    apart = (
        part
        for part in (*places, *held)
        if part.get("vpcId") != vpc and not (part.type == GROUP.type and serves_vpc(call.account, part, vpc))
    )
    return next(apart, None) if vpc is not None else None


KINDS: Final = (
    Kind(
        INTERFACE,
        ec2_id("eni"),
        replaced_by=frozenset({"subnetId"}),
        references={"subnetId": SUBNET, "securityGroups": GROUP},
        rules=(private_ips_are_free,),
    ),
)
