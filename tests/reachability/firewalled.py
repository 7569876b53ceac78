"""The incident fixed with a NAT gateway behind an AWS Network Firewall, for tests to change."""

from __future__ import annotations

from typing import Any, Final

import pytest

from reachability import Verdict
from tests.reachability.stacks import (
    ANYWHERE,
    GATEWAY,
    PUBLIC_TABLE,
    VPC,
    Properties,
    Stack,
    nat_stack,
    ref,
)

ROUTE: Final = "aws:ec2/route:Route"
SUBNET: Final = "aws:ec2/subnet:Subnet"
TABLE: Final = "aws:ec2/routeTable:RouteTable"
ASSOCIATION: Final = "aws:ec2/routeTableAssociation:RouteTableAssociation"
FIREWALL: Final = "aws:networkfirewall/firewall:Firewall"
POLICY: Final = "aws:networkfirewall/firewallPolicy:FirewallPolicy"
GROUP: Final = "aws:networkfirewall/ruleGroup:RuleGroup"
ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
CLIENTS: Final = ("172.31.96.0/20", "172.31.112.0/20")
NAT_BLOCK: Final = "172.31.0.0/20"
PASS_MAIL: Final[Properties] = {
    "action": "PASS",
    "header": {
        "protocol": "TCP",
        "source": "172.31.0.0/16",
        "sourcePort": "ANY",
        "direction": "FORWARD",
        "destination": "ANY",
        "destinationPort": "587",
    },
    "ruleOptions": [{"keyword": "sid", "settings": ["1"]}],
}


def firewall_stack() -> Stack:
    """Private subnets, then the firewall, then the NAT gateway: out and back by the same endpoint."""
    stack = nat_stack()
    add_firewall(stack, natGatewayId=ref("nat"))
    stack["default"].pop("natGatewayId")
    stack["default"]["vpcEndpointId"] = ref("firewall")
    for index, block in enumerate(CLIENTS):
        route_to_firewall(stack, f"back-{index}", PUBLIC_TABLE, block)
    return stack


def stack_with_firewall_behind_nat() -> Stack:
    """Private subnets, then the NAT gateway, then the firewall, whose edge route brings the replies."""
    stack = nat_stack()
    add_firewall(stack, gatewayId=GATEWAY)
    stack[PUBLIC_TABLE]["routes"] = []
    route_to_firewall(stack, "nat-default", PUBLIC_TABLE, ANYWHERE)
    stack.add(TABLE, "edge", vpcId=VPC)
    stack.add(ASSOCIATION, "edge-association", gatewayId=GATEWAY, routeTableId=ref("edge"))
    route_to_firewall(stack, "edge-back", ref("edge"), NAT_BLOCK)
    return stack


@pytest.fixture(params=[firewall_stack, stack_with_firewall_behind_nat], ids=["before-nat", "behind-nat"])
def before_or_behind_nat(request: pytest.FixtureRequest) -> Stack:
    made: Stack = request.param()
    return made


def add_firewall(stack: Stack, **way_out: Any) -> None:
    """A firewall in a subnet of its own that leads on to `way_out`, and passes mail alone."""
    stack.add(SUBNET, "fw-subnet", vpcId=VPC, cidrBlock="172.31.200.0/28", availabilityZone="us-east-1a")
    stack.add(TABLE, "fw-table", vpcId=VPC)
    stack.add(ASSOCIATION, "fw-association", subnetId=ref("fw-subnet"), routeTableId=ref("fw-table"))
    stack.add(ROUTE, "fw-default", routeTableId=ref("fw-table"), destinationCidrBlock=ANYWHERE, **way_out)
    stack.add(GROUP, "group", type="STATEFUL", ruleGroup=stateful(PASS_MAIL))
    stack.add(POLICY, "policy", firewallPolicy=policy())
    stack.add(
        FIREWALL,
        "firewall",
        vpcId=VPC,
        firewallPolicyArn=ref("policy"),
        subnetMappings=[{"subnetId": ref("fw-subnet")}],
    )


def route_to_firewall(stack: Stack, name: str, table: Any, block: str) -> None:
    stack.add(ROUTE, name, routeTableId=table, destinationCidrBlock=block, vpcEndpointId=ref("firewall"))


def policy(**changes: Any) -> Properties:
    """A policy in strict order that drops what its one group does not pass."""
    return {
        "statelessDefaultActions": ["aws:forward_to_sfe"],
        "statelessFragmentDefaultActions": ["aws:drop"],
        "statefulEngineOptions": {"ruleOrder": "STRICT_ORDER"},
        "statefulDefaultActions": ["aws:drop_established", "aws:alert_established"],
        "statefulRuleGroupReferences": [{"resourceArn": ref("group"), "priority": 1}],
        **changes,
    }


def stateful(*rules: Properties) -> Properties:
    return {"rulesSource": {"statefulRules": list(rules)}}


def stateless(*rules: Properties) -> Properties:
    return {"rulesSource": {"statelessRulesAndCustomActions": {"statelessRules": list(rules)}}}


def stateless_rule(priority: Any, *actions: str, **match: Any) -> Properties:
    return {
        "priority": priority,
        "ruleDefinition": {"actions": list(actions), "matchAttributes": match},
    }


def rule(action: Any = "PASS", options: Any = None, **header: Any) -> Properties:
    """`PASS_MAIL`, changed."""
    return {
        "action": action,
        "header": {**PASS_MAIL["header"], **header},
        "ruleOptions": PASS_MAIL["ruleOptions"] if options is None else options,
    }


def verdict(stack: Stack, *, preview: bool = True) -> tuple[Verdict, set[str]]:
    """The verdict on the stack's one service, and the codes of what is found."""
    (egress,) = stack.prove(preview=preview)
    return egress.verdict, {finding.code for finding in egress.outcome.findings}
