"""Things that a program says twice, or puts where something else removes it: the last creation stands.

Each function takes a program that works and lets it claim a slot: the ACL of a subnet, the main table, the
content of a default table, group or ACL. Which claim comes last is left open, or said by `depends_on`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from tests.judges import topologies as t
from tests.judges.programs import types as kinds
from tests.judges.programs.expressions import Expression, form_of
from tests.judges.programs.writer import Writer, output

_OPEN: Final = {"ingress": [t.DEFAULT_ENTRY], "egress": [t.DEFAULT_ENTRY]}


def of_vpc(writer: Writer, prop: str) -> Expression:
    """An output of the program's VPC, which is new or read; the id as it is known, else."""
    if form_of(writer.vpc) == "$output":
        return output(writer.vpc["$output"][0], prop)
    return writer.known(str(writer.account["vpc-a"][_IN_ACCOUNT.get(prop, prop)]), _TYPES[prop])


_IN_ACCOUNT: Final = {"defaultRouteTableId": "mainRouteTableId"}
_TYPES: Final = {
    "defaultRouteTableId": t.ROUTE_TABLE,
    "mainRouteTableId": t.ROUTE_TABLE,
    "defaultSecurityGroupId": t.GROUP,
    "defaultNetworkAclId": t.ACL,
}


def _name(value: Expression) -> tuple[str, ...]:
    """What a claim waits for, to be the last."""
    return (value["$output"][0],) if form_of(value) == "$output" else ()


def _maybe_after(writer: Writer, *values: Expression) -> tuple[str, ...]:
    return tuple(name for value in values for name in _name(value)) if writer.chance(0.5) else ()


# The ACL of a subnet -----------------------------------------------------------------------------------


def acl_of_subnet(writer: Writer, subnets: Sequence[Expression]) -> None:
    """One to three claims on the ACL of a subnet: lists of ACLs, and associations."""
    subnet = writer.rng.choice(list(subnets))
    before: list[Expression] = []
    for number in range(writer.rng.choice((1, 2, 2, 3))):
        before.append(_acl_claim(writer, number, subnet, before))


def _acl_claim(writer: Writer, number: int, subnet: Expression, before: list[Expression]) -> Expression:
    waits = _maybe_after(writer, *before)
    entries: dict[str, Any] = dict(_OPEN) if writer.chance(0.6) else {}
    if writer.chance(0.6):
        listed = writer.listed([subnet], t.SUBNET)
        given = {"vpcId": writer.vpc, "subnetIds": listed, **entries}
        return writer.add(t.ACL, f"acl{number}", waits, **given)
    acl = writer.add(t.ACL, f"acl{number}", vpcId=writer.vpc, **entries)
    if not entries and writer.chance(0.5):
        _acl_rules(writer, writer.one(acl, t.ACL, plain=0.7), ())
    named = writer.one(acl, t.ACL, plain=0.8)
    held = writer.one(subnet, t.SUBNET, plain=0.8)
    name = f"acl-association{number}"
    return writer.add(kinds.ACL_ASSOCIATION, name, waits, networkAclId=named, subnetId=held)


# The main table ----------------------------------------------------------------------------------------


def main_table(writer: Writer, table: Expression) -> None:
    """The main table is `table`, and perhaps another claim says otherwise; no association names a subnet."""
    claims = [table]
    if writer.chance(0.6):
        claims.append(writer.add(t.ROUTE_TABLE, "other-main", vpcId=writer.vpc))
    if writer.chance(0.5):
        claims.reverse()
    before: list[Expression] = []
    for number, claimed in enumerate(claims):
        waits = _maybe_after(writer, *before)
        given = {"vpcId": writer.vpc, "routeTableId": writer.one(claimed, t.ROUTE_TABLE, plain=0.85)}
        before.append(writer.add(kinds.MAIN_ASSOCIATION, f"main{number}", waits, **given))


def default_table(writer: Writer, nat: Expression) -> None:
    """The routes of the main table that AWS made: inline, or by themselves before or after adoption."""
    target = {"natGatewayId": nat}
    table = of_vpc(writer, "defaultRouteTableId")
    adoptions: list[Expression] = []
    route = _default_route(writer, table, target, ()) if writer.chance(0.4) else None
    for number in range(writer.rng.choice((1, 1, 2))):
        routes = [{"cidrBlock": t.ANYWHERE, **target}] if writer.chance(0.5) else None
        waits = _maybe_after(writer, *adoptions, *([route] if route else []))
        given = {"defaultRouteTableId": table, "routes": routes}
        adoptions.append(writer.add(kinds.DEFAULT_TABLE, f"default-table{number}", waits, **given))
    if route is None and writer.chance(0.6):
        named = adoptions[-1] if writer.chance(0.5) else table
        _default_route(writer, named, target, _maybe_after(writer, *adoptions))


