"""Network ACLs: stateless, in order of their numbers, the first entry that matches decides.

Source: Amazon VPC User Guide, "Network ACL rules" and "Default network ACL".
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from ..findings import filters
from ..graph import tokens
from ..graph.references import Links, Ref, settled
from ..graph.resource import Resource
from ..packet import EGRESS, INGRESS, REPLIES, Packet
from ..ranges import ALL_PORTS, ANY_ADDRESS, IPV4, IPV6, Ranges, addresses
from ..values import ABSENT, UNKNOWN, Unknown, Value, elements, get, to_int
from ..verdict import Origin, Outcome, across_possibilities, hop
from .entity import Entity
from .security_group import tcp_ports

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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


@dataclass(frozen=True)
class _Claim:
    """What says that an ACL is a subnet's: `known` where it certainly is this one."""

    by: Resource
    acl: Resource | None
    known: bool


@dataclass(frozen=True, eq=False)
class NetworkAcl(Entity):
    """A network ACL, its entries in the order in which AWS evaluates them."""

    ingress: tuple[Entry, ...]
    egress: tuple[Entry, ...]

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

    def __init__(self, subnets: Subnets) -> None:
        self.subnets = subnets
        self.vpcs = subnets.vpcs
        self.graph = subnets.graph
        self._read: dict[str, NetworkAcl] = {}
        self._by_subnet: dict[str, tuple[NetworkAcl | None, ...]] = {}

    def lets_out(self, subnet: Subnet, packet: Packet) -> Outcome:
        """Whether `subnet` lets `packet` out to its destination, and the replies from there in."""
        name, wanted = packet.name, packet.destination
        there = self._admit(subnet, EGRESS, name, wanted, packet.ports, packet.what)
        return there + self._admit(subnet, INGRESS, name, wanted, packet.reply_ports, REPLIES)

    def lets_in(self, subnet: Subnet, packet: Packet) -> Outcome:
        """Whether `subnet` lets `packet` in from its source, and the replies to there out."""
        name, source = packet.sender, packet.source
        there = self._admit(subnet, INGRESS, name, source, packet.ports, packet.what)
        return there + self._admit(subnet, EGRESS, name, source, packet.reply_ports, REPLIES)

    def _admit(
        self, subnet: Subnet, direction: str, peer: str, wanted: Ranges, ports: Ranges, what: str
    ) -> Outcome:
        return across_possibilities(
            [
                filters.UNREAD_ACL(subnet)
                if acl is None
                else acl.admits(subnet, direction, peer, wanted, ports, what)
                for acl in self.in_force(subnet)
            ]
        )

    # Which ACL is in force -------------------------------------------------------------------------

    def in_force(self, subnet: Subnet) -> tuple[NetworkAcl | None, ...]:
        """The ACLs that may be in force in `subnet`; `None` for one that the graph does not hold."""
        if subnet.key not in self._by_subnet:
            found = dict.fromkeys(self._in_force(subnet))
            self._by_subnet[subnet.key] = tuple(self._made(acl) if acl else None for acl in found)
        return self._by_subnet[subnet.key]

    def _in_force(self, subnet: Subnet) -> list[Resource | None]:
        """Several claims of the program on one subnet: the last one to be made stands, and either may be."""
        claims = [(link.source, link.certain and link.source.known) for link in self._associations.to(subnet)]
        found = [claim.acl for claim, certain in claims if not certain]
        sure = [claim for claim, certain in claims if certain]
        declared = [claim for claim in sure if claim.by.origin is Origin.PROGRAM]
        if sure:
            return [*found, *(claim.acl for claim in declared or sure[:1])]
        if not subnet.vpc.candidates:
            return [*found, None]
        return [*found, *(acl for vpc in subnet.vpc.candidates for acl in self._defaults(vpc.resource))]

    @cached_property
    def _associations(self) -> Links[_Claim]:
        """Subnets' explicit ACLs."""
        return Links(self._read_associations())

    def _read_associations(self) -> Iterator[tuple[_Claim, Ref[Resource]]]:
        for link in self.graph.of_type(*tokens.NETWORK_ACL_ASSOCIATION):
            acl = self._named(link)
            subnet = self.graph.named(link, "subnetId", tokens.SUBNET)
            unread = (None,) if acl.unread else ()
            for candidate in (*acl.candidates, *unread):
                yield _Claim(link, candidate, known=acl.target is not None), subnet
        for held in self.graph.of_type(*tokens.NETWORK_ACL):
            values = elements(held.declared("subnetIds"))
            for subnet in settled(self.graph.refs(held, values, "subnetIds", tokens.SUBNET)):
                yield _Claim(held, self._or_adopted(held), known=True), subnet

    def _named(self, resource: Resource) -> Ref[Resource]:
        """The ACL that a rule or an association names; a VPC stands for its default ACL."""
        named = self.graph.named(resource, "networkAclId", tokens.NETWORK_ACL + tokens.VPC)
        ref = self.graph.or_maker(named, resource, tokens.VPC, "defaultNetworkAclId")
        found: list[Resource | None] = [None] if ref.open else []
        for candidate in ref.candidates:
            if candidate.type in tokens.VPC:
                found.extend(self._defaults(candidate))
            else:
                found.append(self._or_adopted(candidate))
        acls = tuple(dict.fromkeys(acl for acl in found if acl is not None))
        return Ref(acls, ref.id, open=None in found)

    def _or_adopted(self, acl: Resource) -> Resource:
        """`acl`, or the program's `DefaultNetworkAcl` that adopts it and replaces its entries."""
        if acl.origin is not Origin.ACCOUNT:
            return acl
        defaults = self.graph.of_type(tokens.DEFAULT_NETWORK_ACL)
        adopting = (own for own in defaults if own.get("defaultNetworkAclId") == acl.id)
        return next((own for own in adopting if own.in_place_of(acl) is not False), acl)

    def _defaults(self, vpc: Resource) -> list[Resource | None]:
        adopted = self._adopted_defaults.to(vpc)
        certain: list[Resource | None] = [link.source for link in adopted if link.certain]
        if certain:
            return certain
        held = self.graph.beside(vpc, vpc.get("defaultNetworkAclId"), tokens.NETWORK_ACL)
        if held is None and self.vpcs.read(vpc).is_new:
            held = implicit_default_acl(vpc)
        return [*(link.source for link in adopted), held]

    @cached_property
    def _adopted_defaults(self) -> Links[Resource]:
        defaults = self.graph.of_type(tokens.DEFAULT_NETWORK_ACL)
        return Links((acl, self._vpc_of_default(acl)) for acl in defaults)

    def _vpc_of_default(self, acl: Resource) -> Ref[Resource]:
        """The VPC whose default ACL the program adopts: it is named by the ACL's id, not the VPC's."""
        prop = "defaultNetworkAclId"
        return self.graph.or_maker(self.graph.named(acl, prop, tokens.VPC), acl, tokens.VPC, prop)

    # Entries ---------------------------------------------------------------------------------------

    def _made(self, acl: Resource) -> NetworkAcl:
        if acl.key not in self._read:
            ingress, egress = (
                sorted(self._entries(acl, direction), key=lambda entry: (entry.number, entry.certain))
                for direction in (INGRESS, EGRESS)
            )
            self._read[acl.key] = NetworkAcl(acl, tuple(ingress), tuple(egress))
        return self._read[acl.key]

    @cached_property
    def _standalone(self) -> Links[Resource]:
        return Links((rule, self._named(rule)) for rule in self.graph.of_type(*tokens.NETWORK_ACL_RULE))

    def _entries(self, acl: Resource, direction: str) -> Iterator[Entry]:
        listed = elements(acl.declared(direction))
        for entry in listed:
            yield from _entry(entry, "ruleNo", "action", certain=True)
        exclusive = acl.origin is Origin.PROGRAM and bool(listed)
        separate = tuple(self._separate(acl, direction, exclusive=exclusive))
        numbers = Counter(entry.number for entry in separate if entry.certain)
        for entry in separate:
            # Of two rules with one number AWS refuses one, and either may stand.
            yield replace(entry, certain=False) if numbers[entry.number] > 1 else entry

    def _separate(self, acl: Resource, direction: str, *, exclusive: bool) -> Iterator[Entry]:
        """The entries that are resources of their own; none is certain where a list of `acl` is exclusive."""
        for link in self._standalone.to(acl):
            egress = link.source.get("egress")
            outward = False if egress is ABSENT else egress
            if outward is UNKNOWN or outward is (direction == EGRESS):
                sure = link.certain and not exclusive and outward is not UNKNOWN
                yield from _entry(link.source.properties, "ruleNumber", "ruleAction", certain=sure)


