"""IPv6 addresses of mail hosts: egress-only internet gateways, and what else carries IPv6."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import UNKNOWN, Verdict
from tests.reachability.over_ipv6 import OPEN6, RELAY6, SETTING, network
from tests.reachability.shown import judged
from tests.reachability.stacks import PRIVATE_TABLE, Stack, ref

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED

both_ways = pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])


@pytest.fixture
def literal() -> Stack:
    """A relay by its IPv6 address, from a dual-stack subnet; the account gives its tasks IPv6 addresses."""
    stack = network(RELAY6, ipv6_only=False)
    stack.add(SETTING, "setting", name="dualStackIPv6", value="enabled")
    return stack


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
    ("direction", "ports", "verdict"),
    [("egress", (1, 65535), UNREACHABLE), ("ingress", (1024, 1024), UNDETERMINED)],
)
def test_acls_filter_ipv6_by_entries_of_their_own(
    literal: Stack, direction: str, ports: tuple[int, int], verdict: Verdict, preview: bool
) -> None:
    def entry(family: str, block: str, rule: int = 100, **more: Any) -> dict[str, Any]:
        open_ = {"protocol": "-1", "fromPort": 0, "toPort": 0, "action": "allow"}
        return {**open_, "ruleNo": rule, family: block, **more}

    both = [entry("cidrBlock", "0.0.0.0/0"), entry("ipv6CidrBlock", "::/0", 101)]
    acl = "aws:ec2/networkAcl:NetworkAcl"
    literal.add(acl, "acl", vpcId=ref("vpc"), subnetIds=[ref("tasks")], ingress=both, egress=[*both])
    assert judged(literal, preview=preview) == (REACHABLE, set())

    denied = entry(
        "ipv6CidrBlock", "::/0", 1, protocol="tcp", fromPort=ports[0], toPort=ports[1], action="deny"
    )
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


@both_ways
def test_an_ipv6_default_route_makes_no_ipv4_relay_reachable(preview: bool) -> None:
    stack = network("192.0.2.25", ipv6_only=False)

    assert judged(stack, preview=preview)[0] is UNREACHABLE


def test_an_ipv6_route_that_is_not_known_takes_no_ipv4_packet(nat: Stack) -> None:
    route = {"ipv6CidrBlock": UNKNOWN, "egressOnlyGatewayId": "eigw-1"}
    nat[PRIVATE_TABLE]["routes"].append(route)

    assert judged(nat) == (REACHABLE, set())
