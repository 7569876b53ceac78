"""What a service may connect to today, by the security groups of its connector.

Source: Amazon VPC User Guide, "Security group rules".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reachability.ranges import addresses, union

from .network import Placement
from .part import Part, given

_GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
_VPC: Final = "aws:ec2/vpc:Vpc"
_MORE_BLOCKS: Final = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"
_BLOCKED_PORT: Final = 25
"""AWS blocks it towards public addresses (EC2 User Guide), and a stack opens it to no block."""
_ALL: Final = ("-1", "all")
_MOST_PORTS: Final = 10
"""Of a range of ports that becomes one destination for each; a wider one becomes all ports."""
TAKEN: Final = ("ses", "relay")
"""The names of the routes' own destinations."""
_LONGEST_NAME: Final = 40
EVERYWHERE: Final = "0.0.0.0/0"


@dataclass(frozen=True)
class _Target:
    """A group or an address block with its ports; no ports stand for every protocol and port."""

    name: str
    key: str
    value: str
    ports: tuple[int, ...]


def part(
    place: Placement,
    resources: Sequence[Mapping[str, Any]],
    own: Sequence[str],
    of_route: Collection[tuple[str, int]] = (),
) -> Part:
    """The stack's `destinations` and `reachVpc`, so that the new connector reaches what the old one does.

    Args:
        own: the ids of the old connector's groups, which let its traffic out.
        of_route: groups and blocks, with ports, that the stack's route opens itself.
    """
    groups = {each["id"]: each["properties"] for each in resources if each["type"] == _GROUP}
    blocks = [
        each["properties"]["cidrBlock"]
        for each in resources
        if "cidrBlock" in each["properties"]
        and (
            (each["type"] == _VPC and each["id"] == place.vpc)
            or (each["type"] == _MORE_BLOCKS and each["properties"].get("vpcId") == place.vpc)
        )
    ]
    left_out: list[str] = [
        f"destinations: {group} of its connector was not read: name what it lets the service reach"
        for group in own
        if group not in groups
    ]
    found = [*_letting_in(groups, own, left_out), *_by_group(groups, own, left_out)]
    cidrs = [*_by_block(groups, own, left_out, ipv6=_speaks_ipv6(place, resources))]
    vpc = union(addresses(block) for block in blocks)
    reaches = bool(blocks) and any(not ports and vpc <= addresses(block) for block, ports in cidrs)
    if any(_BLOCKED_PORT in ports for _, ports in cidrs):
        left_out.append("destinations: port 25 is opened to no address block: AWS blocks it; mail takes 587")
    cidrs = [
        (block, tuple({*ports} - {_BLOCKED_PORT})) for block, ports in cidrs if ports != (_BLOCKED_PORT,)
    ]
    for block, ports in dict.fromkeys(cidrs):
        is_inside = addresses(block) <= vpc
        if is_inside and reaches:
            continue
        if is_inside or place.leads_out:
            name = "anywhere" if block == EVERYWHERE else f"block-{block}"
            found.append(_Target(name, "cidrBlock", block, ports))
        elif addresses(block) & vpc and not reaches:
            found += [_Target(f"vpc-on-{part}", "cidrBlock", part, ports) for part in blocks]
    return Part({"reachVpc": reaches, **given(destinations=list(_entries(found, of_route)))}, tuple(left_out))


def _letting_in(
    groups: Mapping[str, Mapping[str, Any]], own: Sequence[str], left_out: list[str]
) -> Iterator[_Target]:
    """The groups that let one of `own` in."""
    for identity, group in sorted(groups.items()):
        for rule in group.get("ingress") or ():
            if _peers(identity, rule) & set(own):
                yield _Target(
                    _name(identity, group), "securityGroupId", identity, _ports(identity, rule, left_out)
                )


def _by_group(
    groups: Mapping[str, Mapping[str, Any]], own: Sequence[str], left_out: list[str]
) -> Iterator[_Target]:
    """The groups that one of `own` names in its rules for outbound traffic."""
    for identity, rule in _outbound(groups, own):
        for peer in sorted(_peers(identity, rule)):
            ports = _ports(identity, rule, left_out)
            yield _Target(_name(peer, groups.get(peer, {})), "securityGroupId", peer, ports)


def _by_block(
    groups: Mapping[str, Mapping[str, Any]], own: Sequence[str], left_out: list[str], *, ipv6: bool
) -> Iterator[tuple[str, tuple[int, ...]]]:
    for identity, rule in _outbound(groups, own):
        for block in rule.get("cidrBlocks") or ():
            yield block, _ports(identity, rule, left_out)
        left_out.extend(
            f"destinations: {identity} lets traffic out to {other}: a destination is an IPv4 block or a group"
            for other in (
                *(rule.get("prefixListIds") or ()),
                *((rule.get("ipv6CidrBlocks") or ()) if ipv6 else ()),
            )
        )


def _outbound(
    groups: Mapping[str, Mapping[str, Any]], own: Sequence[str]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for identity in own:
        for rule in groups.get(identity, {}).get("egress") or ():
            yield identity, rule


def _peers(identity: str, rule: Mapping[str, Any]) -> set[str]:
    """The groups that a rule names, without the account in front of those of a peer VPC."""
    named = {str(peer).rpartition("/")[2] for peer in rule.get("securityGroups") or ()}
    return named | ({identity} if rule.get("self") else set())


def _ports(identity: str, rule: Mapping[str, Any], left_out: list[str]) -> tuple[int, ...]:
    protocol, first, last = str(rule.get("protocol")).lower(), rule.get("fromPort"), rule.get("toPort")
    if protocol in _ALL:
        return ()
    low, high = int(first or 0), int(last or 0)
    if protocol in ("tcp", "6") and 0 < low <= high < low + _MOST_PORTS:
        return tuple(range(low, high + 1))
    left_out.append(
        f"destinations: {identity} has a rule for {protocol} {first} to {last}: it becomes every protocol "
        "and port: narrow it down"
    )
    return ()


def _speaks_ipv6(place: Placement, resources: Sequence[Mapping[str, Any]]) -> bool:
    return any("ipv6CidrBlock" in each["properties"] for each in resources if each["id"] in place.subnets)


def _name(identity: str, group: Mapping[str, Any]) -> str:
    name = str(group.get("name") or identity)
    return identity if name == "default" else name


def _entries(targets: Iterable[_Target], of_route: Collection[tuple[str, int]]) -> Iterator[dict[str, Any]]:
    """The destinations, each thing once: what is open on every port needs no other entry."""
    ports: dict[tuple[str, str], set[int] | None] = {}
    names: dict[tuple[str, str], str] = {}
    for target in targets:
        place = (target.key, target.value)
        names.setdefault(place, target.name)
        known = ports.get(place, set())
        ports[place] = None if not target.ports or known is None else known | set(target.ports)
    taken: set[str] = {*TAKEN}
    for place, opened in ports.items():
        if opened is not None:
            opened = {port for port in opened if (place[1], port) not in of_route}
        for port in [None] if opened is None else sorted(opened):
            several = opened is not None and len(opened) > 1
            name = _free(f"{names[place]}-{port}" if several else names[place], taken)
            yield {"name": name, **given(port=port), place[0]: place[1]}


def _free(name: str, taken: set[str]) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_LONGEST_NAME].strip("-") or "group"
    found = next(
        each for each in (plain, *(f"{plain}-{count}" for count in range(2, 1000))) if each not in taken
    )
    taken.add(found)
    return found
