"""What AWS refuses of VPCs, their blocks, subnets and peering connections.

Sources: Amazon VPC User Guide, "VPC CIDR blocks" and "Subnet CIDR blocks"; Amazon VPC Peering Guide, "VPC
peering limitations"; Amazon EC2 API Reference, "AcceptVpcPeeringConnection".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..aws.vpc import blocks_of, name_of
from ..findings import placement, refusals
from ..graph import tokens
from ..graph.claims import follows
from ..graph.refusals import one_of
from ..ranges import Ranges, addresses, prefix_length, union
from ..values import ABSENT, UNKNOWN, Unknown
from ..verdict import PASSES, Origin, all_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..aws.subnet import Subnets
    from ..aws.vpc import Vpc
    from ..graph.references import Ref
    from ..graph.refusals import Row
    from ..graph.resource import Resource
    from ..verdict import Outcome

_IPV6_OF_VPC: Final = ("assignGeneratedIpv6CidrBlock", "ipv6IpamPoolId", "ipv6CidrBlock")
_LARGEST: Final = 16
_SMALLEST: Final = 28


@dataclass(frozen=True)
class _Rules:
    subnets: Subnets

    def block_has_size(self, owner: Resource) -> Outcome:
        """A VPC's block is between /16 and /28 ("VPC CIDR blocks")."""
        cidr = _wrong_size(owner)
        return PASSES if cidr is None else refusals.BLOCK_SIZE(owner, cidr=cidr)

    def block_is_free(self, association: Resource) -> Outcome:
        """A VPC's blocks do not overlap ("VPC CIDR blocks"): the first that is associated stands."""
        cidr = association.get("cidrBlock")
        vpc = self.subnets.vpcs.of(association).target
        if not isinstance(cidr, str) or vpc is None:
            return PASSES
        own = vpc.resource.get("cidrBlock")
        if isinstance(own, str) and addresses(own) & addresses(cidr):
            return refusals.BLOCKS_OVERLAP(association, cidr=cidr, vpc=vpc.label)
        others = (
            other
            for other in self._associations_of(vpc.key)
            if isinstance(other.get("cidrBlock"), str) and addresses(other.get("cidrBlock")) & addresses(cidr)
        )
        return one_of(self.subnets.graph, association, others, f"give VPC {vpc.label} a part of {cidr}")

    def subnet_has_size(self, subnet: Resource) -> Outcome:
        """A subnet's block is between /16 and /28 ("Subnet CIDR blocks")."""
        cidr = _wrong_size(subnet)
        return PASSES if cidr is None else placement.SUBNET_SIZE(subnet, cidr=cidr)

    def subnet_is_free(self, subnet: Resource) -> Outcome:
        """A subnet is in a block of its VPC and in its region, beside the others ("Subnet CIDR blocks")."""
        return self.subnets.can_create(self.subnets.read(subnet))

    def subnet_has_ipv6_of_its_vpc(self, subnet: Resource) -> Outcome:
        """An IPv6 block is one of the VPC's, which has none by itself ("Subnet CIDR blocks")."""
        vpc, block = self.subnets.vpcs.of(subnet).target, subnet.declared("ipv6CidrBlock")
        if vpc is None or not isinstance(block, str) or not block or vpc.id is not UNKNOWN or vpc.ipv6:
            return PASSES
        asked = any(vpc.resource.declared(name) not in (ABSENT, False, "") for name in _IPV6_OF_VPC)
        return PASSES if asked else placement.SUBNET_WITHOUT_IPV6(subnet, cidr=block, vpc=vpc)

    def subnet_follows_its_block(self, subnet: Resource) -> Outcome:
        """A block has to be there for a subnet in it ("CreateSubnet", Amazon EC2 API Reference)."""
        read = self.subnets.read(subnet)
        vpc, block = read.vpc.target, read.ipv4
        if vpc is None or isinstance(block, Unknown):
            return PASSES
        own = vpc.resource.get("cidrBlock")
        if not isinstance(own, str) or block <= addresses(own):
            return PASSES
        return all_of(
            refusals.SUBNET_BEFORE_BLOCK(read, block=association)
            for association in self._associations_of(vpc.key)
            if association.id is UNKNOWN and not follows(self.subnets.graph, subnet, association)
            if isinstance(association.get("cidrBlock"), str)
            if block <= addresses(association.get("cidrBlock"))
        )

    def peers_do_not_overlap(self, connection: Resource) -> Outcome:
        """AWS peers no VPCs whose blocks overlap ("VPC peering limitations")."""
        here, there = self._sides(connection)
        if not _blocks(here) & _blocks(there):
            return PASSES
        return refusals.PEERS_OVERLAP(connection, vpc=name_of(here), other=name_of(there))

    def peers_are_peered_once(self, connection: Resource) -> Outcome:
        """Two VPCs have one connection ("VPC peering limitations")."""
        graph = self.subnets.graph
        pair = self._peers(connection)
        if None in pair:
            return PASSES
        others = (other for other in graph.of_type(*tokens.PEERING) if self._peers(other) == pair)
        here, there = self._sides(connection)
        what = f"peer VPCs {name_of(here)} and {name_of(there)}"
        return one_of(graph, connection, others, what)

    def _peers(self, connection: Resource) -> frozenset[str | None]:
        """The VPCs of both sides, by their identity; `None` where one is not known."""
        return frozenset(side.identity for side in self._sides(connection))

    def _sides(self, connection: Resource) -> tuple[Ref[Vpc], ...]:
        """The VPC that asks for the connection, and its peer."""
        return tuple(self.subnets.vpcs.named(connection, prop) for prop in ("vpcId", "peerVpcId"))

    @staticmethod
    def peer_accepts_across_regions(connection: Resource) -> Outcome:
        """A connection to another region is accepted there (Registry, `aws.ec2.VpcPeeringConnection`)."""
        elsewhere = connection.declared("peerRegion")
        if connection.declared("autoAccept") is not True or elsewhere in (ABSENT, UNKNOWN, ""):
            return PASSES
        return refusals.ACCEPTED_ACROSS_REGIONS(connection)

    def accepter_is_in_place(self, accepter: Resource) -> Outcome:
        """The peer accepts, in its own region and account ("AcceptVpcPeeringConnection")."""
        prop = "vpcPeeringConnectionId"
        connection = self.subnets.graph.named(accepter, prop, tokens.PEERING).target
        if connection is None or connection.origin is not Origin.PROGRAM:
            return PASSES
        region, owner = connection.declared("peerRegion"), connection.declared("peerOwnerId")
        region = connection.region if region in (ABSENT, "") else region
        if isinstance(region, str) and isinstance(accepter.region, str) and accepter.region != region:
            return placement.ACCEPTER_IN_OTHER_REGION(accepter, region=region)
        owner = connection.account if owner in (ABSENT, "") else owner
        if isinstance(owner, str) and isinstance(accepter.account, str) and accepter.account != owner:
            return placement.ACCEPTER_IN_OTHER_ACCOUNT(accepter, owner=owner)
        return PASSES

    def _associations_of(self, vpc: str) -> Iterator[Resource]:
        for association in self.subnets.graph.of_type(*tokens.VPC_CIDR):
            target = self.subnets.vpcs.of(association).target
            if target is not None and target.key == vpc:
                yield association


