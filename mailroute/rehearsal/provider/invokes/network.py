"""VPCs and everything in them, and the services behind their endpoints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from reachability.values import UNKNOWN

from ...account import Account, AwsResource
from ...account.kinds import acls, routing
from ...account.kinds.nat import user_of
from .named import digest
from .query import Function, InvokeError, Query, Search, identity, prop


def _available(_account: Account, each: AwsResource) -> Iterable[str]:
    return [str(each.get("state") or "available")]


def _vpc(query: Query, vpc: AwsResource) -> Mapping[str, Any]:
    account = query.account
    secondary = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"
    blocks = [(f"vpc-cidr-assoc-{vpc.id[4:]}", vpc.get("cidrBlock"))]
    blocks += [
        (each.id, each.get("cidrBlock")) for each in account.of(secondary) if each.get("vpcId") == vpc.id
    ]
    names = (
        "cidrBlock",
        "dhcpOptionsId",
        "enableDnsHostnames",
        "enableDnsSupport",
        "enableNetworkAddressUsageMetrics",
        "mainRouteTableId",
        "ownerId",
    )
    return {
        **{name: vpc.get(name) for name in names},
        "cidrBlockAssociations": [
            {"associationId": association, "cidrBlock": block, "state": "associated"}
            for association, block in blocks
        ],
        "default": bool(vpc.get("default")),
        "instanceTenancy": vpc.get("instanceTenancy") or "default",
        "state": "available",
    }


def _subnet(_query: Query, subnet: AwsResource) -> Mapping[str, Any]:
    return {
        **subnet.properties,
        "defaultForAz": bool(subnet.get("defaultForAz")),
        "state": "available",
    }


def _table(query: Query, table: AwsResource) -> Mapping[str, Any]:
    account = query.account
    local = account.find("aws:ec2/vpc:Vpc", str(table.get("vpcId")))
    block = local.get("cidrBlock") if local else None
    routes = [{"cidrBlock": block, "gatewayId": "local"}] if block else []
    routes += [
        {name: value for name, value in route.items() if name != "state"}
        for route in routing.routes_of(account, table.id)
    ]
    return {
        "routeTableId": table.id,
        "vpcId": table.get("vpcId"),
        "ownerId": table.get("ownerId"),
        "routes": routes,
        "associations": [
            {"main": False, "routeTableId": table.id, "gatewayId": "", "subnetId": "", **association}
            for association in routing.associations_of(account, table.id)
        ],
    }


def _associated(name: str) -> Any:
    return lambda account, table: [each.get(name) for each in routing.associations_of(account, table.id)]


def _routed(name: str) -> Any:
    return lambda account, table: [route.get(name) for route in routing.routes_of(account, table.id)]


def _is_main(account: Account, table: AwsResource) -> Iterable[bool]:
    return [bool(each.get("main")) for each in routing.associations_of(account, table.id)] or [False]


def _group(_query: Query, group: AwsResource) -> Mapping[str, Any]:
    return {name: group.get(name) for name in ("description", "name", "vpcId")}


def _attached(account: Account, gateway: AwsResource) -> Iterable[str | None]:
    return [routing.attached_vpc(account, gateway)]


def _internet_gateway(query: Query, gateway: AwsResource) -> Mapping[str, Any]:
    vpc = routing.attached_vpc(query.account, gateway)
    return {
        "internetGatewayId": gateway.id,
        "attachments": [{"state": "available", "vpcId": vpc}] if vpc else [],
        "ownerId": gateway.get("ownerId"),
    }


def _address(query: Query, address: AwsResource) -> Mapping[str, Any]:
    return {**address.properties, "domain": "vpc", "associationId": user_of(query.account, address.id)}


def _acl_subnets(account: Account, acl: AwsResource) -> Iterable[str]:
    return acls.subnets_of(account, acl.id)


def _endpoint(_query: Query, endpoint: AwsResource) -> Mapping[str, Any]:
    options = endpoint.get("dnsOptions")
    return {**endpoint.properties, "dnsOptions": [options] if options else []}


def _service(query: Query) -> Mapping[str, Any]:
    """`getVpcEndpointService`: which zones offer a service."""
    region = query.region
    name = query.get("serviceName") or f"com.amazonaws.{region}.{query.get('service')}"
    type_ = query.get("serviceType")
    found = [
        service
        for service in query.account.endpoint_services(region)
        if service.name == name and type_ in (None, "", service.type)
    ]
    if not found:
        raise InvokeError(
            f"no matching VPC Endpoint Service found for {name}{f' ({type_})' if type_ else ''} in {region}: "
            "if AWS has it, add it to endpointServices of the account file"
        )
    if len(found) > 1:
        types = ", ".join(service.type for service in found)
        raise InvokeError(f"multiple VPC Endpoint Services {name} matched: give service_type, one of {types}")
    (service,) = found
    return {
        "id": str(sum(ord(letter) for letter in name)),
        "acceptanceRequired": False,
        "arn": query.arn("ec2", f"vpc-endpoint-service/vpce-svc-{name.rpartition('.')[2]}"),
        "availabilityZones": sorted(service.zones),
        "baseEndpointDnsNames": [f"{name.rpartition('.')[2]}.{region}.vpce.amazonaws.com"],
        "managesVpcEndpoints": False,
        "owner": "amazon",
        "privateDnsName": service.private_dns_name,
        "privateDnsNames": [service.private_dns_name] if service.private_dns_name else [],
        "serviceName": name,
        "serviceRegion": region,
        "serviceType": service.type,
        "supportedIpAddressTypes": ["ipv4"],
    }


def _route(query: Query) -> Mapping[str, Any]:
    """`getRoute`: a route of a table by its destination or its target."""
    table = query.account.find(_TABLES.type, str(query.get("routeTableId")))
    if table is None:
        raise InvokeError(f"no matching EC2 Route Table found ({query.get('routeTableId')})")
    wanted = routing.inline(query.arguments)
    found = [route for route in routing.routes_of(query.account, table.id) if wanted.items() <= route.items()]
    if len(found) != 1:
        asked = ", ".join(f"{name}={value}" for name, value in wanted.items())
        raise InvokeError(
            f"{len(found)} EC2 Routes of {table.id} matched {asked or 'no constraint'}, not one"
        )
    return {"id": f"r-{table.id}", **routing.standalone(found[0])}


def _prefix_list(query: Query) -> Mapping[str, Any]:
    """What the account shows; of AWS's own lists an id, and that their content is unknown."""
    names = {query.get("id"), query.get("prefixListId"), query.get("name")} - {None}
    for each in query.account.of("aws:ec2/managedPrefixList:ManagedPrefixList"):
        if names and names <= {each.id, each.get("name")} and not query.get("filters"):
            blocks = [entry["cidr"] for entry in each.items("entries")]
            return {"tags": each.get("tags") or {}, **each.properties, "id": each.id, "cidrBlocks": blocks}
    managed = query.get("name") or _managed_by_filter(query)
    if isinstance(managed, str) and managed.startswith("com.amazonaws."):
        return _managed_by_aws(query, managed)
    raise InvokeError(
        f"no prefix list {', '.join(sorted(names)) or 'by filters'} in the account: add it to the account "
        "file as aws:ec2/managedPrefixList:ManagedPrefixList, or name it by id"
    )


