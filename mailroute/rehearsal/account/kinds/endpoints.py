"""VPC endpoints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..account import AwsResource
from ..checks import json_object, one_of
from ..errors import AwsError
from ..kind import Call, Kind, ec2_id, opaque_id
from ..regions import EndpointService
from .interfaces import private_ips_are_free, serves_vpc
from .references import ENDPOINT, GROUP, ROUTE_TABLE, SUBNET, VPC

ENDPOINT_TYPE: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
_SUBNET_ASSOCIATION: Final = "aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation"
_TABLE_ASSOCIATION: Final = "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation"
_VPC: Final = "aws:ec2/vpc:Vpc"
_SUBNET: Final = "aws:ec2/subnet:Subnet"
_GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
_FAMILIES: Final = {
    "ipv4": ("cidrBlock",),
    "ipv6": ("ipv6CidrBlock",),
    "dualstack": ("cidrBlock", "ipv6CidrBlock"),
}
"""By IP address type of an endpoint, the blocks that each of its subnets has."""
_ALLOW_ALL: Final = (
    '{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}],"Version":"2008-10-17"}'
)
_HOSTED_ZONE: Final = "Z7HUB22UULQXV"
"""The zone that holds the names of interface endpoints."""


def service_is_of_the_region(call: Call) -> None:
    """The service is one of the region's ("CreateVpcEndpoint", Amazon EC2 API Reference)."""
    name = call.inputs.get("serviceName")
    region = call.inputs.get("serviceRegion") or call.region
    if str(name).startswith("com.amazonaws.") and not str(name).startswith(f"com.amazonaws.{region}."):
        raise AwsError("InvalidServiceName", f"The Vpc Endpoint Service '{name}' does not exist in {region}.")


def service_has_endpoint_type(call: Call) -> None:
    """A service takes endpoints of its own types ("CreateVpcEndpoint", Amazon EC2 API Reference)."""
    types = [service.type for service in _services(call)]
    if types and call.inputs["vpcEndpointType"] not in types:
        raise AwsError(
            "InvalidParameter",
            f"Endpoint type ({call.inputs['vpcEndpointType']}) does not match available service types "
            f"([{', '.join(types)}]) of {call.inputs['serviceName']}.",
        )


def service_is_in_zones(call: Call) -> None:
    """A subnet lies in a zone that offers the service ("Setting up VPC endpoints with Amazon SES")."""
    for service in _services(call):
        for subnet in _subnets(call):
            zone = subnet.get("availabilityZone")
            if zone not in service.zones:
                raise AwsError(
                    "InvalidParameter",
                    f"The VPC endpoint service {service.name} does not support the availability zone of the "
                    f"subnet: {subnet.id} ({zone}, {subnet.get('availabilityZoneId')}).",
                )


def one_subnet_for_each_zone(call: Call) -> None:
    """An endpoint has one subnet in a zone ("Subnets and Availability Zones", AWS PrivateLink Guide)."""
    seen: dict[Any, str] = {}
    for subnet in _subnets(call):
        other = seen.setdefault(subnet.get("availabilityZone"), subnet.id)
        if other != subnet.id:
            raise AwsError(
                "DuplicateSubnetsInSameZone",
                f"Found another VPC endpoint subnet in the availability zone of {subnet.id}: {other}. "
                "VPC endpoint subnets should be in different availability zones supported by the VPC "
                "endpoint service.",
            )


def subnets_have_the_family(call: Call) -> None:
    """Its subnets have blocks of its address type ("IP address types", AWS PrivateLink Guide)."""
    needed = _FAMILIES.get(str(call.inputs.get("ipAddressType") or "ipv4"), ())
    for subnet in _subnets(call):
        for name in needed:
            if not subnet.get(name):
                family = "IPv6" if name.startswith("ipv6") else "IPv4"
                raise AwsError(
                    "InvalidParameter",
                    f"The IP address type {call.inputs.get('ipAddressType')} needs subnets with blocks of "
                    f"{family}: {subnet.id} has none.",
                )


def gateway_has_no_interface(call: Call) -> None:
    """Subnets and groups are of endpoints with interfaces ("CreateVpcEndpoint", EC2 API Reference)."""
    given = [name for name in ("subnetIds", "securityGroupIds") if call.inputs.get(name)]
    if given and call.inputs["vpcEndpointType"] == "Gateway":
        raise AwsError("InvalidParameter", f"Endpoints of type Gateway take no {' and '.join(given)}.")


