"""What AWS refuses of gateways, attachments, interfaces and names, and what it takes beside each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from tests.provider.harness import Client
from tests.provider.test_refusals import EIP, ENDPOINT, GROUP, NAT, RECORD, SUBNET, TABLE, World, refused

TGW: Final = "aws:ec2transitgateway"
GATEWAY: Final = f"{TGW}/transitGateway:TransitGateway"
ATTACHMENT: Final = f"{TGW}/vpcAttachment:VpcAttachment"
INTERNET: Final = "aws:ec2/internetGateway:InternetGateway"
NO_TABLE: Final = "InvalidRouteTableID.NotFound"
OUT: Final = {"destinationCidrBlock": "0.0.0.0/0"}
ASSOCIATION: Final = f"{TGW}/routeTableAssociation:RouteTableAssociation"
ROUTE: Final = f"{TGW}/route:Route"
ACL: Final = "aws:ec2/networkAcl:NetworkAcl"
INTERFACE: Final = "aws:ec2/networkInterface:NetworkInterface"
INSTANCE: Final = "aws:ec2/instance:Instance"
LIST: Final = "aws:ec2/managedPrefixList:ManagedPrefixList"
PEERING: Final = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection"
Inputs = dict[str, Any]


@pytest.fixture
def world(client: Client) -> World:
    return World(client)


def _attached(world: World, **inputs: Any) -> Inputs:
    subnets = [world.subnet("10.0.1.0/24")]
    hub = world.make(GATEWAY, "hub").id
    return {"transitGatewayId": hub, "vpcId": world.vpc(), "subnetIds": subnets, **inputs}


def _elsewhere(world: World) -> str:
    vpc = world.make("aws:ec2/vpc:Vpc", "elsewhere", cidrBlock="10.9.0.0/16").id
    return world.subnet("10.9.1.0/24", vpc=vpc)


def subnet_of_another_regions_vpc(world: World) -> tuple[str, Inputs, Inputs]:
    inputs = {"vpcId": world.vpc(), "cidrBlock": "10.0.1.0/24"}
    return "aws:ec2/subnet:Subnet", {**inputs, "region": "eu-west-1"}, inputs


def attachment_elsewhere(world: World) -> tuple[str, Inputs, Inputs]:
    return ATTACHMENT, _attached(world, subnetIds=[_elsewhere(world)]), _attached(world)


def attachment_by_ipv6_alone(world: World) -> tuple[str, Inputs, Inputs]:
    native = world.make(SUBNET, "native", vpcId=world.vpc(), cidrBlock="10.0.2.0/24", ipv6Native=True).id
    return ATTACHMENT, _attached(world, subnetIds=[native]), _attached(world)


def rule_without_ports(world: World) -> tuple[str, Inputs, Inputs]:
    rule = {"securityGroupId": world.group(), "ipProtocol": "tcp", "cidrIpv4": "0.0.0.0/0"}
    type_ = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
    return type_, rule, {**rule, "fromPort": 587, "toPort": 587}


def entry_over_the_highest_number(world: World) -> tuple[str, Inputs, Inputs]:
    entry = {"protocol": "-1", "action": "allow", "cidrBlock": "0.0.0.0/0", "fromPort": 0, "toPort": 0}
    wrong, right = ({"vpcId": world.vpc(), "egress": [{**entry, "ruleNo": no}]} for no in (32767, 32766))
    return ACL, wrong, right


def peer_of_another_region_accepted_here(world: World) -> tuple[str, Inputs, Inputs]:
    peers = {"vpcId": world.vpc(), "peerVpcId": "vpc-0aa11bb22cc33dd44", "peerRegion": "eu-west-1"}
    return PEERING, {**peers, "autoAccept": True}, peers


def attachment_twice(world: World) -> tuple[str, Inputs, Inputs]:
    world.make(ATTACHMENT, "first", **_attached(world))
    other = world.make(GATEWAY, "other").id
    return ATTACHMENT, _attached(world), _attached(world, transitGatewayId=other)


def association_beside_the_default(world: World) -> tuple[str, Inputs, Inputs]:
    attachment = world.make(ATTACHMENT, "first", **_attached(world)).id
    inputs = {"transitGatewayAttachmentId": attachment, "transitGatewayRouteTableId": "tgw-rtb-own"}
    return ASSOCIATION, inputs, {**inputs, "replaceExistingAssociation": True}


def association_twice(world: World) -> tuple[str, Inputs, Inputs]:
    apart = {"transitGatewayDefaultRouteTableAssociation": False}
    first = world.make(ATTACHMENT, "first", **_attached(world, **apart)).id
    other = world.make(GATEWAY, "other").id
    second = world.make(ATTACHMENT, "second", **_attached(world, transitGatewayId=other, **apart)).id
    inputs = {"transitGatewayAttachmentId": first, "transitGatewayRouteTableId": "tgw-rtb-own"}
    world.make(ASSOCIATION, "first link", **inputs)
    return ASSOCIATION, inputs, {**inputs, "transitGatewayAttachmentId": second}


def transit_route_twice(world: World) -> tuple[str, Inputs, Inputs]:
    inputs = {"destinationCidrBlock": "0.0.0.0/0", "transitGatewayRouteTableId": "tgw-rtb-own"}
    world.make(ROUTE, "first", **inputs, blackhole=True)
    return ROUTE, inputs, {**inputs, "destinationCidrBlock": "10.0.0.0/8"}


def _nat(world: World, **inputs: Any) -> Inputs:
    world.gateway()
    return {"subnetId": world.subnet("10.0.9.0/24"), "allocationId": world.address(), **inputs}


def address_outside_the_subnet(world: World) -> tuple[str, Inputs, Inputs]:
    return NAT, _nat(world, privateIp="10.0.99.9"), _nat(world, privateIp="10.0.9.9")


def address_of_the_resolver(world: World) -> tuple[str, Inputs, Inputs]:
    return NAT, _nat(world, privateIp="10.0.9.2"), _nat(world, privateIp="10.0.9.4")


def address_of_an_instance(world: World) -> tuple[str, Inputs, Inputs]:
    world.make(INSTANCE, "bastion", subnetId=world.subnet("10.0.9.0/24"), privateIp="10.0.9.9")
    return NAT, _nat(world, privateIp="10.0.9.9"), _nat(world, privateIp="10.0.9.10")


def address_of_an_interface(world: World) -> tuple[str, Inputs, Inputs]:
    place = {"subnetId": world.subnet("10.0.9.0/24")}
    world.make(INTERFACE, "first", **place, privateIps=["10.0.9.9"])
    return INSTANCE, {**place, "privateIp": "10.0.9.9"}, {**place, "privateIp": "10.0.9.10"}


def address_of_an_instance_again(world: World) -> tuple[str, Inputs, Inputs]:
    place = {"subnetId": world.subnet("10.0.9.0/24")}
    world.make(INSTANCE, "bastion", **place, privateIp="10.0.9.9")
    return INTERFACE, {**place, "privateIps": ["10.0.9.9"]}, {**place, "privateIps": ["10.0.9.8"]}


def address_outside_an_endpoints_subnet(world: World) -> tuple[str, Inputs, Inputs]:
    subnet = world.subnet("10.0.1.0/24")
    wrong, right = ({"subnetId": subnet, "ipv4": address} for address in ("10.0.99.5", "10.0.1.5"))
    given = world.endpoint_inputs(subnet)
    return ENDPOINT, {**given, "subnetConfigurations": [wrong]}, {**given, "subnetConfigurations": [right]}


def group_that_is_not_associated(world: World) -> tuple[str, Inputs, Inputs]:
    _elsewhere(world)
    vpc = world.make("aws:ec2/vpc:Vpc", "elsewhere").id
    here, there = (
        world.make(GROUP, name, vpcId=vpc, name=name, description="d").id for name in ("here", "there")
    )
    link = {"securityGroupId": here, "vpcId": world.vpc()}
    world.make("aws:vpc/securityGroupVpcAssociation:SecurityGroupVpcAssociation", "link", **link)
    function = {"name": "mailer", "role": "arn:aws:iam::123456789012:role/r"}
    subnets = [world.subnet("10.0.1.0/24")]
    wrong, right = ({"subnetIds": subnets, "securityGroupIds": [group]} for group in (there, here))
    return "aws:lambda/function:Function", {**function, "vpcConfig": wrong}, {**function, "vpcConfig": right}


def address_of_a_local_zone(world: World) -> tuple[str, Inputs, Inputs]:
    local = world.make(EIP, "local", domain="vpc", networkBorderGroup="us-east-1-bos-1").id
    return NAT, _nat(world, allocationId=local), _nat(world)


def address_given_twice(world: World) -> tuple[str, Inputs, Inputs]:
    again = [world.address()]
    return NAT, _nat(world, secondaryAllocationIds=again), _nat(world)


def endpoint_without_ipv6(world: World) -> tuple[str, Inputs, Inputs]:
    subnet = world.subnet("10.0.1.0/24")
    given = world.endpoint_inputs(subnet)
    return ENDPOINT, {**given, "ipAddressType": "dualstack"}, {**given, "ipAddressType": "ipv4"}


def gateway_with_subnets(world: World) -> tuple[str, Inputs, Inputs]:
    s3 = {"vpcId": world.vpc(), "serviceName": "com.amazonaws.us-east-1.s3", "vpcEndpointType": "Gateway"}
    return ENDPOINT, {**s3, "subnetIds": [world.subnet("10.0.1.0/24")]}, s3


def acl_of_another_vpc(world: World) -> tuple[str, Inputs, Inputs]:
    inputs = {"vpcId": world.vpc(), "subnetIds": [_elsewhere(world)]}
    return ACL, inputs, {**inputs, "subnetIds": [world.subnet("10.0.1.0/24")]}


def list_over_its_size(world: World) -> tuple[str, Inputs, Inputs]:
    entries = [{"cidr": "10.0.0.0/8"}, {"cidr": "11.0.0.0/8"}]
    inputs = {"name": "list", "addressFamily": "IPv4", "entries": entries}
    return LIST, {**inputs, "maxEntries": 1}, {**inputs, "maxEntries": 2}


def peers_that_overlap(world: World) -> tuple[str, Inputs, Inputs]:
    _elsewhere(world)
    apart = world.make("aws:ec2/vpc:Vpc", "elsewhere").id
    inputs = {"vpcId": world.vpc(), "peerVpcId": apart, "autoAccept": True}
    return PEERING, {**inputs, "peerVpcId": world.vpc()}, inputs


def acceptance_in_another_region(world: World) -> tuple[str, Inputs, Inputs]:
    inputs = {"vpcId": world.vpc(), "peerVpcId": "vpc-0123456789abcdef0", "peerRegion": "eu-west-1"}
    accepts = {"vpcPeeringConnectionId": world.make(PEERING, "peering", **inputs).id, "autoAccept": True}
    kind = "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter"
    return kind, accepts, {**accepts, "region": "eu-west-1"}


def interface_of_an_instance(world: World) -> tuple[str, Inputs, Inputs]:
    held = [{"networkInterfaceId": "eni-0123456789abcdef0", "deviceIndex": 0}]
    world.make(INSTANCE, "first", networkInterfaces=held)
    return INSTANCE, {"networkInterfaces": held}, {}


def groups_of_a_function(world: World) -> tuple[str, Inputs, Inputs]:
    groups = [world.group(f"g{number}") for number in range(6)]
    function = {"name": "mailer", "role": "arn:aws:iam::123456789012:role/r"}
    wrong, right = ({"subnetIds": [], "securityGroupIds": groups[:count]} for count in (6, 5))
    return "aws:lambda/function:Function", {**function, "vpcConfig": wrong}, {**function, "vpcConfig": right}


def task_in_bridge_mode(world: World) -> tuple[str, Inputs, Inputs]:
    for name, mode in (("bridge", "bridge"), ("own", "awsvpc")):
        task = {"family": name, "containerDefinitions": "[]", "networkMode": mode}
        world.make("aws:ecs/taskDefinition:TaskDefinition", name, **task)
    wrong = {"name": "web", "launchType": "FARGATE", "taskDefinition": "bridge"}
    return "aws:ecs/service:Service", wrong, {**wrong, "taskDefinition": "own"}


def subnets_in_bridge_mode(world: World) -> tuple[str, Inputs, Inputs]:
    kind, wrong, _ = task_in_bridge_mode(world)
    subnets = {"networkConfiguration": {"subnets": [world.subnet("10.0.1.0/24")]}}
    wrong = {**wrong, **subnets, "launchType": "EC2"}
    return kind, wrong, {**wrong, "taskDefinition": "own"}


def ports_against_their_order(world: World) -> tuple[str, Inputs, Inputs]:
    rule = {"protocol": "tcp", "fromPort": 500, "toPort": 600, "cidrBlocks": ["0.0.0.0/0"]}
    group = {"vpcId": world.vpc(), "name": "client", "description": "d"}
    return GROUP, {**group, "egress": [{**rule, "toPort": 400}]}, {**group, "egress": [rule]}


def alias_in_its_own_zone(world: World) -> tuple[str, Inputs, Inputs]:
    zone = world.zone()
    record = {"zoneId": zone, "name": "smtp", "type": "A"}
    alias = {"name": "vpce-1.example.net", "zoneId": zone, "evaluateTargetHealth": False}
    return (
        RECORD,
        {**record, "aliases": [alias]},
        {**record, "aliases": [{**alias, "name": "mail.example.com"}]},
    )


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (subnet_of_another_regions_vpc, "InvalidVpcID.NotFound"),
        (attachment_elsewhere, "InvalidParameterValue"),
        (attachment_by_ipv6_alone, "InvalidParameterValue"),
        (rule_without_ports, "InvalidParameterValue"),
        (entry_over_the_highest_number, "InvalidParameterValue"),
        (peer_of_another_region_accepted_here, "InvalidParameterValue"),
        (attachment_twice, "DuplicateTransitGatewayAttachment"),
        (association_beside_the_default, "Resource.AlreadyAssociated"),
        (association_twice, "Resource.AlreadyAssociated"),
        (transit_route_twice, "RouteAlreadyExists"),
        (address_outside_the_subnet, "InvalidParameterValue"),
        (address_of_the_resolver, "InvalidIPAddress.InUse"),
        (address_of_an_instance, "InvalidIPAddress.InUse"),
        (address_of_an_interface, "InvalidIPAddress.InUse"),
        (address_of_an_instance_again, "InvalidIPAddress.InUse"),
        (address_outside_an_endpoints_subnet, "InvalidParameterValue"),
        (group_that_is_not_associated, "InvalidParameterValueException"),
        (address_of_a_local_zone, "InvalidParameterValue"),
        (address_given_twice, "InvalidParameterValue"),
        (endpoint_without_ipv6, "InvalidParameter"),
        (gateway_with_subnets, "InvalidParameter"),
        (acl_of_another_vpc, "InvalidParameterValue"),
        (list_over_its_size, "PrefixListMaxEntriesExceeded"),
        (peers_that_overlap, "InvalidParameterValue"),
        (acceptance_in_another_region, "OperationNotPermitted"),
        (interface_of_an_instance, "InvalidNetworkInterface.InUse"),
        (groups_of_a_function, "ValidationException"),
        (task_in_bridge_mode, "InvalidParameterException"),
        (subnets_in_bridge_mode, "InvalidParameterException"),
        (ports_against_their_order, "InvalidParameterValue"),
        (alias_in_its_own_zone, "InvalidChangeBatch"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_aws_refuses(case: Callable[[World], tuple[str, Inputs, Inputs]], code: str, world: World) -> None:
    type_, wrong, right = case(world)
    refused(world, type_, wrong, code)
    assert world.make(type_, "good", **right).id


def test_an_id_of_another_region_is_not_found(world: World) -> None:
    """Whatever names it: the ids of resources are regional (Amazon EC2 User Guide, "Resource locations")."""
    vpc, table, group, subnet = world.vpc(), world.table(), world.group(), world.subnet("10.0.1.0/24")
    gateway = world.gateway()
    rule = {"securityGroupId": group, "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"}
    ends = {"routeTableId": table, "subnetId": subnet}
    named: list[tuple[str, Inputs, str]] = [
        (SUBNET, {"vpcId": vpc, "cidrBlock": "10.0.2.0/24"}, "InvalidVpcID.NotFound"),
        (TABLE, {"vpcId": vpc}, "InvalidVpcID.NotFound"),
        (GROUP, {"vpcId": vpc, "name": "other", "description": "d"}, "InvalidVpcID.NotFound"),
        (INTERNET, {"vpcId": vpc}, "InvalidVpcID.NotFound"),
        ("aws:ec2/route:Route", {"routeTableId": table, **OUT, "gatewayId": gateway}, NO_TABLE),
        ("aws:ec2/routeTableAssociation:RouteTableAssociation", ends, NO_TABLE),
        ("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", rule, "InvalidGroup.NotFound"),
    ]
    for type_, inputs, code in named:
        refused(world, type_, {**inputs, "region": "eu-west-1"}, code)


def test_a_target_of_another_region_is_not_found(world: World) -> None:
    there = {"region": "eu-west-1"}
    vpc = world.make("aws:ec2/vpc:Vpc", "there", cidrBlock="10.0.0.0/16", **there).id
    gateway = world.make(INTERNET, "gateway there", vpcId=vpc, **there).id
    group = world.make(GROUP, "group there", vpcId=vpc, name="there", description="d", **there).id
    outward = {"protocol": "-1", "fromPort": 0, "toPort": 0, "securityGroups": [group]}

    table = {"vpcId": world.vpc(), "routes": [{"cidrBlock": "0.0.0.0/0", "gatewayId": gateway}]}
    refused(world, TABLE, table, "InvalidInternetGatewayID.NotFound")
    own = {"vpcId": world.vpc(), "name": "own", "description": "d", "egress": [outward]}
    refused(world, GROUP, own, "InvalidGroup.NotFound")
    assert world.make(TABLE, "table there", vpcId=vpc, routes=table["routes"], **there).id


def test_an_ipv6_block_of_amazons_is_there_once_made(world: World) -> None:
    association = "aws:ec2/vpcIpv6CidrBlockAssociation:VpcIpv6CidrBlockAssociation"
    made = world.make(association, "v6", vpcId=world.vpc(), assignGeneratedIpv6CidrBlock=True)
    assert made.outputs["ipv6CidrBlock"].endswith("::/56")
    own = world.make(association, "own", vpcId=world.vpc(), ipv6CidrBlock="2600:1f18:aa:bb00::/56")
    assert own.outputs["ipv6CidrBlock"] == "2600:1f18:aa:bb00::/56"
