"""VPCs, their address ranges, subnets and DHCP options."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from ..account import AwsResource
from ..checks import conflicting, ipv4_network, ipv6_network
from ..errors import AwsError
from ..kind import Call, Kind, ec2_id, id_from, inner_domain, network, opaque_id
from ..regions import Zone
from .references import DHCP_OPTIONS, VPC

VPC_TYPE: Final = "aws:ec2/vpc:Vpc"
SUBNET_TYPE: Final = "aws:ec2/subnet:Subnet"
_SECONDARY: Final = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"
_DHCP_OPTIONS: Final = "aws:ec2/vpcDhcpOptions:VpcDhcpOptions"
_PEERING: Final = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection"
_IPAM_POOL: Final = "aws:ec2/vpcIpamPool:VpcIpamPool"
_IPAM_CIDR: Final = "aws:ec2/vpcIpamPoolCidr:VpcIpamPoolCidr"
_ANY_PRIVATE: Final = ipaddress.IPv4Network("10.0.0.0/8")
"""What a pool is taken to have whose blocks are not in the account."""
_ALL_ADDRESSES: Final = "0.0.0.0/0"
_LARGEST, _SMALLEST = 16, 28
_COMMON_ZONES: Final = 3


def vpc_size(call: Call) -> None:
    """A VPC's block is between /16 and /28 ("VPC CIDR blocks", Amazon VPC User Guide)."""
    _check_size(call, "InvalidVpc.Range")


def secondary_block_is_free(call: Call) -> None:
    """A VPC's blocks do not overlap ("VPC CIDR blocks", Amazon VPC User Guide)."""
    vpc, block = call.find(VPC_TYPE, "vpcId"), network(call.inputs.get("cidrBlock"))
    if vpc and block and any(block.overlaps(other) for other in _blocks(call, vpc)):
        raise AwsError("InvalidVpc.Range", f"The CIDR '{block}' conflicts with another block of {vpc.id}.")


def subnet_size(call: Call) -> None:
    """A subnet's block is between /16 and /28 ("Subnet CIDR blocks", Amazon VPC User Guide)."""
    _check_size(call, "InvalidSubnet.Range")


def subnet_inside_vpc(call: Call) -> None:
    """A subnet's block is a part of one of its VPC's ("Subnet CIDR blocks", Amazon VPC User Guide)."""
    vpc, block = call.find(VPC_TYPE, "vpcId"), network(call.inputs.get("cidrBlock"))
    if vpc is None or not isinstance(block, ipaddress.IPv4Network):
        return
    blocks = list(_blocks(call, vpc))
    if not any(block.subnet_of(other) for other in blocks):
        has = ", ".join(str(other) for other in blocks)
        raise AwsError("InvalidSubnet.Range", f"The CIDR '{block}' is invalid: {vpc.id} has {has}.")


def subnet_is_free(call: Call) -> None:
    """The subnets of a VPC do not overlap ("Subnet CIDR blocks", Amazon VPC User Guide)."""
    block = network(call.inputs.get("cidrBlock"))
    for other in call.others(SUBNET_TYPE):
        taken = network(other.get("cidrBlock"))
        if other.get("vpcId") != call.inputs.get("vpcId") or block is None or taken is None:
            continue
        if block.version == taken.version and block.overlaps(taken):
            raise AwsError(
                "InvalidSubnet.Conflict",
                f"The CIDR '{block}' conflicts with another subnet: {other.id} has {taken}.",
            )


def subnet_zone_exists(call: Call) -> None:
    """A subnet lies in one of the region's zones ("CreateSubnet", Amazon EC2 API Reference)."""
    zones = call.account.zones(call.region)
    for name, known in (
        ("availabilityZone", [zone.name for zone in zones]),
        ("availabilityZoneId", [zone.id for zone in zones]),
    ):
        value = call.inputs.get(name)
        if value and value not in known:
            raise AwsError(
                "InvalidParameterValue",
                f"Value ({value}) for parameter {name} is invalid. Subnets can currently only be created "
                f"in the following availability zones: {', '.join(known)}.",
            )


