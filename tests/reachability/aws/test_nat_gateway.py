"""NAT gateways: what it takes for one to translate to a public address."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import Verdict
from tests.reachability.shown import sends_out
from tests.reachability.stacks import GATEWAY, PUBLIC, PUBLIC_TABLE, VPC, Stack, ref

NAT = "aws:ec2/natGateway:NatGateway"
REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED


def translates(stack: Stack) -> set[str]:
    """What keeps the NAT gateway from translating: the codes."""
    (gateway,) = stack.network().nat_gateways
    return {finding.code for finding in gateway.translates().findings}


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"allocationId": "eipalloc-1"}, set()),
        ({"allocationId": "eipalloc-1", "connectivityType": "public", "state": "pending"}, set()),
        ({}, {"NAT_GATEWAY_NO_ADDRESS"}),
        ({"connectivityType": "private"}, {"NAT_GATEWAY_PRIVATE"}),
        ({"allocationId": "eipalloc-1", "state": "deleting"}, {"BAD_STATE"}),
        ({"allocationId": "eipalloc-1", "connectivityType": ref("address")}, {"NAT_GATEWAY_KIND_UNKNOWN"}),
        ({"allocationId": ref("address")}, set()),
    ],
)
def test_what_it_takes_to_translate(nat: Stack, properties: dict[str, Any], expected: set[str]) -> None:
    nat.program["nat"] = (NAT, {"subnetId": PUBLIC[0], **properties})

    assert translates(nat) == expected


@pytest.mark.parametrize("attached", [True, False])
def test_a_regional_nat_gateway_needs_only_an_internet_gateway(nat: Stack, attached: bool) -> None:
    nat.program["nat"] = (NAT, {"vpcId": VPC, "availabilityMode": "regional"})
    nat[PUBLIC_TABLE]["routes"] = []
    if not attached:
        nat.remove(GATEWAY)

    (egress,) = nat.prove()

    assert egress.verdict is (REACHABLE if attached else UNREACHABLE)
    assert translates(nat) == set()
    assert sends_out(nat) == (set() if attached else {"NAT_SUBNET_NOT_PUBLIC"})
