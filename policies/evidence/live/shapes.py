"""From AWS's answers to resources as pulumi-aws shows them: one small function for each entity.

Sources: Amazon EC2 API Reference, "Data Types"; the Pulumi Registry's pages of the types named.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import Any, Final

from reachability.workloads.mail import shows_server

Answer = Mapping[str, Any]
Entry = dict[str, Any]
Shape = Callable[[Answer], Entry]

_LAST_ACL_RULE: Final = 32766
_NO_ASSOCIATION: Final = frozenset({"disassociated", "failed"})
_TARGETS: Final = {
    "NatGatewayId": "natGatewayId",
    "TransitGatewayId": "transitGatewayId",
    "VpcPeeringConnectionId": "vpcPeeringConnectionId",
    "NetworkInterfaceId": "networkInterfaceId",
    "EgressOnlyInternetGatewayId": "egressOnlyGatewayId",
    "CarrierGatewayId": "carrierGatewayId",
    "LocalGatewayId": "localGatewayId",
    "CoreNetworkArn": "coreNetworkArn",
}


def present(**properties: Any) -> dict[str, Any]:
    """`properties` without what AWS leaves out."""
    return {name: value for name, value in properties.items() if value is not None}


def entry(type_: str, identity: str, /, **properties: Any) -> Entry:
    """One resource of an evidence document."""
    return {"type": type_, "id": identity, "properties": present(**properties)}


class _Everything:
    def __contains__(self, name: object) -> bool:
        return True


EVERYTHING: Final[Container[str]] = _Everything()
"""Every variable with any value: for whoever tells by more than names what is secret."""


def kept(plain: Mapping[str, Any], variables: Container[str]) -> dict[str, Any]:
    """Environment variables, of which only `variables` keep their values: others may be secrets.

    Of these too a value is kept only where it is a host or a port, which a URL with a password is not.
    """
    return {
        name: value
        if name in variables and (variables is EVERYTHING or shows_server(name, str(value)))
        else None
        for name, value in plain.items()
    }


def tags(item: Answer) -> dict[str, str]:
    return {tag["Key"]: tag.get("Value", "") for tag in item.get("Tags") or () if "Key" in tag}


def vpc(
    item: Answer, dns: Mapping[str, bool], table: str | None, group: str | None, acl: str | None
) -> Entry:
    """A VPC with what other calls show: its DNS attributes, and the defaults that belong to it."""
    return entry(
        "aws:ec2/vpc:Vpc",
        item["VpcId"],
        cidrBlock=item["CidrBlock"],
        ipv6CidrBlock=_ipv6_block(item),
        enableDnsSupport=dns.get("EnableDnsSupport"),
        enableDnsHostnames=dns.get("EnableDnsHostnames"),
        dhcpOptionsId=item.get("DhcpOptionsId"),
        instanceTenancy=item.get("InstanceTenancy"),
        mainRouteTableId=table,
        defaultRouteTableId=table,
        defaultSecurityGroupId=group,
        defaultNetworkAclId=acl,
        default=item.get("IsDefault") or None,
        ownerId=item.get("OwnerId"),
        tags=tags(item),
    )


def encryption_control(item: Answer) -> Iterator[Entry]:
    """What a VPC shows of its own encryption control, where it has one."""
    control = item.get("EncryptionControl") or {}
    if "VpcEncryptionControlId" in control and control.get("State") not in ("deleting", "deleted"):
        yield entry(
            "aws:ec2/vpcEncryptionControl:VpcEncryptionControl",
            control["VpcEncryptionControlId"],
            vpcId=item["VpcId"],
            mode=control.get("Mode"),
            tags=tags(control),
        )


def secondary_blocks(item: Answer) -> Iterator[Entry]:
    """The blocks that a VPC has beside the first of each family."""
    first = {"Ipv4": item["CidrBlock"], "Ipv6": _ipv6_block(item)}
    for family, name in (("Ipv4", "CidrBlock"), ("Ipv6", "Ipv6CidrBlock")):
        for block in item.get(f"{name}AssociationSet") or ():
            if block[name] != first[family] and block[f"{name}State"]["State"] == "associated":
                yield entry(
                    f"aws:ec2/vpc{family}CidrBlockAssociation:Vpc{family}CidrBlockAssociation",
                    block["AssociationId"],
                    **{"vpcId": item["VpcId"], name[0].lower() + name[1:]: block[name]},
                )


def _ipv6_block(item: Answer) -> str | None:
    return next(
        (
            block["Ipv6CidrBlock"]
            for block in item.get("Ipv6CidrBlockAssociationSet") or ()
            if block["Ipv6CidrBlockState"]["State"] == "associated"
        ),
        None,
    )


def subnet(item: Answer) -> Entry:
    return entry(
        "aws:ec2/subnet:Subnet",
        item["SubnetId"],
        arn=item.get("SubnetArn"),
        vpcId=item["VpcId"],
        cidrBlock=item.get("CidrBlock"),
        ipv6CidrBlock=_ipv6_block(item),
        availabilityZone=item["AvailabilityZone"],
        availabilityZoneId=item.get("AvailabilityZoneId"),
        mapPublicIpOnLaunch=item.get("MapPublicIpOnLaunch"),
        assignIpv6AddressOnCreation=item.get("AssignIpv6AddressOnCreation"),
        ipv6Native=item.get("Ipv6Native"),
        enableDns64=item.get("EnableDns64"),
        defaultForAz=item.get("DefaultForAz") or None,
        ownerId=item.get("OwnerId"),
        tags=tags(item),
    )


def route_table(item: Answer) -> Entry:
    return entry(
        "aws:ec2/routeTable:RouteTable",
        item["RouteTableId"],
        vpcId=item["VpcId"],
        routes=[_route(route) for route in item.get("Routes") or () if _is_listed(route)],
        associations=[
            present(
                subnetId=link.get("SubnetId"),
                gatewayId=link.get("GatewayId"),
                main=link.get("Main") or None,
                routeTableAssociationId=link.get("RouteTableAssociationId"),
            )
            for link in item.get("Associations") or ()
            if link["AssociationState"]["State"] not in _NO_ASSOCIATION
        ],
        ownerId=item.get("OwnerId"),
        tags=tags(item),
    )


def _is_listed(route: Answer) -> bool:
    """Every route but the local ones, and those that a route server learned and did not install."""
    return route.get("GatewayId") != "local" and route.get("State") != "filtered"


def leads_to_endpoint(route: Answer) -> bool:
    """Whether a route leads to an endpoint that inspects packets; gateway endpoints take prefix lists."""
    return str(route.get("GatewayId")).startswith("vpce-") and "DestinationPrefixListId" not in route


def _route(route: Answer) -> dict[str, Any]:
    gateway, to_endpoint = route.get("GatewayId"), leads_to_endpoint(route)
    return present(
        cidrBlock=route.get("DestinationCidrBlock"),
        ipv6CidrBlock=route.get("DestinationIpv6CidrBlock"),
        destinationPrefixListId=route.get("DestinationPrefixListId"),
        gatewayId=None if to_endpoint else gateway,
        vpcEndpointId=gateway if to_endpoint else None,
        state=route.get("State"),
        **{name: route.get(key) for key, name in _TARGETS.items()},
    )


def internet_gateway(item: Answer) -> Entry:
    return entry(
        "aws:ec2/internetGateway:InternetGateway",
        item["InternetGatewayId"],
        vpcId=_attached_to(item),
        ownerId=item.get("OwnerId"),
        tags=tags(item),
    )


def egress_only_gateway(item: Answer) -> Entry:
    return entry(
        "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
        item["EgressOnlyInternetGatewayId"],
        vpcId=_attached_to(item),
        tags=tags(item),
    )


def _attached_to(item: Answer) -> str | None:
    return next(
        (
            link["VpcId"]
            for link in item.get("Attachments") or ()
            if link.get("State") in ("available", "attached")
        ),
        None,
    )


def nat_gateway(item: Answer) -> Entry:
    listed = item.get("NatGatewayAddresses") or ()
    address = next((given for given in listed if given.get("IsPrimary")), listed[0] if listed else {})
    return entry(
        "aws:ec2/natGateway:NatGateway",
        item["NatGatewayId"],
        vpcId=item.get("VpcId"),
        subnetId=item.get("SubnetId"),
        connectivityType=item["ConnectivityType"],
        availabilityMode=item.get("AvailabilityMode"),
        allocationId=address.get("AllocationId"),
        publicIp=address.get("PublicIp"),
        privateIp=address.get("PrivateIp"),
        state=item.get("State"),
        tags=tags(item),
    )


def address(item: Answer) -> Entry:
    return entry(
        "aws:ec2/eip:Eip",
        item["AllocationId"],
        allocationId=item["AllocationId"],
        publicIp=item.get("PublicIp"),
        associationId=item.get("AssociationId"),
        domain=item.get("Domain"),
        tags=tags(item),
    )


def vpc_endpoint(item: Answer) -> Entry:
    """An endpoint; one for a resource or for a service network has that in the place of a service."""
    names = ("ServiceName", "ResourceConfigurationArn", "ServiceNetworkArn")
    return entry(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        item["VpcEndpointId"],
        vpcId=item["VpcId"],
        serviceName=next(filter(None, map(item.get, names)), ""),
        vpcEndpointType=item["VpcEndpointType"],
        privateDnsEnabled=item.get("PrivateDnsEnabled"),
        ipAddressType=item.get("IpAddressType"),
        dnsOptions=present(dnsRecordIpType=(item.get("DnsOptions") or {}).get("DnsRecordIpType")) or None,
        serviceRegion=item.get("ServiceRegion"),
        subnetIds=item.get("SubnetIds"),
        securityGroupIds=[group["GroupId"] for group in item.get("Groups") or ()],
        routeTableIds=item.get("RouteTableIds"),
        policy=item.get("PolicyDocument"),
        state=item.get("State"),
        dnsEntries=[
            present(dnsName=name.get("DnsName"), hostedZoneId=name.get("HostedZoneId"))
            for name in item.get("DnsEntries") or ()
        ],
        ownerId=item.get("OwnerId"),
        tags=tags(item),
    )


def security_group(item: Answer) -> Entry:
    return entry(
        "aws:ec2/securityGroup:SecurityGroup",
        item["GroupId"],
        arn=item.get("SecurityGroupArn"),
        vpcId=item["VpcId"],
        name=item.get("GroupName"),
        description=item.get("Description"),
        ingress=[_permission(given, item) for given in item.get("IpPermissions") or ()],
        egress=[_permission(given, item) for given in item.get("IpPermissionsEgress") or ()],
        ownerId=item.get("OwnerId"),
        tags=tags(item),
    )


def _permission(given: Answer, group: Answer) -> dict[str, Any]:
    peers = [
        pair["GroupId"]
        if pair.get("UserId") in (None, group.get("OwnerId"))
        else f"{pair['UserId']}/{pair['GroupId']}"
        for pair in given.get("UserIdGroupPairs") or ()
    ]
    return present(
        protocol=given["IpProtocol"],
        fromPort=given.get("FromPort", 0),
        toPort=given.get("ToPort", 0),
        cidrBlocks=[block["CidrIp"] for block in given.get("IpRanges") or ()] or None,
        ipv6CidrBlocks=[block["CidrIpv6"] for block in given.get("Ipv6Ranges") or ()] or None,
        prefixListIds=[listed["PrefixListId"] for listed in given.get("PrefixListIds") or ()] or None,
        securityGroups=[peer for peer in peers if peer != group["GroupId"]] or None,
        self=group["GroupId"] in peers or None,
    )


def network_acl(item: Answer) -> Entry:
    rules = sorted(item.get("Entries") or (), key=lambda rule: rule["RuleNumber"])
    listed = [rule for rule in rules if rule["RuleNumber"] <= _LAST_ACL_RULE]
    return entry(
        "aws:ec2/networkAcl:NetworkAcl",
        item["NetworkAclId"],
        vpcId=item["VpcId"],
        subnetIds=sorted(link["SubnetId"] for link in item.get("Associations") or ()),
        ingress=[_acl_rule(rule) for rule in listed if not rule["Egress"]],
        egress=[_acl_rule(rule) for rule in listed if rule["Egress"]],
        ownerId=item.get("OwnerId"),
        tags=tags(item),
    )


def _acl_rule(rule: Answer) -> dict[str, Any]:
    ports, icmp = rule.get("PortRange") or {}, rule.get("IcmpTypeCode") or {}
    return present(
        ruleNo=rule["RuleNumber"],
        action=rule["RuleAction"],
        protocol=rule["Protocol"],
        fromPort=ports.get("From", 0),
        toPort=ports.get("To", 0),
        cidrBlock=rule.get("CidrBlock"),
        ipv6CidrBlock=rule.get("Ipv6CidrBlock"),
        icmpType=icmp.get("Type"),
        icmpCode=icmp.get("Code"),
    )


def dhcp_options(item: Answer) -> Entry:
    values = {
        option["Key"]: [value["Value"] for value in option["Values"]]
        for option in item.get("DhcpConfigurations") or ()
    }
    names = values.get("domain-name")
    return entry(
        "aws:ec2/vpcDhcpOptions:VpcDhcpOptions",
        item["DhcpOptionsId"],
        domainName=names[0] if names else None,
        domainNameServers=values.get("domain-name-servers"),
        ownerId=item.get("OwnerId"),
        tags=tags(item),
    )


def peering_connection(item: Answer) -> Entry:
    return entry(
        "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
        item["VpcPeeringConnectionId"],
        vpcId=item.get("RequesterVpcInfo", {}).get("VpcId"),
        peerVpcId=item.get("AccepterVpcInfo", {}).get("VpcId"),
        peerOwnerId=item.get("AccepterVpcInfo", {}).get("OwnerId"),
        acceptStatus=item.get("Status", {}).get("Code"),
        tags=tags(item),
    )


def prefix_list(item: Answer, blocks: Iterable[Answer]) -> Entry:
    return entry(
        "aws:ec2/managedPrefixList:ManagedPrefixList",
        item["PrefixListId"],
        name=item.get("PrefixListName"),
        addressFamily=item.get("AddressFamily"),
        entries=[{"cidr": block["Cidr"]} for block in blocks],
        ownerId=item.get("OwnerId"),
        tags=tags(item),
    )


def public_access(item: Answer) -> Entry:
    return entry(
        "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions",
        item["AwsRegion"],
        awsAccountId=item.get("AwsAccountId"),
        awsRegion=item["AwsRegion"],
        internetGatewayBlockMode=item.get("InternetGatewayBlockMode"),
    )


def public_access_exclusion(item: Answer) -> Entry:
    """An exclusion of a VPC or of a subnet, which AWS names by its ARN alone."""
    excluded = item.get("ResourceArn", "").rpartition("/")[2]
    return entry(
        "aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion",
        item["ExclusionId"],
        internetGatewayExclusionMode=item.get("InternetGatewayExclusionMode"),
        resourceArn=item.get("ResourceArn"),
        vpcId=excluded if excluded.startswith("vpc-") else None,
        subnetId=excluded if excluded.startswith("subnet-") else None,
        tags=tags(item),
    )
