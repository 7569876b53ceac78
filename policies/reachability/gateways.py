"""NAT and internet gateways: what it takes for one to carry a packet to the internet.

Source: Amazon VPC User Guide, "NAT gateways", "Regional NAT gateways" and "Enable internet access for a
VPC using an internet gateway".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from . import kinds
from .elastic_ips import ElasticIps
from .graph import Ref, Resource
from .left_open import destination_in_vpc, not_modelled
from .network import Network, table_name
from .outcomes import all_of, blocked, open_question, passed, softened, whichever
from .public_access import Departure, PublicAccess
from .ranges import PRIVATE, PUBLIC, Ranges, addresses
from .references import same
from .routing import LOCAL, Route, Routes
from .values import ABSENT, UNKNOWN, Unknown, is_known
from .verdict import Outcome, Verdict

if TYPE_CHECKING:
    from .firewall import Flow
    from .middleboxes import Middlebox, Middleboxes


def leads_to_internet_gateway(route: Route) -> bool:
    """Whether `route` certainly names an internet gateway, and no virtual private one."""
    if route.via != "gatewayId":
        return False
    found = route.target.candidates
    named = str(route.target.id).startswith("igw-")
    all_are = bool(found) and all(gateway.type in kinds.INTERNET_GATEWAY for gateway in found)
    return named or (all_are and not route.target.open)


def is_regional(nat: Resource) -> bool:
    """Whether a NAT gateway serves all zones of its VPC from no subnet."""
    mode = nat.declared("availabilityMode")
    return mode == "regional" or (mode is UNKNOWN and nat.declared("subnetId") is ABSENT)


@dataclass(frozen=True)
class _Way:
    """The way of what a NAT gateway translates, in one subnet on it.

    Attributes:
        source: the private addresses of the NAT gateway, to which the replies come.
        flow: the connection that firewalls on the way must let through.
        before: how the packets come to the NAT gateway; none where that does not count.
        inspected: the endpoints that they have come through since, the last of which has them here.
        behind: the subnets whose routes they have followed since.
    """

    nat: Resource
    subnet: Resource
    vpc: Ref
    source: Ranges
    flow: Flow | None
    before: Departure | None = None
    inspected: tuple[Middlebox, ...] = ()
    behind: tuple[Resource, ...] = ()

    @property
    def via(self) -> Middlebox | None:
        """The endpoint that has given the packets to this subnet."""
        return self.inspected[-1] if self.inspected else None

    @property
    def departure(self) -> Departure | None:
        """How they come to the internet gateway, which counts where the way of the client does."""
        return self.before and Departure(
            self.vpc,
            (*self.before.subnets, *self.behind, self.subnet),
            (*self.before.inspected, *self.inspected),
            translated=UNKNOWN if self.inspected else True,
        )

    @property
    def where(self) -> str:
        what = "is" if self.via is None else f"sends through the endpoint {self.via.label}, which is"
        return f"NAT gateway {self.nat.label} {what} in subnet {self.subnet.label}"


class Gateways:
    """NAT and internet gateways of a network."""

    def __init__(self, network: Network, routes: Routes, middleboxes: Middleboxes) -> None:
        self.network = network
        self.graph = network.graph
        self.routes = routes
        self.middleboxes = middleboxes
        self.public_access = PublicAccess(network)
        self.elastic_ips = ElasticIps(network.graph)

    def subnet_of(self, nat: Resource) -> Ref:
        return self.graph.ref(nat, nat.declared("subnetId"), "subnetId", kinds.SUBNET)

    def vpc_of_nat(self, nat: Resource) -> Ref:
        if is_regional(nat):
            return self.network.vpc_of(nat)
        subnet = self.subnet_of(nat).target
        return self.network.vpc_of(subnet) if subnet else Ref((), UNKNOWN, open=True)

    def translates(self, nat: Resource) -> Outcome:
        """Whether `nat` by itself can translate to a public address: its kind, its address, its state."""
        address = self._has_address(nat) + self.elastic_ips.given_to(nat)
        return all_of([_is_public(nat), address, _is_available(nat)])

    def _has_address(self, nat: Resource) -> Outcome:
        if is_regional(nat):
            return Outcome()  # In automatic mode AWS brings the addresses.
        if any(is_known(nat.get(name)) for name in ("allocationId", "publicIp")):
            return Outcome()
        if nat.declared("allocationId") is UNKNOWN:
            return Outcome()
        return blocked(
            "NAT_GATEWAY_NO_ADDRESS",
            nat.key,
            f"NAT gateway {nat.label} has no Elastic IP address, so it has nothing to translate to",
            "give it allocation_id, the allocation id of an aws.ec2.Eip",
        )

    def sends_out(
        self,
        nat: Resource,
        wanted: Ranges = PUBLIC,
        flow: Flow | None = None,
        before: Departure | None = None,
    ) -> Outcome:
        """Whether what `nat` translates leaves the VPC: its own subnet routes it to an internet gateway.

        Args:
            flow: the connection that firewalls on the way must let through; none where that does not count.
            before: the way of its packets to `nat`; none where that does not count.
        """
        vpc = self.vpc_of_nat(nat)
        if is_regional(nat):
            return self._any_gateway_of(nat, vpc) + self._lets_out(before)
        subnet_ref = self.subnet_of(nat)
        if not subnet_ref.candidates or subnet_ref.open:
            return open_question(
                "NAT_SUBNET_NOT_READ",
                nat.key,
                f"NAT gateway {nat.label} is in subnet {subnet_ref.place}, of which nothing is known",
                "give the account's evidence (mailroute snapshot), or create the subnet in the program",
            )
        ways = [
            _Way(nat, subnet, self.network.vpc_of(subnet), self.addresses_of(nat, subnet), flow, before)
            for subnet in subnet_ref.candidates
        ]
        return whichever([self._out_of(way, wanted) for way in ways])

    def past(self, through: Outcome, departure: Departure | None) -> Outcome:
        """`through` a gateway, and by the account's leave: only an internet gateway needs that."""
        leave = self._lets_out(departure)
        return through + (softened(leave) if through.verdict is Verdict.UNDETERMINED else leave)

    def _lets_out(self, departure: Departure | None) -> Outcome:
        return self.public_access.lets_out(departure) if departure else Outcome()

    def addresses_of(self, nat: Resource, subnet: Resource) -> Ranges:
        """Where a NAT gateway's interface in `subnet` can be."""
        address = nat.get("privateIp")
        block = addresses(address) if isinstance(address, str) else self.network.addresses_of_subnet(subnet)
        return PRIVATE if isinstance(block, Unknown) else block

    def _out_of(self, way: _Way, wanted: Ranges) -> Outcome:
        return whichever(self.routes.each_table(way.subnet, partial(self._by_table, way, wanted)))

    def _by_table(self, way: _Way, wanted: Ranges, table: Resource) -> Outcome:
        steps = [
            whichever([self._exit(route, way, table, share.addresses) for route in share.routes])
            for share in self.routes.lookup(table, way.vpc, wanted)
        ]
        kind = "nat-subnet" if way.via is None else "subnet"
        hop = passed(kind, way.subnet.key, table_name(table), way.subnet.origin)
        return hop + whichever(steps)

    def _exit(self, route: Route | None, way: _Way, table: Resource, wanted: Ranges) -> Outcome:
        nat = way.nat
        remedy = f"put it in a public subnet, or route 0.0.0.0/0 of {table.label} to an internet gateway"
        if route is None:
            return blocked(
                "NAT_SUBNET_NOT_PUBLIC",
                nat.key,
                f"{way.where}, whose {table_name(table)} has no route to the internet",
                remedy,
            )
        if route.blackhole:
            return blocked(
                "BAD_STATE_ROUTE",
                table.key,
                f"the default route of {table.label}, in the NAT gateway's subnet, is a blackhole",
                remedy,
            )
        if route.via == "" or (route.via == "gatewayId" and route.target.id is UNKNOWN and route.target.open):
            return open_question(
                "ROUTE_TARGET_UNKNOWN",
                table.key,
                f"it cannot be known where {table.label}, of the NAT gateway's subnet, sends its traffic",
                remedy,
            )
        if leads_to_internet_gateway(route):
            through = self.through_internet_gateway(route, way.vpc, way.source, nat.label, way.via)
            return self.past(through, way.departure)
        if route.via == "vpcEndpointId":
            return whichever(
                [
                    self.middleboxes.not_read(route, table)
                    if middlebox is None
                    else self._inspected(middlebox, way, table, wanted)
                    for middlebox in self.middleboxes.named(route.target)
                ]
            )
        back_to_itself = route.via == "natGatewayId" and route.target.target == nat
        if route.via == LOCAL:
            return destination_in_vpc(table, way.vpc)
        if back_to_itself or route.via in ("egressOnlyGatewayId", "vpcPeeringConnectionId"):
            return blocked(
                "NAT_SUBNET_NOT_PUBLIC",
                nat.key,
                f"{way.where}, whose {table_name(table)} does not lead to an internet gateway",
                remedy,
            )
        return not_modelled(route, table)

    def _inspected(self, middlebox: Middlebox, way: _Way, table: Resource, wanted: Ranges) -> Outcome:
        """On by an endpoint that inspects what has been translated, and its replies."""
        subnet = middlebox.subnet
        if subnet in (way.subnet, *way.behind):
            return self.middleboxes.loops(middlebox, table, "the internet")
        steps = [
            self.routes.is_local(subnet, way.vpc, way.source)
            if way.via is None
            else self.middleboxes.returns(way.via, subnet, way.vpc, way.source, way.nat.label)
        ]
        if way.flow is not None:
            flow = replace(way.flow, source=way.source, client=f"NAT gateway {way.nat.label}")
            steps = [
                self.middleboxes.inspects(middlebox, flow),
                self.middleboxes.passes_on(middlebox, flow),
                *steps,
            ]
        onward = replace(
            way,
            subnet=subnet,
            inspected=(*way.inspected, middlebox),
            behind=(*way.behind, way.subnet),
        )
        return all_of(steps) + self._out_of(onward, wanted)

    def through_internet_gateway(
        self, route: Route, vpc: Ref, source: Ranges, name: str, via: Middlebox | None = None
    ) -> Outcome:
        """Whether the gateway that `route` names is an internet gateway of `vpc`, there and back.

        Args:
            source: the addresses of `name`, to which the replies go.
            via: the endpoint that the packets have come by, which its replies must come by too.
        """
        gateways = [found for found in route.target.candidates if found.type in kinds.INTERNET_GATEWAY]
        if route.target.open or len(gateways) < len(route.target.candidates):
            return open_question(
                "GATEWAY_NOT_READ",
                route.source.key,
                f"the gateway {route.target.place} is neither in the program nor in the evidence",
                "give the account's evidence (mailroute snapshot), or create the gateway in the program",
            )
        return whichever(
            [
                self._attached(gateway, vpc) + self._lets_back(gateway, vpc, source, name, via)
                for gateway in gateways
            ]
        )

    def through_egress_only_gateway(self, route: Route, vpc: Ref) -> Outcome:
        """Whether the egress-only internet gateway that `route` names is that of `vpc`."""
        named = route.target
        if named.open:
            message = f"the gateway {named.place} is neither in the program nor in the evidence"
            remedy = "give the account's evidence (mailroute snapshot), or create the gateway in the program"
            return open_question("GATEWAY_NOT_READ", route.source.key, message, remedy)
        return whichever([self._belongs(gateway, vpc) for gateway in named.candidates])

    def _belongs(self, gateway: Resource, vpc: Ref) -> Outcome:
        own = same(self.network.vpc_of(gateway), vpc)
        if own is True:
            return passed("egress-only-internet-gateway", gateway.key, "of the VPC", gateway.origin)
        remedy = "give the aws.ec2.EgressOnlyInternetGateway the vpc_id of the VPC whose route names it"
        code = "BAD_STATE_ATTACHMENT"
        if own is False:
            message = f"egress-only internet gateway {gateway.label} is that of another VPC"
            return blocked(code, gateway.key, message, remedy)
        message = f"it cannot be known whether egress-only internet gateway {gateway.label} is of this VPC"
        return open_question(code, gateway.key, message, remedy)

    def _attached(self, gateway: Resource, vpc: Ref) -> Outcome:
        attached = self.network.attached(gateway, vpc)
        if attached is True:
            return passed("internet-gateway", gateway.key, "attached to the VPC", gateway.origin)
        remedy = "give the aws.ec2.InternetGateway the vpc_id of the VPC whose route tables name it"
        if attached is False:
            message = f"internet gateway {gateway.label} is not attached to the VPC whose route names it"
            return blocked("BAD_STATE_ATTACHMENT", gateway.key, message, remedy)
        message = f"it cannot be known whether internet gateway {gateway.label} is attached to this VPC"
        return open_question("BAD_STATE_ATTACHMENT", gateway.key, message, remedy)

    def _lets_back(
        self, gateway: Resource, vpc: Ref, source: Ranges, name: str, via: Middlebox | None
    ) -> Outcome:
        """Whether replies that come in by `gateway` go the way that the packets have come.

        Source: Amazon VPC User Guide, "Gateway route tables".
        """
        tables = self.network.edge_tables_of(gateway)
        if via is not None:
            known = [table for table, sure in tables if table is not None and sure]
            if len(known) == 1:
                return self.middleboxes.symmetric(via, known[0], vpc, source, name)
            message = (
                f"internet gateway {gateway.label} has no route table that certainly sends replies to {name} "
                f"back by the endpoint {via.label}"
            )
            remedy = f"associate a route table with {gateway.label} that routes them to the endpoint"
            return open_question("FIREWALL_ASYMMETRIC_ROUTING", gateway.key, message, remedy)
        if not any(table is None or self._redirects(table, vpc, source) for table, _ in tables):
            return Outcome()
        message = (
            f"replies to {name} that come in by internet gateway {gateway.label} may be routed to an "
            "appliance that the packets have not come by"
        )
        remedy = "route both directions by the same endpoint, or neither"
        return open_question("INGRESS_RTB_TRAFFIC_REDIRECTION", gateway.key, message, remedy)

    def _redirects(self, table: Resource, vpc: Ref, source: Ranges) -> bool:
        """Whether a gateway route table may send what comes in for `source` elsewhere than there."""
        return any(
            route is not None and route.via != LOCAL
            for share in self.routes.lookup(table, vpc, source)
            for route in share.routes
        )

    def _any_gateway_of(self, nat: Resource, vpc: Ref) -> Outcome:
        """A regional NAT gateway has a route table of its own that leads to the VPC's internet gateway."""
        for gateway in self.graph.of_type(*kinds.INTERNET_GATEWAY):
            if self.network.attached(gateway, vpc) is True:
                return passed("internet-gateway", gateway.key, "attached to the VPC", gateway.origin)
        remedy = "attach an internet gateway to the VPC of the regional NAT gateway"
        if not self.network.may_have_gateway(vpc):
            message = f"regional NAT gateway {nat.label} is in a VPC without an internet gateway"
            return blocked("NAT_SUBNET_NOT_PUBLIC", nat.key, message, remedy)
        message = (
            f"it cannot be known whether the VPC of regional NAT gateway {nat.label} has an internet gateway"
        )
        return open_question("GATEWAY_NOT_READ", nat.key, message, remedy)


def _is_public(nat: Resource) -> Outcome:
    connectivity = nat.declared("connectivityType")
    remedy = 'set connectivity_type="public" and give it an Elastic IP address'
    if connectivity is UNKNOWN:
        return open_question(
            "NAT_GATEWAY_KIND_UNKNOWN",
            nat.key,
            f"it cannot be known whether NAT gateway {nat.label} is public",
            remedy,
        )
    if connectivity == "private":
        message = f"NAT gateway {nat.label} is private: it does not translate to a public address"
        return blocked("NAT_GATEWAY_PRIVATE", nat.key, message, remedy)
    return Outcome()


def _is_available(nat: Resource) -> Outcome:
    state = nat.get("state")
    if not is_known(state) or state in ("available", "pending"):
        return Outcome()
    return blocked(
        "BAD_STATE",
        nat.key,
        f"NAT gateway {nat.label} is {state}",
        "create a new NAT gateway and point the default route at it",
    )
