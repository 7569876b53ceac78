"""What AWS refuses at creation, with its own error codes: for each rule a case, and one that passes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent import futures
from typing import Any, Final

import pytest

from mailroute.rehearsal.account import Account
from mailroute.wire import Secret
from tests.provider.harness import PROD, Client, Made, RefusalError

VPC: Final = "aws:ec2/vpc:Vpc"
SUBNET: Final = "aws:ec2/subnet:Subnet"
TABLE: Final = "aws:ec2/routeTable:RouteTable"
ROUTE: Final = "aws:ec2/route:Route"
ASSOCIATION: Final = "aws:ec2/routeTableAssociation:RouteTableAssociation"
GATEWAY: Final = "aws:ec2/internetGateway:InternetGateway"
ATTACHMENT: Final = "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment"
NAT: Final = "aws:ec2/natGateway:NatGateway"
EIP: Final = "aws:ec2/eip:Eip"
ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
RULE: Final = "aws:ec2/securityGroupRule:SecurityGroupRule"
EGRESS_RULE: Final = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
ACL: Final = "aws:ec2/networkAcl:NetworkAcl"
CONNECTOR: Final = "aws:apprunner/vpcConnector:VpcConnector"
SERVICE: Final = "aws:apprunner/service:Service"
TASKS: Final = "aws:ecs/taskDefinition:TaskDefinition"
ECS_SERVICE: Final = "aws:ecs/service:Service"
DOMAIN: Final = "aws:apprunner/customDomainAssociation:CustomDomainAssociation"
ZONE: Final = "aws:route53/zone:Zone"
RECORD: Final = "aws:route53/record:Record"
IDENTITY: Final = "aws:sesv2/emailIdentity:EmailIdentity"
MAIL_FROM: Final = "aws:sesv2/emailIdentityMailFromAttributes:EmailIdentityMailFromAttributes"
SMTP: Final = "com.amazonaws.us-east-1.email-smtp"
DEFINITION: Final = "arn:aws:ecs:us-east-1:123456789012:task-definition/"
ADOPTED: Final = "vpc-0e9cd2c204069ca54"
PRIVATE_TABLE: Final = "rtb-0b5e21f97c4d38a06"
PUBLIC_TABLE: Final = "rtb-06a9d3c08fb1e7524"


class World:
    """Resources that a case begins with; each is created once under its name."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._made: dict[str, Made] = {}

    def make(self, type_: str, name: str, /, **inputs: Any) -> Made:
        if name not in self._made:
            self._made[name] = self.client.create(type_, name, **inputs)
        return self._made[name]

    def vpc(self, block: str = "10.0.0.0/16", *, dns: bool = True) -> str:
        return self.make(VPC, f"vpc {block}", cidrBlock=block, enableDnsHostnames=dns).id

    def subnet(self, block: str, zone: str = "us-east-1a", vpc: str | None = None) -> str:
        home = vpc or self.vpc()
        return self.make(SUBNET, f"subnet {block}", vpcId=home, cidrBlock=block, availabilityZone=zone).id

    def table(self, name: str = "table", vpc: str | None = None) -> str:
        return self.make(TABLE, name, vpcId=vpc or self.vpc()).id

    def gateway(self) -> str:
        return self.make(GATEWAY, "gateway", vpcId=self.vpc()).id

    def address(self, name: str = "address") -> str:
        return self.make(EIP, name, domain="vpc").id

    def nat(self) -> str:
        self.gateway()
        return self.make(NAT, "nat", subnetId=self.subnet("10.0.9.0/24"), allocationId=self.address()).id

    def group(self, name: str = "group", vpc: str | None = None, **rules: Any) -> str:
        return self.make(GROUP, name, vpcId=vpc or self.vpc(), name=name, description="d", **rules).id

    def endpoint_inputs(self, *subnets: str, **inputs: Any) -> dict[str, Any]:
        common = {"vpcId": self.vpc(), "serviceName": SMTP, "vpcEndpointType": "Interface"}
        return {**common, "subnetIds": list(subnets), **inputs}

    def zone(self) -> str:
        return self.make(ZONE, "zone", name="example.com").id

    def record(self, name: str, type_: str, *records: str) -> Made:
        return self.make(
            RECORD,
            f"{name} {type_}",
            zoneId=self.zone(),
            name=name,
            type=type_,
            ttl=60,
            records=list(records),
        )


@pytest.fixture
def world(client: Client) -> World:
    return World(client)


@pytest.fixture
def adopted(connect: Callable[[Account], Client]) -> World:
    return World(connect(Account.load(PROD)))


def refused(world: World, type_: str, inputs: Mapping[str, Any], code: str, *parts: str) -> None:
    """The creation is refused with one line that has AWS's code, and says what is wrong."""
    with pytest.raises(RefusalError) as raised:
        world.client.create(type_, "refused", **inputs)
    line = str(raised.value)
    assert f": api error {code}: " in line
    assert line.startswith("creating ")
    assert "\n" not in line
    for part in parts:
        assert part in line


# VPCs and subnets


@pytest.mark.parametrize("block", ["10.0.0.0/8", "10.0.0.0/15", "10.0.0.0/29"])
def test_vpc_size(world: World, block: str) -> None:
    refused(world, VPC, {"cidrBlock": block}, "InvalidVpc.Range", block, "between /16 and /28")


def test_secondary_block_overlaps(world: World) -> None:
    association = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"
    inputs = {"vpcId": world.vpc(), "cidrBlock": "10.0.128.0/17"}
    refused(world, association, inputs, "InvalidVpc.Range", "10.0.128.0/17")
    tiny = {"vpcId": world.vpc(), "cidrBlock": "10.9.0.0/29"}
    refused(world, association, tiny, "InvalidVpc.Range", "between /16 and /28")
    world.make(association, "other", vpcId=world.vpc(), cidrBlock="10.1.0.0/16")
    assert world.subnet("10.1.5.0/24")


def test_subnet_outside_its_vpc(world: World) -> None:
    inputs = {"vpcId": world.vpc(), "cidrBlock": "10.1.0.0/24"}
    refused(world, SUBNET, inputs, "InvalidSubnet.Range", "10.1.0.0/24", "10.0.0.0/16")


def test_subnet_overlaps_a_sibling(world: World) -> None:
    world.subnet("10.0.0.0/23")
    inputs = {"vpcId": world.vpc(), "cidrBlock": "10.0.1.0/24"}
    refused(world, SUBNET, inputs, "InvalidSubnet.Conflict", "10.0.1.0/24", "10.0.0.0/23")
    assert world.subnet("10.0.2.0/24")


