"""VPCs: their addresses, the DNS that they give to what runs in them, tenancy and encryption.

Sources: Amazon VPC User Guide, "VPC CIDR blocks", "DNS attributes for your VPC", "DHCP option sets in Amazon
VPC", "Amazon DNS" and "Enforce VPC encryption in transit".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_network
from typing import TYPE_CHECKING, Final

from ..findings import assumptions, filters, names
from ..graph import tokens
from ..graph.provider_scope import place_of
from ..graph.references import Links, Ref, exactly
from ..ranges import IPV4, IPV6, Ranges, addresses, union
from ..values import ABSENT, UNKNOWN, Truth, Unknown, Value, elements
from ..verdict import PASSES, Origin, Outcome, all_of
from .entity import Entity

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from ..findings.code import Statement
    from ..graph.graph import Graph
    from ..graph.resource import Resource

_DNS_ATTRIBUTES: Final = (
    ("enableDnsSupport", "enable_dns_support", names.DNS_SUPPORT_OFF),
    ("enableDnsHostnames", "enable_dns_hostnames", names.DNS_HOSTNAMES_OFF),
)


@dataclass(frozen=True)
class Block:
    """A CIDR block of a VPC.

    Attributes:
        certain: whether it certainly is one of its.
        primary: whether the VPC was made with it.
    """

    cidr: str | Unknown
    certain: bool = True
    primary: bool = True


@dataclass(frozen=True, eq=False)
class Vpc(Entity):
    """A VPC.

    Attributes:
        ipv4, ipv6: its CIDR blocks, secondary ones included.
        dns_support, dns_hostnames: whether its DNS attributes are on.
        resolvers: the servers that its DHCP options name where they are not Amazon's alone; else none.
        dedicated: whether its instances run on dedicated hardware.
        encryption_controls: those that enforce encryption in it, or may.
    """

    ipv4: tuple[Block, ...]
    ipv6: tuple[Block, ...]
    dns_support: Truth
    dns_hostnames: Truth
    resolvers: tuple[Value, ...]
    dedicated: Truth
    encryption_controls: tuple[Resource, ...]

    def blocks(self, family: Ranges) -> tuple[Block, ...]:
        return self.ipv4 if family == IPV4 else self.ipv6

    def asks_amazons_resolver(self) -> Outcome:
        """Whether what runs in it asks Amazon's resolver."""
        if not self.resolvers:
            return PASSES
        servers = "not known" if UNKNOWN in self.resolvers else ", ".join(map(str, self.resolvers))
        return names.OTHER_RESOLVER(self, servers=servers)

    def resolves_private_dns(self) -> Outcome:
        """Whether private DNS of its endpoints works: DNS support and hostnames, and Amazon's resolver."""
        outcomes = [self.asks_amazons_resolver()]
        for (attribute, argument, off), on in zip(
            _DNS_ATTRIBUTES, (self.dns_support, self.dns_hostnames), strict=True
        ):
            if on is UNKNOWN:
                outcomes.append(names.DNS_ATTRIBUTE_UNKNOWN(self, attribute=attribute, argument=argument))
            elif on is False:
                outcomes.append(off(self))
        return all_of(outcomes)

    def is_as_assumed(self) -> Outcome:
        """What a path from it rests on: that there is room for it, and that a block to come is private."""
        room = (
            assumptions.ROOM_IN_QUOTAS(self, place=place_of(self.resource))
            if self.resource.is_own_vpc
            else PASSES
        )
        known = all(isinstance(block.cidr, str) for block in self.ipv4)
        return room if known else room + assumptions.PRIVATE_BLOCK(self)

    def admits_unencrypted(self) -> Outcome:
        """A finding for each control that enforces encryption in it, or may; others stop nothing.

        Internet gateways, NAT gateways and functions need exclusions, firewalls are not supported, and
        endpoints drop what the application does not encrypt. What that means for SMTP, for connectors, and
        for a program that makes both, the documents do not say.
        """
        return all_of(
            filters.ENCRYPTION_MAYBE_ENFORCED(control, vpc=self) for control in self.encryption_controls
        )


