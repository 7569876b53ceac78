"""The walk through the endpoints of AWS Network Firewall, before or behind a NAT gateway."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import Verdict
from tests.reachability.firewalled import (
    ASSOCIATION,
    SUBNET,
    before_or_behind_nat,
    firewall_stack,
    route_to_firewall,
    verdict,
)
from tests.reachability.stacks import ACL, ANYWHERE, VPC, Stack, ref

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED

stack = before_or_behind_nat


def test_the_firewalls_own_subnet_must_lead_on(stack: Stack) -> None:
    stack.remove("fw-default")

    assert verdict(stack)[0] is UNREACHABLE


def test_an_acl_of_the_firewalls_subnet_counts(stack: Stack) -> None:
    stack.add(
        "aws:ec2/networkAcl:NetworkAcl",
        "closed",
        vpcId=VPC,
        subnetIds=[ref("fw-subnet")],
        ingress=[],
        egress=[],
    )

    assert verdict(stack) == (UNREACHABLE, {"SUBNET_ACL_RESTRICTION"})


@pytest.mark.parametrize("ports", [(587, 587), (1024, 65535)])
@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_both_sides_of_its_subnet_are_looked_at(stack: Stack, direction: str, ports: tuple[int, int]) -> None:
    def entry(number: int, action: str, low: int, high: int) -> dict[str, Any]:
        block = {"cidrBlock": ANYWHERE, "protocol": "tcp", "fromPort": low, "toPort": high}
        return {"ruleNo": number, "action": action, **block}

    entries = {side: [entry(2, "allow", 0, 65535)] for side in ("ingress", "egress")}
    entries[direction].insert(0, entry(1, "deny", *ports))
    stack.add("aws:ec2/networkAcl:NetworkAcl", "acl", vpcId=VPC, subnetIds=[ref("fw-subnet")], **entries)

    assert verdict(stack) == (UNREACHABLE, {"SUBNET_ACL_RESTRICTION"})


def test_a_firewall_that_routes_to_itself_is_a_loop(stack: Stack) -> None:
    stack.remove("fw-default")
    route_to_firewall(stack, "circle", ref("fw-table"), ANYWHERE)

    assert verdict(stack)[0] is UNREACHABLE
    assert "ROUTING_LOOP" in verdict(stack)[1]


def test_an_unread_endpoint_is_undetermined(stack: Stack) -> None:
    for name in [name for name, (_, properties) in stack.program.items() if "vpcEndpointId" in properties]:
        stack[name]["vpcEndpointId"] = "vpce-other"

    assert verdict(stack) == (UNDETERMINED, {"ENDPOINT_NOT_READ"})


def test_the_accounts_route_names_a_firewalls_endpoint_by_id(stack: Stack) -> None:
    for name in [name for name, (_, properties) in stack.program.items() if "vpcEndpointId" in properties]:
        stack[name]["vpcEndpointId"] = "vpce-firewall"
    attachments = [{"endpointId": "vpce-firewall", "subnetId": ref("fw-subnet")}]
    stack["firewall"]["firewallStatuses"] = [{"syncStates": [{"attachments": attachments}]}]

    assert verdict(stack) == (REACHABLE, set())
    stack["firewall"]["firewallStatuses"][0]["syncStates"][0]["attachments"][0]["subnetId"] = "subnet-other"
    assert verdict(stack) == (UNDETERMINED, {"ENDPOINT_NOT_READ"})


def test_a_planned_route_may_name_any_endpoint_of_the_firewall(stack: Stack) -> None:
    stack.add(SUBNET, "fw-b", vpcId=VPC, cidrBlock="172.31.201.0/28", availabilityZone="us-east-1b")
    stack.add(ASSOCIATION, "fw-b-association", subnetId=ref("fw-b"), routeTableId=ref("fw-table"))
    stack["firewall"]["subnetMappings"].append({"subnetId": ref("fw-b")})

    assert verdict(stack) == (UNDETERMINED, {"FIREWALL_ASYMMETRIC_ROUTING"})
    stack.remove("fw-default")
    assert verdict(stack)[0] is UNREACHABLE


def test_an_endpoint_association_adds_an_endpoint(stack: Stack) -> None:
    stack["firewall"]["subnetMappings"] = [{"subnetId": "subnet-elsewhere"}]
    association = "aws:networkfirewall/vpcEndpointAssociation:VpcEndpointAssociation"
    stack.add(
        association,
        "association",
        firewallArn=ref("firewall"),
        vpcId=VPC,
        subnetMapping={"subnetId": ref("fw-subnet")},
    )
    for name in [name for name, (_, properties) in stack.program.items() if "vpcEndpointId" in properties]:
        stack[name]["vpcEndpointId"] = ref("association")

    assert verdict(stack) == (REACHABLE, set())
    attachments = [{"endpointId": "id-association", "subnetId": ref("fw-subnet")}]
    stack["association"]["vpcEndpointAssociationStatuses"] = [
        {"associationSyncStates": [{"attachments": attachments}]}
    ]
    assert verdict(stack, preview=False) == (REACHABLE, set())


def test_an_acl_before_the_firewall_still_counts() -> None:
    stack = firewall_stack()
    stack[ACL]["egress"].append(
        {
            "ruleNo": 1,
            "action": "deny",
            "protocol": "6",
            "fromPort": 587,
            "toPort": 587,
            "cidrBlock": ANYWHERE,
        }
    )

    assert verdict(stack) == (UNREACHABLE, {"SUBNET_ACL_RESTRICTION"})
