"""IPv6-only subnets: DNS64 and NAT64, and the ways of both families."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reachability import UNKNOWN, Settings, Verdict
from tests.reachability.over_ipv6 import RELAY6, SETTING, network
from tests.reachability.shown import judged
from tests.reachability.stacks import Stack, ref

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED

both_ways = pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])


@pytest.fixture
def alone() -> Stack:
    """A relay by its name, from an IPv6-only subnet."""
    return network("smtp.example.com", ipv6_only=True)


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
