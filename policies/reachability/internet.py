"""The way to public addresses: by a NAT gateway, and by no other route that a private interface has.

Sources: Amazon VPC User Guide, "NAT gateways", "Internet gateways" and "VPC peering limitations".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from . import kinds
from .crossing import REPLIES, Client, Crossing
from .gateways import is_regional, not_modelled, table_not_read
from .groups import EGRESS, INGRESS, Peer
from .network import name_of, same
from .outcomes import all_of, blocked, open_question, passed, whichever
from .public_access import PublicAccess
from .ranges import EPHEMERAL_PORTS, PUBLIC, Ranges
from .routing import LOCAL, Route
from .values import UNKNOWN, Unknown
from .verdict import Origin, Outcome

if TYPE_CHECKING:
    from .graph import Resource

BLOCKED_PORT: Final = 25
REMEDY: Final = (
    "route 0.0.0.0/0 to a NAT gateway (NatEgress), or send through SES's SMTP endpoint (SmtpEndpoint)"
)


class InternetPath:
    """The ways from the subnets of one graph to the internet."""

    def __init__(self, crossing: Crossing) -> None:
        self.crossing = crossing
        self.network = crossing.network
        self.routes = crossing.routes
        self.acls = crossing.acls
        self.gateways = crossing.gateways
        self.public_access = PublicAccess(crossing.network)

    def reach(self, client: Client, wanted: Ranges, port: int, name: str) -> Outcome:
        """The way from a subnet to addresses outside the VPC, by whichever route takes each of them."""
        peer = Peer(name, wanted)
        leaves = self.crossing.leaves(client, peer, port)
        out = self.acls.admit(client.subnet, EGRESS, name, wanted, Ranges.of((port, port)), f"TCP {port}")
        back = self.acls.admit(client.subnet, INGRESS, name, wanted, EPHEMERAL_PORTS, REPLIES)
        outcomes: list[Outcome] = []
        for table, _ in self.network.route_tables_of(client.subnet):
            if table is None:
                outcomes.append(table_not_read(client.subnet))
                continue
            here = passed("route-table", table.key, table.label, table.origin)
            shares = self.routes.lookup(table, client.vpc, wanted)
            ways = [
                whichever(
                    [self._by(route, client, table, share.addresses, port, name) for route in share.routes]
                )
                for share in shares
            ]
            outcomes.append(here + whichever(ways))
        return leaves + out + back + whichever(outcomes) + port_25(client.holder, port)

    def _by(
        self, route: Route | None, client: Client, table: Resource, wanted: Ranges, port: int, name: str
    ) -> Outcome:
        remedy = (
            "route 0.0.0.0/0 to a NAT gateway (NatEgress), or send through SES's SMTP endpoint (SmtpEndpoint)"
        )
        if route is None:
            message = f"route table {table.label} of subnet {client.subnet.label} has no route to {name}"
            return blocked("NO_ROUTE_TO_DESTINATION", table.key, message, remedy)
        if route.blackhole:
            message = f"the route of {table.label} to {name} is a blackhole: its target is gone"
            return blocked("BAD_STATE_ROUTE", table.key, message, remedy)
        if route.via == "natGatewayId":
            return self._by_nat(route, client, table, wanted, port, name)
        if (
            route.via == "gatewayId"
            and route.target.candidates
            and all(found.type in kinds.INTERNET_GATEWAY for found in route.target.candidates)
        ) or (route.via == "gatewayId" and str(route.target.id).startswith("igw-")):
            return self._by_internet_gateway(route, client, table, name, remedy)
        if route.via == LOCAL:
            message = (
                f"{name} is inside VPC {name_of(client.vpc)}, and what listens there is not in the graph"
            )
            return open_question(
                "DESTINATION_IN_VPC",
                table.key,
                message,
                "name the relay by its public host, or add an exception",
            )
        if route.via == "vpcPeeringConnectionId" and wanted <= PUBLIC:
            message = f"{table.label} routes {name} to a peering connection, which carries its VPCs' addresses only"
            return blocked("PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", table.key, message, remedy)
        if route.via == "egressOnlyGatewayId":
            message = (
                f"{table.label} routes {name} to an egress-only internet gateway, which carries IPv6 alone"
            )
            return blocked("PROTOCOL_RESTRICTION", table.key, message, remedy)
        if route.via == "":
            message = f"it cannot be known where {table.label} sends the traffic to {name}"
            return open_question("ROUTE_TARGET_UNKNOWN", table.key, message, remedy)
        return not_modelled(route, table)

    def _by_internet_gateway(
        self, route: Route, client: Client, table: Resource, name: str, remedy: str
    ) -> Outcome:
        if client.public_address is False:
            message = (
                f"{table.label} sends the traffic to {name} straight to an internet gateway, and "
                f"{client.holder.label}'s interfaces have no public address: a public subnet is no path"
            )
            return blocked("IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", table.key, message, remedy)
        through = self.gateways.through_internet_gateway(route, client.vpc)
        if client.public_address is UNKNOWN:
            message = f"it cannot be known whether {client.holder.label}'s interfaces have a public address"
            through += open_question("IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", table.key, message, remedy)
        through += self.public_access.lets_out(client.vpc, (client.subnet,), translated=False)
        return through + passed("internet", name, "", Origin.AWS_DEFAULT)

    def _by_nat(
        self, route: Route, client: Client, table: Resource, wanted: Ranges, port: int, name: str
    ) -> Outcome:
        outcomes = [self._nat(nat, client, wanted, port, name) for nat in route.target.candidates]
        if route.target.open:
            where = route.target.id if isinstance(route.target.id, str) else "not known yet"
            read = self.network.covers(client.vpc) and isinstance(route.target.id, str)
            code, found = (
                ("NAT_GATEWAY_MISSING", "does not exist")
                if read
                else (
                    "NAT_GATEWAY_NOT_READ",
                    "is neither in the program nor in the evidence",
                )
            )
            message = f"{table.label} sends the traffic to {name} to NAT gateway {where}, which {found}"
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
        steps.append(self.gateways.translates(nat))
        steps.append(self.gateways.sends_out(nat, wanted))
        subnets = () if is_regional(nat) else self.gateways.subnet_of(nat).candidates
        crossed = (client.subnet, *subnets)
        steps.append(self.public_access.lets_out(client.vpc, crossed, translated=True))
        if subnets:
            steps.append(
                whichever([self._nat_subnet(client, subnet, wanted, port, name) for subnet in subnets])
            )
        return all_of(steps) + passed("internet", name, "", Origin.AWS_DEFAULT)

    def _nat_subnet(self, client: Client, subnet: Resource, wanted: Ranges, port: int, name: str) -> Outcome:
        """The ACLs and the way back of a NAT gateway's subnet: it sees both sides of the translation."""
        steps = [
            self.acls.admit(subnet, EGRESS, name, wanted, Ranges.of((port, port)), f"TCP {port}"),
            self.acls.admit(subnet, INGRESS, name, wanted, EPHEMERAL_PORTS, REPLIES),
        ]
        if subnet != client.subnet:
            source = self.crossing.addresses_in(client.subnet)
            steps += [
                self.acls.admit(
                    subnet, INGRESS, client.subnet.label, source, Ranges.of((port, port)), f"TCP {port}"
                ),
                self.acls.admit(subnet, EGRESS, client.subnet.label, source, EPHEMERAL_PORTS, REPLIES),
                self.crossing.is_local(subnet, client.vpc, source),
            ]
        return all_of(steps)


def port_25(holder: Resource, port: int | Unknown | None) -> Outcome:
    """Source: Amazon EC2 User Guide, "Restriction on email sent using port 25"."""
    if port != BLOCKED_PORT:
        return Outcome()
    message = "AWS blocks outbound port 25 to public addresses unless an account has asked to lift that"
    return open_question("PORT_25_BLOCKED", holder.key, message, "use port 587 or 465")