def rows(subnets: Subnets) -> Iterator[Row]:
    rules = _Rules(subnets)
    yield (tokens.VPC[0], *tokens.VPC_CIDR), rules.block_has_size
    yield tokens.VPC_CIDR, rules.block_is_free
    yield (tokens.SUBNET[0],), rules.subnet_has_size
    yield (tokens.SUBNET[0],), rules.subnet_is_free
    yield (tokens.SUBNET[0],), rules.subnet_follows_its_block
    yield (tokens.SUBNET[0],), rules.subnet_has_ipv6_of_its_vpc
    yield tokens.PEERING, rules.peers_do_not_overlap
    yield tokens.PEERING, rules.peers_are_peered_once
    yield tokens.PEERING, rules.peer_accepts_across_regions
    yield tokens.PEERING_ACCEPTER, rules.accepter_is_in_place


def _wrong_size(owner: Resource) -> str | None:
    cidr = owner.get("cidrBlock")
    return None if not isinstance(cidr, str) or _LARGEST <= prefix_length(cidr) <= _SMALLEST else cidr


def _blocks(vpc: Ref[Vpc]) -> Ranges:
    """The blocks that a VPC certainly has."""
    if vpc.target is None:
        return Ranges()
    certain = (block.cidr for block in blocks_of(vpc) if block.certain)
    return union(addresses(cidr) for cidr in certain if isinstance(cidr, str))
