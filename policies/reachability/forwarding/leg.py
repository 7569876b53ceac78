"""Where packets stand, and how they have come there: what a walk records, and the way back reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..aws.block_public_access import Departure
from ..packet import Packet
from ..ranges import EPHEMERAL_PORTS
from ..values import UNKNOWN
from ..verdict import PASSES

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..aws.middlebox import Middlebox
    from ..aws.nat_gateway import NatGateway
    from ..aws.nat_instance import NatInstance
    from ..aws.network_acl import NetworkAcls
    from ..aws.peering import PeeringConnection
    from ..aws.route_table import RouteTable
    from ..aws.security_group import SecurityGroup
    from ..aws.subnet import Subnet
    from ..aws.transit_gateway import Attachment
    from ..aws.vpc import Vpc
    from ..graph.references import Ref
    from ..graph.resource import Resource
    from ..ranges import Ranges
    from ..values import Truth
    from ..verdict import Outcome


@dataclass(frozen=True)
class Client:
    """The network interface of a workload in one subnet.

    Attributes:
        owner: the resource that the interface belongs to.
        source: the addresses that it may have.
        groups: the security groups on it; none stands for the VPC's default group.
        public_address: whether it has a public address.
        reply_ports: the ports that it sends from.
    """

    owner: Resource
    subnet: Subnet
    source: Ranges
    groups: tuple[Ref[SecurityGroup], ...] = ()
    public_address: Truth = False
    reply_ports: Ranges = EPHEMERAL_PORTS

    @property
    def vpc(self) -> Ref[Vpc]:
        return self.subnet.vpc

    def sends(self, destination: Ranges, name: str, port: int, listener: Listener | None = None) -> Leg:
        """What it sends to `port` of `destination`, which is called `name`."""
        packet = Packet(self.source, self.owner.label, destination, name, port, self.reply_ports)
        return Leg(packet, self.owner.label, self.subnet, self.vpc, self, listener=listener)


@dataclass(frozen=True)
class Listener:
    """What takes connections at the destination, in one subnet.

    Attributes:
        admits: whether it lets the client's packets in.
        admits_over: the same over this peering connection, where the groups of both sides know each other.
    """

    subnet: Subnet
    admits: Outcome
    admits_over: Callable[[PeeringConnection], Outcome]


@dataclass(frozen=True)
class Transit:
    """A way through a transit gateway: in by one attachment, out by another."""

    gateway: Resource
    entry: Attachment
    exit: Attachment


@dataclass(frozen=True)
class Leg:
    """Packets in one subnet: where they leave from, or where something on the way hands them on.

    Attributes:
        owner: what they leave from, the workload or since then a NAT gateway, for a person.
        client: the interface that they leave from, until they have been translated or have left its VPC.
        came_by: what has handed them on here, by which their replies go back.
        crossed: the subnets whose routes they have followed so far, since they were translated if they were.
        inspected: the endpoints that they have come through in this VPC, likewise.
        nat: the NAT gateway that has translated them.
        before_nat: how they have come to it; none where only its own routes are looked at.
        sent_by: the route table that has sent them to it.
        listener: what takes them in the end, where that is known.
        instances: the NAT instances that have translated them so far.
    """

    packet: Packet
    owner: str
    subnet: Subnet
    vpc: Ref[Vpc]
    client: Client | None = None
    came_by: Transit | Middlebox | None = None
    crossed: tuple[Subnet, ...] = ()
    inspected: tuple[Middlebox, ...] = ()
    nat: NatGateway | None = None
    before_nat: Leg | None = None
    sent_by: RouteTable | None = None
    listener: Listener | None = None
    instances: tuple[NatInstance, ...] = ()

    @property
    def is_filtered(self) -> bool:
        """Whether ACLs and firewalls count: not where only a NAT gateway's own routes are looked at."""
        return self.nat is None or self.before_nat is not None

    @property
    def public_address(self) -> Truth:
        """Whether an internet gateway has a public address for their source."""
        return self.client.public_address if self.client else False

    def enters(self, subnet: Subnet, acls: NetworkAcls) -> Outcome:
        """Whether `subnet`, which they come into, lets them in and their replies out."""
        return PASSES if subnet == self.subnet else acls.lets_in(subnet, self.packet)

    def to(self, destination: Ranges) -> Leg:
        """The packets of it that go to `destination`."""
        return (
            self
            if destination == self.packet.destination
            else replace(self, packet=self.packet.to(destination))
        )

    def through(self, middlebox: Middlebox) -> Leg:
        """Handed on by an endpoint that inspects them, in its subnet."""
        return replace(
            self,
            subnet=middlebox.subnet,
            came_by=middlebox,
            crossed=(*self.crossed, self.subnet),
            inspected=(*self.inspected, middlebox),
        )

    def out_of(self, transit: Transit, subnet: Subnet) -> Leg:
        """Handed on by a transit gateway, in one of the subnets of the attachment that they leave by."""
        crossed = (*self.crossed, self.subnet)
        return Leg(
            self.packet,
            self.owner,
            subnet,
            subnet.vpc,
            came_by=transit,
            crossed=crossed,
            listener=self.listener,
            instances=self.instances,
        )

    def departure(self, translated: Truth) -> Departure | None:
        """How they come to an internet gateway of the VPC; none where the way of the client does not count.

        Args:
            translated: whether they leave as an egress-only internet gateway's own, where no NAT gateway has
                translated them.
        """
        if self.nat is None:
            crossed = (subnet for subnet in (*self.crossed, self.subnet) if subnet.vpc == self.vpc)
            return Departure(self.vpc, tuple(crossed), self.inspected, translated)
        before = self.before_nat.departure(translated=True) if self.before_nat else None
        return before and Departure(
            self.vpc,
            (*before.subnets, *self.crossed, self.subnet),
            (*before.inspected, *self.inspected),
            translated=UNKNOWN if self.inspected else True,
        )
