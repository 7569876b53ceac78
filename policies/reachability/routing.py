"""Which route takes a packet: the longest prefix in the route table that is in force in a subnet.

Source: Amazon VPC User Guide, "Route priority", "Route table concepts" and "Dynamic routing in your VPC with
VPC Route Server".
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final

from . import kinds
from .graph import Ref, Resource
from .left_open import not_modelled, table_not_read
from .network import Network
from .outcomes import all_of
from .ranges import ANY_ADDRESS, IPV4, IPV6, PRIVATE, Ranges, addresses, prefix_length
from .references import Links
from .values import ABSENT, UNKNOWN, Unknown, Value, elements, get, items
from .verdict import Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .verdict import Outcome

TARGETS: Final[Mapping[str, tuple[str, ...]]] = {
    "natGatewayId": kinds.NAT_GATEWAY,
    "gatewayId": kinds.INTERNET_GATEWAY + kinds.VPC_ENDPOINT + ("aws:ec2/vpnGateway:VpnGateway",),
    "egressOnlyGatewayId": kinds.EGRESS_ONLY_GATEWAY,
    "transitGatewayId": ("aws:ec2transitgateway/transitGateway:TransitGateway",),
    "vpcPeeringConnectionId": kinds.PEERING,
    "vpcEndpointId": kinds.VPC_ENDPOINT + kinds.FIREWALL + kinds.FIREWALL_ENDPOINT,
    "networkInterfaceId": ("aws:ec2/networkInterface:NetworkInterface",),
    "carrierGatewayId": ("aws:ec2/carrierGateway:CarrierGateway",),
    "localGatewayId": (),
    "coreNetworkArn": ("aws:networkmanager/coreNetwork:CoreNetwork",),
}
"""The properties that name a route's target, with what they can stand for."""

LOCAL: Final = "local"
SHORTEST_OF_VPC: Final = 16
LONGEST_OF_VPC: Final = 28
"""The prefix lengths of a VPC's IPv4 blocks (Amazon VPC User Guide, "VPC CIDR blocks")."""
_UNKNOWN_LOCAL: Final = ((IPV4, PRIVATE, LONGEST_OF_VPC), (IPV6, IPV6, 60))
"""Where a block of a VPC is that is not known: assumed, among the private addresses of IPv4."""
_STANDALONE: Final = ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")
_INLINE: Final = ("cidrBlock", "ipv6CidrBlock", "routes")
"""The properties of a route's IPv4 and IPv6 block, and the top-level one that a prefix list is named in."""
_NOWHERE: Final = Ref((), ABSENT)
_ANYTHING: Final = Ref((), UNKNOWN, open=True)
_LONGEST: Final = 128
_ANYWHERE: Final = [(ANY_ADDRESS, _LONGEST, False)]


@dataclass(frozen=True)
class Route:
    """One route.

    Attributes:
        destination: its addresses; all where they are not known.
        length: the length of its prefix, that of the longest entry for a prefix list.
        via: the property that names its target, `local`, or `""` where it has none.
        target: what that property stands for.
        source: the resource that declares it.
        certain: whether it certainly stands in the table, and for these addresses.
        blackhole: whether AWS shows it as one.
    """

    destination: Ranges
    length: int
    via: str
    target: Ref
    source: Resource
    certain: bool = True
    blackhole: bool = False

    @property
    def origin(self) -> Origin:
        return self.source.origin

    def leads_as(self, other: Route) -> bool:
        """Whether both lead to the same thing."""
        here, there = (self.via, self.target, self.blackhole), (other.via, other.target, other.blackhole)
        return here == there


@dataclass(frozen=True)
class Share:
    """The part of the addresses asked for that the same routes take.

    `routes` has one entry where it is certain which; `None` stands for no route at all.
    """

    addresses: Ranges
    routes: tuple[Route | None, ...]


