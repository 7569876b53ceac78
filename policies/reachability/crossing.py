"""Crossing a VPC: out of a workload's interface, from subnet to subnet, and back.

Sources: Amazon VPC User Guide, "Control traffic to your AWS resources using security groups", "Control
subnet traffic with network access control lists" and "Middlebox routing".
"""

from __future__ import annotations

from dataclasses import dataclass

from .acls import REPLIES, NetworkAcls
from .encryption import EncryptionControls
from .firewall import FirewallPolicies
from .gateways import Gateways
from .graph import Graph, Ref, Resource
from .groups import EGRESS, INGRESS, Peer, SecurityGroups
from .membership import Membership
from .middleboxes import Middlebox, Middleboxes
from .network import Network
from .outcomes import all_of
from .ranges import EPHEMERAL_PORTS, IPV4, PRIVATE, Ranges
from .routing import Routes
from .values import UNKNOWN, Unknown
from .verdict import Outcome


@dataclass(frozen=True)
class Client:
    """A workload's packets in one subnet: where they leave from, or where something on the way hands them on.

    Attributes:
        source: the addresses that they come from.
        groups: the security groups on the workload's interface.
        via: what has handed them on here, by which their replies go back.
        behind: the subnets whose routes they have followed so far.
        inspected: the endpoints that they have come through in this VPC.
    """

    subnet: Resource
    vpc: Ref
    source: Ranges
    holder: Resource
    groups: tuple[Ref, ...] = ()
    public_address: bool | Unknown = False
    via: Transit | Middlebox | None = None
    behind: tuple[Resource, ...] = ()
    inspected: tuple[Middlebox, ...] = ()


@dataclass(frozen=True)
class Transit:
    """A way through a transit gateway: in by one attachment, out by another."""

    gateway: Resource
    entry: Resource
    exit: Resource


class Crossing:
    """The filters and routes inside the VPCs of one graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.network = Network(graph)
        self.routes = Routes(self.network)
        self.groups = SecurityGroups(self.network)
        self.membership = Membership(self.groups)
        self.acls = NetworkAcls(self.network)
        self.middleboxes = Middleboxes(self.routes, self.acls, FirewallPolicies(self.network))
        self.encryption = EncryptionControls(self.network)
        self.gateways = Gateways(self.network, self.routes, self.middleboxes)

    def groups_or_default(self, groups: tuple[Ref, ...], vpc: Ref) -> tuple[Ref, ...]:
        """`groups`, or where there is none the default group, for which the VPC itself stands."""
        default = (vpc,) if vpc.candidates else (Ref((), UNKNOWN, open=True),)
        return groups or default

    def leaves(self, client: Client, peer: Peer, port: int) -> Outcome:
        groups = self.groups_or_default(client.groups, client.vpc)
        remedy = f"add an egress rule for TCP {port} to {peer.name} to the workload's security group"
        return self.groups.admit(groups, EGRESS, peer, port, remedy)

    def crosses(
        self, client: Client, target: Resource, block: Ranges, port: int, name: str, arrives: Outcome
    ) -> Outcome:
        """From one subnet of a VPC to another and back; within one, neither routes nor ACLs apply.

        Args:
            arrives: whether the interface in `target` lets the client's packets in.
        """
        if target == client.subnet:
            return arrives
        here, source = client.subnet, client.source
        one, there, replies = Ranges.of((port, port)), f"TCP {port}", (EPHEMERAL_PORTS, REPLIES)
        leaves = [
            self.routes.is_local(here, client.vpc, block),
            self.acls.admit(here, EGRESS, name, block, one, there),
            self.acls.admit(here, INGRESS, name, block, *replies),
        ]
        if leaves[0].findings:
            return all_of(leaves)  # What an appliance on the way makes of a packet is not known.
        return all_of(
            [
                *leaves,
                self.acls.admit(target, INGRESS, here.label, source, one, there),
                self.acls.admit(target, EGRESS, here.label, source, *replies),
                self.routes.is_local(target, client.vpc, source),
                arrives,
            ]
        )

    def addresses_in(self, subnet: Resource, family: Ranges = IPV4) -> Ranges:
        """Where an interface in `subnet` can be: its block, or where that is not known, its VPC's."""
        block = self.network.addresses_of_subnet(subnet, family)
        if isinstance(block, Unknown):
            block = self.network.addresses_of(self.network.vpc_of(subnet), family)
        assumed = PRIVATE if family == IPV4 else family
        return assumed if isinstance(block, Unknown) else block
