"""Two resources of a program that claim one slot: the last one stands, and without an order either may."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import Verdict
from tests.reachability.claims import (
    ACL,
    ACL_LINK,
    ACL_RULE,
    ADOPTED,
    DEFAULTS,
    ENTRY,
    OPEN,
    SLOTS,
    TO_NAT,
    adopt,
    claim,
    claimed,
    verdict,
    warned,
)
from tests.reachability.stacks import PRIVATE, VPC, Stack, either, ref


@pytest.fixture
def stack() -> Stack:
    return claimed()


previews = pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])


@previews
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("slot", SLOTS)
def test_either_of_two_claims_may_stand(slot: str, first: int, preview: bool, stack: Stack) -> None:
    claim(stack, slot, first, preview)

    assert verdict(stack, preview) is Verdict.UNDETERMINED


@previews
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("slot", sorted(SLOTS.keys() - {"table of a subnet"}))
def test_the_last_of_two_claims_stands(slot: str, first: int, preview: bool, stack: Stack) -> None:
    claim(stack, slot, first, preview)
    stack.depends_on["claim-1"] = ("claim-0",)

    assert verdict(stack, preview) is (Verdict.REACHABLE if first == 1 else Verdict.UNREACHABLE)


@pytest.mark.parametrize("first", [0, 1])
def test_aws_refuses_the_last_table_of_a_subnet(first: int, stack: Stack) -> None:
    claim(stack, "table of a subnet", first, preview=True)
    stack.depends_on["claim-1"] = ("claim-0",)

    assert verdict(stack, preview=True) is Verdict.UNDETERMINED


@pytest.mark.parametrize("slot", SLOTS)
def test_two_claims_that_both_let_the_mail_out(slot: str, stack: Stack) -> None:
    claim(stack, slot, 0, preview=True)
    type_, properties = SLOTS[slot][0]
    stack.add(type_, "claim-1", **properties)

    assert verdict(stack, preview=True) is Verdict.REACHABLE


def test_a_claim_on_one_of_two_slots_is_none_on_the_other(stack: Stack) -> None:
    """The one that may be last elsewhere may be last here: only what certainly claims the slot replaces."""
    claim(stack, "main table", 0, preview=True)
    stack.add("aws:ec2/vpc:Vpc", "other-vpc", cidrBlock="10.1.0.0/16")
    stack["claim-1"]["vpcId"] = either("vpc", "other-vpc")
    stack.depends_on["claim-1"] = ("claim-0",)
    assert verdict(stack, preview=True) is Verdict.UNDETERMINED

    stack.depends_on = {"claim-0": ("claim-1",)}
    assert verdict(stack, preview=True) is Verdict.REACHABLE


DEAD_HALVES = [{"cidrBlock": half, "gatewayId": ref("igw")} for half in ("0.0.0.0/1", "128.0.0.0/1")]


@pytest.mark.parametrize(
    ("slot", "entries"),
    [
        ("default table", {"routes": [TO_NAT, *DEAD_HALVES]}),
        ("default ACL", {"ingress": [OPEN], "egress": [{**OPEN, "action": "deny"}, {**OPEN, "ruleNo": 2}]}),
    ],
)
def test_of_two_adoptions_at_one_time_a_part_may_be_left(
    slot: str, entries: dict[str, Any], stack: Stack
) -> None:
    """One removes what it sees of the other, which goes on: of a dead content a part may work."""
    if slot == "default table":
        stack.remove("private-link")
    else:
        stack.add(ACL_LINK, "public-acl", subnetId=ref("public"), networkAclId=ref("open-acl"))
    (type_, _), _ = SLOTS[slot]
    stack.add(type_, "dead", **{DEFAULTS[slot]: ref("vpc")}, **entries)
    assert verdict(stack, preview=True) is Verdict.UNREACHABLE

    stack.add(type_, "bare", **{DEFAULTS[slot]: ref("vpc")})
    assert verdict(stack, preview=True) is Verdict.UNDETERMINED

    stack.depends_on["dead"] = ("bare",)
    assert verdict(stack, preview=True) is Verdict.UNREACHABLE


@pytest.mark.parametrize("slot", ["default table", "default group", "default ACL"])
def test_an_adoption_in_another_vpc_is_no_claim(slot: str, stack: Stack) -> None:
    claim(stack, slot, 0, preview=True)
    stack.add("aws:ec2/vpc:Vpc", "other-vpc", cidrBlock="10.1.0.0/16")
    stack["claim-1"][DEFAULTS.get(slot, "vpcId")] = ref("other-vpc")
    stack.depends_on["claim-1"] = ("claim-0",)

    assert verdict(stack, preview=True) is Verdict.REACHABLE
    assert warned(stack) == set()


# What is put into a default object that something adopts --------------------------------------------


@pytest.mark.parametrize("what", ADOPTED)
def test_adoption_may_remove_what_is_put_in_by_the_vpc(what: str, stack: Stack) -> None:
    parts = adopt(stack, what, "vpc")
    assert verdict(stack, preview=True) is Verdict.UNDETERMINED

    stack.depends_on = dict.fromkeys(parts, ("adoption",))
    assert verdict(stack, preview=True) is Verdict.REACHABLE

    stack.depends_on = {"adoption": tuple(parts)}
    assert verdict(stack, preview=True) is Verdict.UNREACHABLE


@previews
@pytest.mark.parametrize("what", ADOPTED)
def test_what_names_the_adoption_comes_after_it(what: str, preview: bool, stack: Stack) -> None:
    if not preview:
        for name in ("defaultRouteTableId", "defaultNetworkAclId", "defaultSecurityGroupId"):
            stack["vpc"][name] = "id-vpc"
    adopt(stack, what, "adoption")

    assert verdict(stack, preview) is Verdict.REACHABLE


@pytest.mark.parametrize("what", ADOPTED)
def test_what_names_one_of_two_adoptions_is_in_the_last(what: str, stack: Stack) -> None:
    parts = adopt(stack, what, "adoption")
    (type_, properties), _, _ = ADOPTED[what]
    stack.add(type_, "last", **properties)
    stack.depends_on = {"last": ("adoption",)}
    assert verdict(stack, preview=True) is Verdict.UNDETERMINED

    stack.depends_on |= dict.fromkeys(parts, ("last",))
    assert verdict(stack, preview=True) is Verdict.REACHABLE


# Entries of an ACL with one number ------------------------------------------------------------------


NUMBERED = [
    ({"action": "allow"}, {"action": "deny"}, Verdict.UNDETERMINED),
    ({"action": "deny"}, {"action": "allow"}, Verdict.UNDETERMINED),
    ({"action": "allow"}, {"action": "allow"}, Verdict.REACHABLE),
    ({"action": "deny"}, {"action": "deny"}, Verdict.UNREACHABLE),
    ({"action": "allow"}, {"action": "deny", "protocol": "udp"}, Verdict.UNDETERMINED),
    ({"action": "allow"}, {"action": "allow", "cidrBlock": "192.0.2.0/24"}, Verdict.UNDETERMINED),
]


@pytest.mark.parametrize(("first", "second", "expected"), NUMBERED)
@pytest.mark.parametrize("inline", [True, False], ids=["inline", "separate"])
def test_either_of_two_acl_entries_with_one_number_may_stand(
    first: dict[str, Any], second: dict[str, Any], expected: Verdict, inline: bool, nat: Stack
) -> None:
    entries = [{**ENTRY, **first}, {**ENTRY, **second}]
    nat.add(ACL, "acl", vpcId=VPC, subnetIds=list(PRIVATE))
    if inline:
        nat["acl"].update(ingress=[OPEN], egress=[{**entry, "ruleNo": 100} for entry in entries])
    else:
        rule = {"networkAclId": ref("acl"), "ruleNumber": 100}
        nat.add(ACL_RULE, "in", **rule, **ENTRY, ruleAction="allow", egress=False)
        for number, entry in enumerate(entries):
            action = entry.pop("action")
            nat.add(ACL_RULE, f"out-{number}", **rule, **entry, ruleAction=action, egress=True)

    assert verdict(nat, preview=True) is expected
