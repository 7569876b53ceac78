"""What may be wrong with a network that the program makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.reachability.faults.row import REACHABLE, UNDETERMINED, UNREACHABLE, Row, both, put, take
from tests.reachability.stacks import ANYWHERE, Stack, own_network, ref


def own_stack() -> Stack:
    """A program that makes its whole network."""
    stack = Stack()
    own_network(stack)
    return stack


def routes_inline(*routes: dict[str, Any]) -> Callable[[Stack], object]:
    """The private table lists its routes itself."""
    return both(take("private-out"), put("private-table", routes=list(routes)))


OWN = [
    Row("nothing", put("function"), REACHABLE, set()),
    Row("route gone", take("private-out"), UNREACHABLE, {"NO_ROUTE_TO_DESTINATION"}),
    Row(
        "route into the internet gateway",
        put("private-out", natGatewayId=None, gatewayId=ref("igw")),
        UNREACHABLE,
        {"IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"},
    ),
    Row(
        "route into the internet gateway, inline",
        routes_inline({"cidrBlock": ANYWHERE, "gatewayId": ref("igw")}),
        UNREACHABLE,
        {"IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"},
    ),
    Row(
        "routes inline lead elsewhere",
        routes_inline({"cidrBlock": "10.9.0.0/16", "vpcPeeringConnectionId": "pcx-1"}),
        UNREACHABLE,
        {"NO_ROUTE_TO_DESTINATION"},
    ),
    Row(
        "NAT gateway gone, routes inline lead elsewhere",
        both(take("nat"), routes_inline({"cidrBlock": "10.9.0.0/16", "vpcPeeringConnectionId": "pcx-1"})),
        UNREACHABLE,
        {"NO_ROUTE_TO_DESTINATION"},
    ),
    Row("NAT gateway gone", both(take("nat"), take("private-out")), UNREACHABLE, {"NO_ROUTE_TO_DESTINATION"}),
    Row(
        "routes learnt from a VPN",
        put("private-table", propagatingVgws=["vgw-1"]),
        UNDETERMINED,
        {"ROUTE_TARGET_UNKNOWN"},
    ),
    Row(
        "routes learnt from a VPN, asked for beside the table",
        lambda stack: stack.add(
            "aws:ec2/vpnGatewayRoutePropagation:VpnGatewayRoutePropagation",
            "learnt",
            routeTableId=ref("private-table"),
            vpnGatewayId="vgw-1",
        ),
        UNDETERMINED,
        {"ROUTE_TARGET_UNKNOWN"},
    ),
    Row(
        "main table in force",
        both(take("private-link"), take("private-out")),
        UNREACHABLE,
        {"NO_ROUTE_TO_DESTINATION"},
    ),
    Row(
        "internet gateway detached",
        lambda stack: stack["igw"].pop("vpcId"),
        UNREACHABLE,
        {"BAD_STATE_ATTACHMENT"},
    ),
    Row(
        "no way out at all",
        both(*map(take, ("igw", "public-out", "nat", "private-out"))),
        UNREACHABLE,
        {"NO_ROUTE_TO_DESTINATION"},
    ),
    Row(
        "default group adopted without rules",
        lambda stack: stack.add(
            "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "adopted-group", vpcId=ref("vpc")
        ),
        UNREACHABLE,
        {"ENI_SG_RULES_MISMATCH"},
    ),
]
