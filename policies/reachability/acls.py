"""Network ACLs: stateless, in order of their numbers, the first entry that matches decides.

Source: Amazon VPC User Guide, "Network ACL rules" and "Default network ACL".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from . import kinds
from .graph import Ref, Resource
from .groups import ALL_PORTS, ALL_PROTOCOLS, EGRESS, INGRESS, TCP, port_range
from .network import Network, is_new
from .outcomes import blocked, open_question, passed, whichever
from .ranges import ANY_ADDRESS, IPV4, IPV6, Ranges, addresses
from .references import Links, settled
from .values import ABSENT, UNKNOWN, Unknown, Value, elements, get, to_int
from .verdict import Origin, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ALLOW: Final = "allow"
DENY: Final = "deny"
LOWEST: Final = 1
"""The lowest number of an entry: where it is not known, any other may come after it."""
REPLIES: Final = "replies (TCP 1024-65535)"


@dataclass(frozen=True)
class Entry:
    """One numbered entry that matches TCP: `ALLOW`, `DENY` or either where not known."""

    number: int
    actions: frozenset[str]
    ports: Ranges
    addresses: Ranges
    certain: bool


class NetworkAcls:
    """The ACLs of a network, and what they let through."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.graph = network.graph

    def admit(
        self, subnet: Resource, direction: str, peer: str, wanted: Ranges, ports: Ranges, what: str
    ) -> Outcome:
        """Whether `subnet` lets TCP packets to or from all of `wanted`, to any of `ports`, through.

        Args:
            peer: the other side in words.
            what: what the packets are, in words.
        """
        return whichever(
            [self._admit(acl, subnet, direction, peer, wanted, ports, what) for acl in self.of(subnet)]
        )

    def _admit(
        self,
        acl: Resource | None,
        subnet: Resource,
        direction: str,
        peer: str,
        wanted: Ranges,
        ports: Ranges,
        what: str,
    ) -> Outcome:
        way = "to" if direction == EGRESS else "from"
        if acl is None:
            return open_question(
                "ACL_NOT_READ",
                subnet.key,
                f"the network ACL of subnet {subnet.label} is not known",
                "give the account's evidence (mailroute snapshot), or declare the ACL in the program",
            )
        entries = sorted(self._entries(acl, direction), key=lambda entry: (entry.number, entry.certain))
        actions = _decide(entries, wanted, ports)
        if actions == {ALLOW}:
            return passed("network-acl", acl.key, f"{direction}: {what} {way} {peer} allowed", acl.origin)
        message = f"network ACL {acl.label} of subnet {subnet.label} denies {direction}: {what} {way} {peer}"
        remedy = f"allow TCP {_ports(ports)} {way} {peer} in the {direction} entries of {acl.label}"
        if actions == {DENY}:
            return blocked("SUBNET_ACL_RESTRICTION", acl.key, message, remedy)
        return open_question(
            "SUBNET_ACL_RESTRICTION", acl.key, message.replace(" denies ", " may deny a part of "), remedy
        )

    # Which ACL is in force -----------------------------------------------------------------------

    def of(self, subnet: Resource) -> list[Resource | None]:
        """The ACLs that may be in force in `subnet`; `None` for one that the graph does not hold."""
        links = [(acl, sure and known) for (acl, known), sure in self._associations.to(subnet)]
        found: list[Resource | None] = [acl for acl, sure in links if not sure]
        certain = next((acl for acl, sure in links if sure), None)
        if certain is not None:
            return list(dict.fromkeys([*found, certain]))
        vpc = self.network.vpc_of(subnet)
        targets: tuple[Resource | None, ...] = vpc.candidates or (None,)
        found.extend(acl for target in targets for acl in self._defaults(target))
        return list(dict.fromkeys(found))

    @cached_property
    def _associations(self) -> Links[tuple[Resource | None, bool]]:
        """Subnets' explicit ACLs, as `(acl, whether it certainly is that one)`."""
        return Links(self._read_associations())

    def _read_associations(self) -> Iterator[tuple[tuple[Resource | None, bool], Ref]]:
        for link in self.graph.of_type(*kinds.NETWORK_ACL_ASSOCIATION):
            acl = self._named(link)
            subnet = self.graph.ref(link, link.get("subnetId"), "subnetId", kinds.SUBNET)
            unread = (None,) if acl.open or not acl.candidates else ()
            for candidate in (*acl.candidates, *unread):
                yield (candidate, acl.target is not None), subnet
        for held in self.graph.of_type(*kinds.NETWORK_ACL):
            values = elements(held.declared("subnetIds"))
            for subnet in settled(self.graph.refs(held, values, "subnetIds", kinds.SUBNET)):
                yield (self._in_force(held), True), subnet

    def _named(self, resource: Resource) -> Ref:
        """The ACL that a rule or an association names; a VPC stands for its default ACL."""
        prop, value = "networkAclId", resource.get("networkAclId")
        named = self.graph.ref(resource, value, prop, kinds.NETWORK_ACL + kinds.VPC)
        ref = self.network.or_vpc(named, resource, "defaultNetworkAclId")
        found: list[Resource | None] = [None] if ref.open else []
        for candidate in ref.candidates:
            if candidate.type in kinds.VPC:
                found.extend(self._defaults(candidate))
            else:
                found.append(self._in_force(candidate))
        acls = tuple(dict.fromkeys(acl for acl in found if acl is not None))
        return Ref(acls, ref.id, open=None in found)

    def _in_force(self, acl: Resource) -> Resource:
        """`acl`, or the program's `DefaultNetworkAcl` that adopts it and replaces its entries."""
        if acl.origin is not Origin.ACCOUNT:
            return acl
        defaults = self.graph.of_type(kinds.DEFAULT_NETWORK_ACL)
        adopting = (own for own in defaults if own.get("defaultNetworkAclId") == acl.id)
        return next((own for own in adopting if own.in_place_of(acl) is not False), acl)

    def _defaults(self, vpc: Resource | None) -> list[Resource | None]:
        if vpc is None:
            return [None]
        adopted = self._adopted_defaults.to(vpc)
        for acl, sure in adopted:
            if sure:
                return [acl]
        held = self.network.beside(vpc, vpc.get("defaultNetworkAclId"), kinds.NETWORK_ACL)
        if held is None and is_new(vpc):
            held = implicit_default_acl(vpc)
        return [*(acl for acl, _ in adopted), held]

    @cached_property
    def _adopted_defaults(self) -> Links[Resource]:
        return Links(
            (acl, self._vpc_of_default(acl)) for acl in self.graph.of_type(kinds.DEFAULT_NETWORK_ACL)
        )

    def _vpc_of_default(self, acl: Resource) -> Ref:
        """The VPC whose default ACL the program adopts: it is named by the ACL's id, not the VPC's."""
        prop = "defaultNetworkAclId"
        return self.network.or_vpc(self.graph.ref(acl, acl.get(prop), prop, kinds.VPC), acl, prop)

    # Entries -------------------------------------------------------------------------------------

    @cached_property
    def _standalone(self) -> Links[Resource]:
        return Links((rule, self._named(rule)) for rule in self.graph.of_type(*kinds.NETWORK_ACL_RULE))

    def _entries(self, acl: Resource, direction: str) -> Iterator[Entry]:
        listed = elements(acl.declared(direction))
        exclusive = acl.origin is Origin.PROGRAM and bool(listed)
        for entry in listed:
            yield from _entry(entry, "ruleNo", "action", certain=True)
        for rule, certain in self._standalone.to(acl):
            egress = rule.get("egress")
            outward = False if egress is ABSENT else egress
            if outward is UNKNOWN or outward is (direction == EGRESS):
                sure = certain and not exclusive and outward is not UNKNOWN
                yield from _entry(rule.properties, "ruleNumber", "ruleAction", certain=sure)


