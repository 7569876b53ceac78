"""From subnet to subnet inside a VPC, and from VPC to VPC by peering connections and transit gateways.

Sources: Amazon VPC User Guide, "How Amazon VPC works"; Amazon VPC Peering Guide, "How VPC peering connections
work"; AWS Transit Gateway Guide, "How transit gateways work".
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ..aws.route_table import not_followed
from ..aws.subnet import unread
from ..aws.vpc import addresses_of, name_of
from ..findings import routing
from ..graph.references import Ref
from ..ranges import IPV6, PUBLIC, Ranges, family_of, union
from ..values import UNKNOWN, Unknown
from ..verdict import PASSES, Outcome, across_possibilities, all_of, hop
from . import stops
from .leg import Transit

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..aws import Network
    from ..aws.peering import PeeringConnection
    from ..aws.route_table import Route, RouteTable
    from ..aws.subnet import Subnet
    from ..aws.vpc import Vpc
    from .leg import Leg
    from .return_path import ReturnPath


class BetweenVpcs:
    """The ways into the subnets of one network.

    Args:
        onward: the way on from the subnet that packets stand in.
    """

    def __init__(self, network: Network, return_path: ReturnPath, onward: Callable[[Leg], Outcome]) -> None:
        self.network = network
        self.acls = network.network_acls
        self.return_path = return_path
        self._onward = onward

    def local(self, _route: Route, table: RouteTable, leg: Leg) -> Outcome:
        if leg.nat:
            return routing.HOST_IN_VPC(table, vpc=name_of(leg.vpc))
        return self._inside(leg, table, leg.vpc, partial(self.return_path.go_back, leg))

    def _inside(
        self,
        leg: Leg,
        table: RouteTable,
        vpc: Ref[Vpc],
        returns: Callable[[Subnet], Outcome],
        over: PeeringConnection | None = None,
    ) -> Outcome:
        """Into the subnets of `vpc` that have the addresses, and back; what listens there may not be known.

        Args:
            returns: whether replies in a subnet find the way back.
            over: the peering connection that they have come by.
        """
        listener, wanted = leg.listener, leg.packet.destination
        if listener is not None and listener.subnet.vpc.same_as(vpc) is True:
            there = listener.subnet
            enters = self.acls.lets_in(there, leg.packet)
            if there == leg.subnet:
                enters = enters.as_undetermined()
            admitted = listener.admits if over is None else listener.admits_over(over)
            return hop("subnet", there.key, "", there.origin) + enters + returns(there) + admitted
        possibilities: list[Outcome] = []
        found: list[Ranges] = []
        for subnet in self.network.subnets:
            block = subnet.addresses(family_of(wanted))
            if isinstance(block, Unknown) or subnet.vpc.same_as(vpc) is not True:
                continue
            if wanted & block and subnet != leg.subnet:
                found.append(wanted & block)
                here = hop("subnet", subnet.key, "", subnet.origin)
                possibilities.append(here + self.acls.lets_in(subnet, leg.packet) + returns(subnet))
        if not wanted <= union(found):
            possibilities.append(PASSES)
        return across_possibilities(possibilities) + routing.HOST_IN_VPC(table, vpc=name_of(vpc))

    def peering_connection(self, route: Route, table: RouteTable, leg: Leg) -> Outcome:
        """Through a peering connection, which carries what its two VPCs send each other."""
        if leg.nat:
            return stops.no_exit(table, leg)
        wanted, name = leg.packet.destination, leg.packet.name
        named = route.target.target if leg.came_by is None else None
        connection = self.network.peering_connections.read(named) if named else None
        there = connection.beyond(leg.vpc) if connection else None
        blocks = addresses_of(there, family_of(wanted)) if there else UNKNOWN
        # Assumed, as in a route table: a VPC whose blocks are not known uses private addresses.
        held = Ranges() if isinstance(blocks, Unknown) else wanted & blocks
        if wanted <= PUBLIC and not held:
            return routing.PEERING_OF_PUBLIC_HOST(table, name=name)
        if connection is None or there is None or isinstance(blocks, Unknown):
            return not_followed(route, table)
        if not held:
            return routing.PEER_LACKS_ADDRESS(table, name=name, connection=connection, vpc=name_of(there))
        if not wanted <= blocks:
            return routing.PEER_HAS_A_PART(table, name=name, connection=connection)
        peer, lead_to = connection.resource, self.return_path.lead_to

        def returns(subnet: Subnet) -> Outcome:
            return lead_to("vpcPeeringConnectionId", peer, subnet, there, leg)

        return connection.carries_to(there) + self._inside(leg, table, there, returns, connection)

    def transit_gateway(self, route: Route, table: RouteTable, leg: Leg) -> Outcome:
        """To another VPC's way out: centralised egress."""
        gateway, transit = route.target.target, self.network.transit_gateways
        if leg.nat or leg.packet.destination & IPV6 or gateway is None or isinstance(leg.came_by, Transit):
            return not_followed(route, table)
        entry = transit.attachment_of(gateway, leg.vpc)
        if entry is None:
            return routing.VPC_NOT_ATTACHED(gateway, vpc=name_of(leg.vpc))
        steps = [transit.has_accepted(gateway, entry), entry.takes_from(leg.subnet)]
        steps.append(transit.refusals.of(entry.resource))
        replies = self.return_path.interfaces(entry, leg)
        entries = dict.fromkeys((*entry.interfaces(leg.subnet), *replies))
        if entries:
            steps.append(across_possibilities([leg.enters(subnet, self.acls) for subnet in entries]))
        if replies:
            back = self.return_path.go_back
            steps.append(across_possibilities([back(leg, subnet) for subnet in replies]))
        ways = [
            step + self._from_transit(Transit(gateway, entry, leaving), leg) if leaving else step
            for leaving, step in transit.onward(gateway, entry, leg.packet.destination, leg.packet.name)
        ]
        return all_of(steps) + across_possibilities(ways)

    def _from_transit(self, transit: Transit, leg: Leg) -> Outcome:
        """Out of whichever subnet of the attachment the packets leave by."""
        called = f"attachment {transit.exit.label}"
        none: Ref[Subnet] = Ref((), UNKNOWN)
        ways = [unread(transit.exit, called, ref) for ref in transit.exit.subnets or (none,) if ref.unread]
        for subnet in transit.exit.exits(leg.subnet):
            here = hop("subnet", subnet.key, f"of {called}", subnet.origin)
            here += all_of(vpc.admits_unencrypted() for vpc in subnet.vpc.candidates)
            ways.append(here + self._onward(leg.out_of(transit, subnet)))
        return across_possibilities(ways)