def test_subnet_overlaps_one_that_was_there(adopted: World) -> None:
    inputs = {"vpcId": ADOPTED, "cidrBlock": "172.31.96.0/24"}
    refused(adopted, SUBNET, inputs, "InvalidSubnet.Conflict", "subnet-058489269eab00608")


def test_subnet_size(world: World) -> None:
    refused(world, SUBNET, {"vpcId": world.vpc(), "cidrBlock": "10.0.0.0/29"}, "InvalidSubnet.Range")


def test_subnet_in_no_zone(world: World) -> None:
    inputs = {"vpcId": world.vpc(), "cidrBlock": "10.0.0.0/24", "availabilityZone": "us-east-1z"}
    refused(world, SUBNET, inputs, "InvalidParameterValue", "us-east-1z", "us-east-1a, us-east-1b")


@pytest.mark.parametrize(
    ("type_", "inputs", "code", "missing"),
    [
        (SUBNET, {"vpcId": "vpc-0none", "cidrBlock": "10.0.0.0/24"}, "InvalidVpcID.NotFound", "vpc-0none"),
        (ASSOCIATION, {"routeTableId": "rtb-0none"}, "InvalidRouteTableID.NotFound", "rtb-0none"),
        (ROUTE, {"routeTableId": "rtb-0none"}, "InvalidRouteTableID.NotFound", "rtb-0none"),
        (NAT, {"subnetId": "subnet-0none"}, "InvalidSubnetID.NotFound", "subnet-0none"),
        (GROUP, {"vpcId": "vpc-0none"}, "InvalidVpcID.NotFound", "vpc-0none"),
        (CONNECTOR, {"subnets": ["subnet-0none"]}, "InvalidSubnetID.NotFound", "subnet-0none"),
    ],
)
def test_what_is_named_must_be_there(
    world: World, type_: str, inputs: dict[str, Any], code: str, missing: str
) -> None:
    more: dict[str, dict[str, Any]] = {
        ASSOCIATION: {"subnetId": "subnet-1"},
        ROUTE: {"destinationCidrBlock": "0.0.0.0/0", "gatewayId": "igw-1"},
        CONNECTOR: {"vpcConnectorName": "conn", "securityGroups": []},
    }
    refused(world, type_, {**more.get(type_, {}), **inputs}, code, missing, "simulated account")


def test_record_in_no_zone(world: World, adopted: World) -> None:
    inputs = {"zoneId": "Z0NONE", "name": "a", "type": "A", "ttl": 60, "records": ["192.0.2.1"]}
    refused(adopted, RECORD, inputs, "NoSuchHostedZone", "Z0NONE", "simulated account")
    # An account that shows no public zone was read by VPC: its public zones are not known.
    assert world.make(RECORD, "a", **inputs).id


def test_address_that_an_account_file_need_not_show(world: World, adopted: World) -> None:
    inputs = {"subnetId": "subnet-07be90d42f1a6c385", "allocationId": "eipalloc-0kept"}
    assert adopted.make(NAT, "nat", **inputs).id
    world.gateway()
    there = {"subnetId": world.subnet("10.0.0.0/24"), "allocationId": "eipalloc-0kept"}
    refused(world, NAT, there, "InvalidAllocationID.NotFound", "eipalloc-0kept")


def test_what_could_not_be_read_may_be_there(connect: Callable[[Account], Client]) -> None:
    document = {**Account.empty("us-east-1").document, "resources": [], "vpcs": []}
    document["unread"] = [{"action": "ec2:DescribeVpcs", "reason": "AccessDenied"}]
    client = connect(Account(document))
    assert client.create(SUBNET, "s", vpcId="vpc-0hidden", cidrBlock="10.0.0.0/24").id
    with pytest.raises(RefusalError, match="does not show every EC2 VPC"):
        client.invoke("ec2/getVpcs")


# Routes, tables and internet gateways


def test_second_default_route_standalone(world: World) -> None:
    nat, table = world.nat(), world.table()
    route = {"routeTableId": table, "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": nat}
    world.make(ROUTE, "first", **route)
    refused(world, ROUTE, route, "RouteAlreadyExists", "0.0.0.0/0", table)
    assert world.make(ROUTE, "other", **{**route, "destinationCidrBlock": "192.0.2.0/24"}).id


def test_second_default_route_beside_an_inline_one(world: World) -> None:
    inline = [{"cidrBlock": "0.0.0.0/0", "gatewayId": world.gateway()}]
    table = world.make(TABLE, "with route", vpcId=world.vpc(), routes=inline).id
    route = {"routeTableId": table, "destinationCidrBlock": "0.0.0.0/0", "gatewayId": world.gateway()}
    refused(world, ROUTE, route, "RouteAlreadyExists", "0.0.0.0/0", table)


def test_two_default_routes_in_one_table(world: World) -> None:
    inline = [{"cidrBlock": "0.0.0.0/0", "gatewayId": world.gateway()}] * 2
    refused(world, TABLE, {"vpcId": world.vpc(), "routes": inline}, "RouteAlreadyExists", "0.0.0.0/0")


def test_second_default_route_in_an_adopted_table(adopted: World) -> None:
    route = {
        "routeTableId": PUBLIC_TABLE,
        "destinationCidrBlock": "0.0.0.0/0",
        "gatewayId": "igw-04d7b8f12ce3a6905",
    }
    refused(adopted, ROUTE, route, "RouteAlreadyExists", PUBLIC_TABLE)
    assert adopted.make(ROUTE, "into the private table", **{**route, "routeTableId": PRIVATE_TABLE}).id


def test_an_adopted_default_table_loses_its_routes(adopted: World) -> None:
    internet = [{"cidrBlock": "0.0.0.0/0", "gatewayId": "igw-04d7b8f12ce3a6905"}]
    default = "aws:ec2/defaultRouteTable:DefaultRouteTable"
    adopted.make(default, "main", defaultRouteTableId=PUBLIC_TABLE, routes=internet)
    twice = {"defaultRouteTableId": PUBLIC_TABLE, "routes": internet * 2}
    refused(adopted, default, twice, "RouteAlreadyExists", "0.0.0.0/0")
    nowhere = {
        "defaultRouteTableId": PUBLIC_TABLE,
        "routes": [{"cidrBlock": "0.0.0.0/0", "gatewayId": "igw-0none"}],
    }
    refused(adopted, default, nowhere, "InvalidInternetGatewayID.NotFound", "igw-0none")
    loose = adopted.make(GATEWAY, "loose").id
    elsewhere = {
        "defaultRouteTableId": PUBLIC_TABLE,
        "routes": [{"cidrBlock": "0.0.0.0/0", "gatewayId": loose}],
    }
    refused(adopted, default, elsewhere, "InvalidParameterValue", loose, "no VPC")
    shown = adopted.client.invoke("ec2/getRouteTable", routeTableId=PUBLIC_TABLE)
    assert [route["cidrBlock"] for route in shown["routes"]] == ["172.31.0.0/16", "0.0.0.0/0"]


