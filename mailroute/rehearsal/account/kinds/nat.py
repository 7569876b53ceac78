"""Elastic IP addresses and NAT gateways."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any, Final

from reachability.graph.zones import is_local

from ..account import Account
from ..checks import one_of
from ..errors import AwsError
from ..kind import Call, Kind, ec2_id, network
from .interfaces import RESERVED, private_ips_are_free
from .references import ADDRESS, SUBNET, VPC
from .routing import INTERNET, attached_vpc

EIP: Final = "aws:ec2/eip:Eip"
NAT: Final = "aws:ec2/natGateway:NatGateway"
_EIP_ASSOCIATION: Final = "aws:ec2/eipAssociation:EipAssociation"
_SUBNET: Final = "aws:ec2/subnet:Subnet"

_PUBLIC: Final = tuple(
    ipaddress.ip_network(block) for block in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
)
"""Addresses that belong to nobody, for documents and rehearsals (RFC 5737)."""


def private_address(call: Call, subnet: str, purpose: str) -> str:
    """An address in the subnet with this id such as AWS gives to interfaces; empty where none is known."""
    found = call.account.find(_SUBNET, subnet)
    block = network(found.get("cidrBlock")) if found else None
    if block is None:
        return ""
    free = block.num_addresses - RESERVED - 1
    return str(block.network_address + RESERVED + call.number(purpose, free))


def user_of(account: Account, allocation: str) -> str | None:
    """The id of what uses an Elastic IP address."""
    for nat in account.of(NAT):
        if allocation in _allocations(nat.properties):
            return nat.id
    for association in account.of(_EIP_ASSOCIATION):
        if association.get("allocationId") == allocation:
            return association.id
    address = account.find(EIP, allocation)
    return (address.get("associationId") or address.get("instance") or None) if address else None


def public_nat_has_an_address(call: Call) -> None:
    """A public zonal NAT gateway needs an Elastic IP ("CreateNatGateway", Amazon EC2 API Reference)."""
    zonal_public = _mode(call) == "zonal" and call.inputs.get("connectivityType") == "public"
    if zonal_public and not call.inputs.get("allocationId"):
        raise AwsError(
            "MissingParameter", "The request must include the AllocationId parameter: the gateway is public."
        )


def private_nat_has_no_address(call: Call) -> None:
    """A private NAT gateway takes no Elastic IP ("CreateNatGateway", Amazon EC2 API Reference)."""
    if call.inputs.get("connectivityType") == "private" and call.inputs.get("allocationId"):
        raise AwsError(
            "InvalidParameterCombination",
            f"AllocationId {call.inputs['allocationId']} cannot be given for a private NAT gateway.",
        )


def nat_place_fits_its_mode(call: Call) -> None:
    """A zonal gateway lies in a subnet, a regional one in a VPC ("CreateNatGateway", EC2 API Reference)."""
    needed, barred = ("VpcId", "SubnetId") if _mode(call) == "regional" else ("SubnetId", "")
    if not call.inputs.get(needed[0].lower() + needed[1:]):
        raise AwsError("MissingParameter", f"A {_mode(call)} NAT gateway needs the parameter {needed}.")
    if barred and (call.inputs.get("subnetId") or call.inputs.get("allocationId")):
        raise AwsError(
            "InvalidParameterCombination", "A regional NAT gateway takes neither SubnetId nor AllocationId."
        )


def address_is_free(call: Call) -> None:
    """An Elastic IP serves one thing ("Elastic IP addresses", Amazon VPC User Guide)."""
    asked = _allocations({**call.inputs, **_association(call, call.id)})
    for allocation in asked:
        if asked.count(allocation) > 1:
            raise AwsError(
                "InvalidParameterValue", f"Elastic IP address [{allocation}] is given more than once."
            )
        user = user_of(call.account, allocation)
        if user is not None and user != call.id:
            raise AwsError(
                "Resource.AlreadyAssociated",
                f"Elastic IP address [{allocation}] is already associated with {user}.",
            )


def address_is_of_the_region(call: Call) -> None:
    """An address has its zone's network border group ("NAT gateway basics", Amazon VPC User Guide)."""
    address, subnet = call.find(EIP, "allocationId"), call.find(_SUBNET, "subnetId")
    group = address.get("networkBorderGroup") if address else None
    local = is_local(subnet.get("availabilityZone")) if subnet else False
    if group and group != call.region and not local:
        raise AwsError(
            "InvalidParameterValue",
            f"The network border group of {call.inputs['allocationId']} is {group}, that of the subnet "
            f"{call.region}.",
        )


def vpc_has_internet_gateway(call: Call) -> None:
    """A public NAT gateway fails without one ("Troubleshoot NAT gateways", Amazon VPC User Guide)."""
    subnet = call.find(_SUBNET, "subnetId")
    vpc = subnet.get("vpcId") if subnet else call.inputs.get("vpcId")
    if call.inputs.get("connectivityType") == "private" or not call.account.shows(INTERNET):
        return
    if not any(attached_vpc(call.account, gateway) == vpc for gateway in call.account.of(INTERNET)):
        message = f"Network {vpc} has no Internet gateway attached."
        raise AwsError("Gateway.NotAttached", message, pending=True)