def interface_has_no_tables(call: Call) -> None:
    """Route tables are of gateway endpoints ("CreateVpcEndpoint", Amazon EC2 API Reference)."""
    if call.inputs.get("routeTableIds") and call.inputs["vpcEndpointType"] != "Gateway":
        raise AwsError("InvalidParameter", "Only endpoints of type Gateway take routeTableIds.")


def parts_are_in_vpc(call: Call) -> None:
    """An endpoint's subnets and groups are its VPC's ("CreateVpcEndpoint", Amazon EC2 API Reference)."""
    vpc = call.inputs.get("vpcId")
    groups = [call.account.find(_GROUP, str(name)) for name in call.inputs.get("securityGroupIds") or ()]
    elsewhere = [group for group in filter(None, groups) if not serves_vpc(call.account, group, vpc)]
    for part in (*_subnets(call), *elsewhere):
        if part.get("vpcId") != vpc:
            raise AwsError(
                "InvalidParameter",
                f"{part.id} belongs to {part.get('vpcId')}, not to {call.inputs.get('vpcId')}.",
            )


def private_dns_needs_vpc_dns(call: Call) -> None:
    """Private DNS needs the VPC's own ("DNS hostnames", Access AWS services through AWS PrivateLink)."""
    vpc = call.find(_VPC, "vpcId")
    if not _private_dns(call.inputs) or vpc is None:
        return
    if not (vpc.get("enableDnsSupport") and vpc.get("enableDnsHostnames")):
        raise AwsError(
            "InvalidParameter",
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set "
            f"to true for {vpc.id}.",
        )


def private_dns_name_is_free(call: Call) -> None:
    """A VPC has one private name for a service ("CreateVpcEndpoint", Amazon EC2 API Reference)."""
    if not _private_dns(call.inputs):
        return
    for other in call.others(ENDPOINT_TYPE):
        same = all(other.get(name) == call.inputs.get(name) for name in ("vpcId", "serviceName"))
        if same and _private_dns(other.properties):
            names = [service.private_dns_name for service in _services(call)]
            domain = next(iter(names), call.inputs["serviceName"])
            raise AwsError(
                "InvalidParameter",
                "private-dns-enabled cannot be set because there is already a conflicting DNS domain for "
                f"{domain} in the VPC {call.inputs['vpcId']}: {other.id}.",
            )


def _services(call: Call) -> list[EndpointService]:
    """The services behind the name: an Interface and a Gateway one may share it."""
    region = call.inputs.get("serviceRegion") or call.region
    name = call.inputs.get("serviceName")
    return [service for service in call.account.endpoint_services(region) if service.name == name]


def _subnets(call: Call) -> Iterator[AwsResource]:
    """The subnets of the endpoint that is made or changed, however they are given."""
    if call.type == _SUBNET_ASSOCIATION:
        endpoint = call.find(ENDPOINT_TYPE, "vpcEndpointId")
        names = [*(endpoint.items("subnetIds") if endpoint else ()), call.inputs.get("subnetId")]
    else:
        names = list(call.inputs.get("subnetIds") or ())
    for name in names:
        subnet = call.account.find(_SUBNET, str(name))
        if subnet is not None:
            yield subnet


def association_fits_endpoint(call: Call) -> None:
    """A subnet that is added later keeps the same rules ("ModifyVpcEndpoint", Amazon EC2 API Reference)."""
    endpoint = call.find(ENDPOINT_TYPE, "vpcEndpointId")
    if endpoint is not None:
        grown = {**endpoint.properties, "subnetIds": [subnet.id for subnet in _subnets(call)]}
        whole = Call(call.account, call.caller, ENDPOINT_TYPE, call.urn, call.generation, grown, endpoint.id)
        for rule in (service_is_in_zones, one_subnet_for_each_zone, parts_are_in_vpc):
            rule(whole)


def _private_dns(endpoint: Mapping[str, Any]) -> bool:
    return endpoint.get("vpcEndpointType") == "Interface" and bool(endpoint.get("privateDnsEnabled"))