def peers_do_not_overlap(call: Call) -> None:
    """Peers have no block in common ("VPC peering limitations", Amazon VPC Peering Guide)."""
    here, there = call.find(VPC_TYPE, "vpcId"), call.find(VPC_TYPE, "peerVpcId")
    if here is None or there is None:
        return
    for block in _blocks(call, here):
        for other in _blocks(call, there):
            if block.overlaps(other):
                raise AwsError(
                    "InvalidParameterValue",
                    f"VPCs {here.id} ({block}) and {there.id} ({other}) have overlapping CIDR blocks.",
                )


def peer_accepts_across_regions(call: Call) -> None:
    """A connection to another region is accepted there (Registry, `aws.ec2.VpcPeeringConnection`)."""
    if call.inputs.get("autoAccept") and call.inputs.get("peerRegion"):
        raise AwsError("InvalidParameterValue", "peer_region cannot be set whilst auto_accept is true.")


def accepter_is_in_the_peers_region(call: Call) -> None:
    """The peer accepts in its own region ("AcceptVpcPeeringConnection", Amazon EC2 API Reference)."""
    connection = call.find(_PEERING, "vpcPeeringConnectionId")
    region = connection.get("peerRegion") if connection else None
    if connection and region and region != call.region:
        raise AwsError(
            "OperationNotPermitted",
            f"Incorrect region ({call.region}) specified for this request. VPC peering connection "
            f"{connection.id} must be accepted in region {region}.",
        )


def _check_size(call: Call, code: str) -> None:
    block = network(call.inputs.get("cidrBlock"))
    if block is not None and not _LARGEST <= block.prefixlen <= _SMALLEST:
        raise AwsError(
            code, f"The CIDR '{block}' is invalid: its size must be between /{_LARGEST} and /{_SMALLEST}."
        )


def _blocks(call: Call, vpc: AwsResource) -> Iterable[ipaddress.IPv4Network]:
    """Every IPv4 block of a VPC."""
    secondary = (other for other in call.others(_SECONDARY) if other.get("vpcId") == vpc.id)
    for resource in (vpc, *secondary):
        block = network(resource.get("cidrBlock"))
        if isinstance(block, ipaddress.IPv4Network):
            yield block


def new_vpc(call: Call, identity: str) -> Mapping[str, Any]:
    """What AWS computes of a VPC that it makes."""
    table = call.ec2_id("rtb")
    asks_ipv6 = call.inputs.get("assignGeneratedIpv6CidrBlock")
    return {
        "arn": call.arn("ec2", f"vpc/{identity}"),
        "defaultNetworkAclId": call.ec2_id("acl"),
        "defaultRouteTableId": table,
        "mainRouteTableId": table,
        "defaultSecurityGroupId": call.ec2_id("sg"),
        "dhcpOptionsId": _default_dhcp_options(call).id,
        "ownerId": call.caller.account_id,
        **({"cidrBlock": _allocated(call)} if _asks_a_pool(call) else {}),
        **({"ipv6CidrBlock": _generated_ipv6(call)} if asks_ipv6 else {}),
        "ipv6AssociationId": call.ec2_id("vpc-cidr-assoc") if asks_ipv6 else "",
    }


def _generated_ipv6(call: Call) -> str:
    """A block of Amazon's own pool."""
    return f"{ipaddress.IPv6Address(0x2600_1F18 << 96 | call.number('ipv6', 1 << 24) << 72)}/56"


def new_ipv6_block(call: Call, _identity: str) -> Mapping[str, Any]:
    """The block that a VPC gets ("Add or remove a CIDR block from your VPC", Amazon VPC User Guide)."""
    asked = call.inputs.get("assignGeneratedIpv6CidrBlock")
    return {"ipv6CidrBlock": _generated_ipv6(call)} if asked else {}


def _asks_a_pool(call: Call) -> bool:
    return bool(call.inputs.get("ipv4IpamPoolId")) and not call.inputs.get("cidrBlock")


def pool_has_a_block(call: Call) -> None:
    """A VPC takes its block from what its pool has free ("VPC CIDR blocks", Amazon VPC User Guide)."""
    if _asks_a_pool(call) and _allocated(call) is None:
        name = call.inputs["ipv4IpamPoolId"]
        raise AwsError(
            "InsufficientCidrBlocks", f"The pool {name} has no free block of the size /{_length(call)}."
        )