class Routes:
    """The routes of every table of a network."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.graph = network.graph

    def each_table(self, subnet: Resource, judge: Callable[[Resource], Outcome]) -> list[Outcome]:
        """What `judge` says of each table that may be in force in `subnet`; one that is not read is open."""
        tables = (table for table, _ in self.network.route_tables_of(subnet))
        return [table_not_read(subnet) if table is None else judge(table) for table in tables]

    def is_local(self, subnet: Resource, vpc: Ref, wanted: Ranges) -> Outcome:
        """Whether the tables of `subnet` leave `wanted`, inside the same VPC, to the local route."""
        return all_of(self.each_table(subnet, partial(self._leaves_local, vpc, wanted)))

    def _leaves_local(self, vpc: Ref, wanted: Ranges, table: Resource) -> Outcome:
        outcomes: list[Outcome] = []
        for share in self.lookup(table, vpc, wanted):
            routes = [route for route in share.routes if route is not None and route.via != LOCAL]
            others = [route for route in routes if route.length >= SHORTEST_OF_VPC]
            if others:
                outcomes.append(not_modelled(others[0], table))
        return all_of(outcomes)

    def lookup(self, table: Resource, vpc: Ref, wanted: Ranges) -> list[Share]:
        """Divide `wanted` among the routes of `table`, longest prefix first.

        Where prefix lists give two routes one destination, AWS chooses between them.
        """
        routes = sorted(self._routes_of(table, vpc), key=lambda route: (-route.length, route.certain))
        tied: defaultdict[Ranges, list[Route]] = defaultdict(list)
        for route in routes:
            if route.certain:
                tied[route.destination].append(route)
        shares: list[Share] = []
        left = wanted
        maybe: list[Route] = []
        for route in routes:
            if not route.certain:
                maybe.append(route)
            else:
                rivals = [other for other in tied[route.destination] if not other.leads_as(route)]
                shares.extend(_divide(left & route.destination, route, [*maybe, *rivals]))
                left = left - route.destination
        if left:
            shares.extend(_divide(left, None, maybe))
        return shares

    def _routes_of(self, table: Resource, vpc: Ref) -> Iterator[Route]:
        yield from self._local(vpc, table)
        if self._may_learn_routes(table):
            # What a virtual private gateway or a route server announces is not known before it does.
            yield _not_known(table)
        yield from self.declared_in(table)

    def declared_in(self, table: Resource) -> Iterator[Route]:
        """The routes of `table` beside the local ones: those that somebody gave it."""
        inline = table.declared("routes")
        entries = elements(inline)
        # The provider removes what a table with inline routes does not list.
        exclusive = table.origin is Origin.PROGRAM and bool(entries)
        managed: set[tuple[Ranges, int]] = set()
        for route, certain in self.standalone_in(table):
            entry = {name: route.declared(name) for name in route.properties}
            via, target = self._target(route, entry, None)
            for destination, length, known in self._destinations(route, entry, *_STANDALONE):
                sure = certain and known and not exclusive
                if sure:
                    managed.add((destination, length))
                yield Route(destination, length, via, target, route, sure)
        for entry in entries:
            if entry is UNKNOWN:
                yield _not_known(table)
                continue
            via, target = self._target(table, entry, "routes")
            dead = get(entry, "state") == "blackhole"
            for destination, length, known in self._destinations(table, entry, *_INLINE):
                if (destination, length) not in managed:
                    yield Route(destination, length, via, target, table, known, dead)

    def _may_learn_routes(self, table: Resource) -> bool:
        """Whether the program lets `table` learn routes: those that an account's has learnt, it shows."""
        links = [link for link, _ in self._propagations.to(table) if link.origin is Origin.PROGRAM]
        own = table.origin is Origin.PROGRAM
        return bool(links) or (own and items(table.declared("propagatingVgws")) != ())

    @cached_property
    def _propagations(self) -> Links[Resource]:
        return Links(self._given_to_tables(kinds.ROUTE_PROPAGATION))

    def standalone_in(self, table: Resource) -> list[tuple[Resource, bool]]:
        """The routes declared by themselves that may stand in `table`, with whether they certainly do."""
        return self._standalone.to(table)

    @cached_property
    def _standalone(self) -> Links[Resource]:
        return Links(self._given_to_tables(kinds.ROUTE))

    def _given_to_tables(self, given: tuple[str, ...]) -> Iterator[tuple[Resource, Ref]]:
        for thing in self.graph.of_type(*given):
            ref = self.network.table_ref(thing)
            tables = self.network.tables(ref)
            found = tuple(table for table in tables if table is not None)
            yield thing, Ref(found, ref.id, open=len(found) < len(tables))

    def _local(self, vpc: Ref, table: Resource) -> Iterator[Route]:
        for family, assumed, longest in _UNKNOWN_LOCAL:
            for block, certain in self.network.blocks_of(vpc, family):
                if isinstance(block, str):
                    yield Route(addresses(block), prefix_length(block), LOCAL, _NOWHERE, table, certain)
                else:
                    yield Route(assumed, longest, LOCAL, _NOWHERE, table, certain=False)

    def _destinations(
        self, source: Resource, entry: Mapping[str, Any], ipv4: str, ipv6: str, prop: str
    ) -> list[tuple[Ranges, int, bool]]:
        """What a route matches, as `(addresses, prefix length, known)`: several for a prefix list."""
        block = _set(entry, ipv4)
        if isinstance(block, str):
            return [(addresses(block), prefix_length(block), True)]
        if block is UNKNOWN:
            return _ANYWHERE
        prefix_list = _set(entry, "destinationPrefixListId")
        if prefix_list is not ABSENT:
            if str(_set(entry, "gatewayId")).startswith("vpce-"):
                return []  # A gateway endpoint's: the addresses of Amazon S3 or DynamoDB.
            blocks = prefix_list_blocks(self.network, source, prefix_list, prop)
            if isinstance(blocks, Unknown):
                return _ANYWHERE
            return [(addresses(cidr), prefix_length(cidr), True) for cidr in blocks]
        block = _set(entry, ipv6)
        if isinstance(block, str):
            return [(addresses(block), prefix_length(block), True)]
        return _ANYWHERE if block is ABSENT else [(IPV6, _LONGEST, False)]

    def _target(self, source: Resource, entry: Mapping[str, Any], prop: str | None) -> tuple[str, Ref]:
        """The target of a route: `prop` is the top-level property where all targets share one."""
        unknown: list[tuple[str, Ref]] = []
        for name, types in TARGETS.items():
            value = _set(entry, name)
            if value == LOCAL:
                return LOCAL, _NOWHERE
            if value is ABSENT:
                continue
            ref = self.graph.ref(source, value, prop or name, types)
            if value is not UNKNOWN:
                return name, ref
            unknown.append((name, ref))
        certain = [(name, ref) for name, ref in unknown if ref.candidates]
        if len(certain) == 1:
            return certain[0]
        return "", _ANYTHING if unknown else _NOWHERE