def test_a_route_that_an_adoption_removes_is_no_second_one(world: World) -> None:
    vpc = world.make("aws:ec2/vpc:Vpc", "vpc", cidrBlock="10.8.0.0/16")
    gateway = world.make(GATEWAY, "gateway", vpcId=vpc.id).id
    table = vpc.outputs["defaultRouteTableId"]
    route = {"destinationCidrBlock": "0.0.0.0/0", "gatewayId": gateway}
    assert world.make(ROUTE, "before", routeTableId=table, **route).id

    internet = [{"cidrBlock": "0.0.0.0/0", "gatewayId": gateway}]
    default = "aws:ec2/defaultRouteTable:DefaultRouteTable"
    assert world.make(default, "main", defaultRouteTableId=table, routes=internet).id == table


def test_route_over_the_local_one(world: World) -> None:
    route = {
        "routeTableId": world.table(),
        "destinationCidrBlock": "10.0.0.0/16",
        "gatewayId": world.gateway(),
    }
    refused(world, ROUTE, route, "RouteAlreadyExists", "10.0.0.0/16")


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ({"gatewayId": "igw-0none"}, "InvalidInternetGatewayID.NotFound"),
        ({"natGatewayId": "nat-0none"}, "InvalidNatGatewayID.NotFound"),
        ({"vpcEndpointId": "vpce-0none"}, "InvalidVpcEndpointId.NotFound"),
    ],
)
def test_route_to_nothing(world: World, target: dict[str, str], code: str) -> None:
    route = {"routeTableId": world.table(), "destinationCidrBlock": "0.0.0.0/0", **target}
    refused(world, ROUTE, route, code, *target.values())
    inline = [{"cidrBlock": "0.0.0.0/0", **target}]
    refused(world, TABLE, {"vpcId": world.vpc(), "routes": inline}, code, *target.values())


def test_route_to_a_gateway_of_another_vpc(world: World) -> None:
    table = world.table("elsewhere", world.vpc("10.1.0.0/16"))
    for target in ({"gatewayId": world.gateway()}, {"natGatewayId": world.nat()}):
        route = {"routeTableId": table, "destinationCidrBlock": "0.0.0.0/0", **target}
        refused(world, ROUTE, route, "InvalidParameterValue", "belong to different networks")
        inline = {"vpcId": world.vpc("10.1.0.0/16"), "routes": [{"cidrBlock": "0.0.0.0/0", **target}]}
        refused(world, TABLE, inline, "InvalidParameterValue", "belong to different networks")


def test_subnet_with_a_second_table(world: World) -> None:
    subnet = world.subnet("10.0.0.0/24")
    world.make(ASSOCIATION, "first", subnetId=subnet, routeTableId=world.table())
    inputs = {"subnetId": subnet, "routeTableId": world.table("second")}
    refused(world, ASSOCIATION, inputs, "Resource.AlreadyAssociated", subnet)


def test_adopted_subnet_with_a_second_table(adopted: World) -> None:
    table = adopted.table("new", ADOPTED)
    inputs = {"subnetId": "subnet-058489269eab00608", "routeTableId": table}
    refused(adopted, ASSOCIATION, inputs, "Resource.AlreadyAssociated", PRIVATE_TABLE)


def test_subnet_with_the_table_of_another_vpc(world: World) -> None:
    table = world.table("elsewhere", world.vpc("10.1.0.0/16"))
    inputs = {"subnetId": world.subnet("10.0.0.0/24"), "routeTableId": table}
    refused(world, ASSOCIATION, inputs, "InvalidParameterValue", "belong to different networks")


def test_second_internet_gateway(world: World, adopted: World) -> None:
    world.gateway()
    refused(
        world, GATEWAY, {"vpcId": world.vpc()}, "InvalidParameterValue", "already has an internet gateway"
    )
    refused(adopted, GATEWAY, {"vpcId": ADOPTED}, "InvalidParameterValue", "igw-04d7b8f12ce3a6905")
    loose = world.make(GATEWAY, "loose").id
    attach = {"internetGatewayId": loose, "vpcId": world.vpc()}
    refused(world, ATTACHMENT, attach, "InvalidParameterValue", "already has an internet gateway")
    other = world.vpc("10.1.0.0/16")
    world.make(ATTACHMENT, "attached", internetGatewayId=loose, vpcId=other)
    third = {"internetGatewayId": loose, "vpcId": world.vpc("10.2.0.0/16")}
    refused(world, ATTACHMENT, third, "Resource.AlreadyAssociated", other)


# NAT gateways and addresses


def test_public_nat_without_an_address(world: World) -> None:
    world.gateway()
    refused(world, NAT, {"subnetId": world.subnet("10.0.0.0/24")}, "MissingParameter", "AllocationId")


def test_private_nat_with_an_address(world: World) -> None:
    inputs = {"subnetId": world.subnet("10.0.0.0/24"), "connectivityType": "private"}
    with_address = {**inputs, "allocationId": world.address()}
    refused(world, NAT, with_address, "InvalidParameterCombination", "AllocationId")
    private = world.make(NAT, "private", **inputs)
    assert private.outputs["publicIp"] == ""
    assert private.outputs["privateIp"].startswith("10.0.0.")


def test_an_instance_has_an_address_of_its_subnet_and_a_name(world: World) -> None:
    instance = "aws:ec2/instance:Instance"
    refused(world, instance, {"subnetId": "subnet-0none"}, "InvalidSubnetID.NotFound", "subnet-0none")
    relay = world.make(instance, "relay", subnetId=world.subnet("10.0.0.0/24"))
    address = relay.outputs["privateIp"]
    assert relay.id.startswith("i-0")
    assert address.startswith("10.0.0.")
    assert relay.outputs["privateDns"] == f"ip-{address.replace('.', '-')}.ec2.internal"
    assert world.make(instance, "elsewhere").outputs["privateIp"].startswith("172.31.")
    assert world.make(instance, "told", privateIp="10.0.0.25").outputs["privateIp"] == "10.0.0.25"


