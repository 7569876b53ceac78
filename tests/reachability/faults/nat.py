"""What may be wrong with the incident's network and a NAT gateway in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reachability import UNKNOWN
from tests.reachability.faults.row import (
    DEFAULT_GROUP,
    OPEN_ACL,
    REACHABLE,
    UNDETERMINED,
    UNREACHABLE,
    Row,
    both,
    deny,
    private_zone,
    profile,
    put,
    take,
)
from tests.reachability.stacks import (
    ACL,
    ALL_OUT,
    ANYWHERE,
    GATEWAY,
    PRIVATE,
    PRIVATE_TABLE,
    PUBLIC,
    PUBLIC_TABLE,
    VPC,
    Stack,
    image,
    name_host,
    ref,
)


def in_private_subnet(stack: Stack) -> None:
    stack["nat"]["subnetId"] = PRIVATE[0]


def other_table(stack: Stack) -> None:
    """The connector's second subnet leaves the table that has the route."""
    links = stack[PRIVATE_TABLE]["associations"]
    stack[PRIVATE_TABLE]["associations"] = [link for link in links if link["subnetId"] != PRIVATE[1]]
    stack.hold(
        "aws:ec2/routeTable:RouteTable",
        "rtb-intra",
        vpcId=VPC,
        routes=[],
        associations=[{"subnetId": PRIVATE[1]}],
    )


def route(cidr: str, **target: Any) -> Callable[[Stack], object]:
    """One more route in the private table."""
    return lambda stack: stack[PRIVATE_TABLE]["routes"].append(
        {"cidrBlock": cidr, "state": "active", **target}
    )


def adopt_acl(**entries: Any) -> Callable[[Stack], object]:
    """The program adopts the VPC's default ACL, whose entries are then those given."""
    type_ = "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"
    return lambda stack: stack.add(type_, "adopted", defaultNetworkAclId=ACL, **entries)


def adopt_group(**rules: Any) -> Callable[[Stack], object]:
    """The program adopts the VPC's default group, whose rules are then those given."""
    type_ = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
    return lambda stack: stack.add(type_, "adopted-group", vpcId=VPC, **rules)