def _default_route(
    writer: Writer, table: Expression, target: dict[str, Any], waits: tuple[str, ...]
) -> Expression:
    given = {"destinationCidrBlock": t.ANYWHERE, **target}
    return writer.add(kinds.ROUTE, "default-route", waits, routeTableId=table, **given)


# The default group -------------------------------------------------------------------------------------


def default_group(writer: Writer, *, ingress: bool = False) -> Expression:
    """The default group, adopted, with rules in it that may come before: its id."""
    group = of_vpc(writer, "defaultSecurityGroupId")
    rules = {"egress": [dict(t.OPEN_RULE)], **({"ingress": [dict(t.OPEN_RULE)]} if ingress else {})}
    adoptions: list[Expression] = []
    rule = _default_rule(writer, group, ()) if writer.chance(0.4) else None
    for number in range(writer.rng.choice((0, 1, 1, 2))):
        inline = rules if writer.chance(0.5) else {}
        waits = _maybe_after(writer, *adoptions, *([rule] if rule else []))
        given = {"vpcId": writer.vpc, **inline}
        adoptions.append(writer.add(kinds.DEFAULT_GROUP, f"default-group{number}", waits, **given))
    if rule is None and writer.chance(0.6):
        named = adoptions[-1] if adoptions and writer.chance(0.5) else group
        _default_rule(writer, named, _maybe_after(writer, *adoptions))
    return adoptions[0] if adoptions and writer.chance(0.5) else group


def _default_rule(writer: Writer, group: Expression, waits: tuple[str, ...]) -> Expression:
    given = {"protocol": "tcp", "fromPort": 587, "toPort": 587, "cidrBlocks": [t.ANYWHERE]}
    return writer.add(kinds.GROUP_RULE, "default-rule", waits, securityGroupId=group, **given, type="egress")


# The default ACL ---------------------------------------------------------------------------------------


def default_acl(writer: Writer) -> None:
    """The default ACL, adopted with entries or none, and entries by themselves before or after that."""
    acl = of_vpc(writer, "defaultNetworkAclId")
    adoptions: list[Expression] = []
    rules = _acl_rules(writer, acl, ()) if writer.chance(0.4) else []
    for number in range(writer.rng.choice((1, 1, 2))):
        entries = dict(_OPEN) if writer.chance(0.5) else {}
        waits = _maybe_after(writer, *adoptions, *rules)
        given = {"defaultNetworkAclId": acl, **entries}
        adoptions.append(writer.add(kinds.DEFAULT_ACL, f"default-acl{number}", waits, **given))
    if writer.chance(0.7):
        named = adoptions[-1] if writer.chance(0.5) else acl
        _acl_rules(writer, named, _maybe_after(writer, *adoptions))


def _acl_rules(writer: Writer, acl: Expression, waits: tuple[str, ...]) -> list[Expression]:
    """All is allowed both ways, or denied one way; numbers may be taken."""
    number = writer.rng.choice((90, 100, 110))
    found = []
    for egress in (False, True):
        action = "allow" if writer.chance(0.8) else "deny"
        given: dict[str, Any] = {"networkAclId": acl, "egress": egress, "ruleNumber": number}
        rule = {"protocol": "-1", "ruleAction": action, "cidrBlock": t.ANYWHERE, "fromPort": 0, "toPort": 0}
        found.append(writer.add(kinds.ACL_RULE, f"entry{number}{action}{egress}", waits, **given, **rule))
    return found


# Addresses ---------------------------------------------------------------------------------------------


def address(writer: Writer, taken: Expression) -> None:
    """An association of an address, perhaps that of a NAT gateway, by its id or as it is written."""
    other = writer.add(kinds.EIP, "other-address")
    by_address = writer.chance(0.6)
    prop = "publicIp" if by_address else "allocationId"
    options = [output(name, prop) for value in (taken, other) for name in _name(value)]
    writer.there[prop] = options
    named = {prop: writer.one(options[-1], prop, plain=0.4)}
    writer.add(kinds.EIP_ASSOCIATION, "address-association", **named, instanceId="i-0123456789abcdef0")