def _not_known(table: Resource) -> Route:
    """A route of `table` of which nothing is known: it may take any packet anywhere."""
    return Route(ANY_ADDRESS, _LONGEST, "", _ANYTHING, table, certain=False)


def _set(entry: Mapping[str, Any], name: str) -> Value:
    value = get(entry, name)
    return ABSENT if value == "" else value


def _divide(taken: Ranges, route: Route | None, maybe: list[Route]) -> Iterator[Share]:
    """Split `taken`, which `route` takes unless one of `maybe` is really there."""
    left = taken
    for rival in maybe:
        part = left & rival.destination
        if part:
            rivals = tuple(other for other in maybe if part & other.destination)
            yield Share(part, (route, *rivals))
            left = left - part
    if left:
        yield Share(left, (route,))


def prefix_list_blocks(
    network: Network, source: Resource, value: Value, prop: str
) -> tuple[str, ...] | Unknown:
    """The CIDR blocks of a prefix list.

    Source: Amazon VPC User Guide, "Group CIDR blocks using managed prefix lists".
    """
    target = network.graph.ref(source, value, prop, kinds.PREFIX_LIST).target
    if target is None:
        return UNKNOWN
    separate = network.prefix_list_entries.to(target)
    entries = (*elements(target.declared("entries")), *(entry.properties for entry, _ in separate))
    blocks = [get(entry, "cidr") for entry in entries]
    if not all(certain for _, certain in separate) or not all(isinstance(b, str) for b in blocks):
        return UNKNOWN
    return tuple(blocks)
