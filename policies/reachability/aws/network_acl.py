"""Network ACLs: stateless, in order of their numbers, the first entry that matches decides.

Source: Amazon VPC User Guide, "Network ACL rules" and "Default network ACL".
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

from ..findings import conflicts, filters
from ..graph import tokens
from ..graph.claims import Adoptions, Claim, standing_or, warnings
from ..graph.references import Links, Ref, settled
from ..graph.resource import Resource
from ..packet import EGRESS, INGRESS, Packet
from ..ranges import ALL_PORTS, ANY_ADDRESS, IPV4, IPV6, Ranges, addresses
from ..values import ABSENT, UNKNOWN, Unknown, Value, elements, get, is_known, items, to_int
from ..verdict import PASSES, Origin, Outcome, across_possibilities, hop
from .entity import Entity
from .ports import tcp_ports

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..graph.refusals import Refusals
    from .subnet import Subnet, Subnets

ALLOW: Final = "allow"
DENY: Final = "deny"
LOWEST: Final = 1
"""The lowest number of an entry: where it is not known, any other may come after it."""


@dataclass(frozen=True)
class Entry:
    """One numbered entry that matches TCP: `ALLOW`, `DENY` or either where not known."""

    number: int
    actions: frozenset[str]
    ports: Ranges
    addresses: Ranges
    certain: bool


@dataclass(frozen=True, eq=False)
class NetworkAcl(Entity):
    """A network ACL, its entries in the order in which AWS evaluates them.

    Attributes:
        conflicts: warnings of what else the program puts there, or adopts it with.
    """

    ingress: tuple[Entry, ...]
    egress: tuple[Entry, ...]
    conflicts: Outcome

    def admits(
        self, subnet: Subnet, direction: str, peer: str, wanted: Ranges, ports: Ranges, what: str
    ) -> Outcome:
        """Whether it lets TCP packets to or from all of `wanted`, to any of `ports`, through.

        Args:
            peer: the other side in words.
            what: what the packets are, in words.
        """
        way, entries = ("to", self.egress) if direction == EGRESS else ("from", self.ingress)
        actions = _decide(entries, wanted, ports)
        if actions == {ALLOW}:
            return hop("network-acl", self.key, f"{direction}: {what} {way} {peer} allowed", self.origin)
        says = filters.ACL_DENIES if actions == {DENY} else filters.ACL_DENIES_A_PART
        return says(
            self, subnet=subnet, direction=direction, what=what, way=way, peer=peer, ports=_text(ports)
        )


class NetworkAcls:
    """The network ACLs of one graph."""

    def __init__(self, subnets: Subnets, refusals: Refusals) -> None:
        self.subnets = subnets
        self.vpcs = subnets.vpcs
        self.graph = subnets.graph
        self.refusals = refusals
        self.adoptions = Adoptions(self.graph, tokens.DEFAULT_NETWORK_ACL, self._vpc_of_default)
        self._read: dict[str, NetworkAcl] = {}
        self._by_subnet: dict[str, tuple[NetworkAcl | None, ...]] = {}
        self._conflicts_in: dict[str, Outcome] = {}

    def lets_out(self, subnet: Subnet, packet: Packet) -> Outcome:
        """Whether `subnet` lets `packet` out to its destination, and the replies from there in."""
        name, wanted = packet.name, packet.destination
        there = self._admit(subnet, EGRESS, name, wanted, packet.ports, packet.what)
        return there + self._admit(subnet, INGRESS, name, wanted, packet.reply_ports, packet.replies)

    def lets_in(self, subnet: Subnet, packet: Packet) -> Outcome:
        """Whether `subnet` lets `packet` in from its source, and the replies to there out."""
        name, source = packet.sender, packet.source
        there = self._admit(subnet, INGRESS, name, source, packet.ports, packet.what)
        return there + self._admit(subnet, EGRESS, name, source, packet.reply_ports, packet.replies)

    def _admit(
        self, subnet: Subnet, direction: str, peer: str, wanted: Ranges, ports: Ranges, what: str
    ) -> Outcome:
        admitted = across_possibilities(
            [
                filters.UNREAD_ACL(subnet)
                if acl is None
                else acl.admits(subnet, direction, peer, wanted, ports, what)
                + acl.conflicts
                + self.vpcs.hold_both(acl, subnet, filters.ACL_OF_OTHER_VPC)
                for acl in self.in_force(subnet)
            ]
        )
        return admitted + self._conflicts(subnet)

    # Which ACL is in force -------------------------------------------------------------------------

    def in_force(self, subnet: Subnet) -> tuple[NetworkAcl | None, ...]:
        """The ACLs that may be in force in `subnet`; `None` for one that the graph does not hold."""
        if subnet.key not in self._by_subnet:
            found = dict.fromkeys(self._in_force(subnet))
            self._by_subnet[subnet.key] = tuple(self._made(acl) if acl else None for acl in found)
        return self._by_subnet[subnet.key]

    def _in_force(self, subnet: Subnet) -> list[Resource | None]:
        vpcs = subnet.vpc.candidates
        defaults = (acl for vpc in vpcs for acl in self._defaults(vpc.resource))
        return standing_or(
            self.graph, self._claims(subnet), lambda: defaults if vpcs else [None], self._given_by
        )

    def _claims(self, subnet: Subnet) -> list[Claim]:
        """What gives `subnet` an ACL: AWS takes each in the place of the one before."""
        return [
            Claim(link.source, link.certain, declared=link.source.sets("subnetIds", "subnetId"))
            for link in self._associations.to(subnet)
        ]

    def _conflicts(self, subnet: Subnet) -> Outcome:
        """Warnings of several resources that give `subnet` different ACLs."""
        if subnet.key not in self._conflicts_in:
            claims = [claim for claim in self._claims(subnet) if claim.certain and claim.declared]
            differ = len({tuple(self._given_by(claim.by)) for claim in claims}) > 1
            says = partial(conflicts.ACLS_OF_SUBNET, subnet)
            self._conflicts_in[subnet.key] = warnings(dict.fromkeys(claims), says) if differ else PASSES
        return self._conflicts_in[subnet.key]

    def _given_by(self, claim: Resource) -> list[Resource | None]:
        """The ACLs that an association, or an ACL with a list of subnets, may give to them."""
        if claim.type in tokens.NETWORK_ACL:
            return [*self._adopting(claim)]
        acl = self._named(claim)
        return [*acl.candidates, *([None] if acl.unread else [])]

    @cached_property
    def _associations(self) -> Links[Resource]:
        """Subnets' explicit ACLs."""
        return Links(self._read_associations())

    def _read_associations(self) -> Iterator[tuple[Resource, Ref[Resource]]]:
        for link in self.graph.of_type(*tokens.NETWORK_ACL_ASSOCIATION):
            yield link, self.graph.named(link, "subnetId", tokens.SUBNET)
        for held in self.graph.of_type(*tokens.NETWORK_ACL):
            values = items(held.declared("subnetIds"))
            for subnet in settled(self.graph.refs(held, values, "subnetIds", tokens.SUBNET)):
                yield held, subnet

    def _named(self, resource: Resource) -> Ref[Resource]:
        """The ACL that a rule or an association names; a VPC stands for its default ACL."""
        named = self.graph.named(resource, "networkAclId", tokens.NETWORK_ACL + tokens.VPC)
        ref = self.graph.or_maker(named, resource, tokens.VPC, "defaultNetworkAclId")
        found: list[Resource | None] = [None] if ref.open else []
        for candidate in ref.candidates:
            if candidate.type in tokens.VPC:
                found.extend(self._defaults(candidate))
            else:
                found.extend(self._adopting(candidate))
        acls = tuple(dict.fromkeys(acl for acl in found if acl is not None))
        return Ref(acls, ref.id, open=None in found)

    def _adopting(self, acl: Resource) -> list[Resource]:
        """`acl`, or what of the program may be the last to adopt it and replace its entries."""
        if acl.type == tokens.DEFAULT_NETWORK_ACL or acl.id is UNKNOWN:
            return self.adoptions.standing_for(acl)
        vpc = self.graph.named(acl, "vpcId", tokens.VPC).target
        made_with = vpc is not None and vpc.get("defaultNetworkAclId") == acl.id
        return self.adoptions.replacing(acl, vpc if made_with else None)

    def _defaults(self, vpc: Resource) -> list[Resource | None]:
        return self.adoptions.standing_or(vpc, lambda: self._original_default(vpc))

    def _original_default(self, vpc: Resource) -> Resource | None:
        held = self.graph.beside(vpc, vpc.get("defaultNetworkAclId"), tokens.NETWORK_ACL)
        return implicit_default_acl(vpc) if held is None and vpc.is_own_vpc else held

    def _vpc_of_default(self, acl: Resource) -> Ref[Resource]:
        """The VPC whose default ACL the program adopts, or the ACL by its id where no VPC tells that."""
        prop = "defaultNetworkAclId"
        vpc = self.graph.or_maker(self.graph.named(acl, prop, tokens.VPC), acl, tokens.VPC, prop)
        return vpc if vpc.candidates or vpc.id is UNKNOWN else self.graph.named(acl, prop, tokens.NETWORK_ACL)

    # Entries ---------------------------------------------------------------------------------------

    def _made(self, acl: Resource) -> NetworkAcl:
        if acl.key not in self._read:
            ingress, egress = (
                sorted(self._entries(acl, direction), key=lambda entry: (entry.number, entry.certain))
                for direction in (INGRESS, EGRESS)
            )
            # Where AWS refuses an entry, its subnets may keep the ACL that they had.
            told = self._conflicts_inside(acl) + self.refusals.of_itself(acl).as_undetermined()
            self._read[acl.key] = NetworkAcl(acl, tuple(ingress), tuple(egress), told)
        return self._read[acl.key]

    def _conflicts_inside(self, acl: Resource) -> Outcome:
        """Warnings of what removes entries of `acl`, or declares one with the same number."""
        parts = [link.source for link in self._standalone.to(acl) if link.certain]
        told = self.adoptions.warnings(acl, parts)
        for direction in (INGRESS, EGRESS):
            entries = elements(acl.declared(direction)) if acl.sets(direction) else ()
            listed = Counter(to_int(get(entry, "ruleNo")) for entry in entries)
            declaring = {number: [Claim(acl, certain=True)] for number in listed}
            for rule in parts:
                if _is_outward(rule) is (direction == EGRESS):
                    claim = Claim(rule, certain=True)
                    declaring.setdefault(to_int(rule.get("ruleNumber")), []).append(claim)
            for number in filter(is_known, declaring):
                facts = {"direction": direction, "number": number}
                if listed[number] > 1:
                    told += conflicts.LISTED_TWICE(acl, **facts)
                told += warnings(declaring[number], partial(conflicts.ACL_ENTRIES, acl, **facts))
        return told

    @cached_property
    def _standalone(self) -> Links[Resource]:
        return Links((rule, self._named(rule)) for rule in self.graph.of_type(*tokens.NETWORK_ACL_RULE))

    def _entries(self, acl: Resource, direction: str) -> Iterator[Entry]:
        yield from _inline(acl, direction)
        for rival in self.adoptions.rivals(acl):
            yield from (replace(entry, certain=False) for entry in _inline(rival, direction))
        exclusive = acl.origin is Origin.PROGRAM and bool(elements(acl.declared(direction)))
        for link in self._standalone.to(acl):
            outward = _is_outward(link.source)
            gone = self.adoptions.removes(acl, link.source)
            if not gone and (outward is UNKNOWN or outward is (direction == EGRESS)):
                stays = not exclusive and self.adoptions.keeps(acl, link.source)
                refused = bool(self.refusals.of(link.source).findings)
                sure = link.certain and stays and outward is not UNKNOWN and not refused
                yield _entry(link.source.properties, "ruleNumber", "ruleAction", certain=sure)


