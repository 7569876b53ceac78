"""VPCs, subnets, gateways and routes: what AWS makes of their creation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tests.judges import topologies as t
from tests.judges.programs import types as kinds
from tests.judges.programs.cloud.account import Cloud, Created, Creation, copied, refuse
from tests.judges.specification import block

_ROUTE_TARGETS: Final = {"natGatewayId": t.NAT_GATEWAY, "gatewayId": t.INTERNET_GATEWAY}


def vpc(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Created:
    """Source: User Guide, "Create a VPC": with a main route table, a default group and a default ACL."""
    key, region = f"vpc-{name}", inputs
    table, group, acl = f"rtb-{name}-main", f"sg-{name}-default", f"acl-{name}-default"
    computed = {
        "mainRouteTableId": table,
        "defaultSecurityGroupId": group,
        "defaultNetworkAclId": acl,
        "dhcpOptionsId": "dopt-amazon",
    }
    given = {name: inputs[name] for name in ("cidrBlock", "enableDnsSupport", "enableDnsHostnames")}
    cloud.put(t.VPC, key, region, **given, **computed)
    cloud.put(t.ROUTE_TABLE, table, region, vpcId=key, routes=[], associations=[{"main": True}])
    cloud.put(t.GROUP, group, region, vpcId=key, name="default", **copied(t.DEFAULT_GROUP))
    cloud.put(t.ACL, acl, region, vpcId=key, subnetIds=[], **copied(t.DEFAULT_ACL))
    if "dopt-amazon" not in cloud.held:
        cloud.put(t.DHCP_OPTIONS, "dopt-amazon", {}, domainNameServers=["AmazonProvidedDNS"])
    return key, {**computed, "defaultRouteTableId": table}


def subnet(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Created:
    """Source: User Guide, "Subnet CIDR blocks"."""
    vpc = cloud.get(t.VPC, inputs["vpcId"], inputs)
    first, last, _ = block(inputs["cidrBlock"])
    lowest, highest, _ = block(vpc["cidrBlock"])
    if not lowest <= first <= last <= highest:
        refuse(f"{inputs['cidrBlock']} is outside of the VPC")
    for key, other in cloud.all(t.SUBNET):
        taken = block(other["cidrBlock"])
        if other["vpcId"] == inputs["vpcId"] and first <= taken[1] and taken[0] <= last:
            refuse(f"{inputs['cidrBlock']} overlaps {key}")
    zone = next(zone for zone, key in t.ZONES.items() if key == inputs["availabilityZoneId"])
    given = {name: inputs[name] for name in ("vpcId", "cidrBlock", "availabilityZoneId")}
    subnet = cloud.put(t.SUBNET, f"subnet-{name}", inputs, **given, availabilityZone=zone)
    cloud.held[vpc["defaultNetworkAclId"]][1]["subnetIds"].append(subnet)
    return subnet, {"availabilityZone": zone}


def internet_gateway(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Created:
    """Source: User Guide, "Internet gateways": a VPC has one."""
    key = cloud.put(t.INTERNET_GATEWAY, f"igw-{name}", inputs)
    if inputs.get("vpcId"):
        _attach(cloud, key, inputs["vpcId"], inputs)
    return key, {}


def attachment(cloud: Cloud, _name: str, inputs: Mapping[str, Any]) -> Created:
    _attach(cloud, inputs["internetGatewayId"], inputs["vpcId"], inputs)
    return f"{inputs['internetGatewayId']}:{inputs['vpcId']}", {}


def _attach(cloud: Cloud, gateway: str, vpc: str, inputs: Mapping[str, Any]) -> None:
    cloud.get(t.VPC, vpc, inputs)
    held = cloud.get(t.INTERNET_GATEWAY, gateway, inputs)
    if "vpcId" in held or any(other.get("vpcId") == vpc for _, other in cloud.all(t.INTERNET_GATEWAY)):
        refuse(f"{vpc} or {gateway} is attached already")
    held["vpcId"] = vpc


def address(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Created:
    key = f"eipalloc-{name}"
    public = f"52.1.{len(name)}.{sum(map(ord, name)) % 250}"
    cloud.put(kinds.EIP, key, inputs, publicIp=public)
    return key, {"publicIp": public, "allocationId": key}


def nat_gateway(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Created:
    """Sources: EC2, "CreateNatGateway"; User Guide, "Troubleshoot NAT gateways"."""
    subnet = cloud.get(t.SUBNET, inputs["subnetId"], inputs)
    vpc, computed = subnet["vpcId"], {"vpcId": subnet["vpcId"], "privateIp": "10.0.0.9"}
    given = {"subnetId": inputs["subnetId"], "connectivityType": inputs["connectivityType"]}
    if inputs["connectivityType"] == "public":
        if not any(gateway.get("vpcId") == vpc for _, gateway in cloud.all(t.INTERNET_GATEWAY)):
            refuse(f"{vpc} has no internet gateway attached")
        allocation = inputs.get("allocationId")
        address = cloud.get(kinds.EIP, allocation, inputs)
        _is_free(cloud, allocation)
        given |= {"allocationId": allocation, "publicIp": address["publicIp"]}
        computed["publicIp"] = address["publicIp"]
    key = cloud.put(t.NAT_GATEWAY, f"nat-{name}", inputs, **given, vpcId=vpc, state="available")
    return key, computed


def _is_free(cloud: Cloud, allocation: object) -> None:
    """Source: EC2, "CreateNatGateway" and "AssociateAddress": a NAT gateway keeps its address."""
    for type_ in (t.NAT_GATEWAY, kinds.EIP_ASSOCIATION):
        if any(held.get("allocationId") == allocation for _, held in cloud.all(type_)):
            refuse(f"{allocation} is associated already")


def address_association(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Created:
    """An address serves one thing, by whichever of its names it is meant."""
    public, allocation = inputs.get("publicIp"), inputs.get("allocationId")
    found = [key for key, held in cloud.all(kinds.EIP) if key == allocation or held["publicIp"] == public]
    if not found:
        refuse(f"there is no address {public or allocation}")
    _is_free(cloud, found[0])
    key = f"eipassoc-{name}"
    cloud.put(kinds.EIP_ASSOCIATION, key, inputs, allocationId=found[0], instanceId=inputs["instanceId"])
    return key, {"allocationId": found[0]}


def route_table(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Created:
    cloud.get(t.VPC, inputs["vpcId"], inputs)
    key = f"rtb-{name}"
    cloud.put(t.ROUTE_TABLE, key, inputs, vpcId=inputs["vpcId"], routes=[], associations=[])
    _add_routes(cloud, key, inputs)
    return key, {"routes": inputs.get("routes") or []}


def default_route_table(cloud: Cloud, _name: str, inputs: Mapping[str, Any]) -> Created:
    """Source: provider, `aws.ec2.DefaultRouteTable`: all routes that are in the table are removed."""
    key = inputs["defaultRouteTableId"]
    table = cloud.get(t.ROUTE_TABLE, key, inputs)
    table["routes"] = []
    _add_routes(cloud, key, inputs)
    return key, {"routes": inputs.get("routes") or [], "vpcId": table["vpcId"]}


def _add_routes(cloud: Cloud, table: str, inputs: Mapping[str, Any]) -> None:
    for route in inputs.get("routes") or ():
        _add_route(cloud, table, route, inputs)


def _add_route(cloud: Cloud, key: str, route: Mapping[str, Any], inputs: Mapping[str, Any]) -> None:
    """Sources: EC2, "CreateRoute"; User Guide, "Configure route tables"."""
    table = cloud.get(t.ROUTE_TABLE, key, inputs)
    if not route.keys() & _ROUTE_TARGETS.keys():
        refuse("a route needs a target")
    if any(other["cidrBlock"] == route["cidrBlock"] for other in table["routes"]):
        refuse(f"{key} has a route to {route['cidrBlock']}")
    for name, type_ in _ROUTE_TARGETS.items():
        if name in route and cloud.get(type_, route[name], inputs).get("vpcId") != table["vpcId"]:
            refuse(f"{route[name]} is not in the VPC of {key}")
    table["routes"].append({**route, "state": "active"})


def route(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Created:
    target = {each: inputs[each] for each in _ROUTE_TARGETS if inputs.get(each)}
    _add_route(cloud, inputs["routeTableId"], {"cidrBlock": inputs["destinationCidrBlock"], **target}, inputs)
    return f"r-{inputs['routeTableId']}-{name}", {"state": "active"}


def association(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Created:
    """Source: User Guide, "Subnet route tables": a subnet has one table."""
    subnet, table = inputs["subnetId"], cloud.get(t.ROUTE_TABLE, inputs["routeTableId"], inputs)
    if cloud.get(t.SUBNET, subnet, inputs)["vpcId"] != table["vpcId"]:
        refuse("subnet and table are in different VPCs")
    for key, other in cloud.all(t.ROUTE_TABLE):
        if any(link.get("subnetId") == subnet for link in other["associations"]):
            refuse(f"{subnet} is associated with {key}")
    table["associations"].append({"subnetId": subnet})
    return f"rtbassoc-{name}", {}


def main_association(cloud: Cloud, name: str, inputs: Mapping[str, Any]) -> Created:
    """Source: User Guide, "Replace the main route table": the last one stands."""
    vpc = cloud.get(t.VPC, inputs["vpcId"], inputs)
    table = cloud.get(t.ROUTE_TABLE, inputs["routeTableId"], inputs)
    if table["vpcId"] != inputs["vpcId"]:
        refuse("the table is of another VPC")
    before = vpc["mainRouteTableId"]
    held = cloud.held[before][1]
    held["associations"] = [link for link in held["associations"] if not link.get("main")]
    table["associations"].append({"main": True})
    vpc["mainRouteTableId"] = inputs["routeTableId"]
    return f"rtbassoc-{name}", {"originalRouteTableId": before}


CREATIONS: Final[Mapping[str, Creation]] = {
    t.VPC: vpc,
    t.SUBNET: subnet,
    t.INTERNET_GATEWAY: internet_gateway,
    kinds.ATTACHMENT: attachment,
    kinds.EIP: address,
    kinds.EIP_ASSOCIATION: address_association,
    t.NAT_GATEWAY: nat_gateway,
    t.ROUTE_TABLE: route_table,
    kinds.DEFAULT_TABLE: default_route_table,
    kinds.ROUTE: route,
    kinds.ASSOCIATION: association,
    kinds.MAIN_ASSOCIATION: main_association,
}
