"""Security groups: stateful, permissive, the union of all rules of all groups on an interface.

Source: Amazon VPC User Guide, "Security group rules" and "Default security groups for your VPCs".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from . import kinds
from .graph import Ref, Resource
from .network import Network, is_new
from .outcomes import blocked, open_question, passed
from .ranges import ANY_ADDRESS, IPV4, IPV6, Ranges, addresses, cidr_text, union
from .references import Links, exactly, members, same, settled
from .routing import prefix_list_blocks
from .values import (
    ABSENT,
    UNKNOWN,
    Absent,
    Unknown,
    Value,
    elements,
    get,
    is_known,
    items,
    known_items,
    to_int,
)
from .verdict import Origin, Outcome

INGRESS: Final = "ingress"
EGRESS: Final = "egress"
ALL_PROTOCOLS: Final = frozenset({"-1", "all"})
TCP: Final = frozenset({"tcp", "6", "6.0"})
ALL_PORTS: Final = Ranges.of((0, 65535))


@dataclass(frozen=True)
class Peer:
    """The other side of a connection: where its interfaces may be, and the groups on them."""

    name: str
    addresses: Ranges
    groups: tuple[Ref, ...] = ()


@dataclass(frozen=True)
class Rule:
    """One rule that lets TCP through; what is not known of it is `UNKNOWN`."""

    ports: Ranges | Unknown
    addresses: Ranges | Unknown
    groups: tuple[Ref, ...]
    source: Resource
    certain: bool = True


class SecurityGroups:
    """The groups of a network with the rules of all three notations."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.graph = network.graph

    def admit(self, groups: Sequence[Ref], direction: str, peer: Peer, port: int, remedy: str) -> Outcome:
        """Whether interfaces with `groups` let a TCP connection to or from `peer` through on `port`."""
        sure = Ranges()
        maybe = Ranges()
        seen: list[Resource] = []
        for ref in groups:
            for group, certain in self.resolve(ref):
                if group is None:
                    maybe = ANY_ADDRESS
                    continue
                seen.append(group)
                for rule in self.rules(group, direction):
                    matched, whole = self._matched(rule, peer, port)
                    maybe = maybe | matched
                    if whole and certain:
                        sure = sure | matched
        names = ", ".join(group.label for group in seen) or "not known"
        subject = seen[0].key if seen else peer.name
        way = "to" if direction == EGRESS else "from"
        if peer.addresses <= sure:
            origin = seen[0].origin if seen else Origin.PROGRAM
            return passed(
                "security-group", subject, f"{direction} {way} {peer.name} on {port} allowed", origin
            )
        if not peer.addresses & maybe:
            code = "ENI_SG_RULES_MISMATCH" if seen else "SG_HAS_NO_RULES"
            message = (
                f"no {direction} rule of security group {names} lets TCP {port} {way} {peer.name} through"
            )
            return blocked(code, subject, message, remedy)
        if seen and peer.addresses & sure:
            gap = cidr_text(peer.addresses - sure)
            message = (
                f"security group {names} lets TCP {port} {way} only a part of {peer.name} through, not {gap}"
            )
            return open_question("ENI_SG_RULES_MISMATCH", subject, message, remedy)
        message = (
            f"it cannot be known whether security group {names} lets TCP {port} {way} {peer.name} through"
        )
        return open_question("SG_RULES_UNKNOWN", subject, message, remedy)

    def _matched(self, rule: Rule, peer: Peer, port: int) -> tuple[Ranges, bool]:
        """The part of `peer` that `rule` may match on `port`, and whether it certainly does."""
        ports = ALL_PORTS if isinstance(rule.ports, Unknown) else rule.ports
        if not Ranges.of((port, port)) <= ports:
            return Ranges(), True
        certain = rule.certain and not isinstance(rule.ports, Unknown)
        peers = [self._group(other) for other in peer.groups] if rule.groups else []
        answers = [same(self._group(named), other) for named in rule.groups for other in peers]
        if any(answer is True for answer in answers):
            return peer.addresses, certain
        if any(answer is UNKNOWN for answer in answers) or isinstance(rule.addresses, Unknown):
            return peer.addresses, False
        return peer.addresses & rule.addresses, certain

    # Which group a reference is ------------------------------------------------------------------

    def resolve(self, ref: Ref) -> list[tuple[Resource | None, bool]]:
        """The groups that `ref` may be, with whether it certainly is; `None` for one not in the graph."""
        found: list[Resource | None] = []
        for candidate in ref.candidates:
            if candidate.type in kinds.VPC:
                found.extend(self.default_of(exactly(candidate)))
            else:
                found.append(self._adopted(candidate))
        if ref.open:
            found.append(None)
        return _with_certainty(found)

    def _group(self, ref: Ref) -> Ref:
        """`ref` as a reference to a group, where a VPC in it stands for its default group."""
        found = [group for group, _ in self.resolve(ref)]
        groups = tuple(group for group in found if group is not None)
        return Ref(groups, ref.id, open=len(groups) < len(found))

    def default_of(self, vpc: Ref) -> list[Resource | None]:
        """What the default group of `vpc` may be, which applies where no group is given."""
        adopted = self._adopted_defaults.to(vpc.target) if vpc.target else []
        certain = [group for group, sure in adopted if sure]
        if certain:
            return [certain[0]]
        return [*(group for group, _ in adopted), self._original_default(vpc.target)]

    @cached_property
    def _adopted_defaults(self) -> Links[Resource]:
        groups = self.graph.of_type(kinds.DEFAULT_SECURITY_GROUP)
        return Links((group, self.network.vpc_of(group)) for group in groups)

    def _original_default(self, vpc: Resource | None) -> Resource | None:
        if vpc is None:
            return None
        held = self.network.beside(vpc, vpc.get("defaultSecurityGroupId"), kinds.SECURITY_GROUP)
        if held is None and is_new(vpc):
            return implicit_default_group(vpc)
        return held

    def _adopted(self, group: Resource) -> Resource:
        """The program's `DefaultSecurityGroup` where it has adopted `group` of the account."""
        vpc = self.network.vpc_of(group).target
        if group.origin is Origin.ACCOUNT and vpc and vpc.get("defaultSecurityGroupId") == group.id:
            adopted = next((other for other, sure in self._adopted_defaults.to(vpc) if sure), None)
            return adopted or group
        return group

    # Rules ---------------------------------------------------------------------------------------

    def rules(self, group: Resource, direction: str) -> Iterator[Rule]:
        """Every rule of `group`: inline, `SecurityGroupRule`, and `vpc.SecurityGroup...Rule`.

        Those that a `VpcSecurityGroupRulesExclusive` of the group does not list may be gone.
        """
        lists = [self._listed(link, direction) for link, _ in self._exclusive.to(group)]
        for rule in self._written(group, direction):
            kept = all(rule.source in listed for listed in lists)
            yield rule if kept else replace(rule, certain=False)

    @cached_property
    def _exclusive(self) -> Links[Resource]:
        links = self.graph.of_type(*kinds.EXCLUSIVE_RULES)
        return Links(
            (link, self._group(self.group_ref(link, link.get("securityGroupId"), "securityGroupId")))
            for link in links
        )

    def _listed(self, link: Resource, direction: str) -> tuple[Resource, ...]:
        """The rules that an exclusive list certainly has."""
        prop, types = f"{direction}RuleIds", kinds.INGRESS_RULE if direction == INGRESS else kinds.EGRESS_RULE
        return members(settled(self.graph.refs(link, elements(link.get(prop)), prop, types)))[0]

    def _written(self, group: Resource, direction: str) -> Iterator[Rule]:
        entries = elements(group.declared(direction))
        exclusive = group.origin is Origin.PROGRAM and bool(entries)
        for entry in entries:
            if entry is UNKNOWN:
                yield Rule(UNKNOWN, UNKNOWN, (), group)
            elif isinstance(entry, Mapping):
                yield from self._inline(group, direction, entry)
        for rule, certain in self._standalone[direction].to(group):
            yield from self._read(rule, group, certain and not exclusive)

    @cached_property
    def _standalone(self) -> dict[str, Links[Resource]]:
        return {
            INGRESS: Links(self._read_standalone(INGRESS, kinds.INGRESS_RULE)),
            EGRESS: Links(self._read_standalone(EGRESS, kinds.EGRESS_RULE)),
        }

    def _read_standalone(self, direction: str, types: tuple[str, ...]) -> Iterator[tuple[Resource, Ref]]:
        for rule in self.graph.of_type(*kinds.SECURITY_GROUP_RULE, *types):
            if rule.type in types or rule.get("type") in (direction, UNKNOWN):
                yield (
                    rule,
                    self._group(self.group_ref(rule, rule.get("securityGroupId"), "securityGroupId")),
                )

    def group_ref(self, resource: Resource, value: Value, prop: str) -> Ref:
        types = kinds.SECURITY_GROUP + kinds.VPC
        return self._or_vpc(self.graph.ref(resource, _group_id(value), prop, types), resource)

    def _or_vpc(self, ref: Ref, user: Resource) -> Ref:
        """`ref`; for a default group that the graph does not hold, its VPC."""
        return self.network.or_vpc(ref, user, "defaultSecurityGroupId")

    def group_refs(self, resource: Resource, values: Iterable[Value], prop: str) -> tuple[Ref, ...]:
        """The groups that `resource` lists as `values` in its property `prop`."""
        types = kinds.SECURITY_GROUP + kinds.VPC
        refs = self.graph.refs(resource, map(_group_id, values), prop, types)
        return settled([self._or_vpc(ref, resource) for ref in refs])

    def _inline(self, group: Resource, direction: str, entry: Mapping[str, Any]) -> Iterator[Rule]:
        blocks = _of_both(entry, "cidrBlocks", "ipv6CidrBlocks")
        lists = self._prefix_lists(group, direction, items(entry, "prefixListIds"))
        groups = [self.group_ref(group, value, direction) for value in elements(entry, "securityGroups")]
        if get(entry, "self") is True:
            groups.append(exactly(group))
        protocol = get(entry, "protocol")
        yield from _rules(protocol, entry, (*blocks, lists), groups, group, certain=True)

    def _read(self, rule: Resource, group: Resource, certain: bool) -> Iterator[Rule]:
        entry = rule.properties
        if rule.type in kinds.SECURITY_GROUP_RULE:
            certain = certain and rule.get("type") is not UNKNOWN
            blocks = _of_both(entry, "cidrBlocks", "ipv6CidrBlocks")
            lists = self._prefix_lists(rule, "prefixListIds", items(entry, "prefixListIds"))
            peer, own = rule.declared("sourceSecurityGroupId"), rule.get("self") is True
            prop, protocol = "sourceSecurityGroupId", rule.get("protocol")
        else:
            blocks = _of_both(entry, "cidrIpv4", "cidrIpv6")
            lists = self._prefix_lists(rule, "prefixListId", elements(entry, "prefixListId"))
            peer, own = rule.declared("referencedSecurityGroupId"), False
            prop, protocol = "referencedSecurityGroupId", rule.get("ipProtocol")
        groups = [] if peer is ABSENT else [self.group_ref(rule, peer, prop)]
        if own:
            groups.append(exactly(group))
        yield from _rules(protocol, entry, (*blocks, lists), groups, rule, certain)

    def _prefix_lists(self, source: Resource, prop: str, listed: tuple[Value, ...] | Unknown) -> Peers:
        found = [prefix_list_blocks(self.network, source, value, prop) for value in known_items(listed)]
        if isinstance(listed, Unknown) or any(isinstance(blocks, Unknown) for blocks in found):
            return ANY_ADDRESS, False
        return union(addresses(cidr) for blocks in found for cidr in known_items(blocks)), True


