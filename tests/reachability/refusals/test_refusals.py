"""What AWS refuses: for each rule a request that it is for, and one beside it that AWS takes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import pytest

from reachability import UNKNOWN, Verdict
from tests.reachability.shown import judged, said
from tests.reachability.stacks import ALL_OUT as OUT
from tests.reachability.stacks import Stack, own_network, ref, urn

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
TAKEN: Final[tuple[Verdict, set[str]]] = (REACHABLE, set())
OPEN: Final[tuple[Verdict, set[str]]] = (UNDETERMINED, {"CONFLICTING_RESOURCES"})
BLOCK: Final = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"
ATTACHMENT: Final = "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment"
GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
PEERING: Final = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection"
RECORD: Final = "aws:route53/record:Record"
TGW: Final = "aws:ec2transitgateway"
Change = Callable[[Stack], None]


@pytest.fixture
def new() -> Stack:
    """Two networks that a program makes, a function with a NAT gateway in the first."""
    stack = Stack()
    own_network(stack)
    own_network(stack, "other-")
    stack.remove("other-function")
    stack["other-vpc"]["cidrBlock"] = "10.9.0.0/16"
    for kind, block in (("public", "10.9.0.0/24"), ("private", "10.9.1.0/24")):
        stack[f"other-{kind}"]["cidrBlock"] = block
    stack.add(f"{TGW}/transitGateway:TransitGateway", "tgw")
    return stack


def refused(stack: Stack, name: str) -> tuple[Verdict, set[str]]:
    """Whether AWS takes the resource `name`, and the codes that say why not."""
    graph = stack.graph()
    network = stack.network()
    outcome = network.refusals.of(graph[urn(stack.program[name][0], name)])
    return outcome.verdict, {finding.code for finding in outcome.findings}


def block(cidr: Any, name: str = "block") -> Change:
    return lambda stack: stack.add(BLOCK, name, vpcId=ref("vpc"), cidrBlock=cidr)


def also(*changes: Change) -> Change:
    def change(stack: Stack) -> None:
        for each in changes:
            each(stack)

    return change


def setting(name: str, /, **properties: Any) -> Change:
    return lambda stack: stack[name].update(properties)


def without(name: str, *props: str) -> Change:
    def change(stack: Stack) -> None:
        for prop in props:
            del stack[name][prop]

    return change


def after(later: str, earlier: str) -> Change:
    return lambda stack: stack.depends_on.update({later: (earlier,)})


def attached(name: str, *subnets: str, vpc: str = "vpc", default: bool = True) -> Change:
    listed = [ref(subnet) for subnet in subnets or ("private",)]
    return lambda stack: stack.add(
        f"{TGW}/vpcAttachment:VpcAttachment",
        name,
        transitGatewayId=ref("tgw"),
        vpcId=ref(vpc),
        subnetIds=listed,
        transitGatewayDefaultRouteTableAssociation=default,
    )


def adding(type_: str, name: str, /, **properties: Any) -> Change:
    return lambda stack: stack.add(type_, name, **properties)


def group(name: str, called: Any = "web", vpc: str = "vpc") -> Change:
    return adding(GROUP, name, vpcId=ref(vpc), name=called)


def groups(count: int) -> Change:
    listed = [f"sg-{number}" for number in range(count)]
    return lambda stack: stack["function"]["vpcConfig"].update(securityGroupIds=listed)


def associated(name: str, table: str = "table", **properties: Any) -> Change:
    return adding(
        f"{TGW}/routeTableAssociation:RouteTableAssociation",
        name,
        transitGatewayAttachmentId=ref("hub"),
        transitGatewayRouteTableId=ref(table),
        **properties,
    )


def transit_route(name: str, block_: str = "0.0.0.0/0", table: str = "table", **properties: Any) -> Change:
    return adding(
        f"{TGW}/route:Route",
        name,
        destinationCidrBlock=block_,
        transitGatewayRouteTableId=ref(table),
        **properties,
    )


def ruled(**rule: Any) -> Change:
    """A security group of the VPC with this rule."""
    return adding(GROUP, "client", vpcId=ref("vpc"), egress=[{"protocol": "tcp", **rule}] if rule else [])


def task(**properties: Any) -> Change:
    return also(
        adding("aws:ecs/taskDefinition:TaskDefinition", "task", family="web", **properties),
        adding("aws:ecs/service:Service", "service", taskDefinition=ref("task"), launchType="FARGATE"),
    )


def record(name: str, called: str, kind: str, /, **properties: Any) -> Change:
    return adding(RECORD, name, zoneId=ref("zone"), name=called, type=kind, **properties)


def addressed(by_subnet: dict[str, str]) -> Change:
    """An endpoint with these addresses."""
    listed = [{"subnetId": ref(subnet), "ipv4": address} for subnet, address in by_subnet.items()]
    return adding(
        "aws:ec2/vpcEndpoint:VpcEndpoint", "endpoint", vpcId=ref("vpc"), subnetConfigurations=listed
    )


def attach_apart(stack: Stack) -> None:
    stack["igw"].pop("vpcId")
    stack.add(ATTACHMENT, "attached", internetGatewayId=ref("igw"), vpcId=ref("vpc"))


ZONE: Final = adding("aws:route53/zone:Zone", "zone", name="shop.com", vpcs=[{"vpcId": ref("vpc")}])
TABLES: Final = also(
    *(adding(f"{TGW}/routeTable:RouteTable", name, transitGatewayId=ref("tgw")) for name in ("table", "more"))
)
BOSTON: Final = "us-east-1-bos-1"
EGRESS: Final = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
ACL_RULE: Final = "aws:ec2/networkAclRule:NetworkAclRule"
INSTANCE: Final = "aws:ec2/instance:Instance"
INTERFACE: Final = "aws:ec2/networkInterface:NetworkInterface"
LIST: Final = "aws:ec2/managedPrefixList:ManagedPrefixList"
TWO: Final = [{"cidr": "10.0.0.0/16"}, {"cidr": "10.1.0.0/16"}]

CASES: Final[dict[str, tuple[Change, str, tuple[Verdict, set[str]]]]] = {
    "a VPC larger than /16": (setting("vpc", cidrBlock="10.0.0.0/8"), "vpc", (UNREACHABLE, {"VPC_RANGE"})),
    "a VPC smaller than /28": (setting("vpc", cidrBlock="10.0.0.0/29"), "vpc", (UNREACHABLE, {"VPC_RANGE"})),
    "a VPC of /28": (setting("vpc", cidrBlock="10.0.0.0/28"), "vpc", TAKEN),
    "a VPC whose block is not known": (setting("vpc", cidrBlock=UNKNOWN), "vpc", TAKEN),
    "a subnet smaller than /28": (
        setting("private", cidrBlock="10.0.1.0/29"),
        "private",
        (UNREACHABLE, {"SUBNET_RANGE"}),
    ),
    "a subnet of a VPC that is refused": (
        also(setting("vpc", cidrBlock="10.0.0.0/8")),
        "private",
        (UNREACHABLE, {"VPC_RANGE"}),
    ),
    "what depends on a subnet that is refused": (
        also(setting("other-private", cidrBlock="10.9.1.0/29"), after("function", "other-private")),
        "function",
        (UNREACHABLE, {"SUBNET_RANGE"}),
    ),
    "a secondary block": (block("10.5.0.0/16"), "block", TAKEN),
    "a secondary block larger than /16": (block("10.4.0.0/15"), "block", (UNREACHABLE, {"VPC_RANGE"})),
    "a secondary block in the first": (block("10.0.8.0/24"), "block", (UNREACHABLE, {"VPC_RANGE"})),
    "one of two that overlap": (
        also(block("10.5.0.0/16"), block("10.5.0.0/20", "more")),
        "block",
        OPEN,
    ),
    "the later of two that overlap": (
        also(block("10.5.0.0/16"), block("10.5.0.0/20", "more"), after("more", "block")),
        "more",
        (UNREACHABLE, {"CONFLICTING_RESOURCES"}),
    ),
    "the first of two that overlap": (
        also(block("10.5.0.0/16"), block("10.5.0.0/20", "more"), after("more", "block")),
        "block",
        TAKEN,
    ),
    "a subnet before its block": (
        also(block("10.5.0.0/16"), setting("private", cidrBlock="10.5.1.0/24")),
        "private",
        (UNDETERMINED, {"CREATION_ORDER"}),
    ),
    "a subnet after its block": (
        also(block("10.5.0.0/16"), setting("private", cidrBlock="10.5.1.0/24", vpcId=ref("block"))),
        "private",
        TAKEN,
    ),
    "peers that overlap": (
        also(
            setting("other-vpc", cidrBlock="10.0.128.0/17"),
            adding(PEERING, "peering", vpcId=ref("vpc"), peerVpcId=ref("other-vpc")),
        ),
        "peering",
        (UNREACHABLE, {"PEERING_CIDR_OVERLAP"}),
    ),
    "a VPC as its own peer": (
        adding(PEERING, "peering", vpcId=ref("vpc"), peerVpcId=ref("vpc")),
        "peering",
        (UNREACHABLE, {"PEERING_CIDR_OVERLAP"}),
    ),
    "one of two connections of two VPCs": (
        also(
            adding(PEERING, "peering", vpcId=ref("vpc"), peerVpcId=ref("other-vpc")),
            adding(PEERING, "back", vpcId=ref("other-vpc"), peerVpcId=ref("vpc")),
        ),
        "peering",
        OPEN,
    ),
    "the later of two connections": (
        also(
            adding(PEERING, "peering", vpcId=ref("vpc"), peerVpcId=ref("other-vpc")),
            adding(PEERING, "again", vpcId=ref("vpc"), peerVpcId=ref("other-vpc")),
            after("again", "peering"),
        ),
        "again",
        (UNREACHABLE, {"CONFLICTING_RESOURCES"}),
    ),
    "peers of two regions": (
        adding(
            PEERING, "peering", vpcId=ref("vpc"), peerVpcId="vpc-far", peerRegion="eu-west-1", autoAccept=True
        ),
        "peering",
        (UNREACHABLE, {"PEERING_ACCEPTANCE"}),
    ),
    "peers that accept elsewhere": (
        adding(PEERING, "peering", vpcId=ref("vpc"), peerVpcId="vpc-far", peerRegion="eu-west-1"),
        "peering",
        TAKEN,
    ),
    "peers that are apart": (
        adding(PEERING, "peering", vpcId=ref("vpc"), peerVpcId=ref("other-vpc")),
        "peering",
        TAKEN,
    ),
    "an internet gateway of another VPC": (
        adding(ATTACHMENT, "link", internetGatewayId=ref("other-igw"), vpcId=ref("vpc")),
        "link",
        (UNREACHABLE, {"CONFLICTING_RESOURCES"}),
    ),
    "a free internet gateway": (
        also(
            lambda stack: stack["igw"].pop("vpcId"),
            adding(ATTACHMENT, "link", internetGatewayId=ref("igw"), vpcId=ref("vpc")),
        ),
        "link",
        TAKEN,
    ),
    "one of two attachments": (
        also(
            lambda stack: stack["igw"].pop("vpcId"),
            adding(ATTACHMENT, "link", internetGatewayId=ref("igw"), vpcId=ref("vpc")),
            adding(ATTACHMENT, "more", internetGatewayId=ref("igw"), vpcId=ref("other-vpc")),
        ),
        "link",
        OPEN,
    ),
    "a NAT gateway without IPv4": (
        setting("public", ipv6Native=True),
        "nat",
        (UNREACHABLE, {"NAT_GATEWAY_PLACE"}),
    ),
    "a regional NAT gateway in a subnet": (
        setting("nat", availabilityMode="regional", vpcId=ref("vpc")),
        "nat",
        (UNREACHABLE, {"NAT_GATEWAY_PLACE"}),
    ),
    "a regional NAT gateway": (
        also(
            setting("nat", availabilityMode="regional", vpcId=ref("vpc")),
            without("nat", "subnetId", "allocationId"),
        ),
        "nat",
        TAKEN,
    ),
    "an address outside the subnet": (
        setting("nat", privateIp="10.0.99.9"),
        "nat",
        (UNREACHABLE, {"PRIVATE_IP_ADDRESS"}),
    ),
    "Amazon's resolver's address": (
        setting("nat", privateIp="10.0.0.2"),
        "nat",
        (UNREACHABLE, {"PRIVATE_IP_ADDRESS"}),
    ),
    "the last address": (
        setting("nat", privateIp="10.0.0.255"),
        "nat",
        (UNREACHABLE, {"PRIVATE_IP_ADDRESS"}),
    ),
    "the first free address": (setting("nat", privateIp="10.0.0.4"), "nat", TAKEN),
    "an address that an interface has": (
        also(
            setting("nat", privateIp="10.0.0.9"),
            adding(INTERFACE, "bastion", subnetId=ref("public"), privateIps=["10.0.0.8", "10.0.0.9"]),
            after("nat", "bastion"),
        ),
        "nat",
        (UNREACHABLE, {"CONFLICTING_RESOURCES"}),
    ),
    "a second address that a NAT gateway has": (
        also(
            setting("nat", secondaryPrivateIpAddresses=["10.0.0.9"]),
            adding(INTERFACE, "bastion", subnetId=ref("public"), privateIps=["10.0.0.9"]),
            after("bastion", "nat"),
        ),
        "bastion",
        (UNREACHABLE, {"CONFLICTING_RESOURCES"}),
    ),
    "an interface's address of another subnet": (
        adding(INTERFACE, "bastion", subnetId=ref("public"), privateIps=["10.0.1.9"]),
        "bastion",
        (UNREACHABLE, {"PRIVATE_IP_ADDRESS"}),
    ),
    "an endpoint's addresses": (addressed({"private": "10.0.1.9", "public": "10.0.0.9"}), "endpoint", TAKEN),
    "an endpoint's address of none of its subnets": (
        addressed({"private": "10.0.1.9", "public": "10.0.99.9"}),
        "endpoint",
        (UNREACHABLE, {"PRIVATE_IP_ADDRESS"}),
    ),
    "an endpoint's address that is Amazon's": (
        addressed({"private": "10.0.1.2"}),
        "endpoint",
        (UNREACHABLE, {"PRIVATE_IP_ADDRESS"}),
    ),
    "an endpoint's address that an interface has": (
        also(
            adding(INTERFACE, "bastion", subnetId=ref("private"), privateIps=["10.0.1.9"]),
            addressed({"private": "10.0.1.9"}),
        ),
        "endpoint",
        OPEN,
    ),
    "an internet gateway after the NAT gateway": (
        also(after("nat", "address"), after("igw", "nat")),
        "nat",
        (UNREACHABLE, {"CREATION_ORDER"}),
    ),
    "an attachment after the NAT gateway": (
        also(after("nat", "igw"), attach_apart, after("attached", "nat")),
        "nat",
        (UNREACHABLE, {"CREATION_ORDER"}),
    ),
    "an internet gateway beside the NAT gateway": (after("nat", "address"), "nat", TAKEN),
    "a private NAT gateway before the internet gateway": (
        also(setting("nat", connectivityType="private"), after("nat", "address"), after("igw", "nat")),
        "nat",
        TAKEN,
    ),
    "another VPC's internet gateway after the NAT gateway": (after("other-igw", "nat"), "nat", TAKEN),
    "an address that an instance has": (
        also(
            setting("nat", privateIp="10.0.0.9"),
            adding(INSTANCE, "bastion", subnetId=ref("public"), privateIp="10.0.0.9"),
        ),
        "nat",
        OPEN,
    ),
    "an address of a Local Zone": (
        setting("address", networkBorderGroup=BOSTON),
        "nat",
        (UNREACHABLE, {"NETWORK_BORDER_GROUP"}),
    ),
    "an address of the region": (setting("address", networkBorderGroup="us-east-1"), "nat", TAKEN),
    "an attachment twice in a zone": (
        also(
            setting("public", availabilityZone="us-east-1a"),
            setting("private", availabilityZone="us-east-1a"),
            attached("hub", "public", "private"),
        ),
        "hub",
        (UNREACHABLE, {"TGW_SUBNETS_IN_ONE_ZONE"}),
    ),
    "an attachment in two zones": (
        also(
            setting("public", availabilityZone="us-east-1a"),
            setting("private", availabilityZone="us-east-1b"),
            attached("hub", "public", "private"),
        ),
        "hub",
        TAKEN,
    ),
    "an attachment by another VPC's subnet": (
        attached("hub", "other-private"),
        "hub",
        (UNREACHABLE, {"TGW_ATTACHMENT_SUBNETS"}),
    ),
    "an attachment in a Local Zone": (
        also(setting("private", availabilityZone=f"{BOSTON}a"), attached("hub")),
        "hub",
        (UNREACHABLE, {"TGW_ATTACHMENT_PLACE"}),
    ),
    "an attachment by IPv6 alone": (
        also(setting("private", ipv6Native=True), attached("hub")),
        "hub",
        (UNREACHABLE, {"TGW_ATTACHMENT_PLACE"}),
    ),
    "a VPC that is attached twice": (
        also(attached("hub"), attached("again")),
        "hub",
        OPEN,
    ),
    "two VPCs that are attached": (
        also(attached("hub"), attached("again", "other-private", vpc="other-vpc")),
        "hub",
        TAKEN,
    ),
    "an association beside the default one": (
        also(TABLES, attached("hub"), associated("link")),
        "link",
        (UNREACHABLE, {"CONFLICTING_RESOURCES"}),
    ),
    "an association in its place": (
        also(TABLES, attached("hub"), associated("link", replaceExistingAssociation=True)),
        "link",
        TAKEN,
    ),
    "an association that may take its place": (
        also(TABLES, attached("hub"), associated("link", replaceExistingAssociation=ref("flag"))),
        "link",
        OPEN,
    ),
    "an association without a default one": (
        also(TABLES, attached("hub", default=False), associated("link")),
        "link",
        TAKEN,
    ),
    "an association where no default table is": (
        also(
            TABLES,
            setting("tgw", defaultRouteTableAssociation="disable"),
            attached("hub"),
            associated("link"),
        ),
        "link",
        TAKEN,
    ),
    "one of two associations": (
        also(TABLES, attached("hub", default=False), associated("link"), associated("again", "more")),
        "link",
        OPEN,
    ),
    "one of two transit routes": (
        also(TABLES, transit_route("route", blackhole=True), transit_route("again")),
        "route",
        OPEN,
    ),
    "transit routes of two tables": (
        also(TABLES, transit_route("route"), transit_route("again", table="more")),
        "route",
        TAKEN,
    ),
    "transit routes to two blocks": (
        also(TABLES, transit_route("route"), transit_route("again", "10.0.0.0/8")),
        "route",
        TAKEN,
    ),
    "five groups of a function": (groups(5), "function", TAKEN),
    "six groups of a function": (groups(6), "function", (UNREACHABLE, {"TOO_MANY_PARTS"})),
    "groups of one name": (
        also(group("one"), group("two")),
        "one",
        OPEN,
    ),
    "groups of one name in two VPCs": (also(group("one"), group("two", vpc="other-vpc")), "one", TAKEN),
    "groups whose names are not known": (also(group("one", UNKNOWN), group("two", UNKNOWN)), "one", TAKEN),
    "a group that is called as ids are": (
        group("one", "sg-web"),
        "one",
        (UNREACHABLE, {"SECURITY_GROUP_NAME"}),
    ),
    "a group called default": (group("one", "default"), "one", (UNREACHABLE, {"SECURITY_GROUP_NAME"})),
    "one interface of two instances": (
        also(
            adding("aws:ec2/networkInterface:NetworkInterface", "eni", subnetId=ref("public")),
            *(
                adding(
                    INSTANCE, name, networkInterfaces=[{"networkInterfaceId": ref("eni"), "deviceIndex": 0}]
                )
                for name in ("one", "two")
            ),
        ),
        "one",
        OPEN,
    ),
    "a prefix list over its size": (
        adding(LIST, "list", maxEntries=1, entries=TWO),
        "list",
        (UNREACHABLE, {"PREFIX_LIST_MAX_ENTRIES"}),
    ),
    "a prefix list of its size": (adding(LIST, "list", maxEntries=2, entries=TWO), "list", TAKEN),
    "a definition in host mode": (
        task(networkMode="host"),
        "service",
        (UNREACHABLE, {"ECS_NETWORK_MODE"}),
    ),
    "a definition in bridge mode": (task(), "service", (UNREACHABLE, {"ECS_NETWORK_MODE"})),
    "a definition in awsvpc mode": (
        task(networkMode="awsvpc"),
        "service",
        TAKEN,
    ),
    "ports in their order": (ruled(fromPort=500, toPort=600, cidrBlocks=["0.0.0.0/0"]), "client", TAKEN),
    "ports against their order": (
        ruled(fromPort=600, toPort=500, cidrBlocks=["0.0.0.0/0"]),
        "client",
        (UNREACHABLE, {"SECURITY_GROUP_PORTS"}),
    ),
    "ports of a rule by itself": (
        also(
            ruled(),
            adding(EGRESS, "rule", securityGroupId=ref("client"), ipProtocol="tcp", fromPort=2, toPort=1),
        ),
        "rule",
        (UNREACHABLE, {"SECURITY_GROUP_PORTS"}),
    ),
    "a rule by itself without ports": (
        also(ruled(), adding(EGRESS, "rule", securityGroupId=ref("client"), ipProtocol="tcp")),
        "rule",
        (UNREACHABLE, {"SECURITY_GROUP_PORTS"}),
    ),
    "all protocols without ports": (
        also(ruled(), adding(EGRESS, "rule", securityGroupId=ref("client"), ipProtocol="-1")),
        "rule",
        TAKEN,
    ),
    "all ports of ICMP": (ruled(protocol="icmp", fromPort=8, toPort=0), "client", TAKEN),
    "a group of another VPC": (
        also(group("far", "far", "other-vpc"), ruled(securityGroups=[ref("far")])),
        "client",
        (UNREACHABLE, {"SECURITY_GROUP_REFERENCE"}),
    ),
    "a group of a peer": (
        also(
            group("far", "far", "other-vpc"),
            ruled(securityGroups=[ref("far")]),
            adding(PEERING, "peering", vpcId=ref("vpc"), peerVpcId=ref("other-vpc")),
        ),
        "client",
        TAKEN,
    ),
    "a group of the same VPC": (
        also(group("far", "far"), ruled(securityGroups=[ref("far")])),
        "client",
        TAKEN,
    ),
    "a rule that names another VPC's group": (
        also(
            group("far", "far", "other-vpc"),
            ruled(),
            adding(EGRESS, "rule", securityGroupId=ref("client"), referencedSecurityGroupId=ref("far")),
        ),
        "rule",
        (UNREACHABLE, {"SECURITY_GROUP_REFERENCE"}),
    ),
    "an entry beyond the last number": (
        adding(ACL_RULE, "entry", networkAclId=ref("vpc"), ruleNumber=32767),
        "entry",
        (UNREACHABLE, {"NETWORK_ACL_NUMBER"}),
    ),
    "the last entry": (adding(ACL_RULE, "entry", networkAclId=ref("vpc"), ruleNumber=32766), "entry", TAKEN),
    "an ACL that lists number 0": (
        adding("aws:ec2/networkAcl:NetworkAcl", "acl", vpcId=ref("vpc"), egress=[{"ruleNo": 0}]),
        "acl",
        (UNREACHABLE, {"NETWORK_ACL_NUMBER"}),
    ),
    "an IPv6 block of a VPC without": (
        setting("private", ipv6CidrBlock="2600:1f18::/64"),
        "private",
        (UNREACHABLE, {"SUBNET_RANGE"}),
    ),
    "an IPv6 block of a VPC that asks for one": (
        also(
            setting("private", ipv6CidrBlock="2600:1f18::/64"),
            setting("vpc", assignGeneratedIpv6CidrBlock=True),
        ),
        "private",
        TAKEN,
    ),
    "an instance's address outside its subnet": (
        adding(INSTANCE, "bastion", subnetId=ref("public"), privateIp="10.0.99.9"),
        "bastion",
        (UNREACHABLE, {"PRIVATE_IP_ADDRESS"}),
    ),
    "an association of two transit gateways": (
        also(
            adding(f"{TGW}/transitGateway:TransitGateway", "second"),
            adding(f"{TGW}/routeTable:RouteTable", "table", transitGatewayId=ref("second")),
            attached("hub", default=False),
            associated("link"),
        ),
        "link",
        (UNREACHABLE, {"TGW_ROUTE_TABLE_OF_OTHER_GATEWAY"}),
    ),
    "a CNAME of a zone's name": (
        also(ZONE, record("record", "shop.com", "CNAME", records=["a.example"])),
        "record",
        (UNREACHABLE, {"RECORD_NOT_PERMITTED"}),
    ),
    "a CNAME below it": (
        also(ZONE, record("record", "smtp", "CNAME", records=["a.example"])),
        "record",
        TAKEN,
    ),
    "an address of a zone's name": (
        also(ZONE, record("record", "", "A", records=["10.0.0.9"])),
        "record",
        TAKEN,
    ),
    "a CNAME beside a text": (
        also(ZONE, record("record", "smtp", "CNAME"), record("text", "SMTP.shop.com", "TXT")),
        "record",
        OPEN,
    ),
    "an address beside a text": (
        also(ZONE, record("record", "smtp", "A"), record("text", "smtp", "TXT")),
        "record",
        TAKEN,
    ),
    "two CNAMEs of one name": (
        also(ZONE, record("record", "smtp", "CNAME"), record("again", "SMTP", "CNAME")),
        "record",
        OPEN,
    ),
    "a record that may be overwritten": (
        also(ZONE, record("record", "smtp", "A"), record("again", "smtp", "A", allowOverwrite=True)),
        "record",
        TAKEN,
    ),
    "records of two sets": (
        also(
            ZONE,
            record("record", "smtp", "A", setIdentifier="a"),
            record("again", "smtp", "A", setIdentifier="b"),
        ),
        "record",
        TAKEN,
    ),
    "an alias in its own zone": (
        also(ZONE, record("record", "smtp", "A", aliases=[{"name": "lb.example", "zoneId": ref("zone")}])),
        "record",
        (UNREACHABLE, {"RECORD_NOT_PERMITTED"}),
    ),
    "an alias of a record of the zone": (
        also(ZONE, record("record", "smtp", "A", aliases=[{"name": "a.shop.com", "zoneId": ref("zone")}])),
        "record",
        TAKEN,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_aws_takes_or_refuses(case: str, new: Stack) -> None:
    change, name, expected = CASES[case]
    change(new)
    assert refused(new, name) == expected


def endpoint(stack: Stack, kind: str) -> None:
    stack.add(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "endpoint",
        vpcId=ref("vpc"),
        vpcEndpointType="Interface",
        serviceName="com.amazonaws.us-east-1.email-smtp",
        subnetIds=[ref("private")],
        ipAddressType=kind,
    )


@pytest.mark.parametrize(
    ("kind", "subnet", "family"),
    [
        ("ipv4", {}, None),
        ("ipv4", {"ipv6Native": True}, "IPv4"),
        ("dualstack", {}, "IPv6"),
        ("dualstack", {"ipv6CidrBlock": UNKNOWN}, None),
        ("dualstack", {"ipv6CidrBlock": "2600:1f18::/64"}, None),
        ("ipv6", {}, "IPv6"),
    ],
)
def test_an_endpoint_needs_the_families(
    kind: str, subnet: dict[str, Any], family: str | None, new: Stack
) -> None:
    new["vpc"]["assignGeneratedIpv6CidrBlock"] = True
    new["private"].update(subnet)
    endpoint(new, kind)
    assert refused(new, "endpoint") == (
        TAKEN if family is None else (UNREACHABLE, {"ENDPOINT_SUBNET_ADDRESSES"})
    )


def test_a_route_is_told_to_come_after_its_attachment(new: Stack) -> None:
    attached("hub")(new)
    new["private-out"].pop("natGatewayId")
    new["private-out"]["transitGatewayId"] = ref("tgw")
    warned = [(w.code, w.verdict) for egress in new.prove() for w in egress.outcome.warnings]
    assert warned == [("CREATION_ORDER", REACHABLE)]
    new.depends_on["private-out"] = ("hub",)
    assert not [w for egress in new.prove() for w in egress.outcome.warnings]


def test_a_nat_gateway_is_told_to_come_after_the_gateway(new: Stack) -> None:
    new.depends_on.pop("nat")
    (egress,) = new.prove()
    assert [(w.code, w.message) for w in egress.outcome.warnings] == [
        (
            "CREATION_ORDER",
            "NAT gateway nat may be created before igw attaches an internet gateway to its VPC, and AWS "
            "refuses that",
        )
    ]
    new.depends_on["nat"] = ("public-out",)
    (egress,) = new.prove()
    assert egress.outcome.warnings == ()


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
@pytest.mark.parametrize("inline", [False, True], ids=["route", "table"])
def test_a_nat_gateway_by_gateway_id_is_named(inline: bool, preview: bool, new: Stack) -> None:
    target = {"gatewayId": ref("nat") if preview else "nat-0123456789abcdef0"}
    new.remove("private-out")
    if inline:
        new["private-table"]["routes"] = [{"cidrBlock": "0.0.0.0/0", **target}]
    else:
        route = {"routeTableId": ref("private-table"), "destinationCidrBlock": "0.0.0.0/0", **target}
        new.add("aws:ec2/route:Route", "private-out", **route)

    ((code, _, message, remedy),) = said(new)

    assert code == "ROUTE_TARGET_UNKNOWN"
    assert "by gateway_id" in message
    assert remedy == "name it by nat_gateway_id (nat_gateway_id=...), not by gateway_id"


# What becomes of the path ---------------------------------------------------------------------------


def test_what_needs_a_refused_resource_is_not_there(new: Stack) -> None:
    assert judged(new) == TAKEN
    new["public"]["cidrBlock"] = "10.0.0.0/29"
    assert judged(new) == (UNREACHABLE, {"SUBNET_RANGE"})
    ((_, resource, message, _),) = said(new)
    assert (resource, message) == (
        "public",
        "AWS refuses the block 10.0.0.0/29 of subnet public: a subnet's blocks are between /16 and /28",
    )


def test_a_refused_route_leaves_packets_to_another(new: Stack) -> None:
    """The longer route is not made, since its NAT gateway is refused: the other one takes the packets."""
    new.add("aws:ec2/eip:Eip", "second-address", domain="vpc")
    nat = {"subnetId": ref("public"), "allocationId": ref("second-address"), "privateIp": "10.0.99.9"}
    new.add("aws:ec2/natGateway:NatGateway", "second", **nat)
    new.add(
        "aws:ec2/route:Route",
        "longer",
        routeTableId=ref("private-table"),
        destinationCidrBlock="0.0.0.0/1",
        natGatewayId=ref("second"),
    )
    assert judged(new) == (UNDETERMINED, {"PRIVATE_IP_ADDRESS"})


def test_a_gateway_stays_where_it_is_attached(new: Stack) -> None:
    new["igw"].pop("vpcId")
    new["igw"]["vpcId"] = ref("other-vpc")
    new.remove("other-igw")
    new.remove("other-public-out")
    new.add(ATTACHMENT, "link", internetGatewayId=ref("igw"), vpcId=ref("vpc"))
    verdict, codes = judged(new)
    assert (verdict, "CONFLICTING_RESOURCES" in codes) == (UNREACHABLE, True)


def test_a_rule_that_is_refused_lets_nothing_through(new: Stack) -> None:
    group("client", "client")(new)
    new["function"]["vpcConfig"]["securityGroupIds"] = [ref("client")]
    rule = {"securityGroupId": ref("client"), "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"}
    new.add("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "out", **rule)
    assert judged(new) == TAKEN
    new["other-private"]["cidrBlock"] = "10.9.1.0/29"
    new.depends_on["out"] = ("other-private",)
    assert judged(new)[0] is UNDETERMINED


def test_an_entry_that_is_refused_is_not_in_its_acl(new: Stack) -> None:
    new.add("aws:ec2/networkAcl:NetworkAcl", "acl", vpcId=ref("vpc"), subnetIds=[ref("private")])
    for name, egress in (("in", False), ("out", True)):
        new.add(
            "aws:ec2/networkAclRule:NetworkAclRule",
            name,
            networkAclId=ref("acl"),
            egress=egress,
            ruleNumber=100,
            ruleAction="allow",
            protocol="-1",
            cidrBlock="0.0.0.0/0",
        )
    assert judged(new) == TAKEN
    new["other-private"]["cidrBlock"] = "10.9.1.0/29"
    new.depends_on["out"] = ("other-private",)
    assert judged(new)[0] is UNDETERMINED


@pytest.mark.parametrize(("number", "verdict"), [(32766, REACHABLE), (32767, UNDETERMINED)])
def test_an_acl_whose_entry_is_refused_is_not_certain(number: int, verdict: Verdict, new: Stack) -> None:
    entry = {"ruleNo": number, "protocol": "-1", "action": "allow", "cidrBlock": "0.0.0.0/0"}
    new.add(
        "aws:ec2/networkAcl:NetworkAcl",
        "acl",
        vpcId=ref("vpc"),
        subnetIds=[ref("private")],
        ingress=[entry],
        egress=[entry],
    )
    assert judged(new) == (verdict, set() if verdict is REACHABLE else {"NETWORK_ACL_NUMBER"})


def test_a_service_is_refused_with_its_definition(new: Stack) -> None:
    containers = [{"name": "web", "environment": [{"name": "SMTP_HOST", "value": "smtp.example.com"}]}]
    task(networkMode="awsvpc", containerDefinitions=json.dumps(containers))(new)
    new["service"]["networkConfiguration"] = {"subnets": [ref("private")], "securityGroups": []}
    new.remove("function")
    assert judged(new) == TAKEN
    for launched in ("FARGATE", "EC2"):
        new["service"]["launchType"] = launched
        new["task"]["networkMode"] = "bridge"
        assert judged(new) == (UNREACHABLE, {"ECS_NETWORK_MODE"})
        new["task"]["networkMode"] = "awsvpc"
        assert "ECS_NETWORK_MODE" not in judged(new)[1]


def test_a_name_does_not_lead_by_a_refused_record(new: Stack) -> None:
    ZONE(new)
    record("record", "shop.com", "CNAME", records=["smtp.example.com"])(new)
    new["function"]["environment"]["variables"]["SMTP_HOST"] = "shop.com"
    assert judged(new) == (UNREACHABLE, {"RECORD_NOT_PERMITTED"})


def test_records_that_replace_each_other_are_told(new: Stack) -> None:
    also(ZONE, record("record", "smtp", "A"), record("again", "smtp", "A", allowOverwrite=True))(new)
    network = new.network()
    outcome = network.refusals.of(new.graph()[urn(RECORD, "record")])
    (warning,) = outcome.warnings
    assert warning.code == "CONFLICTING_RESOURCES"
    assert "record again and Record record are both the smtp.shop.com record set" in warning.message


def test_an_interface_of_two_instances_is_open(new: Stack) -> None:
    """AWS refuses the second instance, so that the update ends there."""
    held = {"subnetId": ref("public"), "sourceDestCheck": False}
    new.add("aws:ec2/networkInterface:NetworkInterface", "eni", **held)
    new["address"]["networkInterface"] = ref("eni")
    new.remove("nat")
    new["private-out"].pop("natGatewayId")
    new["private-out"]["networkInterfaceId"] = ref("eni")
    new.add(
        "aws:ec2/securityGroup:SecurityGroup",
        "open",
        vpcId=ref("vpc"),
        egress=[dict(OUT)],
        ingress=[dict(OUT)],
    )
    new["eni"]["securityGroups"] = [ref("open")]
    new.add(INSTANCE, "one", networkInterfaces=[{"networkInterfaceId": ref("eni")}])
    assert judged(new) == TAKEN
    new.add(INSTANCE, "two", networkInterfaces=[{"networkInterfaceId": ref("eni")}])
    assert judged(new) == OPEN