class Vpcs:
    """The VPCs of one graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._read: dict[str, Vpc] = {}
        self._covered: dict[tuple[Hashable, ...], bool] = {}
        self._shown: dict[str, bool] = {}
        self._held: dict[tuple[str, str], Outcome] = {}

    def __iter__(self) -> Iterator[Vpc]:
        return map(self.read, self.graph.of_type(*tokens.VPC))

    def of(self, resource: Resource) -> Ref[Vpc]:
        """The VPC that a subnet, table, group, gateway or endpoint is in."""
        return self.named(resource, "vpcId")

    def named(self, resource: Resource, prop: str) -> Ref[Vpc]:
        """The VPC that the property `prop` of `resource` names."""
        return self.graph.named(resource, prop, tokens.VPC).map(self.read)

    def ref(self, resource: Resource, value: Value, prop: str) -> Ref[Vpc]:
        """The VPC that `value` stands for, in the property `prop` of `resource`."""
        return self.graph.ref(resource, value, prop, tokens.VPC).map(self.read)

    def hold_both(self, part: Entity, subnet: Entity, refused: Statement) -> Outcome:
        """`refused` where a `part` of the program that a subnet is given is certainly of another VPC."""
        both = part.key, subnet.key
        if both not in self._held:
            there, here = self.of(part.resource), self.of(subnet.resource)
            apart = part.origin is Origin.PROGRAM and there.differs_from(here)
            facts = {"subnet": subnet, "vpc": name_of(here), "other": name_of(there)}
            self._held[both] = refused(part, **facts) if apart else PASSES
        return self._held[both]

    def read(self, resource: Resource) -> Vpc:
        if resource.key not in self._read:
            self._read[resource.key] = self._make(resource)
        return self._read[resource.key]

    def _make(self, vpc: Resource) -> Vpc:
        tenancy, is_default = vpc.declared("instanceTenancy"), vpc.type == tokens.DEFAULT_VPC
        shared = tenancy in (ABSENT, "default") or is_default  # AWS makes default VPCs so.
        return Vpc(
            vpc,
            ipv4=tuple(self._blocks(vpc, IPV4)),
            ipv6=tuple(self._blocks(vpc, IPV6)),
            dns_support=vpc.is_on("enableDnsSupport", default=True),
            dns_hostnames=vpc.is_on("enableDnsHostnames", default=is_default),
            resolvers=self._resolvers(vpc),
            dedicated=False if shared else True if tenancy == "dedicated" else UNKNOWN,
            encryption_controls=tuple(
                link.source
                for link in self._encryption_controls.to(vpc)
                if link.source.get("mode") in (UNKNOWN, "enforce")
            ),
        )

    # What is known of a VPC ------------------------------------------------------------------------

    def covers(self, vpc: Ref[Vpc], action: str, *around: Resource) -> bool:
        """Whether all that the IAM action `action` shows of `vpc`, and of what is `around`, is in the graph.

        A VPC that the program creates is new, and holds nothing else; one of the account has been read.
        """
        asked = (vpc, action, *(place.key for place in around))
        if asked not in self._covered:
            missed = bool(around) and self.graph.coverage.misses(action, *around)
            self._covered[asked] = self._covers(vpc, action) and not missed
        return self._covered[asked]

    def shows(self, place: Resource) -> bool:
        """Whether the settings of the account of `place` are in the graph."""
        if place.key not in self._shown:
            self._shown[place.key] = self.graph.coverage.shows(place)
        return self._shown[place.key]

    def _covers(self, vpc: Ref[Vpc], action: str) -> bool:
        if vpc.open:
            return self._has_read(vpc.id, action)
        return bool(vpc.candidates) and all(
            self._has_read(found.id, action, found.resource) or found.resource.is_own_vpc
            for found in vpc.candidates
        )

    def _has_read(self, vpc: Value, action: str, *where: Resource) -> bool:
        coverage = self.graph.coverage
        return coverage.has_read(vpc, *where) and not coverage.misses(action, *where)

    # Addresses -------------------------------------------------------------------------------------

    def _blocks(self, vpc: Resource, family: Ranges) -> Iterator[Block]:
        own = _block(vpc, family)
        if own is not None:
            yield Block(own)
        for link in self._secondary_blocks[family].to(vpc):
            block = _block(link.source, family)
            if block is not None:
                yield Block(block, link.certain, primary=False)

    @cached_property
    def _secondary_blocks(self) -> dict[Ranges, Links[Resource]]:
        return {
            IPV4: self._linked(tokens.VPC_CIDR),
            IPV6: self._linked(tokens.VPC_IPV6_CIDR),
        }

    def _linked(self, types: tuple[str, ...]) -> Links[Resource]:
        """What is of one of `types`, by the VPC that it names."""
        found = self.graph.of_type(*types)
        return Links((link, self.graph.named(link, "vpcId", tokens.VPC)) for link in found)

    @cached_property
    def ipv6_blocks(self) -> tuple[tuple[Ref[Vpc], Ranges], ...]:
        """Every VPC with its IPv6 addresses, as far as they are known."""
        return tuple(
            (exactly(vpc), union(addresses(block.cidr) for block in vpc.ipv6 if isinstance(block.cidr, str)))
            for vpc in self
        )

    # DNS -------------------------------------------------------------------------------------------

    def _resolvers(self, vpc: Resource) -> tuple[Value, ...]:
        """The first servers that DHCP options of `vpc` name and that may not be Amazon's.

        Source: Amazon EC2 API Reference, "AssociateDhcpOptions": `default` stands for no set.
        """
        links = self._dhcp_associations.to(vpc)
        held = [] if vpc.is_own_vpc or any(link.certain for link in links) else [vpc]
        for owner in (*(link.source for link in links), *held):
            named = owner.get("dhcpOptionsId")
            options = self.graph.ref(owner, named, "dhcpOptionsId", tokens.DHCP_OPTIONS).target
            servers = (UNKNOWN,) if options is None else elements(options.declared("domainNameServers"))
            if named not in (ABSENT, "default") and not set(servers) <= _amazons_servers(vpc):
                return servers
        return ()

    @cached_property
    def _dhcp_associations(self) -> Links[Resource]:
        return self._linked(tokens.DHCP_ASSOCIATION)

    @cached_property
    def _encryption_controls(self) -> Links[Resource]:
        return self._linked(tokens.ENCRYPTION_CONTROL)


def _block(owner: Resource, family: Ranges) -> str | Unknown | None:
    """The block of a VPC, or one that is associated with it; `None` where there is none.

    Assumed: no program names an address in an IPv6 block that AWS has yet to choose, which counts as none.
    """
    block = owner.get("cidrBlock") if family == IPV4 else owner.declared("ipv6CidrBlock")
    if family == IPV6 and block in (ABSENT, ""):
        return None
    return block if isinstance(block, str) else UNKNOWN


def _amazons_servers(vpc: Resource) -> frozenset[str]:
    """What DHCP options may call Amazon's resolver in `vpc`: its keyword and its addresses.

    One of these is the base of the VPC's first block plus two.
    """
    block = vpc.get("cidrBlock")
    base = [str(ip_network(block, strict=False)[2])] if isinstance(block, str) else []
    return frozenset(("AmazonProvidedDNS", "169.254.169.253", "fd00:ec2::253", *base))


# A VPC that may be one of several ------------------------------------------------------------------


def blocks_of(vpc: Ref[Vpc], family: Ranges = IPV4) -> tuple[Block, ...]:
    """The blocks of the VPC that `vpc` is, secondary ones included; each unsure where that is not known."""
    if vpc.target is not None:
        return vpc.target.blocks(family)
    maybe = (
        Block(block.cidr, certain=False)
        for found in vpc.candidates
        for block in found.blocks(family)
        if block.primary
    )
    return (*maybe, Block(UNKNOWN, certain=False))


def addresses_of(vpc: Ref[Vpc], family: Ranges = IPV4) -> Ranges | Unknown:
    """The addresses of a VPC, secondary blocks included; `UNKNOWN` where one is not known."""
    blocks = blocks_of(vpc, family)
    known = [block.cidr for block in blocks if block.certain and isinstance(block.cidr, str)]
    return union(map(addresses, known)) if len(known) == len(blocks) else UNKNOWN


def name_of(vpc: Ref[Vpc]) -> str:
    """A VPC for a person."""
    return vpc.place if vpc.target is None else vpc.target.label
