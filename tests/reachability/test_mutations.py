"""The incident with one thing wrong at a time: the verdict and every code, in preview and after it.

Each row says what is wrong, and what the proof must say of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from reachability import UNKNOWN, Verdict
from tests.reachability.firewalled import firewall_stack, rule, stateful
from tests.reachability.stacks import (
    ACL,
    ALL_OUT,
    ANYWHERE,
    GATEWAY,
    PRIVATE,
    PRIVATE_TABLE,
    PUBLIC,
    PUBLIC_TABLE,
    REGION,
    VPC,
    Stack,
    image,
    name_host,
    nat_stack,
    own_network,
    ref,
    ses_stack,
)

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED


DEFAULT_GROUP = "sg-0d92b7e145fa8c360"
SMTP = {"protocol": "tcp", "fromPort": 587, "toPort": 587}


class Row(NamedTuple):
    wrong: str
    change: Callable[[Stack], object]
    verdict: Verdict
    codes: set[str]


def deny(
    direction: str, cidr: str = ANYWHERE, ports: tuple[int, int] = (0, 65535)
) -> Callable[[Stack], object]:
    """An ACL entry before all others, in the ACL of every subnet."""
    entry = {
        "ruleNo": 1,
        "action": "deny",
        "protocol": "6",
        "fromPort": ports[0],
        "toPort": ports[1],
        "cidrBlock": cidr,
    }
    return lambda stack: stack[ACL][direction].append(entry)


def put(name: str, **properties: Any) -> Callable[[Stack], object]:
    return lambda stack: stack[name].update(properties)


def take(name: str) -> Callable[[Stack], object]:
    return lambda stack: stack.remove(name)


def other_vpc(stack: Stack) -> None:
    stack.hold(
        "aws:ec2/vpc:Vpc",
        "vpc-other",
        cidrBlock="10.9.0.0/16",
        enableDnsSupport=True,
        enableDnsHostnames=True,
    )
    stack.hold(
        "aws:ec2/subnet:Subnet",
        "subnet-other",
        vpcId="vpc-other",
        cidrBlock="10.9.0.0/20",
        availabilityZone="us-east-1a",
    )
    stack.account["vpcs"].append("vpc-other")  # type: ignore[index]
    stack["endpoint"].update(vpcId="vpc-other", subnetIds=["subnet-other"])


def plain_endpoint_first(stack: Stack) -> None:
    type_, properties = stack.program["endpoint"]
    plain = {"plain": (type_, {**properties, "privateDnsEnabled": False})}
    stack.program = {**plain, **stack.program}


def both(*changes: Callable[[Stack], object]) -> Callable[[Stack], object]:
    return lambda stack: [change(stack) for change in changes]


OPEN_ACL = {"ruleNo": 100, "action": "allow", "protocol": "-1", "cidrBlock": ANYWHERE}


def other_endpoints_first(stack: Stack) -> None:
    """One whose subnets are not known, one without the subnet at fault: neither takes the name."""
    type_, properties = stack.program["endpoint"]
    plain = {**properties, "privateDnsEnabled": False}
    others = {
        "unknown": (type_, {**plain, "subnetIds": UNKNOWN}),
        "elsewhere": (type_, {**plain, "subnetIds": [PRIVATE[0]]}),
    }
    stack.program = {**others, **stack.program}


def zone_without_smtp(stack: Stack) -> None:
    stack[PRIVATE[1]].update(availabilityZone="us-east-1d", availabilityZoneId="use1-az2")


def endpoints_unread(stack: Stack) -> None:
    stack.remove("endpoint")
    assert stack.account is not None
    stack.account["unread"] = [{"action": "ec2:DescribeVpcEndpoints", "reason": "AccessDenied"}]


def resolvers(*servers: object) -> Callable[[Stack], None]:
    def change(stack: Stack) -> None:
        stack.hold("aws:ec2/vpcDhcpOptions:VpcDhcpOptions", "dopt-own", domainNameServers=[*servers])
        stack[VPC]["dhcpOptionsId"] = "dopt-own"

    return change


def private_zone(name: str) -> Callable[[Stack], object]:
    return lambda stack: stack.hold(
        "aws:route53/zone:Zone", "Z1", name=name, zoneId="Z1", vpcs=[{"vpcId": VPC}]
    )


def profile(stack: Stack) -> None:
    stack.hold(
        "aws:route53/profilesAssociation:ProfilesAssociation", "rpassoc-1", profileId="rp-1", resourceId=VPC
    )


def standalone_policy(stack: Stack) -> None:
    policy = (
        '{"Statement": {"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*", "Principal": "*"}}'
    )
    stack.add(
        "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy", "policy", vpcEndpointId=ref("endpoint"), policy=policy
    )


SES = [
    Row("nothing", put("service"), REACHABLE, set()),
    Row("endpoint gone", lambda stack: stack.remove("endpoint"), UNREACHABLE, {"NO_ROUTE_TO_DESTINATION"}),
    Row(
        "private DNS off",
        put("endpoint", privateDnsEnabled=False),
        UNREACHABLE,
        {"NO_ROUTE_TO_DESTINATION", "ENDPOINT_PRIVATE_DNS_OFF"},
    ),
    Row(
        "private DNS left out",
        lambda stack: stack["endpoint"].pop("privateDnsEnabled"),
        UNREACHABLE,
        {"NO_ROUTE_TO_DESTINATION", "ENDPOINT_PRIVATE_DNS_OFF"},
    ),
    Row("type Gateway", put("endpoint", vpcEndpointType="Gateway"), UNREACHABLE, {"ENDPOINT_TYPE"}),
    Row(
        "type left out",
        lambda stack: stack["endpoint"].pop("vpcEndpointType"),
        UNREACHABLE,
        {"ENDPOINT_TYPE"},
    ),
    Row(
        "endpoint for SES's API",
        put("endpoint", serviceName=f"com.amazonaws.{REGION}.email"),
        UNREACHABLE,
        {"NO_ROUTE_TO_DESTINATION"},
    ),
    Row(
        "endpoint for another region",
        put("endpoint", serviceName="com.amazonaws.eu-west-1.email-smtp"),
        UNREACHABLE,
        {"NO_ROUTE_TO_DESTINATION", "ENDPOINT_FOR_OTHER_REGION"},
    ),
    Row("other VPC", other_vpc, UNREACHABLE, {"NO_ROUTE_TO_DESTINATION", "ENDPOINT_IN_OTHER_VPC"}),
    Row("no subnet", put("endpoint", subnetIds=[]), UNREACHABLE, {"ENDPOINT_NO_SUBNET"}),
    Row(
        "endpoint in a subnet that is not read as well",
        put("endpoint", subnetIds=[PRIVATE[0], "subnet-unread"]),
        UNDETERMINED,
        {"SUBNET_NOT_READ"},
    ),
    Row("another endpoint before it, without private DNS", plain_endpoint_first, REACHABLE, set()),
    Row(
        "endpoints not read",
        endpoints_unread,
        UNDETERMINED,
        {"NO_ROUTE_TO_DESTINATION", "ENDPOINTS_NOT_READ", "NOT_READ"},
    ),
    Row("host that is a secret", lambda stack: name_host(stack, UNKNOWN), REACHABLE, set()),
    Row(
        "connector's group opened to the endpoint's alone",
        put("connector-group", egress=[{**SMTP, "securityGroups": [ref("endpoint-group")]}]),
        REACHABLE,
        set(),
    ),
    Row(
        "zone wrong",
        put(PRIVATE[1], availabilityZone="us-east-1d", availabilityZoneId="use1-az2"),
        UNREACHABLE,
        {"VPCE_SERVICE_NOT_INSTALLED_IN_AZ"},
    ),
    Row(
        "endpoint gone, one zone wrong",
        both(take("endpoint"), zone_without_smtp),
        UNREACHABLE,
        {"NO_ROUTE_TO_DESTINATION"},
    ),
    Row(
        "zone wrong, endpoints before it",
        both(zone_without_smtp, other_endpoints_first),
        UNREACHABLE,
        {"VPCE_SERVICE_NOT_INSTALLED_IN_AZ"},
    ),
    Row(
        "port 25",
        lambda stack: name_host(stack, f"email-smtp.{REGION}.amazonaws.com", "25"),
        UNREACHABLE,
        {"ENDPOINT_PORT", "ENI_SG_RULES_MISMATCH"},
    ),
    Row(
        "port that the group does not open",
        lambda stack: name_host(stack, f"email-smtp.{REGION}.amazonaws.com", "465"),
        UNREACHABLE,
        {"ENI_SG_RULES_MISMATCH"},
    ),
    Row(
        "endpoint's group without ingress",
        lambda stack: stack["endpoint-group"].pop("ingress"),
        UNREACHABLE,
        {"ENI_SG_RULES_MISMATCH"},
    ),
    Row("endpoint's group closed", put("endpoint-group", ingress=[]), UNREACHABLE, {"ENI_SG_RULES_MISMATCH"}),
    Row(
        "endpoint's group opened to another",
        lambda stack: stack["endpoint-group"]["ingress"][0].update(securityGroups=["sg-0f47a91c2bd6e8053"]),
        UNREACHABLE,
        {"ENI_SG_RULES_MISMATCH"},
    ),
    Row(
        "connector's group closed", put("connector-group", egress=[]), UNREACHABLE, {"ENI_SG_RULES_MISMATCH"}
    ),
    Row(
        "connector's group without egress",
        lambda stack: stack["connector-group"].pop("egress"),
        UNREACHABLE,
        {"ENI_SG_RULES_MISMATCH"},
    ),
    Row(
        "DNS hostnames off",
        put(VPC, enableDnsHostnames=False),
        UNREACHABLE,
        {"VPC_DNS_HOSTNAMES_OFF", "NO_ROUTE_TO_DESTINATION"},
    ),
    Row(
        "DNS support off",
        put(VPC, enableDnsSupport=False),
        UNREACHABLE,
        {"VPC_DNS_SUPPORT_OFF", "NO_ROUTE_TO_DESTINATION"},
    ),
    Row("another resolver", resolvers("172.31.0.53"), UNDETERMINED, {"VPC_OTHER_RESOLVER"}),
    Row("a private zone for the name", private_zone("amazonaws.com"), UNDETERMINED, {"NAME_SHADOWED"}),
    Row("a Route 53 Profile", profile, UNDETERMINED, {"NAME_SHADOWED"}),
    Row("a private zone for another", private_zone("internal"), REACHABLE, set()),
    Row(
        "a policy on the endpoint",
        put("endpoint", policy='{"Statement": []}'),
        UNDETERMINED,
        {"ENDPOINT_POLICY"},
    ),
    Row("a policy of its own", standalone_policy, UNDETERMINED, {"ENDPOINT_POLICY"}),
    # Between the two subnets of connector and endpoint; within one, an ACL sees nothing.
    Row(
        "ACL denies the port out", deny("egress", ports=(587, 587)), UNDETERMINED, {"SUBNET_ACL_RESTRICTION"}
    ),
    Row("ACL denies replies", deny("ingress", ports=(1024, 65535)), UNDETERMINED, {"SUBNET_ACL_RESTRICTION"}),
    Row(
        "ACL denies, endpoint in one other subnet",
        lambda stack: (
            put("endpoint", subnetIds=[PUBLIC[0]])(stack),
            deny("egress", ports=(587, 587))(stack),
        ),
        UNREACHABLE,
        {"SUBNET_ACL_RESTRICTION"},
    ),
    Row(
        "host of another region",
        lambda stack: name_host(stack, "email-smtp.eu-west-1.amazonaws.com"),
        UNREACHABLE,
        {"NO_ROUTE_TO_DESTINATION", "ENDPOINT_FOR_OTHER_REGION"},
    ),
    Row(
        "another relay",
        lambda stack: name_host(stack, "smtp-relay.brevo.com"),
        UNREACHABLE,
        {"NO_ROUTE_TO_DESTINATION"},
    ),
    Row("connector without subnet", put("connector", subnets=[]), UNREACHABLE, {"NO_SUBNET"}),
    Row(
        "subnet unknown to the account",
        put("connector", subnets=[PRIVATE[0], "subnet-0123"]),
        UNDETERMINED,
        {"SUBNET_NOT_READ"},
    ),
    Row("connector gone", lambda stack: stack.remove("connector"), UNDETERMINED, {"CONNECTOR_NOT_READ"}),
    Row(
        "default group on the connector by its id",
        put("connector", securityGroups=[DEFAULT_GROUP]),
        UNREACHABLE,
        {"ENI_SG_RULES_MISMATCH"},
    ),
    Row(
        "default group on the connector",
        put("connector", securityGroups=[]),
        UNREACHABLE,
        {"ENI_SG_RULES_MISMATCH"},
    ),
]


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
        {"NAT_GATEWAY_PRIVATE", "NAT_GATEWAY_NO_ADDRESS"},
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

FIREWALL = [
    Row("nothing", put("service"), REACHABLE, set()),
    Row(
        "mail dropped by default",
        put("group", ruleGroup=stateful(rule(destinationPort="443"))),
        UNREACHABLE,
        {"FIREWALL_RULES_RESTRICTION"},
    ),
    Row(
        "rules that are not read",
        put("group", ruleGroup={"rulesSource": {"rulesString": "drop tls any any -> any any (sid:1;)"}}),
        UNDETERMINED,
        {"FIREWALL_RULES_RESTRICTION"},
    ),
    Row(
        "an endpoint that is not read",
        put("default", vpcEndpointId="vpce-1"),
        UNDETERMINED,
        {"ENDPOINT_NOT_READ"},
    ),
    Row("replies past it", take("back-0"), UNDETERMINED, {"FIREWALL_ASYMMETRIC_ROUTING"}),
    Row(
        "replies to an endpoint that is not read",
        put("back-0", vpcEndpointId="vpce-1"),
        UNDETERMINED,
        {"FIREWALL_ASYMMETRIC_ROUTING"},
    ),
    Row("its subnet leads nowhere", take("fw-default"), UNREACHABLE, {"NO_ROUTE_TO_DESTINATION"}),
    Row(
        "its subnet's ACL closed",
        lambda stack: stack.add(
            "aws:ec2/networkAcl:NetworkAcl", "closed", vpcId=VPC, subnetIds=[ref("fw-subnet")]
        ),
        UNREACHABLE,
        {"SUBNET_ACL_RESTRICTION"},
    ),
]


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
@pytest.mark.parametrize("row", FIREWALL, ids=lambda row: row.wrong)
def test_firewall_stack(row: Row, preview: bool) -> None:
    _check(firewall_stack(), row, preview)


def own_stack() -> Stack:
    """A program that makes its whole network."""
    stack = Stack()
    own_network(stack)
    return stack


def routes_inline(*routes: dict[str, Any]) -> Callable[[Stack], object]:
    """The private table lists its routes itself."""
    return both(take("private-out"), put("private-table", routes=list(routes)))


OWN = [
    Row("nothing", put("function"), REACHABLE, set()),
    Row("route gone", take("private-out"), UNREACHABLE, {"NO_ROUTE_TO_DESTINATION"}),
    Row(
        "route into the internet gateway",
        put("private-out", natGatewayId=None, gatewayId=ref("igw")),
        UNREACHABLE,
        {"IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"},
    ),
    Row(
        "route into the internet gateway, inline",
        routes_inline({"cidrBlock": ANYWHERE, "gatewayId": ref("igw")}),
        UNREACHABLE,
        {"IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"},
    ),
    Row(
        "routes inline lead elsewhere",
        routes_inline({"cidrBlock": "10.9.0.0/16", "vpcPeeringConnectionId": "pcx-1"}),
        UNREACHABLE,
        {"NO_ROUTE_TO_DESTINATION"},
    ),
    Row(
        "NAT gateway gone, routes inline lead elsewhere",
        both(take("nat"), routes_inline({"cidrBlock": "10.9.0.0/16", "vpcPeeringConnectionId": "pcx-1"})),
        UNREACHABLE,
        {"NO_ROUTE_TO_DESTINATION"},
    ),
    Row("NAT gateway gone", both(take("nat"), take("private-out")), UNREACHABLE, {"NO_ROUTE_TO_DESTINATION"}),
    Row(
        "routes learnt from a VPN",
        put("private-table", propagatingVgws=["vgw-1"]),
        UNDETERMINED,
        {"ROUTE_TARGET_UNKNOWN"},
    ),
    Row(
        "routes learnt from a VPN, asked for beside the table",
        lambda stack: stack.add(
            "aws:ec2/vpnGatewayRoutePropagation:VpnGatewayRoutePropagation",
            "learnt",
            routeTableId=ref("private-table"),
            vpnGatewayId="vgw-1",
        ),
        UNDETERMINED,
        {"ROUTE_TARGET_UNKNOWN"},
    ),
    Row(
        "main table in force",
        both(take("private-link"), take("private-out")),
        UNREACHABLE,
        {"NO_ROUTE_TO_DESTINATION"},
    ),
    Row(
        "internet gateway detached",
        lambda stack: stack["igw"].pop("vpcId"),
        UNREACHABLE,
        {"BAD_STATE_ATTACHMENT"},
    ),
    Row(
        "no way out at all",
        both(*map(take, ("igw", "public-out", "nat", "private-out"))),
        UNREACHABLE,
        {"NO_ROUTE_TO_DESTINATION"},
    ),
    Row(
        "default group adopted without rules",
        lambda stack: stack.add(
            "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "adopted-group", vpcId=ref("vpc")
        ),
        UNREACHABLE,
        {"ENI_SG_RULES_MISMATCH"},
    ),
]


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
@pytest.mark.parametrize("row", SES, ids=lambda row: row.wrong)
def test_ses_stack(row: Row, preview: bool) -> None:
    _check(ses_stack(), row, preview)


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
@pytest.mark.parametrize("row", NAT, ids=lambda row: row.wrong)
def test_nat_stack(row: Row, preview: bool) -> None:
    _check(nat_stack(), row, preview)


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
@pytest.mark.parametrize("row", OWN, ids=lambda row: row.wrong)
def test_own_stack(row: Row, preview: bool) -> None:
    _check(own_stack(), row, preview)


def _check(stack: Stack, row: Row, preview: bool) -> None:
    row.change(stack)

    (egress,) = stack.prove(preview=preview)

    assert (egress.verdict, {finding.code for finding in egress.outcome.findings}) == (row.verdict, row.codes)
