"""Where the endpoints of firewalls and of Gateway Load Balancers lead, and the way back."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import Finding, Hop, Verdict
from tests.reachability.firewalled import (
    ASSOCIATION,
    CLIENTS,
    ENDPOINT,
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
from tests.reachability.stacks import ACL, ANYWHERE, GATEWAY, PUBLIC_TABLE, VPC, Stack, ref, urn

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED


stack = before_or_behind_nat


# The way through its endpoint -----------------------------------------------------------------------


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


# The way back ---------------------------------------------------------------------------------------


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


# Gateway Load Balancers -------------------------------------------------------------------------------


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