def _managed_by_filter(query: Query) -> Any:
    """The one name that filters ask for, if they ask for nothing else."""
    filters = query.get("filters") or ()
    wanted = [value for each in filters for value in each.get("values") or ()]
    return (
        wanted[0] if [each["name"] for each in filters] == ["prefix-list-name"] and len(wanted) == 1 else None
    )


def _managed_by_aws(query: Query, name: str) -> Mapping[str, Any]:
    """One of AWS's own: its id is made up, and what is in it is unknown, for it decides routes.

    Source: Amazon VPC User Guide, "Work with AWS-managed prefix lists".
    """
    identity_ = f"pl-0{digest(f'{query.region}{name}', 16)}"
    return {
        "id": identity_,
        "name": name,
        "prefixListId": identity_,
        "arn": f"arn:aws:ec2:{query.region}:aws:prefix-list/{identity_}",
        "addressFamily": "IPv6" if name.startswith("com.amazonaws.global.ipv6") else "IPv4",
        "ownerId": "AWS",
        "entries": UNKNOWN,
        "cidrBlocks": UNKNOWN,
    }


def _addresses(query: Query) -> Mapping[str, Any]:
    found = sorted(_ADDRESSES.find(query), key=lambda address: address.id)
    return {
        "id": query.region,
        "allocationIds": [address.id for address in found],
        "publicIps": [address.get("publicIp") for address in found],
    }