NAT_HALVES = {"natGatewayId": "nat-gone", "state": "blackhole"}
NAT = [
    Row("nothing", put("service"), REACHABLE, set()),
    Row("route gone", lambda stack: stack.remove("default"), UNREACHABLE, {"NO_ROUTE_TO_DESTINATION"}),
    Row(
        "route gone, a port that SES has not",
        both(take("default"), lambda stack: name_host(stack, "smtp-relay.brevo.com", "2525")),
        UNREACHABLE,
        {"NO_ROUTE_TO_DESTINATION"},
    ),
    Row(
        "route gone, no host named",
        both(take("default"), put("service", sourceConfiguration=image({}))),
        UNREACHABLE,
        {"NO_ROUTE_TO_DESTINATION"},
    ),
    Row(
        "route for IPv6 alone",
        lambda stack: stack["default"].update(
            destinationIpv6CidrBlock="::/0", destinationCidrBlock=None, natGatewayId=None, gatewayId=GATEWAY
        ),
        UNREACHABLE,
        {"NO_ROUTE_TO_DESTINATION"},
    ),
    Row(
        "route to an egress-only gateway",
        lambda stack: stack["default"].update(natGatewayId=None, egressOnlyGatewayId="eigw-1"),
        UNREACHABLE,
        {"PROTOCOL_RESTRICTION"},
    ),
    Row(
        "route straight to the internet gateway",
        lambda stack: stack["default"].update(natGatewayId=None, gatewayId=GATEWAY),
        UNREACHABLE,
        {"IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"},
    ),
    Row(
        "route into a peering connection",
        lambda stack: stack["default"].update(natGatewayId=None, vpcPeeringConnectionId="pcx-1"),
        UNREACHABLE,
        {"PCX_REQUIRES_ADDRESS_IN_VPC_CIDR"},
    ),
    Row(
        "route to an appliance",
        lambda stack: stack["default"].update(natGatewayId=None, networkInterfaceId="eni-1"),
        UNDETERMINED,
        {"NOT_MODELLED"},
    ),
    Row(
        "NAT private",
        lambda stack: (stack["nat"].update(connectivityType="private"), stack["nat"].pop("allocationId")),
        UNREACHABLE,
        {"NAT_GATEWAY_PRIVATE"},
    ),
    Row(
        "NAT without address",
        lambda stack: stack["nat"].pop("allocationId"),
        UNREACHABLE,
        {"NAT_GATEWAY_NO_ADDRESS"},
    ),
    Row("NAT in private subnet", in_private_subnet, UNREACHABLE, {"NAT_SUBNET_NOT_PUBLIC"}),
    Row("NAT failed", put("nat", state="failed"), UNREACHABLE, {"BAD_STATE"}),
    Row(
        "NAT regional",
        lambda stack: stack.add(
            "aws:ec2/natGateway:NatGateway", "nat", vpcId=VPC, availabilityMode="regional"
        ),
        REACHABLE,
        set(),
    ),
    Row(
        "NAT gone from the program",
        both(take("nat"), put("default", natGatewayId="nat-0123")),
        UNDETERMINED,
        {"NAT_GATEWAY_MISSING"},
    ),
    Row(
        "internet gateway detached",
        lambda stack: stack[GATEWAY].pop("vpcId"),
        UNREACHABLE,
        {"BAD_STATE_ATTACHMENT"},
    ),
    Row("internet gateway gone", lambda stack: stack.remove(GATEWAY), UNDETERMINED, {"GATEWAY_NOT_READ"}),
    Row(
        "public route gone",
        lambda stack: stack[PUBLIC_TABLE]["routes"].clear(),
        UNREACHABLE,
        {"NAT_SUBNET_NOT_PUBLIC"},
    ),
    Row(
        "public route a blackhole",
        lambda stack: stack[PUBLIC_TABLE]["routes"][0].update(state="blackhole"),
        UNREACHABLE,
        {"BAD_STATE_ROUTE"},
    ),
    Row(
        "private route a blackhole",
        both(take("default"), route(ANYWHERE, **NAT_HALVES)),
        UNREACHABLE,
        {"BAD_STATE_ROUTE"},
    ),
    Row(
        "two halves before it, both blackholes",
        both(route("0.0.0.0/1", **NAT_HALVES), route("128.0.0.0/1", **NAT_HALVES)),
        UNREACHABLE,
        {"BAD_STATE_ROUTE"},
    ),
    Row(
        "one half before it a blackhole", route("0.0.0.0/1", **NAT_HALVES), UNDETERMINED, {"BAD_STATE_ROUTE"}
    ),
    Row(
        "a specific route elsewhere",
        route("8.8.0.0/16", transitGatewayId="tgw-1"),
        UNDETERMINED,
        {"NOT_MODELLED"},
    ),
    Row("a private block elsewhere", route("10.0.0.0/8", transitGatewayId="tgw-1"), REACHABLE, set()),
    Row("ACL denies the port out", deny("egress", ports=(587, 587)), UNREACHABLE, {"SUBNET_ACL_RESTRICTION"}),
    Row(
        "ACL denies all replies",
        deny("ingress", ports=(1024, 65535)),
        UNREACHABLE,
        {"SUBNET_ACL_RESTRICTION"},
    ),
    Row(
        "ACL denies some replies",
        deny("ingress", ports=(1024, 2000)),
        UNDETERMINED,
        {"SUBNET_ACL_RESTRICTION"},
    ),
    Row("ACL not read", take(ACL), UNDETERMINED, {"ACL_NOT_READ"}),
    Row("default ACL adopted without entries", adopt_acl(), UNREACHABLE, {"SUBNET_ACL_RESTRICTION"}),
    Row(
        "default ACL adopted with entries",
        both(adopt_acl(egress=[OPEN_ACL], ingress=[OPEN_ACL]), deny("egress")),
        REACHABLE,
        set(),
    ),
    Row(
        "default ACL adopted with entries, and not read",
        both(take(ACL), adopt_acl(egress=[OPEN_ACL], ingress=[OPEN_ACL])),
        REACHABLE,
        set(),
    ),
    Row("ACL denies another port", deny("egress", ports=(25, 25)), REACHABLE, set()),
    Row("ACL denies another block", deny("egress", cidr="192.168.0.0/16"), REACHABLE, set()),
    Row(
        "connector's group closed", put("connector-group", egress=[]), UNREACHABLE, {"ENI_SG_RULES_MISMATCH"}
    ),
    Row(
        "connector's group open to half the world",
        lambda stack: stack["connector-group"]["egress"][0].update(cidrBlocks=["0.0.0.0/1"]),
        UNDETERMINED,
        {"ENI_SG_RULES_MISMATCH"},
    ),
    Row(
        "connector's group open to its VPC",
        lambda stack: stack["connector-group"]["egress"][0].update(cidrBlocks=["172.31.0.0/16"]),
        UNREACHABLE,
        {"ENI_SG_RULES_MISMATCH"},
    ),
    Row(
        "default group on the connector, adopted without rules",
        both(adopt_group(), put("connector", securityGroups=[DEFAULT_GROUP])),
        UNREACHABLE,
        {"ENI_SG_RULES_MISMATCH"},
    ),
    Row(
        "default group adopted without rules, another one on the connector",
        both(adopt_group(), put("connector", securityGroups=["sg-01e6a4f3bd829c57e"])),
        REACHABLE,
        set(),
    ),
    Row(
        "default group on the connector, adopted with rules",
        both(
            put(DEFAULT_GROUP, egress=[]), adopt_group(egress=[ALL_OUT]), put("connector", securityGroups=[])
        ),
        REACHABLE,
        set(),
    ),
    Row(
        "default group on the connector, adopted with rules and not read",
        both(
            take(DEFAULT_GROUP),
            adopt_group(egress=[ALL_OUT]),
            put("connector", securityGroups=[DEFAULT_GROUP]),
        ),
        REACHABLE,
        set(),
    ),
    Row(
        "default group on the connector, not read",
        both(take(DEFAULT_GROUP), put("connector", securityGroups=[])),
        UNDETERMINED,
        {"SG_RULES_UNKNOWN"},
    ),
    Row(
        "connector's group not read, another one opens the port",
        put("connector", securityGroups=["sg-unread", ref("connector-group")]),
        REACHABLE,
        set(),
    ),
    Row(
        "connector's group not read",
        put("connector", securityGroups=["sg-unread"]),
        UNDETERMINED,
        {"SG_RULES_UNKNOWN"},
    ),
    Row("connector subnets differ", other_table, UNREACHABLE, {"NO_ROUTE_TO_DESTINATION"}),
    Row(
        "connector in a public subnet as well",
        put("connector", subnets=[PRIVATE[0], PUBLIC[0]]),
        UNREACHABLE,
        {"IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"},
    ),
    Row(
        "port 25",
        lambda stack: name_host(stack, "smtp-relay.brevo.com", "25"),
        UNDETERMINED,
        {"PORT_25_BLOCKED"},
    ),
    Row(
        "a host inside the VPC",
        lambda stack: name_host(stack, "172.31.4.4"),
        UNDETERMINED,
        {"DESTINATION_IN_VPC"},
    ),
    Row("host that is a secret", lambda stack: name_host(stack, UNKNOWN), REACHABLE, set()),
    Row("DNS support off", put(VPC, enableDnsSupport=False), UNDETERMINED, {"VPC_DNS_SUPPORT_OFF"}),
    Row("DNS hostnames off", put(VPC, enableDnsHostnames=False), REACHABLE, set()),
    Row("a private zone for the name", private_zone("brevo.com"), UNDETERMINED, {"NAME_SHADOWED"}),
    Row("a Route 53 Profile", profile, UNDETERMINED, {"NAME_SHADOWED"}),
    Row(
        "the account not read",
        lambda stack: stack.account.update(resources=[], vpcs=[]),  # type: ignore[union-attr]
        UNDETERMINED,
        {"SUBNET_NOT_READ"},
    ),
    Row(
        "service outside the VPC, host inside one",
        both(
            put("service", networkConfiguration={"egressConfiguration": {"egressType": "DEFAULT"}}),
            lambda stack: name_host(stack, "172.31.4.4"),
        ),
        UNREACHABLE,
        {"NO_ROUTE_TO_DESTINATION"},
    ),
    Row(
        "service outside the VPC",
        put("service", networkConfiguration={"egressConfiguration": {"egressType": "DEFAULT"}}),
        REACHABLE,
        set(),
    ),
]