def test_nat_with_an_address_in_use(world: World) -> None:
    world.nat()
    inputs = {"subnetId": world.subnet("10.0.0.0/24"), "allocationId": world.address()}
    refused(world, NAT, inputs, "Resource.AlreadyAssociated", world.address(), world.nat())


def test_address_in_use_cannot_be_associated(world: World) -> None:
    world.nat()
    inputs = {"allocationId": world.address(), "networkInterfaceId": "eni-1"}
    association = "aws:ec2/eipAssociation:EipAssociation"
    refused(world, association, inputs, "Resource.AlreadyAssociated", world.address(), world.nat())
    public = world.client.read(EIP, world.address())[1]["publicIp"]
    by_address = {"publicIp": public, "networkInterfaceId": "eni-1"}
    refused(world, association, by_address, "Resource.AlreadyAssociated", world.address(), world.nat())
    free = world.make(association, "a", allocationId=world.address("free"), networkInterfaceId="eni-1").id
    nat = {"subnetId": world.subnet("10.0.0.0/24"), "allocationId": world.address("free")}
    refused(world, NAT, nat, "Resource.AlreadyAssociated", free)


def test_nat_in_a_vpc_without_internet_gateway(world: World) -> None:
    inputs = {"subnetId": world.subnet("10.0.0.0/24"), "allocationId": world.address()}
    refused(world, NAT, inputs, "Gateway.NotAttached", "has no Internet gateway attached")


def test_nat_finds_a_gateway_that_is_made_beside_it(world: World) -> None:
    inputs = {"subnetId": world.subnet("10.0.0.0/24"), "allocationId": world.address()}
    vpc = world.vpc()
    with futures.ThreadPoolExecutor() as pool:
        nat = pool.submit(world.client.create, NAT, "nat", **inputs)
        assert not futures.wait([nat], timeout=0.3).done
        world.make(SUBNET, "other", vpcId=vpc, cidrBlock="10.0.1.0/24")
        world.make(GATEWAY, "gateway", vpcId=vpc)
        assert nat.result(timeout=5).id.startswith("nat-")


def test_nat_shows_its_address_and_vpc(world: World) -> None:
    nat = world.client.read(NAT, world.nat())[1]
    address = world.client.read(EIP, world.address())[1]
    assert nat["publicIp"] == address["publicIp"]
    assert nat["vpcId"] == world.vpc()
    assert nat["connectivityType"] == "public"


def test_regional_nat(world: World) -> None:
    world.gateway()
    regional = {"availabilityMode": "regional"}
    refused(world, NAT, regional, "MissingParameter", "VpcId")
    with_subnet = {**regional, "vpcId": world.vpc(), "subnetId": world.subnet("10.0.0.0/24")}
    refused(world, NAT, with_subnet, "InvalidParameterCombination", "SubnetId")
    refused(world, NAT, {"allocationId": world.address()}, "MissingParameter", "SubnetId")
    made = world.make(NAT, "regional", **regional, vpcId=world.vpc())
    assert made.outputs["regionalNatGatewayAutoMode"] == "enabled"


# Endpoints


def test_endpoint_in_a_zone_without_the_service(world: World) -> None:
    subnet = world.subnet("10.0.0.0/24", "us-east-1d")
    inputs = world.endpoint_inputs(subnet)
    refused(world, ENDPOINT, inputs, "InvalidParameter", SMTP, subnet, "us-east-1d", "use1-az2")


def test_endpoint_subnet_that_is_added_later(world: World) -> None:
    endpoint = world.make(ENDPOINT, "e", **world.endpoint_inputs(world.subnet("10.0.0.0/24"))).id
    association = "aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation"
    for subnet, code in (
        (world.subnet("10.0.1.0/24", "us-east-1d"), "InvalidParameter"),
        (world.subnet("10.0.2.0/24", "us-east-1a"), "DuplicateSubnetsInSameZone"),
    ):
        refused(world, association, {"vpcEndpointId": endpoint, "subnetId": subnet}, code, subnet)
    good = world.subnet("10.0.3.0/24", "us-east-1b")
    assert world.make(association, "a", vpcEndpointId=endpoint, subnetId=good).id


def test_endpoint_with_private_dns_in_a_vpc_without(world: World) -> None:
    vpc = world.vpc("10.1.0.0/16", dns=False)
    subnet = world.subnet("10.1.0.0/24", vpc=vpc)
    inputs = {**world.endpoint_inputs(subnet, privateDnsEnabled=True), "vpcId": vpc}
    refused(world, ENDPOINT, inputs, "InvalidParameter", "enableDnsHostnames", vpc)
    assert world.make(ENDPOINT, "without", **{**inputs, "privateDnsEnabled": False}).id


def test_two_endpoints_with_one_private_name(world: World) -> None:
    first, second = world.subnet("10.0.0.0/24"), world.subnet("10.0.1.0/24")
    made = world.make(ENDPOINT, "first", **world.endpoint_inputs(first, privateDnsEnabled=True))
    inputs = world.endpoint_inputs(second, privateDnsEnabled=True)
    refused(
        world, ENDPOINT, inputs, "InvalidParameter", "conflicting DNS domain", "email-smtp.us-east-1", made.id
    )
    assert world.make(ENDPOINT, "second", **world.endpoint_inputs(second)).id


def test_endpoint_with_two_subnets_in_a_zone(world: World) -> None:
    inputs = world.endpoint_inputs(world.subnet("10.0.0.0/24"), world.subnet("10.0.1.0/24"))
    refused(world, ENDPOINT, inputs, "DuplicateSubnetsInSameZone", *inputs["subnetIds"])


def test_endpoint_of_the_wrong_type(world: World) -> None:
    refused(
        world,
        ENDPOINT,
        {"vpcId": world.vpc(), "serviceName": SMTP},
        "InvalidParameter",
        "Endpoint type (Gateway) does not match available service types ([Interface])",
    )


@pytest.mark.parametrize("service", ["com.amazonaws.eu-west-1.email-smtp", "com.amazonaws.us-west-2.s3"])
def test_endpoint_to_another_regions_service(world: World, service: str) -> None:
    inputs = {**world.endpoint_inputs(world.subnet("10.0.0.0/24")), "serviceName": service}
    refused(world, ENDPOINT, inputs, "InvalidServiceName", service)


def test_endpoint_to_a_service_that_nobody_listed(world: World) -> None:
    inputs = world.endpoint_inputs(world.subnet("10.0.0.0/24"))
    assert world.make(ENDPOINT, "e", **{**inputs, "serviceName": "com.amazonaws.us-east-1.bedrock"}).id


