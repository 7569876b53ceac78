"""The way to the internet by a NAT gateway, and what no gateway on it carries."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import UNKNOWN, Verdict
from tests.reachability.stacks import PUBLIC_TABLE, VPC, Stack, name_host

UNREACHABLE, UNDETERMINED = Verdict.UNREACHABLE, Verdict.UNDETERMINED
NOT_PUBLIC = "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"


def verdict(stack: Stack) -> tuple[Verdict, set[str]]:
    (egress,) = stack.prove()
    return egress.verdict, {finding.code for finding in egress.outcome.findings}


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (None, (UNREACHABLE, {NOT_PUBLIC})),
        ({"transitGatewayId": "tgw-1", "state": "blackhole"}, (UNREACHABLE, {NOT_PUBLIC})),
        ({"egressOnlyGatewayId": "eigw-1"}, (UNREACHABLE, {NOT_PUBLIC})),
        ({"vpcPeeringConnectionId": "pcx-1"}, (UNREACHABLE, {NOT_PUBLIC})),
        ({"transitGatewayId": "tgw-1"}, (UNDETERMINED, {"NOT_MODELLED"})),
        ({"natGatewayId": UNKNOWN}, (UNDETERMINED, {"ROUTE_TARGET_UNKNOWN"})),
    ],
)
def test_where_a_nat_gateway_sends_what_is_for_a_private_address(
    nat: Stack, target: Any, expected: tuple[Verdict, set[str]]
) -> None:
    name_host(nat, "10.50.0.5")
    if target is not None:
        nat[PUBLIC_TABLE]["routes"].append({"cidrBlock": "10.50.0.0/16", **target})

    assert verdict(nat) == expected


@pytest.mark.parametrize(
    "place",
    [{"subnetId": "subnet-unread"}, {"subnetId": None, "vpcId": VPC, "availabilityMode": "regional"}],
    ids=["not read", "regional"],
)
def test_where_a_nat_gateway_without_a_subnet_sends_it_is_not_known(nat: Stack, place: Any) -> None:
    name_host(nat, "10.50.0.5")
    nat["nat"].update(place)

    found, codes = verdict(nat)
    assert found is UNDETERMINED
    assert "NOT_MODELLED" in codes


@pytest.mark.parametrize(
    ("read", "code"), [([VPC], "NAT_GATEWAY_MISSING"), ([], "NAT_GATEWAY_NOT_READ")], ids=["read", "not read"]
)
def test_a_nat_gateway_is_missing_only_where_all_of_its_vpc_was_read(
    nat: Stack, read: list[str], code: str
) -> None:
    name_host(nat, "8.8.8.8")
    nat["default"]["natGatewayId"] = "nat-gone"
    assert nat.account is not None
    nat.account["vpcs"] = read

    found, codes = verdict(nat)
    assert found is UNDETERMINED
    assert code in codes


def test_an_internet_gateway_is_known_by_its_id(nat: Stack) -> None:
    nat["default"].update(natGatewayId=None, gatewayId="igw-unread")

    assert verdict(nat) == (UNREACHABLE, {"IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"})


def test_replies_that_an_appliance_takes_on_their_way_back_leave_it_open(nat: Stack) -> None:
    nat[PUBLIC_TABLE]["routes"].append({"cidrBlock": "172.31.96.0/20", "networkInterfaceId": "eni-1"})

    assert verdict(nat) == (UNDETERMINED, {"NOT_MODELLED"})
