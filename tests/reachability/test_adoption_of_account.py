"""A `Default*` resource whose id is not known may adopt what an adopted VPC has, and closes or opens that."""

from __future__ import annotations

from typing import Any

import pytest

from reachability import Verdict
from tests.reachability.claims import DEFAULT_ACL, DEFAULT_GROUP, DEFAULT_TABLE, OPENED, verdict
from tests.reachability.stacks import (
    ACL,
    ALL_OUT,
    ANYWHERE,
    GATEWAY,
    PUBLIC_TABLE,
    VPC,
    Stack,
    nat_stack,
    ref,
)

GROUP = "sg-0d92b7e145fa8c360"
TO_GATEWAY = {"cidrBlock": ANYWHERE, "gatewayId": GATEWAY}
KINDS: dict[str, tuple[str, str, str, dict[str, Any], tuple[str, ...]]] = {
    "table": (DEFAULT_TABLE, "defaultRouteTableId", PUBLIC_TABLE, {"routes": [TO_GATEWAY]}, ("routes",)),
    "ACL": (DEFAULT_ACL, "defaultNetworkAclId", ACL, OPENED, ("ingress", "egress")),
    "group": (DEFAULT_GROUP, "vpcId", VPC, {"egress": [ALL_OUT]}, ("egress",)),
}
"""What adopts, the property that names it, what it may be, what lets mail through, and what it removes."""


def adopted(kind: str, named: Any, *, opens: bool) -> Stack:
    """Mail passes the default object of the VPC, or nothing passes that but by what adopts it."""
    stack = nat_stack()
    stack["connector"]["securityGroups"] = [GROUP]
    type_, prop, old, opened, removed = KINDS[kind]
    if opens:
        stack[GROUP if kind == "group" else old].update({prop: [] for prop in removed})
    stack.add(type_, "adoption", **{prop: old if named == "known" else named}, **(opened if opens else {}))
    return stack


kinds = pytest.mark.parametrize("kind", KINDS)
opens = pytest.mark.parametrize("opens", [False, True], ids=["removes", "opens"])


@kinds
@opens
def test_an_unknown_id_may_be_the_accounts(kind: str, opens: bool) -> None:
    assert verdict(adopted(kind, ref("elsewhere"), opens=opens), preview=True) is Verdict.UNDETERMINED


@kinds
@opens
def test_an_id_chosen_of_new_vpcs_may_be_the_accounts(kind: str, opens: bool) -> None:
    stack = adopted(kind, {"ref": ("new-1", "new-2")}, opens=opens)
    for name in ("new-1", "new-2"):
        stack.add("aws:ec2/vpc:Vpc", name, cidrBlock="10.0.0.0/16")

    assert verdict(stack, preview=True) is Verdict.UNDETERMINED


@kinds
@opens
def test_a_known_id_adopts_what_the_account_has(kind: str, opens: bool) -> None:
    stack = adopted(kind, "known", opens=opens)

    assert verdict(stack, preview=True) is (Verdict.REACHABLE if opens else Verdict.UNREACHABLE)


@kinds
@opens
def test_a_new_vpcs_id_adopts_nothing_of_the_account(kind: str, opens: bool) -> None:
    stack = adopted(kind, ref("new"), opens=opens)
    stack.add("aws:ec2/vpc:Vpc", "new", cidrBlock="10.0.0.0/16")

    assert verdict(stack, preview=True) is (Verdict.UNREACHABLE if opens else Verdict.REACHABLE)


@kinds
def test_an_adoption_in_another_region_leaves_it_be(kind: str) -> None:
    stack = adopted(kind, ref("elsewhere"), opens=False)
    stack.providers["adoption"] = {"region": "eu-west-1"}

    assert verdict(stack, preview=True) is Verdict.REACHABLE


@pytest.mark.parametrize("kind", ["table", "ACL"])
def test_a_known_id_counts_where_no_vpc_tells_it(kind: str) -> None:
    """A VPC that the program reads in shows no ids of what AWS made with it."""
    stack = adopted(kind, "known", opens=False)
    for prop in ("mainRouteTableId", "defaultNetworkAclId"):
        stack[VPC].pop(prop)

    assert verdict(stack, preview=True) is Verdict.UNREACHABLE