def test_endpoint_with_parts_of_another_vpc(world: World) -> None:
    elsewhere = world.vpc("10.1.0.0/16")
    subnet = world.subnet("10.1.0.0/24", vpc=elsewhere)
    refused(world, ENDPOINT, world.endpoint_inputs(subnet), "InvalidParameter", subnet, elsewhere)
    group = world.group("elsewhere", elsewhere)
    inputs = world.endpoint_inputs(world.subnet("10.0.0.0/24"), securityGroupIds=[group])
    refused(world, ENDPOINT, inputs, "InvalidParameter", group, elsewhere)


def test_an_update_is_judged_like_a_creation(world: World) -> None:
    good, bad = world.subnet("10.0.0.0/24"), world.subnet("10.0.1.0/24", "us-east-1e")
    endpoint = world.make(ENDPOINT, "e", **world.endpoint_inputs(good, privateDnsEnabled=True))
    with pytest.raises(
        RefusalError, match=r"^updating EC2 VPC Endpoint: api error InvalidParameter: .*us-east-1e"
    ):
        world.client.update(endpoint, **world.endpoint_inputs(good, bad, privateDnsEnabled=True))
    assert world.client.update(endpoint, **world.endpoint_inputs(good, privateDnsEnabled=True)).id


def test_endpoint_without_groups_gets_the_default_one(world: World) -> None:
    made = world.make(ENDPOINT, "e", **world.endpoint_inputs(world.subnet("10.0.0.0/24")))
    default = world.client.invoke("ec2/getSecurityGroup", vpcId=world.vpc(), name="default")["id"]
    assert made.outputs["securityGroupIds"] == [default]


# Security groups and ACLs


def test_group_name_that_is_taken(world: World, adopted: World) -> None:
    world.group("mail")
    inputs = {"vpcId": world.vpc(), "name": "mail", "description": "d"}
    refused(world, GROUP, inputs, "InvalidGroup.Duplicate", "'mail'", world.group("mail"))
    assert world.make(GROUP, "elsewhere", **{**inputs, "vpcId": world.vpc("10.1.0.0/16")}).id
    taken = {"vpcId": ADOPTED, "name": "daadaar-connector", "description": "d"}
    refused(adopted, GROUP, taken, "InvalidGroup.Duplicate", "sg-01e6a4f3bd829c57e")
    for name in ("default", "sg-mine"):
        refused(world, GROUP, {**inputs, "name": name}, "InvalidParameterValue", name)


def test_rule_that_is_there(world: World) -> None:
    open_egress = {"protocol": "tcp", "fromPort": 587, "toPort": 587, "cidrBlocks": ["0.0.0.0/0"]}
    group = world.group("g", egress=[open_egress])
    standalone = {**open_egress, "type": "egress", "securityGroupId": group}
    refused(world, RULE, standalone, "InvalidPermission.Duplicate", "0.0.0.0/0", "587", group)
    single = {
        "securityGroupId": group,
        "ipProtocol": "6",
        "fromPort": 587,
        "toPort": 587,
        "cidrIpv4": "0.0.0.0/0",
    }
    refused(world, EGRESS_RULE, single, "InvalidPermission.Duplicate", "TCP")
    ingress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
    assert world.make(ingress, "in", **single).id
    refused(world, ingress, single, "InvalidPermission.Duplicate", "ingress")
    assert world.make(EGRESS_RULE, "465", **{**single, "fromPort": 465, "toPort": 465}).id
    everything = {"securityGroupId": group, "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"}
    world.make(EGRESS_RULE, "all", **everything)
    refused(world, EGRESS_RULE, {**everything, "fromPort": -1, "toPort": -1}, "InvalidPermission.Duplicate")


def test_group_with_one_rule_twice(world: World) -> None:
    rule = {"protocol": "tcp", "fromPort": 25, "toPort": 25, "cidrBlocks": ["0.0.0.0/0"]}
    inputs = {"vpcId": world.vpc(), "description": "d", "ingress": [rule, rule]}
    refused(world, GROUP, inputs, "InvalidPermission.Duplicate", "0.0.0.0/0")


def test_rule_that_names_no_group(world: World) -> None:
    group = world.group()
    rule = {"type": "egress", "securityGroupId": group, "protocol": "tcp", "fromPort": 587, "toPort": 587}
    refused(world, RULE, {**rule, "sourceSecurityGroupId": "sg-0none"}, "InvalidGroup.NotFound", "sg-0none")
    inline = {"protocol": "tcp", "fromPort": 1, "toPort": 1, "securityGroups": ["sg-0none"]}
    inputs = {"vpcId": world.vpc(), "description": "d", "ingress": [inline]}
    refused(world, GROUP, inputs, "InvalidGroup.NotFound", "sg-0none")
    single = {"securityGroupId": group, "ipProtocol": "-1", "referencedSecurityGroupId": "sg-0none"}
    refused(world, EGRESS_RULE, single, "InvalidGroup.NotFound", "sg-0none")


def test_an_adopted_default_group_loses_its_rules(world: World) -> None:
    default = world.client.invoke("ec2/getSecurityGroup", vpcId=world.vpc(), name="default")["id"]
    wiped = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
    rule = {"protocol": "tcp", "fromPort": 25, "toPort": 25, "cidrBlocks": ["0.0.0.0/0"]}
    twice = {"vpcId": world.vpc(), "ingress": [rule, rule]}
    refused(world, wiped, twice, "InvalidPermission.Duplicate", "0.0.0.0/0")
    nobody = {"vpcId": world.vpc(), "egress": [{**rule, "securityGroups": ["sg-0none"]}]}
    refused(world, wiped, nobody, "InvalidGroup.NotFound", "sg-0none")
    made = world.make(wiped, "wiped", vpcId=world.vpc())
    assert made.id == default
    assert world.client.read(GROUP, default)[1]["egress"] == []


