"""The walk: a packet from subnet to subnet, by whatever route takes it, until it has left AWS or is lost.

A NAT gateway rewrites the packet; a transit gateway, a peering connection or a firewall's endpoint hands it
on; then the same walk goes on. Sources: Amazon VPC User Guide, "How Amazon VPC works", "Route priority", "NAT
gateways", "DNS64 and NAT64" and "Middlebox routing"; AWS Transit Gateway Guide, "How transit gateways work".
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ..aws.middlebox import not_read
from ..aws.route_table import LOCAL, not_followed
from ..aws.security_group import Peer, admits
from ..aws.vpc import name_of
from ..findings import gateways, routing
from ..graph import tokens
from ..packet import EGRESS, INGRESS, Packet
from ..ranges import IPV6, NAT64, PUBLIC, UNROUTED, Ranges, family_of, translated
from ..values import UNKNOWN, Unknown
from ..verdict import PASSES, Origin, Outcome, Verdict, across_possibilities, all_of, hop
from . import stops
from .between_vpcs import BetweenVpcs
from .leg import Client, Leg
from .return_path import ReturnPath

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..aws import Network
    from ..aws.block_public_access import Departure
    from ..aws.nat_gateway import NatGateway
    from ..aws.nat_instance import NatInstance
    from ..aws.route_table import Route, RouteTable
    from ..aws.subnet import Subnet

    Hop = Callable[[Route, RouteTable, Leg], Outcome]

ANYWHERE = Packet(Ranges(), "", PUBLIC, "the internet", 587)
"""What stands for any packet where only routes are looked at."""


class Walk:
    """Follows packets through one network."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.tables = network.route_tables
        self.acls = network.network_acls
        self.return_path = ReturnPath(network)
        inside = BetweenVpcs(network, self.return_path, self._onward)
        self._hops: Mapping[str, Hop] = {
            LOCAL: inside.local,
            "natGatewayId": self._nat_gateway,
            "gatewayId": self._gateway,
            "egressOnlyGatewayId": self._egress_only_gateway,
            "vpcPeeringConnectionId": inside.peering_connection,
            "vpcEndpointId": self._middlebox,
            "networkInterfaceId": self._network_interface,
            "transitGatewayId": inside.transit_gateway,
            "": stops.unknown_target,
        }

    # From an interface -----------------------------------------------------------------------------

    def reach(self, client: Client, wanted: Ranges, port: int, name: str) -> Outcome:
        """The way of what `client` sends to `wanted`, by whatever route takes each of the addresses."""
        leaves = self.leaves(client, Peer(name, wanted), port)
        return leaves + self.send(client, client.sends(wanted, name, port))

    def send(self, client: Client, leg: Leg) -> Outcome:
        """The way of what `client` sends, once its security groups let it out."""
        near, far = _divided(leg)
        # A host with addresses of both kinds answers by either.
        possibilities = [
            self._onward(leg.to(part)) + blocked
            for part, blocked in (
                (far - UNROUTED, stops.port_25(client.owner, leg.packet.port)),
                (far & UNROUTED, PASSES),
            )
            if part
        ]
        if near:
            # Within a subnet, neither routes nor ACLs apply.
            possibilities.append(routing.HOST_IN_VPC(client.subnet, vpc=name_of(client.vpc)))
        return across_possibilities(possibilities)

    def leaves(self, client: Client, peer: Peer, port: int) -> Outcome:
        """Whether the security groups of `client` let it connect to `peer`."""
        groups = self.network.security_groups.or_default(client.groups, client.vpc)
        return admits(groups, EGRESS, peer, port)

    # From a subnet ---------------------------------------------------------------------------------

    def _onward(self, leg: Leg) -> Outcome:
        """The way on from a subnet: its ACL there and back, and the routes of its tables."""
        out = self.acls.lets_out(leg.subnet, leg.packet) if leg.is_filtered else PASSES
        return out + self._by_routes(leg)

    def _by_routes(self, leg: Leg) -> Outcome:
        return across_possibilities(self.tables.each(leg.subnet, partial(self._by_table, leg)))

    def _by_table(self, leg: Leg, table: RouteTable) -> Outcome:
        possibilities = [
            across_possibilities([self._by(route, table, leg.to(hops.addresses)) for route in hops.told])
            for hops in table.next_hops(leg.vpc, leg.packet.destination)
        ]
        return _here(leg, table) + across_possibilities(possibilities)

    def _by(self, route: Route | None, table: RouteTable, leg: Leg) -> Outcome:
        if route is None:
            return stops.no_route(table, leg)
        if route.blackhole:
            return stops.blackhole(table, leg)
        follow = self._hops.get(route.via)
        return (follow(route, table, leg) if follow else not_followed(route, table)) + route.refused

    # Internet gateways -----------------------------------------------------------------------------

    def _gateway(self, route: Route, table: RouteTable, leg: Leg) -> Outcome:
        if route.leads_to_internet_gateway:
            return self._internet_gateway(route, table, leg)
        if leg.nat and not stops.is_private(leg) and route.target.id is UNKNOWN and route.target.open:
            return stops.unknown_target(route, table, leg)
        return not_followed(route, table)

    def _internet_gateway(self, route: Route, table: RouteTable, leg: Leg) -> Outcome:
        name = leg.packet.name
        if leg.packet.destination & UNROUTED:
            return stops.not_public(table, leg)
        if leg.nat:
            return self._past(self._through_gateway(route, leg), leg.departure(translated=True))
        if leg.public_address is False:
            return gateways.WITHOUT_PUBLIC_ADDRESS(table, name=name, owner=leg.owner)
        through = self._past(self._through_gateway(route, leg), leg.departure(translated=False))
        if leg.public_address is UNKNOWN:
            through += gateways.MAYBE_WITHOUT_PUBLIC_ADDRESS(table, owner=leg.owner)
        return through + self._on_the_internet(table, leg)

    def _through_gateway(self, route: Route, leg: Leg) -> Outcome:
        """Whether the gateway that `route` names is an internet gateway of the VPC, there and back."""
        found = [each for each in route.target.candidates if each.type in tokens.INTERNET_GATEWAY]
        if route.target.open or len(found) < len(route.target.candidates):
            return gateways.UNREAD_GATEWAY(route.source, place=route.target.place)
        serve, read = self.network.internet_gateways.serve, self.network.internet_gateways.read
        return across_possibilities(
            [serve(each, leg.vpc) + self.return_path.come_in_by(read(each), leg) for each in found]
        )

    def _past(self, through: Outcome, departure: Departure | None) -> Outcome:
        """`through` a gateway, and by the account's leave: only an internet gateway needs that."""
        leave = self._leave(departure)
        return through + (leave.as_undetermined() if through.verdict is Verdict.UNDETERMINED else leave)

    def _leave(self, departure: Departure | None) -> Outcome:
        return self.network.block_public_access.lets_out(departure) if departure else PASSES

    def _on_the_internet(self, table: RouteTable, leg: Leg) -> Outcome:
        """At a public host, unless it is in a VPC, which may not let the internet in."""
        inside = [
            routing.HOST_IN_VPC(table, vpc=name_of(vpc))
            for vpc, held in self.network.vpcs.ipv6_blocks
            if leg.packet.destination & held
        ]
        return _internet(leg.packet.name) + all_of(inside)

    def _egress_only_gateway(self, route: Route, table: RouteTable, leg: Leg) -> Outcome:
        """Source: Amazon VPC User Guide, "Egress-only internet gateways"."""
        if leg.nat:
            return stops.no_exit(table, leg)
        if not leg.packet.destination <= IPV6:
            return routing.EGRESS_ONLY_OF_IPV4(table, name=leg.packet.name)
        if leg.packet.destination & UNROUTED:
            return gateways.IPV6_DESTINATION_NOT_PUBLIC(table, name=leg.packet.name)
        if route.target.open:
            through = gateways.UNREAD_GATEWAY(route.source, place=route.target.place)
        else:
            found = map(self.network.internet_gateways.read_egress_only, route.target.candidates)
            through = across_possibilities([each.serves(leg.vpc) for each in found])
        return through + self._leave(leg.departure(translated=True)) + self._on_the_internet(table, leg)

    # NAT gateways ----------------------------------------------------------------------------------

    def _nat_gateway(self, route: Route, table: RouteTable, leg: Leg) -> Outcome:
        packet, target = leg.packet, route.target
        if leg.nat:
            back_to_itself = target.target is not None and target.target.key == leg.nat.key
            return (
                stops.no_exit(table, leg)
                if back_to_itself and not stops.is_private(leg)
                else not_followed(route, table)
            )
        if packet.destination & IPV6:
            if not packet.destination <= NAT64:
                return routing.NAT_OF_IPV6(table, name=packet.name)
            return self._nat_gateway(route, table, leg.to(translated(packet.destination)))
        found = map(self.network.nat_gateways.read, target.candidates)
        private = packet.destination & UNROUTED
        outcomes = [
            self._to_private_network(nat, table, leg.to(private)) if private else self._translate(nat, leg)
            for nat in found
        ]
        if target.open:
            read = isinstance(target.id, str) and self.network.vpcs.covers(leg.vpc, "ec2:DescribeNatGateways")
            says = gateways.MISSING_NAT_GATEWAY if read else gateways.UNREAD_NAT_GATEWAY
            outcomes.append(says(table, name=packet.name, place=target.place))
        return across_possibilities(outcomes)

    def _translate(self, nat: NatGateway, leg: Leg) -> Outcome:
        """Through `nat`, in whose subnet the ACL sees both sides of the translation."""
        steps = [hop("nat-gateway", nat.key, f"translates for {leg.subnet.label}", nat.origin)]
        if nat.vpc.same_as(leg.vpc) is False:
            steps.append(gateways.NAT_GATEWAY_IN_OTHER_VPC(nat, subnet=leg.subnet))
        if nat.regional and leg.came_by is not None:
            steps.append(routing.REGIONAL_NAT_REPLIES(nat))
        out, public = self.sends_out(nat, leg), nat.translates()
        if out.verdict is Verdict.UNDETERMINED:
            # What leaves by no internet gateway may need no public address.
            public = public.as_undetermined().without_path()
        steps += [public, out]
        crossings = [
            self.acls.lets_out(subnet, leg.packet)
            + leg.enters(subnet, self.acls)
            + self.return_path.go_back(leg, subnet)
            for subnet in nat.subnet.candidates  # A regional one has none.
        ]
        steps += [across_possibilities(crossings)] if crossings else []
        return all_of(steps) + _internet(leg.packet.name)

    def sends_out(self, nat: NatGateway, leg: Leg | None = None) -> Outcome:
        """Whether what `nat` translates leaves the VPC: its own subnet routes it to an internet gateway.

        Args:
            leg: what comes to it; none where only its own routes are looked at.
        """
        if nat.regional:
            return self._any_gateway_of(nat) + self._leave(leg.departure(translated=True) if leg else None)
        if nat.subnet.unread:
            return gateways.UNREAD_NAT_SUBNET(nat, place=nat.subnet.place)
        legs = (_translated(nat, subnet, leg) for subnet in nat.subnet.candidates)
        return across_possibilities([self._by_routes(translated) for translated in legs])

    def _any_gateway_of(self, nat: NatGateway) -> Outcome:
        """A regional NAT gateway has a route table of its own that leads to the VPC's internet gateway."""
        for gateway in self.network.internet_gateways:
            if gateway.attached_to(nat.vpc) is True:
                return self.network.internet_gateways.serve(gateway.resource, nat.vpc)
        if self.network.internet_gateways.may_be_attached_to(nat.vpc):
            return gateways.REGIONAL_NAT_GATEWAY_NOT_READ(nat)
        return gateways.REGIONAL_NAT_WITHOUT_GATEWAY(nat)

    def _to_private_network(self, nat: NatGateway, table: RouteTable, leg: Leg) -> Outcome:
        """Where `nat` sends what is for private addresses: to other networks, or to nobody.

        Whether those take it, the proof does not follow.
        """
        outcomes = [
            self._by_routes(_translated(nat, subnet, leg, table)).without_path()
            for subnet in nat.subnet.candidates
        ]
        if nat.subnet.unread:
            outcomes.insert(0, routing.NAT_TO_PRIVATE_NETWORK(nat, name=leg.packet.name))
        return across_possibilities(outcomes)

    # NAT instances ---------------------------------------------------------------------------------

    def _network_interface(self, route: Route, table: RouteTable, leg: Leg) -> Outcome:
        if leg.nat or leg.packet.destination & (IPV6 | UNROUTED):
            return not_followed(route, table)
        found = self.network.nat_instances.named(route.target, route.source)
        outcomes = [
            not_followed(route, table)
            if instance.subnet.unread or instance.subnet.candidates[0].vpc.same_as(leg.vpc) is not True
            else self._through_instance(instance, table, leg)
            for instance in found.candidates
        ]
        return across_possibilities([*outcomes, not_followed(route, table)] if found.unread else outcomes)

    def _through_instance(self, instance: NatInstance, table: RouteTable, leg: Leg) -> Outcome:
        """Through `instance`, which sends the packets on as its own."""
        packet = leg.packet
        if instance in leg.instances:
            return routing.INSTANCE_LOOP(table, name=packet.name, instance=instance)
        steps = [hop("nat-instance", instance.key, f"translates for {leg.subnet.label}", instance.origin)]
        steps.append(instance.forwards())
        or_default = self.network.security_groups.or_default
        serve = self.network.network_interfaces.groups_serve
        steps.append(serve(instance.resource, instance.security_groups, leg.vpc))
        groups = or_default(instance.security_groups, leg.vpc)
        own = or_default(leg.client.groups, leg.vpc) if leg.client else ()
        steps.append(admits(groups, INGRESS, Peer(leg.owner, packet.source, own), packet.port))
        ways = []
        for subnet in instance.subnet.candidates:
            where = instance.where(subnet)
            client = Client(
                instance.resource, subnet, where, instance.security_groups, instance.public_address
            )
            sent = client.sends(packet.destination, packet.name, packet.port)
            onward = self.send(client, replace(sent, instances=(*leg.instances, instance)))
            there = leg.enters(subnet, self.acls) + self.return_path.go_back(leg, subnet)
            ways.append(
                there + self.leaves(client, Peer(packet.name, packet.destination), packet.port) + onward
            )
        return all_of([*steps, across_possibilities(ways)])

    # Firewalls and appliances ----------------------------------------------------------------------

    def _middlebox(self, route: Route, table: RouteTable, leg: Leg) -> Outcome:
        """By an endpoint that inspects packets, whichever it is, and on from its own subnet."""
        if stops.is_private(leg) or (leg.nat is None and leg.packet.destination & IPV6):
            return not_followed(route, table)
        outcomes: list[Outcome] = []
        for middlebox in self.network.middleboxes.named(route.target):
            if middlebox is None:
                outcomes.append(not_read(route, table))
            elif middlebox.subnet in (leg.subnet, *leg.crossed):
                name = "the internet" if leg.nat else leg.packet.name
                outcomes.append(routing.LOOP(table, name=name, middlebox=middlebox))
            else:
                inspects = (
                    self.network.middleboxes.inspects(middlebox, leg.packet) if leg.is_filtered else PASSES
                )
                back = self.return_path.go_back(leg, middlebox.subnet)
                outcomes.append(inspects + back + self._onward(leg.through(middlebox)))
        return across_possibilities(outcomes)


