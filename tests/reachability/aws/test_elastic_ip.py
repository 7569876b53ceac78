"""Elastic IP addresses: each NAT gateway needs one of its own, of its own account and region."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reachability import Verdict, merge, prove
from tests.reachability.shown import judged, said
from tests.reachability.stacks import (
    OWNER,
    PRIVATE_TABLE,
    PUBLIC,
    REGION,
    VPC,
    Stack,
    either,
    own_network,
    ref,
    role,
    through,
)

REACHABLE, UNREACHABLE, UNDETERMINED = Verdict.REACHABLE, Verdict.UNREACHABLE, Verdict.UNDETERMINED
NAT = "aws:ec2/natGateway:NatGateway"
EIP = "aws:ec2/eip:Eip"
PASSED: tuple[Verdict, set[str]] = (REACHABLE, set())
SHARED = (UNDETERMINED, {"NAT_GATEWAY_ADDRESS_IN_USE"})
TAKEN = (UNREACHABLE, {"NAT_GATEWAY_ADDRESS_IN_USE"})

both_ways = pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])


@both_ways
@pytest.mark.parametrize(
    ("type_", "properties"),
    [
        (NAT, {"subnetId": PUBLIC[1], "allocationId": ref("address")}),
        (
            NAT,
            {
                "subnetId": PUBLIC[1],
                "allocationId": ref("other"),
                "secondaryAllocationIds": [ref("spare"), ref("address")],
            },
        ),
        (
            "aws:ec2/natGatewayEipAssociation:NatGatewayEipAssociation",
            {"natGatewayId": "nat-other", "allocationId": ref("address")},
        ),
        (
            "aws:ec2/eipAssociation:EipAssociation",
            {"networkInterfaceId": "eni-1", "allocationId": ref("address")},
        ),
        (
            "aws:ec2/eipAssociation:EipAssociation",
            {"networkInterfaceId": "eni-1", "publicIp": ref("address")},
        ),
    ],
)
def test_one_of_two_that_name_an_address_gets_it(
    nat: Stack, type_: str, properties: dict[str, Any], preview: bool
) -> None:
    nat.add(EIP, "spare", domain="vpc")
    nat.add(EIP, "other", domain="vpc")
    nat.add(type_, "rival", **properties)
    assert judged(nat, preview=preview) == SHARED

    for prop, value in properties.items():
        if "llocation" in prop or prop == "publicIp":
            nat["rival"][prop] = ref("other") if value == ref("address") else [ref("spare")]
    assert judged(nat, preview=preview) == PASSED


def test_an_association_may_name_the_address_itself(nat: Stack) -> None:
    nat["address"]["publicIp"] = "203.0.113.7"
    association = "aws:ec2/eipAssociation:EipAssociation"
    nat.add(association, "rival", networkInterfaceId="eni-1", publicIp="203.0.113.8")
    assert judged(nat, preview=False) == PASSED

    nat["rival"]["publicIp"] = "203.0.113.7"
    assert judged(nat, preview=False) == SHARED


def test_the_allocation_id_itself_may_be_named_twice(nat: Stack) -> None:
    nat["nat"]["allocationId"] = "eipalloc-1"
    nat.add(NAT, "rival", subnetId=PUBLIC[1], allocationId="eipalloc-2")
    assert judged(nat) == PASSED

    nat["rival"]["allocationId"] = "eipalloc-1"
    assert judged(nat) == SHARED


def test_two_elements_of_one_list_may_be_one_address(nat: Stack) -> None:
    """`Output.all` makes every element depend on every address."""
    nat.add(EIP, "other", domain="vpc")
    nat["nat"]["allocationId"] = either("address", "other")
    assert judged(nat) == PASSED

    nat.add(NAT, "rival", subnetId=PUBLIC[1], allocationId=either("address", "other"))
    verdict, codes = judged(nat)
    assert (verdict, codes) == (SHARED[0], SHARED[1] | {"COMPUTED_VALUE"})


@both_ways
@pytest.mark.parametrize("prop", ["instance", "networkInterface"])
def test_an_address_that_is_made_for_something_else_is_not_free(nat: Stack, prop: str, preview: bool) -> None:
    nat["address"][prop] = ""
    assert judged(nat, preview=preview) == PASSED

    nat["address"][prop] = "i-1" if prop == "instance" else "eni-1"
    assert judged(nat, preview=preview) == TAKEN

    nat["address"][prop] = ref("host")
    assert judged(nat, preview=preview) == (SHARED if preview else TAKEN)


def test_the_interface_that_aws_reports_is_the_nat_gateways_own(nat: Stack) -> None:
    there = [
        replace(resource, properties={**resource.properties, "networkInterface": "eni-of-the-nat-gateway"})
        if resource.name == "address"
        else resource
        for resource in nat.resources(preview=False)
    ]
    graph = merge(there, nat.evidence(), project="mailroute", stack="prod")

    assert [egress.verdict for egress in prove(graph)] == [REACHABLE]


@pytest.mark.parametrize(
    ("allocation", "held", "assumed"),
    [("eipalloc-1", False, True), ("eipalloc-1", True, False), (ref("address"), False, False)],
    ids=["that nobody has read", "of the NAT gateway that is there", "of the program"],
)
def test_an_unread_address_is_assumed_to_be_free(
    nat: Stack, allocation: Any, held: bool, assumed: bool
) -> None:
    nat["nat"]["allocationId"] = allocation
    if held:
        nat.hold(NAT, "nat-there", subnetId=PUBLIC[0], allocationId="eipalloc-1", publicIp="52.0.0.1")

    (egress,) = nat.prove()
    found = [each for each in egress.outcome.assumptions if each.code == "ELASTIC_IP_FREE"]

    assert egress.verdict is REACHABLE
    assert ["eipalloc-1" in each.message for each in found] == [True] * assumed


@pytest.mark.parametrize(("subnet", "expected"), [(PUBLIC[0], PASSED), (PUBLIC[1], SHARED)])
def test_a_nat_gateway_of_the_account_may_have_the_address(
    nat: Stack, subnet: str, expected: tuple[Verdict, set[str]]
) -> None:
    """One in the same subnet may be the program's own, which an update finds there."""
    nat["nat"]["allocationId"] = "eipalloc-1"
    nat.hold(NAT, "nat-there", subnetId=subnet, allocationId="eipalloc-1", publicIp="52.0.0.1")

    assert judged(nat) == expected