def _groups(query: Query) -> Mapping[str, Any]:
    found = sorted(_GROUPS.find(query), key=lambda group: group.id)
    return {
        "id": query.region,
        "ids": [group.id for group in found],
        "arns": [group.get("arn") for group in found],
        "vpcIds": [group.get("vpcId") for group in found],
    }


_VPCS: Final = Search(
    "aws:ec2/vpc:Vpc",
    "EC2 VPC",
    {
        "cidr": prop("cidrBlock"),
        "cidr-block": prop("cidrBlock"),
        "dhcp-options-id": prop("dhcpOptionsId"),
        "is-default": lambda _account, vpc: [bool(vpc.get("default"))],
        "isDefault": lambda _account, vpc: [bool(vpc.get("default"))],
        "owner-id": prop("ownerId"),
        "state": _available,
        "vpc-id": identity,
    },
    {
        "id": "vpc-id",
        "cidrBlock": "cidr",
        "dhcpOptionsId": "dhcp-options-id",
        "default": "is-default",
        "state": "state",
    },
    _vpc,
)
_SUBNETS: Final = Search(
    "aws:ec2/subnet:Subnet",
    "EC2 Subnet",
    {
        "availability-zone": prop("availabilityZone"),
        "availabilityZone": prop("availabilityZone"),
        "availability-zone-id": prop("availabilityZoneId"),
        "cidr": prop("cidrBlock"),
        "cidr-block": prop("cidrBlock"),
        "default-for-az": lambda _account, subnet: [bool(subnet.get("defaultForAz"))],
        "ipv6-cidr-block-association.ipv6-cidr-block": prop("ipv6CidrBlock"),
        "map-public-ip-on-launch": prop("mapPublicIpOnLaunch"),
        "owner-id": prop("ownerId"),
        "state": _available,
        "subnet-id": identity,
        "vpc-id": prop("vpcId"),
    },
    {
        "id": "subnet-id",
        "vpcId": "vpc-id",
        "cidrBlock": "cidr-block",
        "ipv6CidrBlock": "ipv6-cidr-block-association.ipv6-cidr-block",
        "availabilityZone": "availability-zone",
        "availabilityZoneId": "availability-zone-id",
        "defaultForAz": "default-for-az",
        "state": "state",
    },
    _subnet,
)
_TABLES: Final = Search(
    "aws:ec2/routeTable:RouteTable",
    "EC2 Route Table",
    {
        "association.gateway-id": _associated("gatewayId"),
        "association.main": _is_main,
        "association.route-table-association-id": _associated("routeTableAssociationId"),
        "association.subnet-id": _associated("subnetId"),
        "owner-id": prop("ownerId"),
        "route.destination-cidr-block": _routed("cidrBlock"),
        "route.gateway-id": _routed("gatewayId"),
        "route.nat-gateway-id": _routed("natGatewayId"),
        "route-table-id": identity,
        "vpc-id": prop("vpcId"),
    },
    {
        "routeTableId": "route-table-id",
        "vpcId": "vpc-id",
        "subnetId": "association.subnet-id",
        "gatewayId": "association.gateway-id",
    },
    _table,
)
_GROUPS: Final = Search(
    "aws:ec2/securityGroup:SecurityGroup",
    "EC2 Security Group",
    {
        "description": prop("description"),
        "group-id": identity,
        "group-name": prop("name"),
        "owner-id": prop("ownerId"),
        "vpc-id": prop("vpcId"),
    },
    {"id": "group-id", "name": "group-name", "vpcId": "vpc-id"},
    _group,
)
_INTERNET_GATEWAYS: Final = Search(
    "aws:ec2/internetGateway:InternetGateway",
    "EC2 Internet Gateway",
    {"attachment.vpc-id": _attached, "internet-gateway-id": identity, "owner-id": prop("ownerId")},
    {"internetGatewayId": "internet-gateway-id"},
    _internet_gateway,
)
_NAT_GATEWAYS: Final = Search(
    "aws:ec2/natGateway:NatGateway",
    "EC2 NAT Gateway",
    {
        "nat-gateway-id": identity,
        "state": _available,
        "subnet-id": prop("subnetId"),
        "vpc-id": prop("vpcId"),
    },
    {"id": "nat-gateway-id", "subnetId": "subnet-id", "vpcId": "vpc-id", "state": "state"},
    lambda _query, nat: {**nat.properties, "state": nat.get("state") or "available"},
)
_ACLS: Final = Search(
    "aws:ec2/networkAcl:NetworkAcl",
    "EC2 Network ACL",
    {"association.subnet-id": _acl_subnets, "network-acl-id": identity, "vpc-id": prop("vpcId")},
    {"vpcId": "vpc-id"},
    lambda _query, _acl: {},
)
_ENDPOINTS: Final = Search(
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    "EC2 VPC Endpoint",
    {
        "service-name": prop("serviceName"),
        "vpc-endpoint-id": identity,
        "vpc-endpoint-state": _available,
        "vpc-endpoint-type": prop("vpcEndpointType"),
        "vpc-id": prop("vpcId"),
    },
    {
        "id": "vpc-endpoint-id",
        "vpcId": "vpc-id",
        "serviceName": "service-name",
        "vpcEndpointType": "vpc-endpoint-type",
        "state": "vpc-endpoint-state",
    },
    _endpoint,
)
_ADDRESSES: Final = Search(
    "aws:ec2/eip:Eip",
    "EC2 EIP",
    {"allocation-id": identity, "public-ip": prop("publicIp")},
    {"id": "allocation-id", "publicIp": "public-ip"},
    _address,
)
_DHCP_OPTIONS: Final = Search(
    "aws:ec2/vpcDhcpOptions:VpcDhcpOptions",
    "EC2 DHCP Options Set",
    {"dhcp-options-id": identity},
    {"dhcpOptionsId": "dhcp-options-id"},
    lambda _query, options: {**options.properties, "dhcpOptionsId": options.id},
)

