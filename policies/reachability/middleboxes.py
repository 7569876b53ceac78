"""Endpoints that lead a packet through a firewall: AWS Network Firewall's, and Gateway Load Balancers'.

Such an endpoint takes packets out of a route table, and gives them back to its own subnet's. Sources: AWS
Network Firewall Developer Guide, "AWS Network Firewall example architectures with routing"; AWS PrivateLink
Guide, "Access an inspection system using a Gateway Load Balancer endpoint"; Amazon VPC User Guide, "Gateway
route tables".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from . import kinds
from .acls import REPLIES
from .firewall import Flow
from .groups import EGRESS, INGRESS
from .outcomes import all_of, blocked, open_question, passed, whichever
from .ranges import EPHEMERAL_PORTS, Ranges
from .routing import Route
from .values import UNKNOWN, Unknown, Value, elements, get, is_known
from .verdict import Outcome

if TYPE_CHECKING:
    from .acls import NetworkAcls
    from .firewall import FirewallPolicies
    from .graph import Ref, Resource
    from .routing import Routes

ASYMMETRIC: Final = "FIREWALL_ASYMMETRIC_ROUTING"


@dataclass(frozen=True)
class Middlebox:
    """An endpoint that inspects packets in one subnet: that of a firewall, or of a load balancer."""

    owner: Resource
    subnet: Resource

    @property
    def label(self) -> str:
        return f"{self.owner.label} in {self.subnet.label}"


class Middleboxes:
    """The endpoints of a graph that inspect packets."""

    def __init__(self, routes: Routes, acls: NetworkAcls, policies: FirewallPolicies) -> None:
        self.routes = routes
        self.network = routes.network
        self.graph = routes.graph
        self.acls = acls
        self.policies = policies

    # Which endpoint a route names -----------------------------------------------------------------

    def named(self, target: Ref) -> tuple[Middlebox | None, ...]:
        """The endpoints that a route's target may be; `None` for one that the graph does not hold."""
        if isinstance(target.id, str) and target.id in self._by_id:
            return self._by_id[target.id]
        found = [middlebox for candidate in target.candidates for middlebox in self._endpoints_of(candidate)]
        return tuple(dict.fromkeys([*found, None] if target.open or not found else found))

    def leads_to(self, route: Route | None, middlebox: Middlebox) -> bool | Unknown:
        """Whether `route` leads to `middlebox`: yes, no, or `UNKNOWN`."""
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
        for firewall in self.graph.of_type(*kinds.FIREWALL):
            for state in elements(firewall.get("firewallStatuses")):
                self._read(firewall, "firewallStatuses", elements(state, "syncStates"), found)
        for association in self.graph.of_type(*kinds.FIREWALL_ENDPOINT):
            prop = "vpcEndpointAssociationStatuses"
            for owner in self._firewalls_of(association):
                for state in elements(association.get(prop)):
                    self._read(owner, prop, elements(state, "associationSyncStates"), found)
        return {identity: tuple(dict.fromkeys(held)) for identity, held in found.items()}

    def _read(
        self,
        owner: Resource,
        prop: str,
        states: Iterable[Value],
        found: defaultdict[str, list[Middlebox | None]],
    ) -> None:
        for attachment in (each for state in states for each in elements(state, "attachments")):
            identity, value = get(attachment, "endpointId"), get(attachment, "subnetId")
            if isinstance(identity, str):
                subnets = self.graph.ref(owner, value, prop, kinds.SUBNET).candidates
                found[identity].extend(Middlebox(owner, subnet) for subnet in subnets)
                if not subnets:
                    found[identity].append(None)

    def _endpoints_of(self, owner: Resource) -> Iterator[Middlebox | None]:
        """Every endpoint of a firewall, of an association with one, or of a Gateway Load Balancer."""
        owners: tuple[Resource, ...] = (owner,)
        if owner.type in kinds.VPC_ENDPOINT:
            values = elements(owner.declared("subnetIds"))
            subnets = self.graph.refs(owner, values, "subnetIds", kinds.SUBNET)
        elif owner.type in kinds.FIREWALL_ENDPOINT:
            value = get(owner.declared("subnetMapping"), "subnetId")
            subnets = (self.graph.ref(owner, value, "subnetMapping", kinds.SUBNET),)
            owners = self._firewalls_of(owner)
        else:
            mapped = [get(mapping, "subnetId") for mapping in elements(owner.declared("subnetMappings"))]
            subnets = self.graph.refs(owner, mapped, "subnetMappings", kinds.SUBNET)
        for ref in subnets:
            yield from (Middlebox(each, subnet) for each in owners for subnet in ref.candidates)
            if ref.open or not ref.candidates:
                yield None
        if not owners or not subnets:
            yield None

    def _firewalls_of(self, association: Resource) -> tuple[Resource, ...]:
        value = association.get("firewallArn")
        return self.graph.ref(association, value, "firewallArn", kinds.FIREWALL).candidates

    # What it does with packets --------------------------------------------------------------------

    def inspects(self, middlebox: Middlebox, flow: Flow) -> Outcome:
        """Whether `middlebox` takes the packets of `flow`, lets them through, and hands replies on.

        Its own subnet's way on to the destination is not looked at here.
        """
        owner, subnet = middlebox.owner, middlebox.subnet
        kind = "network-firewall" if owner.type in kinds.FIREWALL else "gateway-load-balancer-endpoint"
        port = Ranges.of((flow.port, flow.port))
        steps = [
            passed(kind, owner.key, f"by its endpoint in {subnet.label}", owner.origin),
            self.acls.admit(subnet, INGRESS, flow.client, flow.source, port, f"TCP {flow.port}"),
            self.acls.admit(subnet, EGRESS, flow.client, flow.source, EPHEMERAL_PORTS, REPLIES),
        ]
        if owner.type in kinds.FIREWALL:
            return all_of([*steps, self.policies.lets_through(owner, flow)])
        return all_of([*steps, _takes_packets(owner), _appliance(owner, flow)])

    def passes_on(self, middlebox: Middlebox, flow: Flow) -> Outcome:
        """Whether the subnet of `middlebox` lets the packets of `flow` out, and their replies in."""
        subnet, port = middlebox.subnet, Ranges.of((flow.port, flow.port))
        there = self.acls.admit(subnet, EGRESS, flow.name, flow.destination, port, f"TCP {flow.port}")
        return there + self.acls.admit(subnet, INGRESS, flow.name, flow.destination, EPHEMERAL_PORTS, REPLIES)

    # The way back ---------------------------------------------------------------------------------

    def returns(self, middlebox: Middlebox, subnet: Resource, vpc: Ref, source: Ranges, name: str) -> Outcome:
        """Whether the tables of `subnet` send replies to `source` back by `middlebox`."""
        return whichever(
            self.routes.each_table(subnet, lambda table: self.symmetric(middlebox, table, vpc, source, name))
        )

    def symmetric(
        self, middlebox: Middlebox, table: Resource, vpc: Ref, source: Ranges, name: str
    ) -> Outcome:
        """Whether `table` sends replies to `source` back by the endpoint that the packets came by.

        Source: AWS Network Firewall Developer Guide, "Avoiding asymmetric routing with AWS Network
        Firewall": it does not support it. What becomes of such a connection is not documented.
        """
        routes = [route for share in self.routes.lookup(table, vpc, source) for route in share.routes]
        if all(self.leads_to(route, middlebox) is True for route in routes):
            return Outcome()
        remedy = f"route the addresses of {name} in {table.label} to the endpoint of {middlebox.owner.label}"
        if all(route is None or route.blackhole for route in routes):
            message = f"{table.label} has no route for replies to {name}"
            return blocked("NO_ROUTE_TO_DESTINATION", table.key, message, remedy)
        sure = all(self.leads_to(route, middlebox) is False for route in routes)
        verb = "does not send" if sure else "may not send"
        message = f"{table.label} {verb} replies to {name} back by the endpoint {middlebox.label}"
        return open_question(ASYMMETRIC, table.key, message, remedy)

    # Findings -------------------------------------------------------------------------------------

    def not_read(self, route: Route, table: Resource) -> Outcome:
        message = (
            f"{table.label} sends this traffic to endpoint {route.target.place}, and nothing is known of it: "
            "it is that of no firewall or Gateway Load Balancer in the program or the evidence"
        )
        remedy = "give the account's evidence (mailroute snapshot), or create the firewall in the program"
        return open_question("ENDPOINT_NOT_READ", table.key, message, remedy)

    def loops(self, middlebox: Middlebox, table: Resource, name: str) -> Outcome:
        message = (
            f"{table.label} sends the traffic to {name} to the endpoint {middlebox.label}, which it has come "
            "through already: it goes round in a circle"
        )
        remedy = "route the firewall's own subnet on to a NAT gateway, internet gateway or transit gateway"
        return blocked("ROUTING_LOOP", table.key, message, remedy)