def test_what_the_account_has_given_stays_where_it_is(nat: Stack) -> None:
    nat.hold(NAT, "nat-there", subnetId=PUBLIC[0], allocationId="eipalloc-1", publicIp="52.0.0.1")
    nat.remove("default")
    nat[PRIVATE_TABLE]["routes"].append({"cidrBlock": "0.0.0.0/0", "natGatewayId": "nat-there"})
    nat["nat"].update(subnetId=PUBLIC[1], allocationId="eipalloc-1")

    assert judged(nat) == PASSED


@both_ways
@pytest.mark.parametrize(
    ("provider", "code"),
    [
        ({"region": "eu-west-1"}, "OTHER_REGION"),
        ({"region": REGION, "assumeRoles": role("444455556666")}, "ELASTIC_IP_NOT_OWNED"),
        ({"region": REGION, "assumeRoles": role(OWNER)}, None),
        ({"region": REGION}, "VPC_NOT_OWNED"),
    ],
)
def test_an_address_is_of_one_account_in_one_region(
    provider: dict[str, Any], code: str | None, preview: bool
) -> None:
    stack = Stack()
    own_network(stack)
    through(stack, {"region": REGION, "assumeRoles": role(OWNER)})
    stack.providers["address"] = provider

    verdict = UNDETERMINED if code == "VPC_NOT_OWNED" else UNREACHABLE
    assert judged(stack, preview=preview) == ((verdict, {code}) if code else PASSED)


