"""The way to public addresses: by a NAT gateway, and by no other route that a private interface has.

Sources: Amazon VPC User Guide, "NAT gateways", "Internet gateways" and "VPC peering limitations".
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from .acls import REPLIES
from .crossing import Client, Crossing, Transit
from .firewall import Flow
from .gateways import is_regional, leads_to_internet_gateway
from .graph import Ref
from .groups import EGRESS, INGRESS, Peer
from .left_open import destination_in_vpc, not_modelled, subnet_not_read
from .middleboxes import Middlebox
from .neighbours import Neighbours
from .network import name_of, table_name
from .outcomes import all_of, blocked, open_question, passed, softened, whichever
from .public_access import Departure
from .ranges import EPHEMERAL_PORTS, IPV6, NAT64, PUBLIC, UNROUTED, Ranges, translated
from .references import same
from .replies import Replies
from .routing import LOCAL, Route
from .transit import TransitGateways
from .values import UNKNOWN, Unknown
from .verdict import Origin, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .graph import Resource

BLOCKED_PORT: Final = 25
_FOR_IPV4: Final = ("natGatewayId", "transitGatewayId", "vpcEndpointId")
"""The targets through which the proof follows IPv4 alone."""
REMEDY: Final = (
    "route 0.0.0.0/0 to a NAT gateway (NatEgress), or send through SES's SMTP endpoint (SmtpEndpoint)"
)

PRIVATE_REMEDY: Final = "name a public host, or route to the network that has it"


class InternetPath:
    """The ways from the subnets of one graph to the internet."""

    def __init__(self, crossing: Crossing) -> None:
        self.crossing = crossing
        self.network = crossing.network
        self.routes = crossing.routes
        self.acls = crossing.acls
        self.gateways = crossing.gateways
        self.middleboxes = crossing.middleboxes
        self.transit = TransitGateways(crossing.network)
        self.replies = Replies(crossing, self.transit)
        self.neighbours = Neighbours(crossing, self.replies)

    def reach(self, client: Client, wanted: Ranges, port: int, name: str) -> Outcome:
        """The way from a subnet to addresses outside the VPC, by whichever route takes each of them."""
        leaves = self.crossing.leaves(client, Peer(name, wanted), port)
        near, far = self.neighbours.divide(client, wanted)
        worlds: list[Outcome] = []
        if far:
            worlds.append(self._onward(client, far, port, name) + port_25(client.holder, port))
        if near:
            # Within a subnet, neither routes nor ACLs apply.
            worlds.append(destination_in_vpc(client.subnet, client.vpc))
        return leaves + whichever(worlds)

    def _onward(self, client: Client, wanted: Ranges, port: int, name: str) -> Outcome:
        """The way on from a subnet: its ACL there and back, and the routes of its tables."""
        out = self.acls.admit(client.subnet, EGRESS, name, wanted, Ranges.of((port, port)), f"TCP {port}")
        back = self.acls.admit(client.subnet, INGRESS, name, wanted, EPHEMERAL_PORTS, REPLIES)
        judge = partial(self._by_table, client, wanted, port, name)
        return out + back + whichever(self.routes.each_table(client.subnet, judge))

    def _by_table(self, client: Client, wanted: Ranges, port: int, name: str, table: Resource) -> Outcome:
        here = passed("route-table", table.key, table.label, table.origin)
        shares = self.routes.lookup(table, client.vpc, wanted)
        ways = [
            whichever([self._by(route, client, table, share.addresses, port, name) for route in share.routes])
            for share in shares
        ]
        return here + whichever(ways)

    def _by(
        self, route: Route | None, client: Client, table: Resource, wanted: Ranges, port: int, name: str
    ) -> Outcome:
        if route is None:
            message = f"{table_name(table)} of subnet {client.subnet.label} has no route to {name}"
            return blocked("NO_ROUTE_TO_DESTINATION", table.key, message, REMEDY)
        if route.blackhole:
            message = f"the route of {table.label} to {name} is a blackhole: its target is gone"
            return blocked("BAD_STATE_ROUTE", table.key, message, REMEDY)
        if route.via == "egressOnlyGatewayId" or (wanted & IPV6 and route.via in _FOR_IPV4):
            return self._over_ipv6(route, client, table, wanted, port, name)
        if wanted & UNROUTED and leads_to_internet_gateway(route):
            return _not_public(table, name)
        if route.via == "natGatewayId":
            return self._by_nat(route, client, table, wanted, port, name)
        if leads_to_internet_gateway(route):
            return self._by_internet_gateway(route, client, table, wanted, name)
        if route.via in (LOCAL, "vpcPeeringConnectionId"):
            flow = Flow(client.source, client.holder.label, wanted, name, port)
            return self._to_neighbour(route, client, table, flow)
        if route.via == "vpcEndpointId":
            return self._by_middlebox(route, client, table, wanted, port, name)
        if route.via == "transitGatewayId" and route.target.target and not isinstance(client.via, Transit):
            return self._by_transit(route.target.target, client, wanted, port, name)
        if route.via == "":
            message = f"it cannot be known where {table.label} sends the traffic to {name}"
            return open_question("ROUTE_TARGET_UNKNOWN", table.key, message, REMEDY)
        return not_modelled(route, table)

    def _to_neighbour(self, route: Route, client: Client, table: Resource, flow: Flow) -> Outcome:
        """To an address inside the VPC, or inside another one behind a peering connection."""
        if route.via == LOCAL:
            back = partial(self.replies.go_back, client)
            return self.neighbours.inside(client, table, client.vpc, flow, back)
        beyond = self.neighbours.beyond(route, client, flow.destination)
        # Assumed, as in a route table: a VPC whose blocks are not known uses private addresses.
        held = Ranges() if isinstance(beyond, Unknown) else flow.destination & beyond
        if flow.destination <= PUBLIC and not held:
            message = (
                f"{table.label} routes {flow.name} to a peering connection, which carries the addresses of "
                "its VPCs alone"
            )
            return blocked("PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", table.key, message, REMEDY)
        return self.neighbours.by_peering(route, client, table, flow)

    def _over_ipv6(
        self, route: Route, client: Client, table: Resource, wanted: Ranges, port: int, name: str
    ) -> Outcome:
        """By an egress-only gateway, or a NAT gateway: that takes IPv6 packets that name IPv4 addresses.

        Source: Amazon VPC User Guide, "DNS64 and NAT64".
        """
        if route.via == "egressOnlyGatewayId":
            return self._by_egress_only(route, client, table, wanted, name)
        if route.via != "natGatewayId":
            return not_modelled(route, table)
        if wanted <= NAT64:
            return self._by(route, client, table, translated(wanted), port, name)
        message = f"{table.label} routes {name} to a NAT gateway, which of IPv6 translates 64:ff9b::/96 alone"
        remedy = "route ::/0 to an egress-only internet gateway"
        return blocked("PROTOCOL_RESTRICTION", table.key, message, remedy)

    def _by_egress_only(
        self, route: Route, client: Client, table: Resource, wanted: Ranges, name: str
    ) -> Outcome:
        """Source: Amazon VPC User Guide, "Egress-only internet gateways"."""
        if not wanted <= IPV6:
            message = (
                f"{table.label} routes {name} to an egress-only internet gateway, which carries IPv6 alone"
            )
            return blocked("PROTOCOL_RESTRICTION", table.key, message, REMEDY)
        if wanted & UNROUTED:
            message = f"egress-only internet gateways drop what is sent to {name}, which is no public address"
            code, remedy = "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", "route it to a NAT gateway"
            return blocked(code, table.key, message, remedy)
        out = self.gateways.through_egress_only_gateway(route, client.vpc)
        out += self.gateways.public_access.lets_out(self._departure(client, translated=True))
        return out + self._on_the_internet(table, wanted, name)

    def _on_the_internet(self, table: Resource, wanted: Ranges, name: str) -> Outcome:
        """At a public host, unless it is in a VPC, which may not let the internet in."""
        inside = [destination_in_vpc(table, vpc) for vpc, held in self.network.ipv6_of_vpcs if wanted & held]
        return passed("internet", name, "", Origin.AWS_DEFAULT) + all_of(inside)

    def _by_internet_gateway(
        self, route: Route, client: Client, table: Resource, wanted: Ranges, name: str
    ) -> Outcome:
        if client.public_address is False:
            message = (
                f"{table.label} sends the traffic to {name} straight to an internet gateway, and "
                f"{client.holder.label}'s interfaces have no public address: a public subnet is no path"
            )
            return blocked("IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", table.key, message, REMEDY)
        via = client.via if isinstance(client.via, Middlebox) else None
        through = self.gateways.through_internet_gateway(
            route, client.vpc, client.source, client.holder.label, via
        )
        through = self.gateways.past(through, self._departure(client, translated=False))
        if client.public_address is UNKNOWN:
            message = f"it cannot be known whether {client.holder.label}'s interfaces have a public address"
            through += open_question("IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", table.key, message, REMEDY)
        return through + self._on_the_internet(table, wanted, name)

    def _departure(self, client: Client, *, translated: bool) -> Departure:
        """How a client's packets come to a gateway of the VPC, across which of its subnets."""
        subnets = (*client.behind, client.subnet)
        crossed = tuple(subnet for subnet in subnets if self.network.vpc_of(subnet) == client.vpc)
        return Departure(client.vpc, crossed, client.inspected, translated)

    # Through a firewall --------------------------------------------------------------------------

    def _by_middlebox(
        self, route: Route, client: Client, table: Resource, wanted: Ranges, port: int, name: str
    ) -> Outcome:
        """By a firewall's endpoint, whichever it is, and on from its own subnet."""
        flow = Flow(client.source, client.holder.label, wanted, name, port)
        outcomes: list[Outcome] = []
        for middlebox in self.middleboxes.named(route.target):
            if middlebox is None:
                outcomes.append(self.middleboxes.not_read(route, table))
            elif middlebox.subnet in (client.subnet, *client.behind):
                outcomes.append(self.middleboxes.loops(middlebox, table, name))
            else:
                arrived = replace(
                    client,
                    subnet=middlebox.subnet,
                    via=middlebox,
                    behind=(*client.behind, client.subnet),
                    inspected=(*client.inspected, middlebox),
                )
                outcomes.append(
                    self.middleboxes.inspects(middlebox, flow)
                    + self.replies.go_back(client, middlebox.subnet)
                    + self._onward(arrived, wanted, port, name)
                )
        return whichever(outcomes)

    # Through a NAT gateway -----------------------------------------------------------------------

    def _by_nat(
        self, route: Route, client: Client, table: Resource, wanted: Ranges, port: int, name: str
    ) -> Outcome:
        outcomes = [
            whichever(list(self._nat_to_private(nat, table, wanted & UNROUTED, name)))
            if wanted & UNROUTED
            else self._nat(nat, client, wanted, port, name)
            for nat in route.target.candidates
        ]
        if route.target.open:
            read = isinstance(route.target.id, str) and self.network.covers(
                client.vpc, "ec2:DescribeNatGateways"
            )
            code, found = (
                ("NAT_GATEWAY_MISSING", "does not exist")
                if read
                else (
                    "NAT_GATEWAY_NOT_READ",
                    "is neither in the program nor in the evidence",
                )
            )
            place = route.target.place
            message = f"{table.label} sends the traffic to {name} to NAT gateway {place}, which {found}"
            remedy = "point the route at a NAT gateway that is there, or give the account's evidence"
            outcomes.append(open_question(code, table.key, message, remedy))
        return whichever(outcomes)

    def _nat(self, nat: Resource, client: Client, wanted: Ranges, port: int, name: str) -> Outcome:
        steps = [passed("nat-gateway", nat.key, f"translates for {client.subnet.label}", nat.origin)]
        own = self.gateways.vpc_of_nat(nat)
        if same(own, client.vpc) is False:
            message = f"NAT gateway {nat.label} is in another VPC than subnet {client.subnet.label}"
            steps.append(
                blocked("NGW_REQUIRES_SOURCE_IN_VPC", nat.key, message, "use a NAT gateway of the same VPC")
            )
        if is_regional(nat) and client.via is not None:
            message = (
                f"how regional NAT gateway {nat.label} routes replies to what lies before it is not known"
            )
            remedy = "use a NAT gateway in a subnet, whose route table shows it"
            steps.append(open_question("NOT_MODELLED", nat.key, message, remedy))
        flow = Flow(client.source, client.holder.label, wanted, name, port)
        out = self.gateways.sends_out(nat, wanted, flow, self._departure(client, translated=True))
        subnets = self.gateways.subnet_of(nat).candidates  # A regional one has none.
        public = self.gateways.translates(nat)
        if out.verdict is Verdict.UNDETERMINED:
            # What leaves by no internet gateway may need no public address.
            public = Outcome(findings=softened(public).findings)
        steps += [public, out]
        if subnets:
            steps.append(
                whichever([self._nat_subnet(client, subnet, wanted, port, name) for subnet in subnets])
            )
        return all_of(steps) + passed("internet", name, "", Origin.AWS_DEFAULT)

    def _nat_to_private(self, nat: Resource, table: Resource, wanted: Ranges, name: str) -> Iterator[Outcome]:
        """Where a NAT gateway sends what is for private addresses: to other networks, or to nobody.

        Whether those take it, the proof does not follow.
        """
        place = self.gateways.subnet_of(nat)
        if place.open or not place.candidates:
            message = f"where NAT gateway {nat.label} sends what is for {name} is not known"
            yield open_question("NOT_MODELLED", nat.key, message, PRIVATE_REMEDY)
        for subnet in place.candidates:
            vpc = self.network.vpc_of(subnet)
            yield from self.routes.each_table(subnet, partial(self._past_nat, vpc, wanted, table, name))

    def _past_nat(self, vpc: Ref, wanted: Ranges, table: Resource, name: str, own: Resource) -> Outcome:
        routes = [route for share in self.routes.lookup(own, vpc, wanted) for route in share.routes]
        return whichever([self._on_from_nat(route, own, vpc, table, name) for route in routes])

    def _on_from_nat(
        self, route: Route | None, own: Resource, vpc: Ref, table: Resource, name: str
    ) -> Outcome:
        if route is None or route.blackhole or route.via in ("egressOnlyGatewayId", "vpcPeeringConnectionId"):
            return _not_public(table, name)
        if leads_to_internet_gateway(route):
            return _not_public(table, name)
        if route.via == LOCAL:
            return destination_in_vpc(own, vpc)
        if route.via == "":
            message = f"it cannot be known where {own.label} sends the traffic to {name}"
            return open_question("ROUTE_TARGET_UNKNOWN", own.key, message, PRIVATE_REMEDY)
        return not_modelled(route, own)

    def _nat_subnet(self, client: Client, subnet: Resource, wanted: Ranges, port: int, name: str) -> Outcome:
        """The ACLs and the way back of a NAT gateway's subnet: it sees both sides of the translation."""
        steps = [
            self.acls.admit(subnet, EGRESS, name, wanted, Ranges.of((port, port)), f"TCP {port}"),
            self.acls.admit(subnet, INGRESS, name, wanted, EPHEMERAL_PORTS, REPLIES),
        ]
        if subnet != client.subnet:
            steps.append(self._lets_in(client, subnet, port))
        return all_of([*steps, self.replies.go_back(client, subnet)])

    def _lets_in(self, client: Client, subnet: Resource, port: int) -> Outcome:
        """The ACL of a subnet that the client's packets come into: in by the port, and the replies out."""
        name, one = client.holder.label, Ranges.of((port, port))
        there = self.acls.admit(subnet, INGRESS, name, client.source, one, f"TCP {port}")
        return there + self.acls.admit(subnet, EGRESS, name, client.source, EPHEMERAL_PORTS, REPLIES)

    # Through a transit gateway -------------------------------------------------------------------

    def _by_transit(self, gateway: Resource, client: Client, wanted: Ranges, port: int, name: str) -> Outcome:
        """To another VPC's way out: centralised egress."""
        entry = self.transit.attachment_of(gateway, client.vpc)
        if entry is None:
            message = f"VPC {name_of(client.vpc)} has no attachment to transit gateway {gateway.label}"
            remedy = "attach the VPC (aws.ec2transitgateway.VpcAttachment)"
            return open_question("BAD_STATE_ATTACHMENT", gateway.key, message, remedy)
        steps = [self.transit.is_accepted(gateway, entry), self.transit.has_interface(entry, client.subnet)]
        replies = self.replies.interfaces(entry, client)
        crossed = dict.fromkeys((*self.transit.interfaces(entry, client.subnet), *replies))
        entries = [
            Outcome() if subnet == client.subnet else self._lets_in(client, subnet, port)
            for subnet in crossed
        ]
        steps += [whichever(entries)] if entries else []
        steps += [whichever([self.replies.go_back(client, subnet) for subnet in replies])] if replies else []
        ways = [
            step
            if leaving is None
            else step + self._from_transit(Transit(gateway, entry, leaving), client, wanted, port, name)
            for leaving, step in self.transit.onward(gateway, entry, wanted, name)
        ]
        return all_of(steps) + whichever(ways)

    def _from_transit(
        self, transit: Transit, client: Client, wanted: Ranges, port: int, name: str
    ) -> Outcome:
        """Out of whichever subnet of the attachment the packets leave by."""
        called = f"attachment {transit.exit.label}"
        ways = [
            subnet_not_read(transit.exit, called, ref)
            for ref in self.transit.subnets(transit.exit) or (Ref((), UNKNOWN),)
            if ref.open or not ref.candidates
        ]
        for subnet in self.transit.exits(transit.exit, client.subnet):
            vpc = self.network.vpc_of(subnet)
            behind = (*client.behind, client.subnet)
            arrived = Client(subnet, vpc, client.source, client.holder, via=transit, behind=behind)
            here = passed("subnet", subnet.key, f"of {called}", subnet.origin)
            here += self.crossing.encryption.admit(vpc)
            ways.append(here + self._onward(arrived, wanted, port, name))
        return whichever(ways)


def _not_public(table: Resource, name: str) -> Outcome:
    message = f"internet gateways drop what is sent to {name}, which is no public address"
    return blocked("IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", table.key, message, PRIVATE_REMEDY)


def port_25(holder: Resource, port: int | Unknown | None) -> Outcome:
    """Source: Amazon EC2 User Guide, "Restriction on email sent using port 25"."""
    if port != BLOCKED_PORT:
        return Outcome()
    message = "AWS blocks outbound port 25 to public addresses unless an account has asked to lift that"
    return open_question("PORT_25_BLOCKED", holder.key, message, "use port 587 or 465")