def test_acl_rule_number_that_is_taken(world: World, adopted: World) -> None:
    entry = {"action": "allow", "protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlock": "0.0.0.0/0"}
    acl = world.make(ACL, "acl", vpcId=world.vpc(), egress=[{"ruleNo": 100, **entry}]).id
    rule = "aws:ec2/networkAclRule:NetworkAclRule"
    inputs = {"networkAclId": acl, "ruleNumber": 100, "egress": True, "protocol": "-1", "ruleAction": "deny"}
    refused(world, rule, inputs, "NetworkAclEntryAlreadyExists", "100 (egress)", acl)
    assert world.make(rule, "ingress", **{**inputs, "egress": False}).id
    refused(world, rule, {**inputs, "egress": False}, "NetworkAclEntryAlreadyExists", "100 (ingress)")
    twice: dict[str, Any] = {
        "vpcId": world.vpc(),
        "ingress": [{"ruleNo": 7, **entry}, {"ruleNo": 7, **entry}],
    }
    refused(world, ACL, twice, "NetworkAclEntryAlreadyExists", "7 (ingress)")
    own = {"defaultNetworkAclId": "acl-03f8c1a92e5d70b46", "ingress": twice["ingress"]}
    wiped = "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"
    refused(adopted, wiped, own, "NetworkAclEntryAlreadyExists", "7 (ingress)")
    default = {**inputs, "networkAclId": "acl-03f8c1a92e5d70b46"}
    refused(adopted, rule, default, "NetworkAclEntryAlreadyExists", "acl-03f8c1a92e5d70b46")
    adopted.make(wiped, "wiped", defaultNetworkAclId="acl-03f8c1a92e5d70b46")
    assert adopted.make(rule, "after", **default).id


# App Runner


def test_connector_with_subnets_of_two_vpcs(world: World) -> None:
    elsewhere = world.subnet("10.1.0.0/24", vpc=world.vpc("10.1.0.0/16"))
    inputs = {
        "vpcConnectorName": "conn",
        "subnets": [world.subnet("10.0.0.0/24"), elsewhere],
        "securityGroups": [],
    }
    refused(world, CONNECTOR, inputs, "InvalidRequestException", "same VPC", elsewhere)
    group = world.group("elsewhere", world.vpc("10.1.0.0/16"))
    foreign = {**inputs, "subnets": inputs["subnets"][:1], "securityGroups": [group]}
    refused(world, CONNECTOR, foreign, "InvalidRequestException", "same VPC", group)


def test_connector_in_an_unsupported_zone(world: World) -> None:
    subnet = world.subnet("10.0.0.0/24", "us-east-1e")
    inputs = {"vpcConnectorName": "conn", "subnets": [subnet], "securityGroups": []}
    refused(world, CONNECTOR, inputs, "InvalidRequestException", subnet, "use1-az3")


def test_connector_without_subnets_or_with_many_groups(world: World) -> None:
    inputs: dict[str, Any] = {"vpcConnectorName": "conn", "subnets": [], "securityGroups": []}
    refused(world, CONNECTOR, inputs, "InvalidRequestException", "at least one subnet")
    groups = [world.group(f"g{number}") for number in range(6)]
    many = {**inputs, "subnets": [world.subnet("10.0.0.0/24")], "securityGroups": groups}
    refused(world, CONNECTOR, many, "InvalidRequestException", "5 groups, not 6")


def test_a_connector_of_the_same_name_is_the_next_revision(world: World, adopted: World) -> None:
    inputs = {"vpcConnectorName": "conn", "subnets": [world.subnet("10.0.0.0/24")], "securityGroups": []}
    revisions = [world.make(CONNECTOR, name, **inputs).outputs["vpcConnectorRevision"] for name in "ab"]
    assert revisions == [1, 2]
    taken = {
        "vpcConnectorName": "daadaar-connector",
        "subnets": ["subnet-058489269eab00608"],
        "securityGroups": ["sg-01e6a4f3bd829c57e"],
    }
    made = adopted.make(CONNECTOR, "c", **taken)
    assert made.outputs["vpcConnectorRevision"] == 2
    assert "/daadaar-connector/2/" in made.id


def image(**configuration: Any) -> dict[str, Any]:
    return {
        "imageRepository": {
            "imageIdentifier": "public.ecr.aws/x/y:z",
            "imageRepositoryType": "ECR_PUBLIC",
            "imageConfiguration": configuration,
        }
    }


@pytest.mark.parametrize(
    ("inputs", "code", "says"),
    [
        (
            {"networkConfiguration": {"egressConfiguration": {"egressType": "VPC"}}},
            "InvalidRequestException",
            "needs a VpcConnectorArn",
        ),
        (
            {
                "networkConfiguration": {
                    "egressConfiguration": {"egressType": "VPC", "vpcConnectorArn": "arn:x"}
                }
            },
            "ResourceNotFoundException",
            "arn:x",
        ),
        (
            {
                "networkConfiguration": {
                    "egressConfiguration": {"egressType": "DEFAULT", "vpcConnectorArn": "arn:x"}
                }
            },
            "InvalidRequestException",
            "takes no VpcConnectorArn",
        ),
        (
            {
                "sourceConfiguration": image(
                    runtimeEnvironmentSecrets={"SMTP_PASS": "arn:aws:secretsmanager:x"}
                )
            },
            "InvalidRequestException",
            "Instance Role have to be provided",
        ),
        (
            {
                "sourceConfiguration": {
                    "imageRepository": {"imageIdentifier": "i", "imageRepositoryType": "ECR"}
                }
            },
            "InvalidRequestException",
            "AccessRoleArn",
        ),
        (
            {
                "sourceConfiguration": {
                    "codeRepository": {
                        "repositoryUrl": "https://github.com/daadaar/backend",
                        "sourceCodeVersion": {"type": "BRANCH", "value": "main"},
                    }
                }
            },
            "InvalidRequestException",
            "ConnectionArn",
        ),
    ],
)
def test_service_that_app_runner_refuses(world: World, inputs: dict[str, Any], code: str, says: str) -> None:
    common = {"serviceName": "mailer", "sourceConfiguration": image()}
    refused(world, SERVICE, {**common, **inputs}, code, says)
    assert world.make(SERVICE, "good", **common).outputs["status"] == "RUNNING"


# Containers


def containers(**lists: list[str]) -> str:
    listed = {name: [{"name": each} for each in names] for name, names in lists.items()}
    return json.dumps([{"name": "app", "image": "i", **listed}])


def test_a_container_names_each_variable_once(world: World) -> None:
    twice = containers(environment=["HOST", "PORT"], secrets=["PORT"])
    inputs = {"family": "web", "containerDefinitions": twice}
    refused(world, TASKS, inputs, "ClientException", "The secret name must be unique", "such as 'PORT'")
    once = containers(environment=["HOST"], secrets=["PORT"])
    assert world.make(TASKS, "good", family="web", containerDefinitions=once).outputs["revision"] == 1


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"environment": {"SMTP_HOST": "a"}}, "environment is no list of objects with name and value"),
        ({"environment": ["SMTP_HOST"]}, "environment is no list of objects with name and value"),
        ({"secrets": {"KEY": "arn:1"}}, "secrets is no list of objects with name and valueFrom"),
        (
            {"environment": [{"name": "SMTP_PORT", "value": 587}]},
            "value of a variable in environment is no text",
        ),
    ],
)
def test_variables_of_a_container_are_lists_of_texts(world: World, variables: Any, said: str) -> None:
    inputs = {"family": "api", "containerDefinitions": json.dumps([{"name": "app", **variables}])}
    refused(world, TASKS, inputs, "ClientException", f"Container definitions are invalid: {said}")