ANY_NUMBER: Final = frozenset(
    f"aws:ec2/{name}:{name}"
    for name in (
        "getVpcs",
        "getSubnets",
        "getRouteTables",
        "getSecurityGroups",
        "getNatGateways",
        "getNetworkAcls",
        "getEips",
    )
)
"""The functions that find any number of resources, none of them too, by their tokens."""

FUNCTIONS: Final[Mapping[str, Function]] = {
    "aws:ec2/getVpc:getVpc": _VPCS.one,
    "aws:ec2/getVpcs:getVpcs": _VPCS.ids,
    "aws:ec2/getSubnet:getSubnet": _SUBNETS.one,
    "aws:ec2/getSubnets:getSubnets": _SUBNETS.ids,
    "aws:ec2/getRouteTable:getRouteTable": _TABLES.one,
    "aws:ec2/getRouteTables:getRouteTables": _TABLES.ids,
    "aws:ec2/getSecurityGroup:getSecurityGroup": _GROUPS.one,
    "aws:ec2/getSecurityGroups:getSecurityGroups": _groups,
    "aws:ec2/getInternetGateway:getInternetGateway": _INTERNET_GATEWAYS.one,
    "aws:ec2/getNatGateway:getNatGateway": _NAT_GATEWAYS.one,
    "aws:ec2/getNatGateways:getNatGateways": _NAT_GATEWAYS.ids,
    "aws:ec2/getNetworkAcls:getNetworkAcls": _ACLS.ids,
    "aws:ec2/getVpcEndpoint:getVpcEndpoint": _ENDPOINTS.one,
    "aws:ec2/getVpcEndpointService:getVpcEndpointService": _service,
    "aws:ec2/getElasticIp:getElasticIp": _ADDRESSES.one,
    "aws:ec2/getEips:getEips": _addresses,
    "aws:ec2/getManagedPrefixList:getManagedPrefixList": _prefix_list,
    "aws:ec2/getPrefixList:getPrefixList": _prefix_list,
    "aws:ec2/getRoute:getRoute": _route,
    "aws:ec2/getVpcDhcpOptions:getVpcDhcpOptions": _DHCP_OPTIONS.one,
}