def _takes_packets(endpoint: Resource) -> Outcome:
    """No route leads to an endpoint of another type, and only an available one takes packets.

    Source: Amazon EC2 API Reference, "CreateRoute" and "VpcEndpoint".
    """
    kind, state = endpoint.declared("vpcEndpointType"), endpoint.get("state")
    if kind is not UNKNOWN and kind != "GatewayLoadBalancer":
        message = f"VPC endpoint {endpoint.label} is not of type GatewayLoadBalancer: no route can lead to it"
        remedy = "route to a Gateway Load Balancer endpoint, or to that of a firewall"
        return blocked("ENDPOINT_TYPE", endpoint.key, message, remedy)
    if not is_known(state) or str(state).lower() in ("available", "pending"):
        return Outcome()
    message = f"VPC endpoint {endpoint.label} is {state}: what is routed to it is dropped"
    return blocked("BAD_STATE", endpoint.key, message, "have its service accept it, or create it anew")


def _appliance(endpoint: Resource, flow: Flow) -> Outcome:
    message = (
        f"what the appliances behind VPC endpoint {endpoint.label} do with TCP {flow.port} to {flow.name} is "
        "their own configuration, which AWS does not show"
    )
    remedy = "make sure of it, and accept it as an exception"
    return open_question("APPLIANCE_NOT_KNOWN", endpoint.key, message, remedy)