def _entry(entry: Value, number: str, action: str, *, certain: bool) -> Iterator[Entry]:
    if entry is UNKNOWN:
        yield Entry(LOWEST, frozenset({ALLOW, DENY}), ALL_PORTS, ANY_ADDRESS, certain=False)
        return
    ports = _ports_of(entry)
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


def _ports_of(entry: Mapping[str, Any]) -> Ranges | Unknown | None:
    """The ports of an entry that matches TCP; `None` for one that does not."""
    protocol = get(entry, "protocol")
    if isinstance(protocol, Unknown):
        return protocol
    if str(protocol).lower() in ALL_PROTOCOLS:
        return ALL_PORTS
    if str(protocol).lower() not in TCP:
        return None
    return port_range(get(entry, "fromPort"), get(entry, "toPort"))


def _decide(entries: list[Entry], wanted: Ranges, ports: Ranges) -> set[str]:
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


def _ports(ports: Ranges) -> str:
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in ports.spans)


def implicit_default_acl(vpc: Resource) -> Resource:
    """The default ACL of a new VPC: everything in and out."""
    everything = [
        {
            "ruleNo": number,
            "action": ALLOW,
            "protocol": "-1",
            family: block,
        }
        for number, family, block in ((100, "cidrBlock", "0.0.0.0/0"), (101, "ipv6CidrBlock", "::/0"))
    ]
    return Resource(
        key=f"{vpc.key}#defaultNetworkAcl",
        type=kinds.NETWORK_ACL[0],
        name=f"default network ACL of {vpc.name}",
        properties={INGRESS: everything, EGRESS: everything},
        origin=Origin.AWS_DEFAULT,
    )