def _length(call: Call) -> int:
    pool = call.find(_IPAM_POOL, "ipv4IpamPoolId")
    default = pool.get("allocationDefaultNetmaskLength") if pool else None
    return int(call.inputs.get("ipv4NetmaskLength") or default or _LARGEST)


def _allocated(call: Call) -> str | None:
    """The block that an IPAM pool gives a VPC: the first of the asked size that is free in what it has.

    Source: Amazon VPC IPAM User Guide, "Create a VPC that uses an IPAM pool CIDR".
    """
    name, length = call.inputs.get("ipv4IpamPoolId"), _length(call)
    given = [network(each.get("cidr")) for each in call.others(_IPAM_CIDR) if each.get("ipamPoolId") == name]
    blocks = [block for block in given if isinstance(block, ipaddress.IPv4Network)] or [_ANY_PRIVATE]
    taken = [network(vpc.get("cidrBlock")) for vpc in call.others(VPC_TYPE)]
    for block in blocks:
        for part in block.subnets(new_prefix=length) if block.prefixlen <= length else ():
            if not any(isinstance(each, ipaddress.IPv4Network) and part.overlaps(each) for each in taken):
                return str(part)
    return None


def _default_dhcp_options(call: Call) -> AwsResource:
    """The region's own option set, with Amazon's resolver ("DHCP option sets", Amazon VPC User Guide)."""
    for options in call.account.of(_DHCP_OPTIONS):
        if options.items("domainNameServers") == ["AmazonProvidedDNS"]:
            return options
    of_region = replace(call, urn=f"{call.caller.account_id} {call.region}", generation=0)
    return AwsResource(
        _DHCP_OPTIONS,
        of_region.ec2_id("dopt"),
        {
            "domainName": inner_domain(call.region),
            "domainNameServers": ["AmazonProvidedDNS"],
            "ownerId": call.caller.account_id,
        },
    )


def parts_of_new_vpc(vpc: AwsResource, call: Call) -> Iterable[AwsResource]:
    """What every VPC has from the start ("Create a VPC", Amazon VPC User Guide)."""
    common = {"vpcId": vpc.id, "ownerId": vpc.get("ownerId"), "region": call.region}
    everybody = {"protocol": "-1", "fromPort": 0, "toPort": 0}
    allow = {"ruleNo": 100, "action": "allow", "cidrBlock": _ALL_ADDRESSES, **everybody}
    yield _default_dhcp_options(call)
    yield AwsResource(
        "aws:ec2/routeTable:RouteTable",
        vpc.get("mainRouteTableId"),
        {**common, "routes": [], "associations": [{"main": True}]},
        owner=vpc.id,
    )
    yield AwsResource(
        "aws:ec2/securityGroup:SecurityGroup",
        vpc.get("defaultSecurityGroupId"),
        {
            **common,
            "name": "default",
            "description": "default VPC security group",
            "ingress": [{**everybody, "self": True}],
            "egress": [{**everybody, "cidrBlocks": [_ALL_ADDRESSES]}],
        },
        owner=vpc.id,
    )
    yield AwsResource(
        "aws:ec2/networkAcl:NetworkAcl",
        vpc.get("defaultNetworkAclId"),
        {**common, "ingress": [allow], "egress": [allow], "subnetIds": []},
        owner=vpc.id,
    )


def new_subnet(call: Call, identity: str) -> Mapping[str, Any]:
    """What AWS computes of a subnet that it makes."""
    zone = _zone(call)
    return {
        "arn": call.arn("ec2", f"subnet/{identity}"),
        "availabilityZone": zone.name,
        "availabilityZoneId": zone.id,
        "ipv6CidrBlockAssociationId": call.ec2_id("subnet-cidr-assoc")
        if call.inputs.get("ipv6CidrBlock")
        else "",
        "ownerId": call.caller.account_id,
    }


def _zone(call: Call) -> Zone:
    """The zone that is asked for; AWS takes any if none is: here adjacent blocks lie in different ones."""
    zones = call.account.zones(call.region)
    asked = {call.inputs.get("availabilityZone"), call.inputs.get("availabilityZoneId")}
    block = network(call.inputs.get("cidrBlock"))
    place = int(block.network_address) // block.num_addresses if block else 0
    any_zone = zones[place % min(_COMMON_ZONES, len(zones))]
    return next((zone for zone in zones if {zone.name, zone.id} & asked), any_zone)


