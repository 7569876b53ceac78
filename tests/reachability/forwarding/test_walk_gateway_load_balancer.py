"""The walk through the endpoints of Gateway Load Balancers, whose appliances AWS does not show."""

from __future__ import annotations

import pytest

from reachability import Hop, Verdict
from tests.reachability.firewalled import ENDPOINT, before_or_behind_nat, firewall_stack, verdict
from tests.reachability.stacks import VPC, Stack, ref, urn

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED

stack = before_or_behind_nat


@pytest.fixture
def appliances(stack: Stack) -> Stack:
    """The same stack with a Gateway Load Balancer's endpoint in the place of the firewall."""
    stack.program["firewall"] = (
        ENDPOINT,
        {
            "vpcId": VPC,
            "serviceName": "com.amazonaws.vpce.us-east-1.vpce-svc-1",
            "vpcEndpointType": "GatewayLoadBalancer",
            "subnetIds": [ref("fw-subnet")],
        },
    )
    return stack


@pytest.mark.parametrize("preview", [True, False])
def test_what_appliances_do_is_not_known(appliances: Stack, preview: bool) -> None:
    assert verdict(appliances, preview=preview) == (UNDETERMINED, {"APPLIANCE_NOT_KNOWN"})


def test_without_a_way_on_the_appliances_do_not_matter(appliances: Stack) -> None:
    appliances.remove("fw-default")

    found, codes = verdict(appliances)
    assert found is UNREACHABLE
    assert "APPLIANCE_NOT_KNOWN" in codes


@pytest.mark.parametrize("state", ["available", "Available", "pending", "Pending"])
def test_an_endpoint_in_service_takes_packets(appliances: Stack, state: str) -> None:
    """The API's reference writes states with a capital letter, its answers without."""
    appliances["firewall"]["state"] = state

    assert verdict(appliances) == (UNDETERMINED, {"APPLIANCE_NOT_KNOWN"})


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        (
            {"state": "pendingAcceptance"},
            "BAD_STATE",
            "VPC endpoint firewall is pendingAcceptance: what is routed to it is dropped",
        ),
        (
            {"state": "rejected"},
            "BAD_STATE",
            "VPC endpoint firewall is rejected: what is routed to it is dropped",
        ),
        (
            {"vpcEndpointType": "Interface"},
            "ENDPOINT_TYPE",
            "VPC endpoint firewall is not of type GatewayLoadBalancer: no route can lead to it",
        ),
    ],
)
def test_an_endpoint_that_takes_no_packets_drops_them(
    appliances: Stack, changes: dict[str, str], code: str, message: str
) -> None:
    appliances["firewall"].update(changes)

    (egress,) = appliances.prove()

    assert egress.verdict is UNREACHABLE
    (finding,) = [finding for finding in egress.outcome.findings if finding.verdict is UNREACHABLE]
    assert (finding.code, finding.message) == (code, message)


def test_the_path_names_the_endpoint_of_the_appliances(appliances: Stack) -> None:
    (egress,) = appliances.prove()

    hop = Hop("gateway-load-balancer-endpoint", urn(ENDPOINT, "firewall"), "by its endpoint in fw-subnet")
    assert hop in egress.outcome.path


def test_an_endpoints_asymmetry_is_named_too() -> None:
    stack = firewall_stack()
    stack.program["firewall"] = (
        ENDPOINT,
        {"vpcId": VPC, "vpcEndpointType": "GatewayLoadBalancer", "subnetIds": [ref("fw-subnet")]},
    )
    stack.remove("back-0")

    assert verdict(stack)[1] == {"APPLIANCE_NOT_KNOWN", "FIREWALL_ASYMMETRIC_ROUTING"}
