"""A verdict over all that a program may choose: what is said where they differ, and where they are many."""

from __future__ import annotations

import pytest

from reachability import Verdict, chosen
from tests.reachability.living.endpoints import by_listed_endpoint
from tests.reachability.living.gateways import by_nat_gateway
from tests.reachability.living.parts import kind
from tests.reachability.shown import judged, said
from tests.reachability.stacks import Stack, either, ref

REACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNDETERMINED
NAME_THE_ONE = (
    "pass the output of the one that is meant, such as vpc.id, or a list of outputs, without Output.all and "
    "apply: then it is known"
)


def test_what_is_chosen_is_named_with_what_a_choice_comes_to() -> None:
    stack = by_nat_gateway()
    stack.add(kind("Vpc"), "aside", cidrBlock="10.9.0.0/16")
    stack["group"]["vpcId"] = either("vpc", "aside")

    assert said(stack) == [
        (
            "COMPUTED_VALUE",
            "group",
            "vpc_id of group is computed from outputs, so that before the update it may be any of aside, "
            "vpc, one that the program does not create: they do not all come to the same",
            NAME_THE_ONE,
        ),
        (
            "SECURITY_GROUP_OF_OTHER_VPC",
            "group",
            "function is in VPC vpc, and its security group group in aside",
            "give function a security group of its own VPC",
        ),
    ]


def test_a_list_may_hold_two_things_that_do_not_go_together() -> None:
    stack = by_listed_endpoint()
    stack["private-b"].update(availabilityZone="us-west-2a", availabilityZoneId="usw2-az1")
    stack["endpoint"]["subnetIds"] = [ref("private-a")]
    assert judged(stack) == (REACHABLE, set())

    stack["endpoint"]["subnetIds"] = [either("private-a", "private-b")]
    assert judged(stack) == (REACHABLE, set())

    stack["endpoint"]["subnetIds"] = either("private-a", "private-b")
    assert judged(stack) == (UNDETERMINED, {"COMPUTED_VALUE", "ENDPOINT_SUBNETS_IN_ONE_ZONE"})


@pytest.fixture
def many() -> Stack:
    """Subnets that are no part of the path, and tables of them that are chosen."""
    stack = by_nat_gateway()
    for number in range(3):
        pair = [f"idle-{number}-{half}" for half in range(2)]
        for half, name in enumerate(pair):
            stack.add(
                kind("Subnet"), name, vpcId=ref("vpc"), cidrBlock=f"10.0.{100 + 2 * number + half}.0/24"
            )
        association = {"subnetId": either(*pair), "routeTableId": ref("private-table")}
        stack.add(kind("RouteTableAssociation"), f"association-{number}", **association)
    return stack


def test_more_possibilities_than_are_looked_at_are_open(many: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    assert judged(many) == (REACHABLE, set())

    monkeypatch.setattr(chosen, "MOST", 8)
    assert judged(many) == (UNDETERMINED, {"COMPUTED_VALUE"})
    ((_, _, message, remedy),) = said(many)
    assert message.endswith("there are more possibilities than the proof looks at")
    assert remedy == NAME_THE_ONE

    many.remove("association-2")
    assert judged(many) == (REACHABLE, set())


def test_a_choice_that_another_one_leads_to_counts_too() -> None:
    """Whose table a route is in, and what it leads to: one of the four is dead."""
    stack = by_nat_gateway()
    stack.remove("private-out")
    stack.add(kind("RouteTable"), "spare-table", vpcId=ref("vpc"))
    stack.add(kind("NatGateway"), "inside", subnetId=ref("public"), connectivityType="private")
    for number, gateway in enumerate(("nat", "nat")):
        route = {"destinationCidrBlock": "0.0.0.0/0", "natGatewayId": ref(gateway)}
        stack.add(
            kind("Route"),
            f"out-{number}",
            routeTableId=ref(("private-table", "spare-table")[number]),
            **route,
        )
    stack["private-link"]["routeTableId"] = either("private-table", "spare-table")
    assert judged(stack) == (REACHABLE, set())

    stack["out-1"]["natGatewayId"] = either("nat", "inside")
    verdict, codes = judged(stack)
    assert verdict is UNDETERMINED
    assert "NAT_GATEWAY_PRIVATE" in codes