def test_every_fault_of_an_elastic_ip_address_is_reported() -> None:
    stack = Stack()
    own_network(stack)
    through(stack, {"region": REGION, "assumeRoles": role(OWNER)})
    stack.providers["address"] = {"region": "eu-west-1", "assumeRoles": role("444455556666")}
    stack["address"].update(instance=ref("host"), networkInterface="eni-1")

    codes = [code for code, _, _, _ in said(stack)]
    assert codes == ["OTHER_REGION", "ELASTIC_IP_NOT_OWNED", *2 * ["NAT_GATEWAY_ADDRESS_IN_USE"]]


def test_a_nat_gateway_in_a_new_subnet_is_not_the_accounts(nat: Stack) -> None:
    nat["nat"]["allocationId"] = "eipalloc-1"
    nat.hold(NAT, "nat-there", subnetId=PUBLIC[0], allocationId="eipalloc-1", publicIp="52.0.0.1")
    nat.add("aws:ec2/subnet:Subnet", "new", vpcId=VPC, cidrBlock="172.31.200.0/24")
    nat["nat"]["subnetId"] = ref("new")

    assert "NAT_GATEWAY_ADDRESS_IN_USE" in judged(nat)[1]


def test_every_address_that_may_be_chosen_must_be_free(nat: Stack) -> None:
    """`NatGateway(allocation_id=Output.all(free.id, used.id).apply(choose))`."""
    nat.add(EIP, "other", domain="vpc")
    nat["nat"]["allocationId"] = either("address", "other")
    assert judged(nat) == PASSED

    nat["other"]["instance"] = "i-1"
    assert judged(nat)[0] is Verdict.UNDETERMINED


def test_an_association_may_choose_the_gateways_address(nat: Stack) -> None:
    nat.add(EIP, "other", domain="vpc")
    association = "aws:ec2/eipAssociation:EipAssociation"
    nat.add(association, "rival", instanceId="i-1", allocationId=either("address", "other"))

    assert judged(nat)[0] is Verdict.UNDETERMINED


ZONES = ("us-east-1a", "us-east-1b")


def _in_zones(*addresses: Any) -> dict[str, Any]:
    """The properties of a regional NAT gateway that has one of `addresses` in each zone."""
    each = [
        {"availabilityZone": zone, "allocationIds": [address]}
        for zone, address in zip(ZONES, addresses, strict=False)
    ]
    mode = {"availabilityMode": "regional", "vpcId": ref("vpc"), "subnetId": None, "allocationId": None}
    return {**mode, "availabilityZoneAddresses": each}


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"secondaryAllocationIds": [ref("spare")]}, PASSED),
        ({"secondaryAllocationIds": [ref("bastions")]}, TAKEN),
        ({"secondaryAllocationIds": [ref("address")]}, TAKEN),
        ({"secondaryAllocationIds": ["eipalloc-1", "eipalloc-1"]}, TAKEN),
        (_in_zones(ref("address"), ref("spare")), PASSED),
        (_in_zones(ref("bastions")), TAKEN),
        (_in_zones(ref("address"), ref("address")), SHARED),
        (_in_zones("eipalloc-1", "eipalloc-1"), TAKEN),
    ],
)
def test_each_address_is_free_and_named_once(
    properties: dict[str, Any], expected: tuple[Verdict, set[str]]
) -> None:
    stack = Stack()
    own_network(stack)
    stack.add(EIP, "spare", domain="vpc")
    stack.add(EIP, "bastions", domain="vpc", instance="i-1")
    stack["nat"].update(properties)
    stack.program["nat"] = (NAT, {name: value for name, value in stack["nat"].items() if value is not None})
    assert judged(stack) == expected


def test_an_address_of_a_zone_is_no_other_gateways(nat: Stack) -> None:
    each = [{"availabilityZone": "us-east-1a", "allocationIds": [ref("address")]}]
    nat.add(NAT, "rival", availabilityMode="regional", vpcId=VPC, availabilityZoneAddresses=each)
    assert judged(nat) == SHARED