def _is_outward(rule: Resource) -> Value:
    """Whether an entry declared by itself is for what leaves the subnet."""
    egress = rule.get("egress")
    return False if egress is ABSENT else egress


def _inline(acl: Resource, direction: str) -> Iterator[Entry]:
    for entry in elements(acl.declared(direction)):
        yield _entry(entry, "ruleNo", "action", certain=True)


def _entry(entry: Value, number: str, action: str, *, certain: bool) -> Entry:
    """What an entry does to TCP: one of another protocol has a number alone."""
    if entry is UNKNOWN:
        return Entry(LOWEST, frozenset({ALLOW, DENY}), ALL_PORTS, ANY_ADDRESS, certain=False)
    ports = tcp_ports(get(entry, "protocol"), get(entry, "fromPort"), get(entry, "toPort"))
    block, everywhere = get(entry, "cidrBlock"), IPV4
    if block is ABSENT or block == "":
        block, everywhere = get(entry, "ipv6CidrBlock"), IPV6
    order, act = to_int(get(entry, number)), get(entry, action)
    unknown = isinstance(ports, Unknown) or not isinstance(block, str) or not isinstance(order, int)
    return Entry(
        order if isinstance(order, int) else LOWEST,
        frozenset({ALLOW, DENY}) if act is UNKNOWN else frozenset({str(act).lower()}),
        ALL_PORTS if isinstance(ports, Unknown) else ports or Ranges(),
        addresses(block) if isinstance(block, str) else everywhere,
        certain=certain and not unknown,
    )