def _mode(call: Call) -> str:
    return str(call.inputs.get("availabilityMode") or "zonal")


def _allocations(properties: Mapping[str, Any]) -> list[str]:
    """The Elastic IPs that a NAT gateway uses."""
    zonal = [properties.get("allocationId"), *(properties.get("secondaryAllocationIds") or ())]
    regional = [
        allocation
        for zone in properties.get("availabilityZoneAddresses") or ()
        for allocation in zone.get("allocationIds") or ()
    ]
    return [allocation for allocation in (*zonal, *regional) if allocation]


def _free_public_address(call: Call) -> str:
    taken = {address.get("publicIp") for address in call.account.of(EIP)}
    every = [str(address) for block in _PUBLIC for address in block.hosts()]
    start = call.number("public address", len(every))
    free = next((address for address in every[start:] + every[:start] if address not in taken), None)
    if free is None:
        raise AwsError("AddressLimitExceeded", f"Too many addresses allocated: {len(every)} are there.")
    return free


def _address(call: Call, identity: str) -> Mapping[str, Any]:
    public = str(call.inputs.get("address") or _free_public_address(call))
    host = "compute-1" if call.region == "us-east-1" else f"{call.region}.compute"
    return {
        "arn": call.arn("ec2", f"elastic-ip/{identity}"),
        "allocationId": identity,
        "associationId": "",
        "domain": "vpc",
        "publicIp": public,
        "publicDns": f"ec2-{public.replace('.', '-')}.{host}.amazonaws.com",
        "publicIpv4Pool": "amazon",
        "networkBorderGroup": call.inputs.get("networkBorderGroup") or call.region,
        "carrierIp": "",
        "customerOwnedIp": "",
        "instance": call.inputs.get("instance") or "",
        "ipamPoolId": "",
        "networkInterface": call.inputs.get("networkInterface") or "",
        "privateDns": "",
        "privateIp": "",
        "ptrRecord": "",
    }


def _association(call: Call, _identity: str) -> Mapping[str, Any]:
    """The address of an association, which may be named by its public IP address."""
    public = call.inputs.get("publicIp")
    found = (address for address in call.account.of(EIP) if public and address.get("publicIp") == public)
    return {"allocationId": call.inputs.get("allocationId") or next((each.id for each in found), "")}


def _nat(call: Call, _identity: str) -> Mapping[str, Any]:
    subnet = call.find(_SUBNET, "subnetId")
    address = call.find(EIP, "allocationId")
    regional = _mode(call) == "regional"
    given = bool(call.inputs.get("availabilityZoneAddresses"))
    return {
        "associationId": call.ec2_id("eipassoc") if address else "",
        "autoProvisionZones": ("disabled" if given else "enabled") if regional else "",
        "autoScalingIps": ("disabled" if given else "enabled") if regional else "",
        "availabilityMode": _mode(call),
        "networkInterfaceId": "" if regional else call.ec2_id("eni"),
        "privateIp": call.inputs.get("privateIp")
        or private_address(call, str(call.inputs.get("subnetId")), "private address"),
        "publicIp": address.get("publicIp") if address else "",
        "regionalNatGatewayAddresses": [],
        "regionalNatGatewayAutoMode": ("disabled" if given else "enabled") if regional else "",
        "routeTableId": call.ec2_id("rtb") if regional else "",
        "secondaryAllocationIds": call.inputs.get("secondaryAllocationIds") or [],
        "secondaryPrivateIpAddressCount": call.inputs.get("secondaryPrivateIpAddressCount") or 0,
        "secondaryPrivateIpAddresses": call.inputs.get("secondaryPrivateIpAddresses") or [],
        "vpcId": subnet.get("vpcId") if subnet else call.inputs.get("vpcId"),
    }


KINDS: Final = (
    Kind(
        EIP,
        ec2_id("eipalloc"),
        _address,
        replaced_by=frozenset(
            {"address", "customerOwnedIpv4Pool", "domain", "networkBorderGroup", "publicIpv4Pool"}
        ),
        checks=(one_of("domain", "vpc"),),
    ),
    Kind(
        _EIP_ASSOCIATION,
        ec2_id("eipassoc"),
        _association,
        replaced_by=frozenset(
            {"allocationId", "instanceId", "networkInterfaceId", "privateIpAddress", "publicIp"}
        ),
        references={"allocationId": ADDRESS},
        rules=(address_is_free,),
    ),
    Kind(
        NAT,
        ec2_id("nat"),
        _nat,
        defaults={"connectivityType": "public", "availabilityMode": "zonal"},
        replaced_by=frozenset(
            {"allocationId", "availabilityMode", "connectivityType", "privateIp", "subnetId", "vpcId"}
        ),
        references={"subnetId": SUBNET, "allocationId": ADDRESS, "vpcId": VPC},
        checks=(
            one_of("connectivityType", "public", "private"),
            one_of("availabilityMode", "zonal", "regional"),
        ),
        rules=(
            nat_place_fits_its_mode,
            public_nat_has_an_address,
            private_nat_has_no_address,
            address_is_free,
            address_is_of_the_region,
            private_ips_are_free,
            vpc_has_internet_gateway,
        ),
    ),
)
