"""Endpoints that lead a packet through a firewall: AWS Network Firewall's, and Gateway Load Balancers'.

Such an endpoint takes packets out of a route table, and gives them back to its own subnet's. Sources: AWS
Network Firewall Developer Guide, "AWS Network Firewall example architectures with routing"; AWS PrivateLink
Guide, "Access an inspection system using a Gateway Load Balancer endpoint"; Amazon VPC User Guide, "Middlebox
routing".
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..findings import endpoints, filters, routing
from ..graph import tokens
from ..values import UNKNOWN, Truth, Unknown, Value, elements, get, is_known, items
from ..verdict import PASSES, Outcome, all_of, hop

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..graph.references import Ref
    from ..graph.resource import Resource
    from ..packet import Packet
    from .entity import Entity
    from .network_acl import NetworkAcls
    from .network_firewall import FirewallPolicies
    from .route_table import Route
    from .subnet import Subnet, Subnets


@dataclass(frozen=True)
class Middlebox:
    """An endpoint that inspects packets in one subnet: that of a firewall, or of a load balancer."""

    owner: Resource
    subnet: Subnet

    @property
    def label(self) -> str:
        return f"{self.owner.label} in {self.subnet.label}"

    @property
    def is_firewall(self) -> bool:
        """Whether it is one of AWS Network Firewall."""
        return self.owner.type in tokens.FIREWALL


class Middleboxes:
    """The endpoints of a graph that inspect packets."""

    def __init__(self, subnets: Subnets, acls: NetworkAcls, policies: FirewallPolicies) -> None:
        self.subnets = subnets
        self.graph = subnets.graph
        self.acls = acls
        self.policies = policies

    # Which endpoint a route names ------------------------------------------------------------------

    def named(self, target: Ref[Resource]) -> tuple[Middlebox | None, ...]:
        """The endpoints that a route's target may be; `None` for one that the graph does not hold."""
        if isinstance(target.id, str) and target.id in self._by_id:
            return self._by_id[target.id]
        found = [middlebox for candidate in target.candidates for middlebox in self._endpoints_of(candidate)]
        return tuple(dict.fromkeys([*found, None] if target.open or not found else found))

    def takes(self, route: Route | None, middlebox: Middlebox) -> Truth:
        """Whether `route` leads to `middlebox`."""
        if route is None or route.blackhole:
            return False
        if route.via != "vpcEndpointId":
            return UNKNOWN if route.via == "" and route.target.open else False
        found = self.named(route.target)
        if found == (middlebox,):
            return True
        return UNKNOWN if middlebox in found or None in found else False

    @cached_property
    def _by_id(self) -> dict[str, tuple[Middlebox | None, ...]]:
        """The endpoints that firewalls have in their subnets, by id."""
        found: defaultdict[str, list[Middlebox | None]] = defaultdict(list)
        for firewall in self.graph.of_type(*tokens.FIREWALL):
            for state in elements(firewall.get("firewallStatuses")):
                self._note(firewall, "firewallStatuses", elements(state, "syncStates"), found)
        for association in self.graph.of_type(*tokens.FIREWALL_ENDPOINT):
            prop = "vpcEndpointAssociationStatuses"
            for owner in self._firewalls_of(association):
                for state in elements(association.get(prop)):
                    self._note(owner, prop, elements(state, "associationSyncStates"), found)
        return {identity: tuple(dict.fromkeys(held)) for identity, held in found.items()}

    def _note(
        self,
        owner: Resource,
        prop: str,
        states: Iterable[Value],
        found: defaultdict[str, list[Middlebox | None]],
    ) -> None:
        for attachment in (each for state in states for each in elements(state, "attachments")):
            identity = get(attachment, "endpointId")
            if isinstance(identity, str):
                subnets = self.subnets.ref(owner, get(attachment, "subnetId"), prop).candidates
                found[identity].extend([Middlebox(owner, subnet) for subnet in subnets] or [None])

    def _endpoints_of(self, owner: Resource) -> Iterator[Middlebox | None]:
        """Every endpoint of a firewall, of an association with one, or of a Gateway Load Balancer."""
        owners: tuple[Resource, ...] = (owner,)
        if owner.type in tokens.VPC_ENDPOINT:
            subnets = self.subnets.refs(owner, items(owner.declared("subnetIds")), "subnetIds")
        elif owner.type in tokens.FIREWALL_ENDPOINT:
            value = get(owner.declared("subnetMapping"), "subnetId")
            subnets = (self.subnets.ref(owner, value, "subnetMapping"),)
            owners = self._firewalls_of(owner)
        else:
            mappings = items(owner.declared("subnetMappings"))
            if not isinstance(mappings, Unknown):
                mappings = tuple(get(mapping, "subnetId") for mapping in mappings)
            subnets = self.subnets.refs(owner, mappings, "subnetMappings")
        for ref in subnets:
            yield from (Middlebox(each, subnet) for each in owners for subnet in ref.candidates)
            if ref.unread:
                yield None
        if not owners or not subnets:
            yield None

    def _firewalls_of(self, association: Resource) -> tuple[Resource, ...]:
        return self.graph.named(association, "firewallArn", tokens.FIREWALL).candidates

    # What it does with packets ---------------------------------------------------------------------

    def inspects(self, middlebox: Middlebox, packet: Packet) -> Outcome:
        """Whether `middlebox` takes `packet`, lets it through, and hands replies on.

        Its own subnet's way on to the destination is not looked at here.
        """
        owner, subnet = middlebox.owner, middlebox.subnet
        kind = "network-firewall" if middlebox.is_firewall else "gateway-load-balancer-endpoint"
        here = hop(kind, owner.key, f"by its endpoint in {subnet.label}", owner.origin)
        steps = [here, self.acls.lets_in(subnet, packet)]
        if middlebox.is_firewall:
            return all_of([*steps, self.policies.lets_through(owner, packet)])
        appliance = filters.UNKNOWN_APPLIANCE(owner, port=packet.port, name=packet.name)
        return all_of([*steps, _takes_packets(owner), appliance])


def not_read(route: Route, table: Entity) -> Outcome:
    """The endpoint that `route` of `table` names is not in the graph."""
    return endpoints.UNREAD_FIREWALL_ENDPOINT(table, place=route.target.place)


def _takes_packets(endpoint: Resource) -> Outcome:
    """No route leads to an endpoint of another type, and only an available one takes packets.

    Source: Amazon EC2 API Reference, "CreateRoute" and "VpcEndpoint".
    """
    kind, state = endpoint.declared("vpcEndpointType"), endpoint.get("state")
    if kind is not UNKNOWN and kind != "GatewayLoadBalancer":
        return endpoints.ENDPOINT_TAKES_NO_ROUTE(endpoint)
    if not is_known(state) or str(state).lower() in ("available", "pending"):
        return PASSES
    return routing.ENDPOINT_DROPS(endpoint, state=state)