def _endpoint(call: Call, identity: str) -> Mapping[str, Any]:
    gateway = call.inputs["vpcEndpointType"] == "Gateway"
    vpc = call.find(_VPC, "vpcId")
    subnets = list(call.inputs.get("subnetIds") or ())
    default_groups = [vpc.get("defaultSecurityGroupId")] if vpc and subnets and not gateway else []
    return {
        "arn": call.arn("ec2", f"vpc-endpoint/{identity}"),
        "cidrBlocks": [],
        "dnsEntries": [] if gateway else list(_dns_entries(call, identity)),
        "dnsOptions": call.inputs.get("dnsOptions")
        or {"dnsRecordIpType": "service-defined" if gateway else "ipv4"},
        "ipAddressType": call.inputs.get("ipAddressType") or "ipv4",
        "networkInterfaceIds": [f"eni-0{call.digest(f'interface in {name}', 16)}" for name in subnets],
        "ownerId": call.caller.account_id,
        "policy": call.inputs.get("policy") or _ALLOW_ALL,
        "prefixListId": f"pl-{call.digest('prefix list', 8)}" if gateway else "",
        "requesterManaged": False,
        "routeTableIds": call.inputs.get("routeTableIds") or [],
        "securityGroupIds": call.inputs.get("securityGroupIds") or default_groups,
        "serviceRegion": call.inputs.get("serviceRegion") or call.region,
        "state": "available",
        "subnetConfigurations": call.inputs.get("subnetConfigurations") or [],
        "subnetIds": subnets,
    }


def _dns_entries(call: Call, identity: str) -> Iterator[Mapping[str, str]]:
    """The endpoint's own names, one for each zone, and the service's where private DNS is on."""
    services = _services(call)
    service = str(call.inputs.get("serviceName")).rpartition(".")[2]
    suffix = f"{service}.{call.region}.vpce.amazonaws.com"
    own = f"{identity}-{call.digest('dns name', 8)}"
    yield {"dnsName": f"{own}.{suffix}", "hostedZoneId": _HOSTED_ZONE}
    for subnet in _subnets(call):
        yield {"dnsName": f"{own}-{subnet.get('availabilityZone')}.{suffix}", "hostedZoneId": _HOSTED_ZONE}
    private = next((found.private_dns_name for found in services if found.private_dns_name), "")
    if private and _private_dns(call.inputs):
        yield {"dnsName": private, "hostedZoneId": f"Z{call.digest('private zone', 20).upper()}"}


KINDS: Final = (
    Kind(
        ENDPOINT_TYPE,
        ec2_id("vpce"),
        _endpoint,
        defaults={"vpcEndpointType": "Gateway", "privateDnsEnabled": False},
        replaced_by=frozenset(
            {"vpcId", "serviceName", "serviceRegion", "vpcEndpointType", "resourceConfigurationArn"}
        ),
        references={
            "vpcId": VPC,
            "subnetIds": SUBNET,
            "securityGroupIds": GROUP,
            "routeTableIds": ROUTE_TABLE,
        },
        checks=(
            one_of(
                "vpcEndpointType", "Gateway", "GatewayLoadBalancer", "Interface", "Resource", "ServiceNetwork"
            ),
            one_of("ipAddressType", "ipv4", "ipv6", "dualstack"),
            json_object("policy"),
        ),
        rules=(
            service_is_of_the_region,
            service_has_endpoint_type,
            parts_are_in_vpc,
            gateway_has_no_interface,
            interface_has_no_tables,
            private_ips_are_free,
            subnets_have_the_family,
            service_is_in_zones,
            one_subnet_for_each_zone,
            private_dns_needs_vpc_dns,
            private_dns_name_is_free,
        ),
        recomputed=frozenset({"dnsEntries", "networkInterfaceIds", "policy", "securityGroupIds"}),
    ),
    Kind(
        _SUBNET_ASSOCIATION,
        opaque_id,
        replaced_by=frozenset({"vpcEndpointId", "subnetId"}),
        references={"vpcEndpointId": ENDPOINT, "subnetId": SUBNET},
        non_blocking_references=frozenset({"vpcEndpointId"}),
        rules=(association_fits_endpoint,),
    ),
    Kind(
        _TABLE_ASSOCIATION,
        opaque_id,
        replaced_by=frozenset({"vpcEndpointId", "routeTableId"}),
        references={"vpcEndpointId": ENDPOINT, "routeTableId": ROUTE_TABLE},
        non_blocking_references=frozenset({"vpcEndpointId", "routeTableId"}),
    ),
    Kind(
        "aws:ec2/securityGroupAssociation:SecurityGroupAssociation",
        opaque_id,
        replaced_by=frozenset({"vpcEndpointId", "securityGroupId", "replaceDefaultAssociation"}),
        references={"vpcEndpointId": ENDPOINT, "securityGroupId": GROUP},
        non_blocking_references=frozenset({"vpcEndpointId"}),
    ),
)
