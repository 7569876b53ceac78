"""Security groups: stateful, permissive, the union of all rules of all groups on an interface.

Source: Amazon VPC User Guide, "Security group rules" and "Default security groups for your VPCs".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from ..findings import conflicts, filters
from ..graph import tokens
from ..graph.claims import Adoptions
from ..graph.references import Links, Ref, exactly, members, settled
from ..graph.resource import Resource
from ..packet import EGRESS, INGRESS
from ..ranges import ALL_PORTS, ANY_ADDRESS, IPV4, IPV6, Ranges, addresses, cidr_text, union
from ..values import (
    ABSENT,
    UNKNOWN,
    Truth,
    Unknown,
    Value,
    elements,
    get,
    is_known,
    items,
    known_items,
)
from ..verdict import Origin, Outcome, all_of, hop
from .entity import Entity
from .ports import has_ports_of_all_protocols, tcp_ports

if TYPE_CHECKING:
    from ..graph.graph import Graph
    from ..graph.refusals import Refusals
    from .prefix_list import PrefixLists
    from .vpc import Vpc, Vpcs

_GROUPS: Final = tokens.SECURITY_GROUP + tokens.VPC
"""What names a group: AWS makes a default one with each VPC, and the VPC stands for it until it is known."""
_SAYS: Final = {
    EGRESS: ("to", filters.NO_RULE_OUT, filters.NO_GROUP_OUT, filters.A_PART_OUT, filters.MAYBE_NO_RULE_OUT),
    INGRESS: ("from", filters.NO_RULE_IN, filters.NO_GROUP_IN, filters.A_PART_IN, filters.MAYBE_NO_RULE_IN),
}
_NOT_KNOWN: Final = "(not known)"


@dataclass(frozen=True)
class Rule:
    """One rule that lets TCP through; what is not known of it is `UNKNOWN`.

    Attributes:
        groups: the security groups of the peers that it names, adopted default ones in their place.
        source: the resource that declares it.
        certain: whether it certainly stands in its group.
    """

    ports: Ranges | Unknown
    addresses: Ranges | Unknown
    groups: tuple[Ref[Resource], ...]
    source: Resource
    certain: bool = True

    def matches(self, peer: Peer, port: int) -> tuple[Ranges, bool]:
        """The part of `peer` that the rule may match on `port`, and whether it certainly does."""
        ports = ALL_PORTS if isinstance(self.ports, Unknown) else self.ports
        if not Ranges.of((port, port)) <= ports:
            return Ranges(), True
        certain = self.certain and not isinstance(self.ports, Unknown)
        answers = [named.same_as(other) for named in self.groups for other in peer.groups]
        if any(answer is True for answer in answers):
            return peer.addresses, certain
        if any(answer is UNKNOWN for answer in answers) or isinstance(self.addresses, Unknown):
            return peer.addresses, False
        return peer.addresses & self.addresses, certain

    def opens(self, ports: Iterable[int]) -> Truth:
        """Whether it lets anybody through on one of `ports`."""
        if isinstance(self.ports, Unknown):
            return UNKNOWN
        opens = any(Ranges.of((port, port)) <= self.ports for port in ports)
        return UNKNOWN if opens and not self.certain else opens


@dataclass(frozen=True, eq=False)
class SecurityGroup(Entity):
    """A security group with the rules of all three notations.

    Attributes:
        conflicts: warnings of what else the program puts there, or adopts it with.
    """

    ingress: tuple[Rule, ...]
    egress: tuple[Rule, ...]
    conflicts: Outcome

    def rules(self, direction: str) -> tuple[Rule, ...]:
        return self.egress if direction == EGRESS else self.ingress


@dataclass(frozen=True)
class Peer:
    """The other side of a connection: where its interfaces may be, and the groups on them."""

    name: str
    addresses: Ranges
    groups: tuple[Ref[SecurityGroup], ...] = ()


def admits(groups: Sequence[Ref[SecurityGroup]], direction: str, peer: Peer, port: int) -> Outcome:
    """Whether interfaces with `groups` let a TCP connection to or from `peer` through on `port`."""
    told = [group.conflicts for ref in groups for group in ref.candidates]
    return _admit(groups, direction, peer, port) + all_of(told)


def _admit(groups: Sequence[Ref[SecurityGroup]], direction: str, peer: Peer, port: int) -> Outcome:
    sure = Ranges()
    maybe = ANY_ADDRESS if any(ref.open for ref in groups) else Ranges()
    for ref in groups:
        by_each = Ranges() if ref.unread else ANY_ADDRESS
        for group in ref.candidates:
            by_group = Ranges()
            for rule in group.rules(direction):
                matched, certain = rule.matches(peer, port)
                maybe = maybe | matched
                if certain:
                    by_group = by_group | matched
            by_each = by_each & by_group
        sure = sure | by_each
    seen = [group for ref in groups for group in ref.candidates]
    unread = [ref.id if isinstance(ref.id, str) else _NOT_KNOWN for ref in groups if not ref.candidates]
    named = ", ".join([*(group.label for group in seen), *unread]) or _NOT_KNOWN
    subject = seen[0].key if seen else peer.name
    way, no_rule, no_group, a_part, maybe_none = _SAYS[direction]
    facts = {"groups": named, "name": peer.name, "port": port}
    if peer.addresses <= sure:
        origin = seen[0].origin if seen else Origin.PROGRAM
        return hop("security-group", subject, f"{direction} {way} {peer.name} on {port} allowed", origin)
    if not peer.addresses & maybe:
        return no_rule(subject, **facts) if seen else no_group(subject, **facts)
    if seen and peer.addresses & sure:
        return a_part(subject, **facts, gap=cidr_text(peer.addresses - sure))
    return maybe_none(subject, **facts)


class SecurityGroups:
    """The security groups of one graph."""

    def __init__(self, vpcs: Vpcs, prefix_lists: PrefixLists, refusals: Refusals) -> None:
        self.graph: Graph = vpcs.graph
        self.vpcs = vpcs
        self.prefix_lists = prefix_lists
        self.refusals = refusals
        self.adoptions = Adoptions(self.graph, tokens.DEFAULT_SECURITY_GROUP, self._vpc_of_default)
        self._read: dict[str, SecurityGroup] = {}

    def read(self, group: Resource) -> SecurityGroup:
        if group.key not in self._read:
            links = [*self._standalone[INGRESS].to(group), *self._standalone[EGRESS].to(group)]
            self._read[group.key] = SecurityGroup(
                group,
                ingress=tuple(self._rules(group, INGRESS)),
                egress=tuple(self._rules(group, EGRESS)),
                conflicts=_refused(group)
                + self.adoptions.warnings(group, [link.source for link in links if link.certain])
                + self._in_two_notations(group),
            )
        return self._read[group.key]

    # Which group a reference is --------------------------------------------------------------------

    def ref(self, resource: Resource, value: Value, prop: str) -> Ref[SecurityGroup]:
        """The group that `value` stands for, in the property `prop` of `resource`."""
        return self._in_force(self.named(resource, value, prop)).map(self.read)

    def refs(
        self, resource: Resource, values: tuple[Value, ...] | Unknown, prop: str
    ) -> tuple[Ref[SecurityGroup], ...]:
        """The groups that `resource` lists as `values` in its property `prop`."""
        found = settled(self._named_groups(resource, values, prop))
        return tuple(self._in_force(ref).map(self.read) for ref in found)

    def _named_groups(
        self, resource: Resource, values: tuple[Value, ...] | Unknown, prop: str
    ) -> list[Ref[Resource]]:
        ids = values if isinstance(values, Unknown) else tuple(map(_group_id, values))
        return [self._or_vpc(ref, resource) for ref in self.graph.refs(resource, ids, prop, _GROUPS)]

    def default_of(self, vpc: Ref[Vpc]) -> Ref[SecurityGroup]:
        """The default group of `vpc`, which applies where no group is given."""
        if not vpc.candidates:
            return Ref((), UNKNOWN, open=True)
        return self._in_force(vpc.map(lambda found: found.resource)).map(self.read)

    def or_default(
        self, groups: tuple[Ref[SecurityGroup], ...], vpc: Ref[Vpc]
    ) -> tuple[Ref[SecurityGroup], ...]:
        """`groups`, or where there is none the default group of `vpc`."""
        return groups or (self.default_of(vpc),)

    def named(self, resource: Resource, value: Value, prop: str) -> Ref[Resource]:
        return self._or_vpc(self.graph.ref(resource, _group_id(value), prop, _GROUPS), resource)

    def _or_vpc(self, ref: Ref[Resource], user: Resource) -> Ref[Resource]:
        """`ref`; for a default group that the graph does not hold, its VPC."""
        return self.graph.or_maker(ref, user, tokens.VPC, "defaultSecurityGroupId")

    def _in_force(self, ref: Ref[Resource]) -> Ref[Resource]:
        """`ref` with the default group in place of each VPC, or what adopts it: a VPC's id is no group's."""
        found: list[Resource | None] = []
        for candidate in ref.candidates:
            if candidate.type in tokens.VPC:
                found.extend(self._defaults(candidate))
            else:
                found.extend(self._adopting(candidate))
        groups = tuple(group for group in found if group is not None)
        of_vpc = any(candidate.type in tokens.VPC for candidate in ref.candidates)
        identity = UNKNOWN if of_vpc or len(groups) > 1 else ref.id
        return replace(ref, candidates=groups, id=identity, open=ref.open or len(groups) < len(found))

    def _defaults(self, vpc: Resource) -> list[Resource | None]:
        """What the default group of `vpc` may be; `None` for one that the graph does not hold."""
        return self.adoptions.standing_or(vpc, lambda: self._original_default(vpc))

    def _vpc_of_default(self, group: Resource) -> Ref[Resource]:
        return self.graph.named(group, "vpcId", tokens.VPC)

    def _original_default(self, vpc: Resource) -> Resource | None:
        held = self.graph.beside(vpc, vpc.get("defaultSecurityGroupId"), tokens.SECURITY_GROUP)
        if held is None and vpc.is_own_vpc:
            return implicit_default_group(vpc)
        return held

    def _adopting(self, group: Resource) -> list[Resource]:
        """`group`, or what of the program may be the last to adopt it and replace its rules."""
        if group.type == tokens.DEFAULT_SECURITY_GROUP or group.id is UNKNOWN:
            return self.adoptions.standing_for(group)
        vpc = self.graph.named(group, "vpcId", tokens.VPC).target
        made_with = vpc is not None and vpc.get("defaultSecurityGroupId") == group.id
        return self.adoptions.replacing(group, vpc) if made_with else [group]

    # Rules -----------------------------------------------------------------------------------------

    def _rules(self, group: Resource, direction: str) -> Iterator[Rule]:
        """Every rule of `group`: inline, `SecurityGroupRule`, and `vpc.SecurityGroup...Rule`.

        Those that a `VpcSecurityGroupRulesExclusive` of the group does not list may be gone, and those that
        AWS refuses are not there.
        """
        lists = [self._listed(link.source, direction) for link in self._exclusive.to(group)]
        for rule in self._written(group, direction):
            refused = rule.source != group and bool(self.refusals.of(rule.source).findings)
            kept = not refused and all(rule.source in listed for listed in lists)
            yield rule if kept else replace(rule, certain=False)

    def _in_two_notations(self, group: Resource) -> Outcome:
        """Warnings of rules that the next update of `group` removes, since it lists rules of its own."""
        return all_of(
            conflicts.RULES_INLINE_AND_SEPARATE(group, direction=direction, rule=link.source.label)
            for direction in (INGRESS, EGRESS)
            if group.origin is Origin.PROGRAM
            and group.sets(direction)
            and elements(group.declared(direction))
            for link in self._standalone[direction].to(group)
            if link.certain
        )

    @cached_property
    def _exclusive(self) -> Links[Resource]:
        return Links((link, self._group_of(link)) for link in self.graph.of_type(*tokens.EXCLUSIVE_RULES))

    def _listed(self, link: Resource, direction: str) -> tuple[Resource, ...]:
        """The rules that an exclusive list certainly has."""
        types = tokens.INGRESS_RULE if direction == INGRESS else tokens.EGRESS_RULE
        prop = f"{direction}RuleIds"
        return members(settled(self.graph.refs(link, items(link.get(prop)), prop, types)))[0]

    def _written(self, group: Resource, direction: str) -> Iterator[Rule]:
        entries = elements(group.declared(direction))
        exclusive = group.origin is Origin.PROGRAM and bool(entries)
        for entry in entries:
            if entry is UNKNOWN:
                yield Rule(UNKNOWN, UNKNOWN, (), group)
            elif isinstance(entry, Mapping):
                yield from self._inline(group, direction, entry)
        for link in self._standalone[direction].to(group):
            if self.adoptions.removes(group, link.source):
                continue
            stays = not exclusive and self.adoptions.keeps(group, link.source)
            yield from self._separate(link.source, group, link.certain and stays)

    @cached_property
    def _standalone(self) -> dict[str, Links[Resource]]:
        return {
            INGRESS: Links(self._read_standalone(INGRESS, tokens.INGRESS_RULE)),
            EGRESS: Links(self._read_standalone(EGRESS, tokens.EGRESS_RULE)),
        }

    def _read_standalone(
        self, direction: str, types: tuple[str, ...]
    ) -> Iterator[tuple[Resource, Ref[Resource]]]:
        for rule in self.graph.of_type(*tokens.SECURITY_GROUP_RULE, *types):
            if rule.type in types or rule.get("type") in (direction, UNKNOWN):
                yield rule, self._group_of(rule)

    def _group_of(self, rule: Resource) -> Ref[Resource]:
        """The group that a rule is in, which is none of the others where only its VPC is known."""
        named = self.named(rule, rule.get("securityGroupId"), "securityGroupId")
        return replace(self._in_force(named), id=named.id)

    def _inline(self, group: Resource, direction: str, entry: Mapping[str, Any]) -> Iterator[Rule]:
        blocks = self._blocks(group, entry, "cidrBlocks", "ipv6CidrBlocks", direction)
        lists = self._prefix_lists(group, direction, items(entry, "prefixListIds"))
        groups = self._named_groups(group, items(entry, "securityGroups"), direction)
        if get(entry, "self") is True:
            groups.append(exactly(group))
        yield from self._made(get(entry, "protocol"), entry, (*blocks, lists), groups, group, certain=True)

    def _separate(self, rule: Resource, group: Resource, certain: bool) -> Iterator[Rule]:
        entry = rule.properties
        if rule.type in tokens.SECURITY_GROUP_RULE:
            certain = certain and rule.get("type") is not UNKNOWN
            blocks = self._blocks(rule, entry, "cidrBlocks", "ipv6CidrBlocks")
            lists = self._prefix_lists(rule, "prefixListIds", items(entry, "prefixListIds"))
            prop, protocol, own = "sourceSecurityGroupId", rule.get("protocol"), rule.get("self") is True
        else:
            blocks = self._blocks(rule, entry, "cidrIpv4", "cidrIpv6")
            lists = self._prefix_lists(rule, "prefixListId", elements(entry, "prefixListId"))
            prop, protocol, own = "referencedSecurityGroupId", rule.get("ipProtocol"), False
        peer = rule.declared(prop)
        groups = [] if peer is ABSENT else [self.named(rule, peer, prop)]
        if own:
            groups.append(exactly(group))
        yield from self._made(protocol, entry, (*blocks, lists), groups, rule, certain)

    def _blocks(
        self, source: Resource, entry: Mapping[str, Any], ipv4: str, ipv6: str, prop: str | None = None
    ) -> Iterator[Peers]:
        """The addresses of each family, in the list of that name: all of the family where that is not known.

        Args:
            prop: the top-level property of `source` that holds `entry`; none where that is all of it.
        """
        for family, name in ((IPV4, ipv4), (IPV6, ipv6)):
            blocks = [
                self._block_of(source, prop or name) if block is UNKNOWN and family == IPV4 else block
                for block in elements(entry, name)
            ]
            if any(block is UNKNOWN for block in blocks):
                yield family, False
            else:
                yield union(addresses(block) for block in blocks if is_known(block) and block), True

    def _block_of(self, source: Resource, prop: str) -> Value:
        """The block of the default VPC or subnet that an unknown one in `prop` is the output of.

        The block of any other is an input: an output of it is known, and what is not is no such output.
        """
        adopts = (tokens.DEFAULT_VPC, tokens.DEFAULT_SUBNET)
        owner = self.graph.ref(source, UNKNOWN, prop, adopts).target
        block = UNKNOWN if owner is None else owner.get("cidrBlock")
        return block if isinstance(block, str) else UNKNOWN

    def _prefix_lists(self, source: Resource, prop: str, listed: tuple[Value, ...] | Unknown) -> Peers:
        found = [self.prefix_lists.blocks(source, value, prop) for value in known_items(listed)]
        if isinstance(listed, Unknown) or any(isinstance(blocks, Unknown) for blocks in found):
            return ANY_ADDRESS, False
        return union(addresses(cidr) for blocks in found for cidr in known_items(blocks)), True

    def _made(
        self,
        protocol: Value,
        entry: Mapping[str, Any],
        peers: Iterable[Peers],
        groups: Sequence[Ref[Resource]],
        source: Resource,
        certain: bool,
    ) -> Iterator[Rule]:
        """The rule for the known addresses, and one for each set that is not known."""
        ports = tcp_ports(protocol, get(entry, "fromPort"), get(entry, "toPort"))
        if ports is None:
            return
        for peer, known in peers:
            if peer:
                yield Rule(ports, peer, (), source, certain and known)
        if groups:
            yield Rule(ports, Ranges(), tuple(map(self._in_force, groups)), source, certain)


def _refused(group: Resource) -> Outcome:
    """A finding for each direction in which the provider refuses a rule of a program."""
    declared = [way for way in (INGRESS, EGRESS) if group.origin is Origin.PROGRAM and group.sets(way)]
    return all_of(
        filters.PORTS_OF_ALL_PROTOCOLS(group, direction=way)
        for way in declared
        if any(map(has_ports_of_all_protocols, elements(group.declared(way))))
    )


def _group_id(value: Value) -> Value:
    """`value` without the account in front of a group in a peer VPC: "ACCOUNT/sg-..."."""
    return value.rpartition("/")[2] if isinstance(value, str) else value


Peers = tuple[Ranges, bool]
"""Addresses, and whether it is certain that all of them are meant."""


def implicit_default_group(vpc: Resource) -> Resource:
    """The default group of a new VPC: all traffic out, traffic in from itself."""
    value = vpc.get("defaultSecurityGroupId")
    return Resource(
        key=f"{vpc.key}#defaultSecurityGroup",
        type=tokens.SECURITY_GROUP[0],
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