@pytest.mark.parametrize(
    ("named", "launch", "code"),
    [
        ("web:7", "EC2", "ClientException"),
        (f"{DEFINITION}web:7", "EC2", "ClientException"),
        ("billing", "EC2", "ClientException"),
        ("web", "FARGATE", "InvalidParameterException"),
        ("web:1", "FARGATE", ""),
        (f"{DEFINITION}web:2", "EC2", ""),
        (f"{DEFINITION}billing:3", "FARGATE", ""),
        ("web", "EC2", ""),
    ],
)
def test_a_service_runs_a_definition_that_is_there(world: World, named: str, launch: str, code: str) -> None:
    """The second revision of web is for instances alone; billing, by its ARN, has been looked up."""
    for name, required in (("first", ["FARGATE"]), ("second", ["EC2"])):
        given = {"containerDefinitions": "[]", "requiresCompatibilities": required}
        world.make(TASKS, name, family="web", networkMode="awsvpc", **given)
    inputs = {"name": "web", "taskDefinition": named, "launchType": launch}
    if code:
        refused(world, ECS_SERVICE, inputs, code)
    else:
        assert world.make(ECS_SERVICE, "good", **inputs).id


def test_an_account_file_shows_not_every_definition(adopted: World) -> None:
    assert adopted.make(ECS_SERVICE, "good", name="web", taskDefinition="billing:3").id


def test_a_service_keeps_its_kind_of_source(world: World) -> None:
    made = world.make(SERVICE, "image", serviceName="mailer", sourceConfiguration=image())
    code = {
        "codeRepository": {
            "repositoryUrl": "https://github.com/daadaar/backend",
            "sourceCodeVersion": {"type": "BRANCH", "value": "main"},
        },
        "authenticationConfiguration": {"connectionArn": "arn:x"},
    }
    with pytest.raises(RefusalError, match="source in imageRepository, and keeps it"):
        world.client.update(made, serviceName="mailer", sourceConfiguration=code)
    built = world.make(SERVICE, "code", serviceName="built", sourceConfiguration=code)
    with pytest.raises(RefusalError, match="source in codeRepository, and keeps it"):
        world.client.update(built, serviceName="built", sourceConfiguration=image())
    assert world.client.update(built, serviceName="built", sourceConfiguration=code).id == built.id


def test_a_custom_domain_leads_to_one_service(world: World) -> None:
    service = world.make(SERVICE, "api", serviceName="mailer", sourceConfiguration=image()).id
    made = world.make(DOMAIN, "app", domainName="app.example.com", serviceArn=service)
    assert len(made.outputs["certificateValidationRecords"]) == 3
    assert made.outputs["dnsTarget"].endswith(".us-east-1.awsapprunner.com")
    same = {"domainName": "app.example.com", "serviceArn": service}
    refused(world, DOMAIN, same, "InvalidRequestException", "app.example.com is associated already")
    wildcard = {"domainName": "*.example.com", "serviceArn": service}
    refused(world, DOMAIN, wildcard, "InvalidRequestException", "takes no www subdomain")
    alone = world.make(DOMAIN, "any", **wildcard, enableWwwSubdomain=False)
    assert len(alone.outputs["certificateValidationRecords"]) == 2
    for number in range(3):
        world.make(DOMAIN, f"app-{number}", domainName=f"app-{number}.example.com", serviceArn=service)
    sixth = {"domainName": "six.example.com", "serviceArn": service}
    refused(world, DOMAIN, sixth, "InvalidRequestException", "at most 5 custom domains")
    nobody = {"domainName": "six.example.com", "serviceArn": "arn:x"}
    refused(world, DOMAIN, nobody, "ResourceNotFoundException", "arn:x")


# Names


@pytest.mark.parametrize(
    ("type_", "inputs", "code"),
    [
        ("aws:iam/user:User", {"name": "taken"}, "EntityAlreadyExists"),
        ("aws:iam/role:Role", {"name": "taken", "assumeRolePolicy": "{}"}, "EntityAlreadyExists"),
        ("aws:iam/policy:Policy", {"name": "taken", "policy": "{}"}, "EntityAlreadyExists"),
        ("aws:iam/group:Group", {"name": "taken"}, "EntityAlreadyExists"),
        ("aws:iam/instanceProfile:InstanceProfile", {"name": "taken"}, "EntityAlreadyExists"),
        ("aws:lambda/function:Function", {"name": "taken", "role": "r"}, "ResourceConflictException"),
        ("aws:lb/loadBalancer:LoadBalancer", {"name": "taken"}, "DuplicateLoadBalancerName"),
        ("aws:kms/alias:Alias", {"name": "taken", "targetKeyId": "k"}, "AlreadyExistsException"),
        ("aws:secretsmanager/secret:Secret", {"name": "taken"}, "ResourceExistsException"),
        ("aws:cloudwatch/logGroup:LogGroup", {"name": "taken"}, "ResourceAlreadyExistsException"),
        (
            "aws:sesv2/configurationSet:ConfigurationSet",
            {"configurationSetName": "taken"},
            "AlreadyExistsException",
        ),
        (IDENTITY, {"emailIdentity": "taken"}, "AlreadyExistsException"),
    ],
)
def test_name_that_is_taken(world: World, type_: str, inputs: dict[str, Any], code: str) -> None:
    world.make(type_, "first", **inputs)
    refused(world, type_, inputs, code, "taken")


def test_secret_and_role_that_were_there(adopted: World) -> None:
    refused(adopted, "aws:secretsmanager/secret:Secret", {"name": "daadaar/smtp"}, "ResourceExistsException")
    role = {"name": "daadaar-backend-instance", "assumeRolePolicy": "{}"}
    refused(adopted, "aws:iam/role:Role", role, "EntityAlreadyExists")


def test_third_access_key(world: World) -> None:
    key = "aws:iam/accessKey:AccessKey"
    for name in "ab":
        world.make(key, name, user="sender")
    refused(world, key, {"user": "sender"}, "LimitExceeded", "sender")
    assert world.make(key, "other", user="other").id


# DNS