def _entry(entry: Value, number: str, action: str, *, certain: bool) -> Iterator[Entry]:
    if entry is UNKNOWN:
        yield Entry(LOWEST, frozenset({ALLOW, DENY}), ALL_PORTS, ANY_ADDRESS, certain=False)
        return
    ports = tcp_ports(get(entry, "protocol"), get(entry, "fromPort"), get(entry, "toPort"))
    if ports is None:
        return
    block, everywhere = get(entry, "cidrBlock"), IPV4
    if block is ABSENT or block == "":
        block, everywhere = get(entry, "ipv6CidrBlock"), IPV6
    order, act = to_int(get(entry, number)), get(entry, action)
    unknown = isinstance(ports, Unknown) or not isinstance(block, str) or not isinstance(order, int)
    yield Entry(
        order if isinstance(order, int) else LOWEST,
        frozenset({ALLOW, DENY}) if act is UNKNOWN else frozenset({str(act).lower()}),
        ALL_PORTS if isinstance(ports, Unknown) else ports,
        addresses(block) if isinstance(block, str) else everywhere,
        certain=certain and not unknown,
    )


def _decide(entries: Sequence[Entry], wanted: Ranges, ports: Ranges) -> set[str]:
    """What the entries may do to packets of `wanted` x `ports`: the actions of all their parts."""
    if not wanted or not ports:
        return set()
    for index, entry in enumerate(entries):
        matched, matched_ports = wanted & entry.addresses, ports & entry.ports
        if not matched or not matched_ports:
            continue
        rest = entries[index + 1 :]
        actions = set(entry.actions)
        if not entry.certain:
            actions |= _decide(rest, matched, matched_ports)
        return (
            actions
            | _decide(rest, wanted - entry.addresses, ports)
            | _decide(rest, matched, ports - entry.ports)
        )
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
