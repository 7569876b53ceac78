"""IPv6: its addresses, DNS64 and NAT64, egress-only gateways, and subnets without IPv4."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reachability import UNKNOWN, Settings, Verdict
from reachability.ranges import (
    IPV4,
    IPV6,
    NAT64,
    PUBLIC,
    PUBLIC_IPV6,
    UNROUTED,
    Ranges,
    addresses,
    cidr_text,
    prefix_length,
    synthesized,
    translated,
)
from tests.reachability.over_ipv6 import OPEN6, OWN, RELAY6, SETTING, network
from tests.reachability.shown import judged
from tests.reachability.stacks import PRIVATE_TABLE, Stack, ref

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
PEER = "2600:1f18:0:200::/56"
MORE = "2600:1f18:0:300::/56"
BLOCK = "aws:ec2/vpcIpv6CidrBlockAssociation:VpcIpv6CidrBlockAssociation"

both_ways = pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])


@pytest.fixture
def alone() -> Stack:
    """A relay by its name, from an IPv6-only subnet."""
    return network("smtp.example.com", ipv6_only=True)


@pytest.fixture
def literal() -> Stack:
    """A relay by its IPv6 address, from a dual-stack subnet; the account gives its tasks IPv6 addresses."""
    stack = network(RELAY6, ipv6_only=False)
    stack.add(SETTING, "setting", name="dualStackIPv6", value="enabled")
    return stack


# Addresses --------------------------------------------------------------------------------------------


def test_the_families_share_no_address() -> None:
    assert not IPV4 & IPV6
    assert not addresses("0.0.0.0/0") & addresses("::/96")
    assert PUBLIC <= IPV4
    assert PUBLIC_IPV6 <= IPV6
    assert not PUBLIC_IPV6 & UNROUTED
    assert NAT64 <= UNROUTED


def test_the_text_of_both_families() -> None:
    assert cidr_text(addresses("10.0.0.0/8") | addresses("2001:db8::/32")) == "10.0.0.0/8, 2001:db8::/32"


def test_the_length_of_a_prefix() -> None:
    lengths = {"10.0.0.0/8": 8, "192.0.2.1": 32, "64:ff9b::/96": 96, "2001:db8::1": 128}
    assert {block: prefix_length(block) for block in lengths} == lengths


def test_dns64_and_nat64_undo_one_another() -> None:
    relay = addresses("192.0.2.25")

    assert cidr_text(synthesized(relay)) == "64:ff9b::c000:219/128"
    assert translated(synthesized(PUBLIC)) == PUBLIC
    assert translated(addresses(RELAY6)) == Ranges()
    assert synthesized(addresses(RELAY6)) == Ranges()


# An IPv6 address ----------------------------------------------------------------------------------------


@both_ways
def test_an_ipv6_address_by_an_egress_only_internet_gateway(literal: Stack, preview: bool) -> None:
    assert judged(literal, preview=preview) == (REACHABLE, set())


@both_ways
@pytest.mark.parametrize(
    ("name", "changes", "verdict", "code"),
    [
        ("out6", {"destinationIpv6CidrBlock": "2001:db8::/32"}, UNREACHABLE, "NO_ROUTE_TO_DESTINATION"),
        ("out6", {"destinationIpv6CidrBlock": None, "destinationCidrBlock": "0.0.0.0/0"}, UNREACHABLE, None),
        ("eigw", {"vpcId": "vpc-other"}, UNREACHABLE, "BAD_STATE_ATTACHMENT"),
        ("out6", {"egressOnlyGatewayId": "eigw-0123"}, UNDETERMINED, "GATEWAY_NOT_READ"),
        (
            "out6",
            {"egressOnlyGatewayId": None, "natGatewayId": ref("nat")},
            UNREACHABLE,
            "PROTOCOL_RESTRICTION",
        ),
        ("out6", {"egressOnlyGatewayId": None, "transitGatewayId": "tgw-1"}, UNDETERMINED, "NOT_MODELLED"),
        (
            "group",
            {"egress": [{**OPEN6, "ipv6CidrBlocks": [], "cidrBlocks": ["0.0.0.0/0"]}]},
            UNREACHABLE,
            None,
        ),
        ("group", {"egress": [{**OPEN6, "ipv6CidrBlocks": ["2001:db8::/32"]}]}, UNREACHABLE, None),
        ("tasks", {"ipv6CidrBlock": None}, UNREACHABLE, "INTERFACE_WITHOUT_IPV6"),
        ("setting", {"value": "disabled"}, UNREACHABLE, "INTERFACE_WITHOUT_IPV6"),
        ("setting", {"value": UNKNOWN}, UNDETERMINED, "INTERFACE_WITHOUT_IPV6"),
        ("setting", {"name": "containerInsights"}, UNDETERMINED, "INTERFACE_WITHOUT_IPV6"),
    ],
)
def test_what_stands_in_the_way_of_an_ipv6_address(
    literal: Stack, name: str, changes: dict[str, Any], verdict: Verdict, code: str | None, preview: bool
) -> None:
    if name == "eigw":
        literal.add("aws:ec2/vpc:Vpc", "other", cidrBlock="10.9.0.0/16")
        changes = {"vpcId": ref("other")}
    for prop, value in changes.items():
        literal[name].pop(prop, None)
        if value is not None:
            literal[name][prop] = value

    found, codes = judged(literal, preview=preview)

    assert found is verdict
    assert code is None or code in codes


@both_ways
@pytest.mark.parametrize(
    ("direction", "number", "verdict"), [("egress", 587, UNREACHABLE), ("ingress", 1024, UNDETERMINED)]
)
def test_acls_filter_ipv6_by_entries_of_their_own(
    literal: Stack, direction: str, number: int, verdict: Verdict, preview: bool
) -> None:
    def entry(family: str, block: str, rule: int = 100, **more: Any) -> dict[str, Any]:
        open_ = {"protocol": "-1", "fromPort": 0, "toPort": 0, "action": "allow"}
        return {**open_, "ruleNo": rule, family: block, **more}

    both = [entry("cidrBlock", "0.0.0.0/0"), entry("ipv6CidrBlock", "::/0", 101)]
    acl = "aws:ec2/networkAcl:NetworkAcl"
    literal.add(acl, "acl", vpcId=ref("vpc"), subnetIds=[ref("tasks")], ingress=both, egress=[*both])
    assert judged(literal, preview=preview) == (REACHABLE, set())

    denied = entry("ipv6CidrBlock", "::/0", 1, protocol="tcp", fromPort=number, toPort=number, action="deny")
    literal["acl"][direction] = [denied, *both]
    assert judged(literal, preview=preview)[0] is verdict
    denied["cidrBlock"] = denied.pop("ipv6CidrBlock").replace("::/0", "0.0.0.0/0")
    assert judged(literal, preview=preview) == (REACHABLE, set())


def test_an_internet_gateway_takes_ipv6_too(literal: Stack) -> None:
    literal["out6"]["gatewayId"] = ref("igw")
    literal["out6"].pop("egressOnlyGatewayId")

    assert judged(literal) == (REACHABLE, set())


def test_block_public_access_stops_ipv6_unless_egress_is_allowed(literal: Stack) -> None:
    options = "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions"
    literal.add(options, "options", internetGatewayBlockMode="block-bidirectional")
    assert judged(literal) == (UNREACHABLE, {"VPC_BLOCK_PUBLIC_ACCESS_ENABLED"})

    literal["options"]["internetGatewayBlockMode"] = "block-ingress"
    assert judged(literal) == (REACHABLE, set())


@pytest.mark.parametrize(
    ("allowed", "gateway", "verdict"),
    [
        (True, "egressOnlyGatewayId", REACHABLE),
        (False, "egressOnlyGatewayId", UNREACHABLE),
        (None, "egressOnlyGatewayId", UNREACHABLE),
        (UNKNOWN, "egressOnlyGatewayId", UNDETERMINED),
        (True, "gatewayId", UNDETERMINED),
    ],
)
def test_a_function_has_ipv6_where_it_is_allowed(
    literal: Stack, allowed: object, gateway: str, verdict: Verdict
) -> None:
    literal.remove("service")
    config = {"subnetIds": [ref("tasks")], "securityGroupIds": [ref("group")]}
    if allowed is not None:
        config["ipv6AllowedForDualStack"] = allowed  # type: ignore[assignment]
    variables = {"variables": {"SMTP_HOST": f"[{RELAY6}]", "SMTP_PORT": "587"}}
    literal.add("aws:lambda/function:Function", "function", vpcConfig=config, environment=variables)
    if gateway == "gatewayId":
        literal["out6"].pop("egressOnlyGatewayId")
        literal["out6"]["gatewayId"] = ref("igw")

    assert judged(literal)[0] is verdict


def test_ipv6_of_a_service_without_a_vpc_is_undetermined(nat: Stack) -> None:
    nat["service"]["networkConfiguration"] = {"egressConfiguration": {"egressType": "DEFAULT"}}
    image = nat["service"]["sourceConfiguration"]["imageRepository"]["imageConfiguration"]
    image["runtimeEnvironmentVariables"]["SMTP_HOST"] = RELAY6

    assert judged(nat) == (UNDETERMINED, {"INTERFACE_WITHOUT_IPV6"})


# A subnet without IPv4 ------------------------------------------------------------------------------------


@both_ways
def test_a_relay_by_name_needs_the_ways_of_both_families(alone: Stack, preview: bool) -> None:
    assert judged(alone, preview=preview) == (REACHABLE, set())

    nat64 = alone.program.pop("nat64")
    assert judged(alone, preview=preview)[0] is UNDETERMINED
    alone.remove("out6")
    assert judged(alone, preview=preview)[0] is UNREACHABLE
    alone.program["nat64"] = nat64  # A relay that has an IPv6 address gets none from DNS64.
    assert judged(alone, preview=preview)[0] is UNDETERMINED


@both_ways
@pytest.mark.parametrize("value", [False, None])
def test_without_dns64_a_relay_of_ipv4_alone_has_no_address(
    alone: Stack, value: bool | None, preview: bool
) -> None:
    alone["tasks"].pop("enableDns64")
    if value is not None:
        alone["tasks"]["enableDns64"] = value

    assert judged(alone, preview=preview) == (UNDETERMINED, {"DNS64_OFF"})
    alone.remove("out6")
    verdict, codes = judged(alone, preview=preview)
    assert verdict is UNREACHABLE
    assert "DNS64_OFF" in codes


def test_neither_dns64_nor_a_route_to_nat64_is_enough_alone(alone: Stack) -> None:
    """Every hop and every finding is shown, not just the first."""
    known = Settings(addresses={"smtp.example.com": ("1.1.1.1/32",)})
    alone["tasks"]["enableDns64"] = False
    assert judged(alone, settings=known) == (UNREACHABLE, {"DNS64_OFF"})
    (egress,) = alone.prove(settings=known)
    assert "nat-gateway" in [hop.kind for hop in egress.outcome.path]

    alone.remove("nat64")
    alone.remove("out6")
    assert judged(alone, settings=known) == (UNREACHABLE, {"DNS64_OFF", "NO_ROUTE_TO_DESTINATION"})


@both_ways
@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("nat", {"connectivityType": "private"}),
        ("out", {"gatewayId": "igw-elsewhere"}),
        ("public", {"vpcId": "vpc-elsewhere"}),
    ],
)
def test_the_nat_gateway_of_nat64_must_be_one_that_works(
    alone: Stack, name: str, changes: dict[str, str], preview: bool
) -> None:
    alone[name].update(changes)

    assert judged(alone, preview=preview)[0] is UNDETERMINED


def test_given_addresses_need_only_their_own_family(alone: Stack) -> None:
    alone.remove("out6")
    known = Settings(addresses={"smtp.example.com": ("198.51.100.25/32",)})
    assert judged(alone, settings=Settings(addresses={"smtp.example.com": ("1.1.1.1/32",)}))[0] is REACHABLE
    assert judged(alone, settings=known)[0] is REACHABLE
    assert judged(alone, settings=Settings(addresses={"smtp.example.com": (RELAY6,)}))[0] is UNREACHABLE


def test_an_acl_of_the_nat_gateways_subnet_sees_both_families(alone: Stack) -> None:
    def entry(rule: int, family: str, block: str) -> dict[str, Any]:
        open_ = {"protocol": "-1", "fromPort": 0, "toPort": 0, "action": "allow"}
        return {**open_, "ruleNo": rule, family: block}

    four, six = entry(100, "cidrBlock", "0.0.0.0/0"), entry(101, "ipv6CidrBlock", "::/0")
    acl = "aws:ec2/networkAcl:NetworkAcl"
    alone.add(
        acl, "acl", vpcId=ref("vpc"), subnetIds=[ref("public")], ingress=[four, six], egress=[four, six]
    )
    assert judged(alone) == (REACHABLE, set())

    for direction in ("ingress", "egress"):
        for kept in ([four], [six]):
            alone["acl"][direction] = kept
            assert judged(alone) == (UNDETERMINED, {"SUBNET_ACL_RESTRICTION"})
        alone["acl"][direction] = [four, six]


def test_the_default_acl_and_group_of_a_new_vpc_let_ipv6_through(alone: Stack) -> None:
    alone["service"]["networkConfiguration"].pop("securityGroups")

    assert judged(alone) == (REACHABLE, set())


@both_ways
@pytest.mark.parametrize(
    ("host", "found"),
    [
        (RELAY6, (REACHABLE, set())),
        ("192.0.2.25", (UNREACHABLE, {"SUBNET_WITHOUT_IPV4"})),
        ("64:ff9b::808:808", (REACHABLE, set())),
    ],
)
def test_addresses_from_an_ipv6_only_subnet(
    host: str, found: tuple[Verdict, set[str]], preview: bool
) -> None:
    assert judged(network(host, ipv6_only=True), preview=preview) == found


def test_an_egress_only_gateway_carries_no_address_of_nat64() -> None:
    stack = network("64:ff9b::808:808", ipv6_only=True)
    stack.remove("nat64")

    assert judged(stack) == (UNREACHABLE, {"IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"})


def test_no_function_runs_in_an_ipv6_only_subnet(alone: Stack) -> None:
    alone.remove("service")
    config = {"subnetIds": [ref("tasks")], "securityGroupIds": [], "ipv6AllowedForDualStack": True}
    variables = {"variables": {"SMTP_HOST": "smtp.example.com", "SMTP_PORT": "587"}}
    alone.add("aws:lambda/function:Function", "function", vpcConfig=config, environment=variables)

    assert judged(alone) == (UNREACHABLE, {"SUBNET_WITHOUT_IPV4"})


def test_an_endpoint_may_take_the_name_in_an_ipv6_only_subnet() -> None:
    stack = network("email-smtp.us-east-1.amazonaws.com", ipv6_only=True)
    assert judged(stack) == (REACHABLE, set())

    stack.add(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "endpoint",
        vpcId=ref("vpc"),
        serviceName="com.amazonaws.us-east-1.email-smtp",
        vpcEndpointType="Interface",
        privateDnsEnabled=True,
        subnetIds=[ref("public")],
    )
    assert judged(stack) == (UNDETERMINED, {"ENDPOINT_OVER_IPV6"})

    stack["endpoint"]["serviceName"] = "com.amazonaws.eu-west-1.email-smtp"
    assert judged(stack) == (REACHABLE, set())


@both_ways
def test_ses_listens_on_few_ports_over_ipv6_too(preview: bool) -> None:
    stack = network("email-smtp.us-east-1.amazonaws.com", ipv6_only=True)
    assert judged(stack, preview=preview) == (REACHABLE, set())

    environment = json.loads(stack["task"]["containerDefinitions"])
    environment[0]["environment"].append({"name": "SMTP_PORT", "value": "2525"})
    stack["task"]["containerDefinitions"] = json.dumps(environment)
    assert judged(stack, preview=preview) == (UNREACHABLE, {"ENDPOINT_PORT"})


@both_ways
def test_an_ipv6_default_route_makes_no_ipv4_relay_reachable(preview: bool) -> None:
    stack = network("192.0.2.25", ipv6_only=False)

    assert judged(stack, preview=preview)[0] is UNREACHABLE


# An address in a VPC --------------------------------------------------------------------------------------


def name_host(stack: Stack, host: str) -> None:
    stack["task"]["containerDefinitions"] = (
        f'[{{"environment": [{{"name": "SMTP_HOST", "value": "{host}"}}]}}]'
    )


def close(stack: Stack, subnet: str) -> None:
    """Let no packet into a subnet or out of it."""
    stack.add("aws:ec2/networkAcl:NetworkAcl", f"{subnet}-acl", vpcId=ref("vpc"), subnetIds=[ref(subnet)])


def block_of_vpc(stack: Stack, name: str, vpc: str, block: Any) -> None:
    stack.add(BLOCK, name, vpcId=ref(vpc), ipv6CidrBlock=block)


@pytest.fixture
def peered(literal: Stack) -> Stack:
    """The same with a peer VPC: routes lead there and back."""
    literal.add("aws:ec2/vpc:Vpc", "peer", cidrBlock="10.9.0.0/16", ipv6CidrBlock=PEER)
    block = {"cidrBlock": "10.9.0.0/24", "ipv6CidrBlock": "2600:1f18:0:200::/64"}
    literal.add("aws:ec2/subnet:Subnet", "mail", vpcId=ref("peer"), **block)
    peering = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection"
    literal.add(peering, "peering", vpcId=ref("vpc"), peerVpcId=ref("peer"), autoAccept=True)
    there, back = ({"ipv6CidrBlock": to, "vpcPeeringConnectionId": ref("peering")} for to in (PEER, OWN))
    table = {"vpcId": ref("peer"), "routes": [back]}
    literal.add("aws:ec2/routeTable:RouteTable", "mail-table", **table)
    link = {"subnetId": ref("mail"), "routeTableId": ref("mail-table")}
    literal.add("aws:ec2/routeTableAssociation:RouteTableAssociation", "mail-link", **link)
    route = {"destinationIpv6CidrBlock": PEER, "vpcPeeringConnectionId": there["vpcPeeringConnectionId"]}
    literal.add("aws:ec2/route:Route", "to-peer", routeTableId=ref("tasks-table"), **route)
    name_host(literal, "2600:1f18:0:200::25")
    return literal


@both_ways
@pytest.mark.parametrize("block", [OWN, MORE], ids=["first block", "secondary block"])
def test_an_address_in_the_vpc_leaves_its_listener_open(literal: Stack, block: str, preview: bool) -> None:
    block_of_vpc(literal, "more", "vpc", MORE)
    name_host(literal, block.replace("::/56", "::25"))
    assert judged(literal, preview=preview) == (UNDETERMINED, {"DESTINATION_IN_VPC"})

    close(literal, "tasks")
    assert judged(literal, preview=preview) == (UNREACHABLE, {"SUBNET_ACL_RESTRICTION", "DESTINATION_IN_VPC"})


@both_ways
@pytest.mark.parametrize("ipv6_only", [True, False])
def test_within_a_subnet_no_acl_filters_ipv6(ipv6_only: bool, preview: bool) -> None:
    stack = network("2600:1f18:0:101::25", ipv6_only=ipv6_only)
    stack.add(SETTING, "setting", name="dualStackIPv6", value="enabled")
    close(stack, "tasks")

    assert judged(stack, preview=preview) == (UNDETERMINED, {"DESTINATION_IN_VPC"})


def test_a_subnet_whose_block_is_not_known_may_have_the_address(literal: Stack) -> None:
    literal["tasks"]["ipv6CidrBlock"] = UNKNOWN
    close(literal, "tasks")
    name_host(literal, "2600:1f18:0:1ff::25")
    assert judged(literal) == (UNDETERMINED, {"DESTINATION_IN_VPC", "SUBNET_ACL_RESTRICTION"})

    name_host(literal, RELAY6)
    assert judged(literal)[0] is UNREACHABLE


def test_a_vpc_whose_block_is_not_known_may_have_the_address(literal: Stack) -> None:
    literal["vpc"]["ipv6CidrBlock"] = UNKNOWN
    assert judged(literal) == (UNDETERMINED, {"DESTINATION_IN_VPC"})

    literal["vpc"]["ipv6CidrBlock"] = OWN
    block_of_vpc(literal, "more", "vpc", UNKNOWN)
    assert judged(literal) == (UNDETERMINED, {"DESTINATION_IN_VPC"})


def test_a_block_that_aws_has_yet_to_choose_holds_no_mail_host(literal: Stack) -> None:
    literal["vpc"].pop("ipv6CidrBlock")
    literal["vpc"]["assignGeneratedIpv6CidrBlock"] = True
    literal["tasks"]["ipv6CidrBlock"] = UNKNOWN
    literal.add(BLOCK, "more", vpcId=ref("vpc"), assignGeneratedIpv6CidrBlock=True)

    assert judged(literal) == (REACHABLE, set())


def test_a_host_with_addresses_in_and_outside_the_subnet(literal: Stack) -> None:
    name_host(literal, "smtp.example.com")
    literal["tasks"].update(ipv6Native=True)
    literal["tasks"].pop("cidrBlock")
    known = Settings(addresses={"smtp.example.com": (RELAY6, "2600:1f18:0:101::25")})
    assert judged(literal, settings=known) == (UNDETERMINED, {"DESTINATION_IN_VPC"})

    close(literal, "tasks")
    assert judged(literal, settings=known) == (UNDETERMINED, {"DESTINATION_IN_VPC", "SUBNET_ACL_RESTRICTION"})


@both_ways
def test_an_address_in_the_peer_vpc_leaves_its_listener_open(peered: Stack, preview: bool) -> None:
    assert judged(peered, preview=preview) == (UNDETERMINED, {"DESTINATION_IN_VPC"})
    (egress,) = peered.prove(preview=preview)
    assert "peering-connection" in [hop.kind for hop in egress.outcome.path]


@both_ways
def test_a_peering_connection_carries_secondary_blocks_too(peered: Stack, preview: bool) -> None:
    name_host(peered, "2600:1f18:0:300::25")
    peered["to-peer"]["destinationIpv6CidrBlock"] = "2600:1f18::/32"
    assert judged(peered, preview=preview) == (UNREACHABLE, {"PCX_REQUIRES_ADDRESS_IN_VPC_CIDR"})

    block_of_vpc(peered, "more", "peer", MORE)
    assert judged(peered, preview=preview) == (UNDETERMINED, {"DESTINATION_IN_VPC"})


@both_ways
def test_ipv6_replies_need_a_route_to_the_peering_connection(peered: Stack, preview: bool) -> None:
    peered["mail-table"]["routes"][0]["ipv6CidrBlock"] = MORE

    assert judged(peered, preview=preview) == (UNREACHABLE, {"DESTINATION_IN_VPC", "NO_ROUTE_TO_DESTINATION"})


def test_the_acl_of_the_peer_s_subnet_filters_ipv6(peered: Stack) -> None:
    acl = {"vpcId": ref("peer"), "subnetIds": [ref("mail")]}
    peered.add("aws:ec2/networkAcl:NetworkAcl", "closed", **acl)

    assert judged(peered) == (UNREACHABLE, {"DESTINATION_IN_VPC", "SUBNET_ACL_RESTRICTION"})


@both_ways
@pytest.mark.parametrize("gateway", ["egressOnlyGatewayId", "gatewayId"])
def test_a_vpc_may_not_admit_what_comes_by_the_internet(peered: Stack, gateway: str, preview: bool) -> None:
    peered.remove("to-peer")
    peered["out6"].pop("egressOnlyGatewayId")
    peered["out6"][gateway] = ref("eigw" if gateway == "egressOnlyGatewayId" else "igw")

    assert judged(peered, preview=preview) == (UNDETERMINED, {"DESTINATION_IN_VPC"})


def test_an_ipv6_route_that_is_not_known_takes_no_ipv4_packet(nat: Stack) -> None:
    route = {"ipv6CidrBlock": UNKNOWN, "egressOnlyGatewayId": "eigw-1"}
    nat[PRIVATE_TABLE]["routes"].append(route)

    assert judged(nat) == (REACHABLE, set())


def test_the_accounts_setting_is_moot_in_an_ipv6_only_subnet(alone: Stack) -> None:
    alone.add(SETTING, "setting", name="dualStackIPv6", value="disabled")

    assert judged(alone) == (REACHABLE, set())


def test_dns64_that_is_not_known_may_be_off(alone: Stack) -> None:
    alone["tasks"]["enableDns64"] = UNKNOWN
    alone.remove("out6")

    assert judged(alone)[0] is UNDETERMINED


def test_dns64_is_amazons_resolvers(alone: Stack) -> None:
    alone.add("aws:ec2/vpcDhcpOptions:VpcDhcpOptions", "options", domainNameServers=["10.0.0.9"])
    association = "aws:ec2/vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation"
    alone.add(association, "link", vpcId=ref("vpc"), dhcpOptionsId=ref("options"))

    assert judged(alone) == (UNDETERMINED, {"VPC_OTHER_RESOLVER"})