def _decide(entries: Sequence[Entry], wanted: Ranges, ports: Ranges) -> set[str]:
    """What the entries may do to packets of `wanted` x `ports`: the actions of all their parts.

    Of several with one number AWS takes one, whichever is made first.
    """
    if not wanted or not ports:
        return set()
    for index, entry in enumerate(entries):
        end = index + 1
        while entry.certain and end < len(entries) and entries[end].number == entry.number:
            end += 1
        alternatives, rest = entries[index:end], entries[end:]
        if not any(wanted & each.addresses and ports & each.ports for each in alternatives):
            continue
        actions: set[str] = set()
        for each in alternatives:
            matched, matched_ports = wanted & each.addresses, ports & each.ports
            if matched and matched_ports:
                actions |= each.actions
            if not each.certain:
                actions |= _decide(rest, matched, matched_ports)
            actions |= _decide(rest, wanted - each.addresses, ports)
            actions |= _decide(rest, matched, ports - each.ports)
        return actions
    return {DENY}


def _text(ports: Ranges) -> str:
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in ports.spans)


def implicit_default_acl(vpc: Resource) -> Resource:
    """The default ACL of a new VPC: everything in and out."""
    blocks = ((100, "cidrBlock", "0.0.0.0/0"), (101, "ipv6CidrBlock", "::/0"))
    everything = [
        {"ruleNo": number, "action": ALLOW, "protocol": "-1", family: block}
        for number, family, block in blocks
    ]
    return Resource(
        key=f"{vpc.key}#defaultNetworkAcl",
        type=tokens.NETWORK_ACL[0],
        name=f"default network ACL of {vpc.name}",
        properties={INGRESS: everything, EGRESS: everything},
        origin=Origin.AWS_DEFAULT,
    )
