"""The way back through a firewall: replies that bypass it never arrive."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import Finding, Verdict
from tests.reachability.firewalled import (
    ASSOCIATION,
    CLIENTS,
    FIREWALL,
    NAT_BLOCK,
    ROUTE,
    SUBNET,
    before_or_behind_nat,
    firewall_stack,
    route_to_firewall,
    stack_with_firewall_behind_nat,
    verdict,
)
from tests.reachability.shown import said
from tests.reachability.stacks import ANYWHERE, GATEWAY, PUBLIC_TABLE, VPC, Stack, ref

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED

stack = before_or_behind_nat


def test_replies_by_another_path_are_undetermined() -> None:
    stack = firewall_stack()
    stack.remove("back-1")
    assert verdict(stack) == (UNDETERMINED, {"FIREWALL_ASYMMETRIC_ROUTING"})

    behind = stack_with_firewall_behind_nat()
    behind.remove("edge-back")
    assert verdict(behind) == (UNDETERMINED, {"FIREWALL_ASYMMETRIC_ROUTING"})
    behind.remove("edge-association")
    assert verdict(behind) == (UNDETERMINED, {"FIREWALL_ASYMMETRIC_ROUTING"})


@pytest.mark.parametrize(
    ("target", "verb"),
    [
        ({"natGatewayId": ref("nat")}, "does not send"),
        ({"vpcEndpointId": "vpce-unread"}, "may not send"),
    ],
)
def test_replies_that_bypass_the_firewall_or_may(target: dict[str, Any], verb: str) -> None:
    stack = firewall_stack()
    stack["back-1"].pop("vpcEndpointId")
    stack["back-1"].update(target)

    (egress,) = stack.prove()

    assert egress.outcome.findings == (
        Finding(
            "FIREWALL_ASYMMETRIC_ROUTING",
            f"aws:ec2/routeTable:RouteTable::{PUBLIC_TABLE}",
            f"{PUBLIC_TABLE} {verb} replies to connector back by the endpoint firewall in fw-subnet",
            f"route the addresses of connector in {PUBLIC_TABLE} to the endpoint of firewall",
            UNDETERMINED,
        ),
    )


def test_replies_into_a_blackhole_are_lost() -> None:
    stack = firewall_stack()
    for index, block in enumerate(CLIENTS):
        stack.remove(f"back-{index}")
        stack[PUBLIC_TABLE]["routes"].append({"cidrBlock": block, "state": "blackhole", "vpcEndpointId": "x"})

    assert verdict(stack) == (UNREACHABLE, {"NO_ROUTE_TO_DESTINATION"})


def test_the_firewalls_own_subnet_must_hand_replies_on(stack: Stack) -> None:
    for block in (*CLIENTS, NAT_BLOCK):
        stack.add(
            ROUTE,
            f"away-{block}",
            routeTableId=ref("fw-table"),
            destinationCidrBlock=block,
            networkInterfaceId="eni-other",
        )

    assert verdict(stack) == (UNDETERMINED, {"NOT_MODELLED"})


def test_an_edge_route_to_a_firewall_not_passed_before() -> None:
    stack = stack_with_firewall_behind_nat()
    stack.remove("nat-default")
    stack[PUBLIC_TABLE]["routes"] = [{"cidrBlock": ANYWHERE, "gatewayId": GATEWAY, "state": "active"}]

    assert verdict(stack) == (UNDETERMINED, {"INGRESS_RTB_TRAFFIC_REDIRECTION"})
    stack["edge-back"]["destinationCidrBlock"] = CLIENTS[0]
    assert verdict(stack) == (REACHABLE, set())


def test_two_firewalls_in_a_row_must_both_see_the_replies() -> None:
    stack = firewall_stack()
    stack.add(SUBNET, "outer-subnet", vpcId=VPC, cidrBlock="172.31.202.0/28", availabilityZone="us-east-1a")
    stack.add("aws:ec2/routeTable:RouteTable", "outer-table", vpcId=VPC)
    stack.add(ASSOCIATION, "outer-association", subnetId=ref("outer-subnet"), routeTableId=ref("outer-table"))
    stack.add(
        ROUTE,
        "outer-default",
        routeTableId=ref("outer-table"),
        destinationCidrBlock=ANYWHERE,
        natGatewayId=ref("nat"),
    )
    stack.add(
        FIREWALL,
        "outer",
        vpcId=VPC,
        firewallPolicyArn=ref("policy"),
        subnetMappings=[{"subnetId": ref("outer-subnet")}],
    )
    stack["fw-default"].pop("natGatewayId")
    stack["fw-default"]["vpcEndpointId"] = ref("outer")
    for index, block in enumerate(CLIENTS):
        stack[f"back-{index}"]["vpcEndpointId"] = ref("outer")
        route_to_firewall(stack, f"inner-{index}", ref("outer-table"), block)

    assert verdict(stack) == (REACHABLE, set())
    stack.remove("inner-0")
    assert verdict(stack) == (UNDETERMINED, {"FIREWALL_ASYMMETRIC_ROUTING"})


def test_replies_of_a_regional_nat_gateway_are_not_modelled() -> None:
    stack = firewall_stack()
    stack.program["nat"] = ("aws:ec2/natGateway:NatGateway", {"vpcId": VPC, "availabilityMode": "regional"})

    assert verdict(stack) == (UNDETERMINED, {"NOT_MODELLED"})
    assert said(stack)[0] == (
        "NOT_MODELLED",
        "nat",
        "how regional NAT gateway nat routes replies to what lies before it is not known",
        "use a NAT gateway in a subnet, whose route table shows it",
    )