def _with_certainty(found: Sequence[Resource | None]) -> list[tuple[Resource | None, bool]]:
    """Each group that may be meant, with whether it certainly is."""
    return [(group, len(found) == 1 and group is not None) for group in found]


def _group_id(value: Value) -> Value:
    """`value` without the account in front of a group in a peer VPC: "ACCOUNT/sg-..."."""
    return value.rpartition("/")[2] if isinstance(value, str) else value


Peers = tuple[Ranges, bool]
"""Addresses, and whether it is certain that all of them are meant."""


def _of_both(entry: Mapping[str, Any], ipv4: str, ipv6: str) -> Iterator[Peers]:
    """The addresses of each family, in the list of that name: all of the family where that is not known."""
    for family, name in ((IPV4, ipv4), (IPV6, ipv6)):
        blocks = elements(entry, name)
        if any(block is UNKNOWN for block in blocks):
            yield family, False
        else:
            yield union(addresses(block) for block in blocks if is_known(block) and block), True


def _rules(
    protocol: Value,
    entry: Mapping[str, Any],
    peers: Iterable[Peers],
    groups: Sequence[Ref],
    source: Resource,
    certain: bool,
) -> Iterator[Rule]:
    """The rule for the known addresses, and one for each set that is not known."""
    ports: Ranges | Unknown
    if protocol is UNKNOWN:
        ports = UNKNOWN
    elif str(protocol).lower() in ALL_PROTOCOLS:
        ports = ALL_PORTS
    elif str(protocol).lower() in TCP:
        ports = port_range(get(entry, "fromPort"), get(entry, "toPort"))
    else:
        return
    for peer, known in peers:
        if peer:
            yield Rule(ports, peer, (), source, certain and known)
    if groups:
        yield Rule(ports, Ranges(), tuple(groups), source, certain)


def port_range(first: Value, last: Value) -> Ranges | Unknown:
    """The ports of a TCP rule; all where none is given, or -1."""
    low, high = to_int(first), to_int(last)
    if isinstance(low, Unknown) or isinstance(high, Unknown):
        return UNKNOWN
    if isinstance(low, Absent) or low == -1:
        return ALL_PORTS
    return Ranges.of((low, high if isinstance(high, int) else low))


def implicit_default_group(vpc: Resource) -> Resource:
    """The default group of a new VPC: all traffic out, traffic in from itself."""
    key = f"{vpc.key}#defaultSecurityGroup"
    value = vpc.get("defaultSecurityGroupId")
    return Resource(
        key=key,
        type=kinds.SECURITY_GROUP[0],
        name=f"default security group of {vpc.name}",
        properties={
            "ingress": [{"protocol": "-1", "self": True}],
            "egress": [{"protocol": "-1", "cidrBlocks": ["0.0.0.0/0"], "ipv6CidrBlocks": ["::/0"]}],
        },
        id=value if isinstance(value, str) else UNKNOWN,
        region=vpc.region,
        origin=Origin.AWS_DEFAULT,
        account=vpc.account,
        access=vpc.access,
    )