def _divided(leg: Leg) -> tuple[Ranges, Ranges]:
    """What of the destination may be in the packets' own subnet, and what may be elsewhere."""
    wanted = leg.packet.destination
    block = leg.subnet.addresses(family_of(wanted))
    if isinstance(block, Unknown):
        return wanted & leg.subnet.where(family_of(wanted)), wanted
    return wanted & block, wanted - block


def _translated(nat: NatGateway, subnet: Subnet, leg: Leg | None, sent_by: RouteTable | None = None) -> Leg:
    """What `nat` makes of the packets of `leg`, in `subnet`: its own address is their source."""
    wanted = leg.packet if leg else ANYWHERE
    source = nat.where(subnet)
    packet = Packet(source, f"NAT gateway {nat.label}", wanted.destination, wanted.name, wanted.port)
    return Leg(packet, nat.label, subnet, subnet.vpc, nat=nat, before_nat=leg, sent_by=sent_by)


def _here(leg: Leg, table: RouteTable) -> Outcome:
    if leg.nat is None:
        return hop("route-table", table.key, table.label, table.origin)
    kind = "subnet" if leg.inspected else "nat-subnet"
    return hop(kind, leg.subnet.key, table.called, leg.subnet.origin)


def _internet(name: str) -> Outcome:
    return hop("internet", name, "", Origin.AWS_DEFAULT)