def test_record_that_is_there(world: World, adopted: World) -> None:
    world.record("a", "TXT", "one")
    inputs = {"zoneId": world.zone(), "name": "a.example.com", "type": "TXT", "ttl": 60, "records": ["two"]}
    refused(
        world, RECORD, inputs, "InvalidChangeBatch", "name='a.example.com.', type='TXT'", "already exists"
    )
    assert world.make(RECORD, "overwrites", **inputs, allowOverwrite=True).id
    api = {
        "zoneId": "Z0573219KQ7M4TXB1R8E",
        "name": "api",
        "type": "CNAME",
        "ttl": 60,
        "records": ["x.example"],
    }
    refused(adopted, RECORD, api, "InvalidChangeBatch", "api.daadaar.com.")


def test_cname_beside_other_records(world: World) -> None:
    world.record("a", "TXT", "one")
    world.record("b", "CNAME", "c.example.net")
    common = {"zoneId": world.zone(), "ttl": 60}
    alias = {**common, "name": "a", "type": "CNAME", "records": ["c.example.net"]}
    refused(world, RECORD, alias, "InvalidChangeBatch", "CNAME", "a.example.com.", "conflicts")
    text = {**common, "name": "b", "type": "TXT", "records": ["two"]}
    refused(world, RECORD, text, "InvalidChangeBatch", "TXT", "b.example.com.", "conflicts")
    apex = {**common, "name": "example.com", "type": "CNAME", "records": ["c.example.net"]}
    refused(world, RECORD, apex, "InvalidChangeBatch", "not permitted at apex")


@pytest.mark.parametrize(
    ("type_", "value", "says"),
    [
        ("A", "example.net", "IPv4"),
        ("AAAA", "192.0.2.1", "IPv6"),
        ("MX", "feedback-smtp.us-east-1.amazonses.com", "priority"),
        ("CNAME", "https://example.net", "domain name"),
        ("TXT", "x" * 256, "255 characters"),
    ],
)
def test_record_whose_value_does_not_fit(world: World, type_: str, value: str, says: str) -> None:
    inputs = {"zoneId": world.zone(), "name": "a", "type": type_, "ttl": 60, "records": [value]}
    refused(world, RECORD, inputs, "InvalidChangeBatch", says)


def test_record_names_are_completed_once(world: World) -> None:
    assert world.record("a", "TXT", "one").outputs["fqdn"] == "a.example.com"
    assert world.record("b.example.com", "TXT", "one").outputs["fqdn"] == "b.example.com"
    assert world.record("_dmarc", "TXT", "v=DMARC1; p=none").outputs["fqdn"] == "_dmarc.example.com"


def test_two_private_zones_of_a_name_in_a_vpc(world: World) -> None:
    inputs = {"name": "internal.example", "vpcs": [{"vpcId": world.vpc()}]}
    world.make(ZONE, "first", **inputs)
    refused(world, ZONE, inputs, "ConflictingDomainExists", world.vpc())
    assert world.make(ZONE, "public", name="internal.example").id


# SES


def test_what_belongs_to_an_identity_needs_one(world: World) -> None:
    mail_from = {"emailIdentity": "example.com", "mailFromDomain": "bounce.example.com"}
    refused(world, MAIL_FROM, mail_from, "NotFoundException", "example.com")
    destination = {
        "configurationSetName": "none",
        "eventDestinationName": "d",
        "eventDestination": {"matchingEventTypes": ["BOUNCE"]},
    }
    event = "aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination"
    refused(world, event, destination, "NotFoundException", "none")


def test_mail_from_outside_the_identity(world: World) -> None:
    world.make(IDENTITY, "i", emailIdentity="example.com")
    inputs = {"emailIdentity": "example.com", "mailFromDomain": "bounce.example.org"}
    refused(world, MAIL_FROM, inputs, "BadRequestException", "bounce.example.org")
    assert world.make(MAIL_FROM, "good", **{**inputs, "mailFromDomain": "bounce.example.com"}).id


def test_the_first_apis_parts_need_an_identity_too(world: World) -> None:
    dkim, mail_from = "aws:ses/domainDkim:DomainDkim", "aws:ses/mailFrom:MailFrom"
    refused(world, dkim, {"domain": "example.com"}, "NotFoundException", "example.com")
    inputs = {"domain": "example.com", "mailFromDomain": "bounce.example.com"}
    refused(world, mail_from, inputs, "NotFoundException", "example.com")
    world.make("aws:ses/domainIdentity:DomainIdentity", "old", domain="example.com")
    outside = {**inputs, "mailFromDomain": "bounce.example.org"}
    refused(world, mail_from, outside, "BadRequestException", "bounce.example.org")
    assert world.make(mail_from, "m", **inputs).id


def test_identity_that_the_first_api_made(world: World) -> None:
    world.make("aws:ses/domainIdentity:DomainIdentity", "old", domain="example.com")
    refused(world, IDENTITY, {"emailIdentity": "example.com"}, "AlreadyExistsException", "example.com")
    tokens = world.make("aws:ses/domainDkim:DomainDkim", "d", domain="example.com").outputs["dkimTokens"]
    assert len(set(tokens)) == 3


def test_a_refusal_shows_no_secret(world: World) -> None:
    inputs = {"zoneId": world.zone(), "name": "a", "type": "A", "ttl": 60, "records": [Secret("hunter2")]}
    with pytest.raises(RefusalError) as raised:
        world.client.create(RECORD, "refused", **inputs)
    assert "not a valid IPv4 address: '[secret]'" in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_a_refused_resource_leaves_nothing_behind(world: World) -> None:
    before = world.client.invoke("ec2/getVpcs")["ids"]
    refused(world, VPC, {"cidrBlock": "10.0.0.0/8"}, "InvalidVpc.Range")
    assert world.client.invoke("ec2/getVpcs")["ids"] == before


# Transit gateways -------------------------------------------------------------------------------------


def test_two_attached_subnets_of_one_zone(world: World) -> None:
    gateway = world.make("aws:ec2transitgateway/transitGateway:TransitGateway", "hub")
    first, second = world.subnet("10.0.1.0/24"), world.subnet("10.0.2.0/24")
    other = world.subnet("10.0.3.0/24", zone="us-east-1b")
    inputs = {"transitGatewayId": gateway.id, "vpcId": world.vpc()}
    type_ = "aws:ec2transitgateway/vpcAttachment:VpcAttachment"

    refused(world, type_, {**inputs, "subnetIds": [first, second]}, "DuplicateSubnetsInSameZone", second)
    attached = world.make(type_, "attached", **inputs, subnetIds=[first, other])

    assert attached.outputs["transitGatewayDefaultRouteTableAssociation"] is True
    assert gateway.outputs["associationDefaultRouteTableId"].startswith("tgw-rtb-")