def _dhcp_options(call: Call, identity: str) -> Mapping[str, Any]:
    return {"arn": call.arn("ec2", f"dhcp-options/{identity}"), "ownerId": call.caller.account_id}


KINDS: Final = (
    Kind(
        VPC_TYPE,
        ec2_id("vpc"),
        new_vpc,
        defaults={
            "enableDnsSupport": True,
            "enableDnsHostnames": False,
            "enableNetworkAddressUsageMetrics": False,
            "instanceTenancy": "default",
            "ipv6CidrBlockNetworkBorderGroup": None,
        },
        replaced_by=frozenset({"cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength"}),
        checks=(ipv4_network("cidrBlock"), ipv6_network("ipv6CidrBlock")),
        rules=(vpc_size, pool_has_a_block),
        implicit_resources=parts_of_new_vpc,
    ),
    Kind(
        _SECONDARY,
        ec2_id("vpc-cidr-assoc"),
        replaced_by=frozenset({"vpcId", "cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength"}),
        references={"vpcId": VPC},
        non_blocking_references=frozenset({"vpcId"}),
        checks=(ipv4_network("cidrBlock"),),
        rules=(vpc_size, secondary_block_is_free),
    ),
    Kind(
        "aws:ec2/vpcIpv6CidrBlockAssociation:VpcIpv6CidrBlockAssociation",
        ec2_id("vpc-cidr-assoc"),
        new_ipv6_block,
        replaced_by=frozenset(
            {"vpcId", "assignGeneratedIpv6CidrBlock", "ipv6CidrBlock", "ipv6IpamPoolId", "ipv6NetmaskLength"}
        ),
        references={"vpcId": VPC},
        non_blocking_references=frozenset({"vpcId"}),
        checks=(ipv6_network("ipv6CidrBlock"),),
    ),
    Kind(
        SUBNET_TYPE,
        ec2_id("subnet"),
        new_subnet,
        defaults={
            "mapPublicIpOnLaunch": False,
            "assignIpv6AddressOnCreation": False,
            "enableDns64": False,
            "privateDnsHostnameTypeOnLaunch": "ip-name",
        },
        replaced_by=frozenset(
            {"vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId", "ipv6Native", "outpostArn"}
        ),
        references={"vpcId": VPC},
        checks=(
            ipv4_network("cidrBlock"),
            ipv6_network("ipv6CidrBlock"),
            conflicting("availabilityZone", "availabilityZoneId"),
        ),
        rules=(subnet_zone_exists, subnet_size, subnet_inside_vpc, subnet_is_free),
    ),
    Kind(
        _DHCP_OPTIONS,
        ec2_id("dopt"),
        _dhcp_options,
        replaced_by=frozenset(
            {"domainName", "domainNameServers", "ntpServers", "netbiosNameServers", "netbiosNodeType"}
        ),
    ),
    Kind(
        _PEERING,
        ec2_id("pcx"),
        lambda call, _id: {
            "acceptStatus": "active" if call.inputs.get("autoAccept") else "pending-acceptance",
            "peerOwnerId": call.inputs.get("peerOwnerId") or call.caller.account_id,
            "peerRegion": call.inputs.get("peerRegion") or call.region,
        },
        recomputed=frozenset({"acceptStatus"}),
        replaced_by=frozenset({"vpcId", "peerVpcId", "peerOwnerId", "peerRegion"}),
        references={"vpcId": VPC},
        rules=(peers_do_not_overlap, peer_accepts_across_regions),
    ),
    Kind(
        "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter",
        id_from("vpcPeeringConnectionId"),
        lambda call, _id: {
            "acceptStatus": "active" if call.inputs.get("autoAccept") else "pending-acceptance",
        },
        recomputed=frozenset({"acceptStatus"}),
        replaced_by=frozenset({"vpcPeeringConnectionId"}),
        rules=(accepter_is_in_the_peers_region,),
    ),
    Kind(
        "aws:ec2/vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation",
        opaque_id,
        replaced_by=frozenset({"vpcId", "dhcpOptionsId"}),
        references={"vpcId": VPC, "dhcpOptionsId": DHCP_OPTIONS},
        non_blocking_references=frozenset({"vpcId"}),
    ),
)
