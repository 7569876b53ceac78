"""Mail hosts with addresses inside a VPC of the graph, perhaps behind a peering connection.

What listens there is not in the graph; the way there and back is. Sources: Amazon VPC Peering Guide, "How VPC
peering connections work" and "Update your route tables for a VPC peering connection"; Amazon VPC User Guide,
"Control subnet traffic with network access control lists".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from . import kinds
from .acls import REPLIES
from .groups import EGRESS, INGRESS
from .left_open import destination_in_vpc, not_modelled
from .network import name_of
from .outcomes import all_of, blocked, open_question, passed, whichever
from .ranges import EPHEMERAL_PORTS, Ranges, family_of, union
from .references import same
from .values import UNKNOWN, Unknown, is_known
from .verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from .crossing import Client, Crossing
    from .firewall import Flow
    from .graph import Ref, Resource
    from .replies import Replies
    from .routing import Route


_WAITING: Final = frozenset({"initiating-request", "pending-acceptance", "provisioning"})
"""The states of a peering connection that acceptance ends."""


class Neighbours:
    """The ways to addresses inside the VPCs of one graph."""

    def __init__(self, crossing: Crossing, replies: Replies) -> None:
        self.crossing = crossing
        self.network = crossing.network
        self.graph = crossing.graph
        self.acls = crossing.acls
        self.replies = replies

    def divide(self, client: Client, wanted: Ranges) -> tuple[Ranges, Ranges]:
        """What of `wanted` may be in the client's own subnet, and what may be elsewhere."""
        block = self.network.addresses_of_subnet(client.subnet, family_of(wanted))
        if isinstance(block, Unknown):
            return wanted & self.crossing.addresses_in(client.subnet, family_of(wanted)), wanted
        return wanted & block, wanted - block

    def inside(
        self, client: Client, table: Resource, vpc: Ref, flow: Flow, returns: Callable[[Resource], Outcome]
    ) -> Outcome:
        """Into the subnets of `vpc` that have the addresses, and back.

        Args:
            table: what has led there.
            returns: whether replies in a subnet find the way back.
        """
        port = Ranges.of((flow.port, flow.port))
        worlds: list[Outcome] = []
        found: list[Ranges] = []
        for subnet in self.graph.of_type(*kinds.SUBNET):
            block = self.network.addresses_of_subnet(subnet, family_of(flow.destination))
            if isinstance(block, Unknown) or same(self.network.vpc_of(subnet), vpc) is not True:
                continue
            held = flow.destination & block
            if held and subnet != client.subnet:
                found.append(held)
                steps = [
                    self.acls.admit(subnet, INGRESS, flow.client, flow.source, port, f"TCP {flow.port}"),
                    self.acls.admit(subnet, EGRESS, flow.client, flow.source, EPHEMERAL_PORTS, REPLIES),
                    returns(subnet),
                ]
                worlds.append(passed("subnet", subnet.key, "", subnet.origin) + all_of(steps))
        if not flow.destination <= union(found):
            worlds.append(Outcome())
        return whichever(worlds) + destination_in_vpc(table, vpc)

    def beyond(self, route: Route, client: Client, wanted: Ranges) -> Ranges | Unknown:
        """The addresses behind the peering connection of `route`, of the family of `wanted`."""
        there = self._other_vpc(route, client)
        return UNKNOWN if there is None else self.network.addresses_of(there, family_of(wanted))

    def _other_vpc(self, route: Route, client: Client) -> Ref | None:
        """The VPC that a peering connection joins to the client's, if it certainly does."""
        connection = route.target.target
        if connection is None or client.via is not None:
            return None
        here, there = (
            self.graph.ref(connection, connection.get(prop), prop, kinds.VPC)
            for prop in ("vpcId", "peerVpcId")
        )
        if same(here, client.vpc) is False:
            here, there = there, here
        return there if same(here, client.vpc) is True else None

    def by_peering(self, route: Route, client: Client, table: Resource, flow: Flow) -> Outcome:
        """Through a peering connection, which carries what its two VPCs send each other."""
        connection, there = route.target.target, self._other_vpc(route, client)
        blocks = self.beyond(route, client, flow.destination)
        if connection is None or there is None or isinstance(blocks, Unknown):
            return not_modelled(route, table)
        code = "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR"
        remedy = "route the addresses to the network that has them"
        message = (
            f"{table.label} routes {flow.name} to peering connection {connection.label}, whose other VPC "
        )
        if not flow.destination & blocks:
            return blocked(code, table.key, f"{message}({name_of(there)}) does not have that address", remedy)
        if not flow.destination <= blocks:
            return open_question(code, table.key, f"{message}has a part of these addresses alone", remedy)
        hop = passed("peering-connection", connection.key, f"to VPC {name_of(there)}", connection.origin)

        def back(subnet: Resource) -> Outcome:
            target = "vpcPeeringConnectionId"
            return self.replies.lead_to(target, connection, subnet, there, flow.source, flow.client)

        return hop + self._is_active(connection) + self.inside(client, table, there, flow, back)

    def _is_active(self, connection: Resource) -> Outcome:
        """Source: Amazon VPC Peering Guide, "VPC peering connection lifecycle"."""
        status = connection.get("acceptStatus")
        remedy = "accept the peering connection (auto_accept, here or in a VpcPeeringConnectionAccepter)"
        accepters = self.network.accepters(
            connection, kinds.PEERING, "vpcPeeringConnectionId", kinds.PEERING_ACCEPTER
        )
        accepted = [side.declared("autoAccept") for side in (connection, *accepters)]
        waits = not is_known(status) or status in _WAITING
        if status == "active" or (waits and True in accepted):
            return Outcome()
        if is_known(status) and not (waits and UNKNOWN in accepted):
            message = f"peering connection {connection.label} is {status}"
            return blocked("BAD_STATE", connection.key, message, remedy)
        message = f"it cannot be known whether peering connection {connection.label} is accepted"
        return open_question("BAD_STATE", connection.key, message, remedy)
