"""Route tables: their routes, and which of them takes a packet: the longest prefix.

Source: Amazon VPC User Guide, "Route priority", "Route table concepts" and "Dynamic routing in your VPC with
VPC Route Server".
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from ..findings import routing
from ..graph import tokens
from ..graph.references import Links, Ref
from ..ranges import ANY_ADDRESS, IPV4, IPV6, PRIVATE, Ranges, addresses, prefix_length
from ..values import ABSENT, UNKNOWN, Unknown, Value, elements, get, items
from ..verdict import PASSES, Origin, Outcome, all_of
from .entity import Entity
from .vpc import blocks_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..graph.graph import Graph
    from ..graph.resource import Resource
    from .prefix_list import PrefixLists
    from .vpc import Vpc

TARGETS: Final[Mapping[str, tuple[str, ...]]] = {
    "natGatewayId": tokens.NAT_GATEWAY,
    "gatewayId": tokens.INTERNET_GATEWAY + tokens.VPC_ENDPOINT + tokens.VPN_GATEWAY,
    "egressOnlyGatewayId": tokens.EGRESS_ONLY_GATEWAY,
    "transitGatewayId": tokens.TRANSIT_GATEWAY,
    "vpcPeeringConnectionId": tokens.PEERING,
    "vpcEndpointId": tokens.VPC_ENDPOINT + tokens.FIREWALL + tokens.FIREWALL_ENDPOINT,
    "networkInterfaceId": tokens.ROUTED_INTERFACE,
    "carrierGatewayId": tokens.CARRIER_GATEWAY,
    "localGatewayId": (),
    "coreNetworkArn": tokens.CORE_NETWORK,
}
"""The properties that name a route's target, with what they can stand for."""

_GATEWAY: Final = "gatewayId"
LOCAL: Final = "local"
SHORTEST_OF_VPC: Final = 16
LONGEST_OF_VPC: Final = 28
"""The prefix lengths of a VPC's IPv4 blocks (Amazon VPC User Guide, "VPC CIDR blocks")."""
_UNKNOWN_LOCAL: Final = ((IPV4, PRIVATE, LONGEST_OF_VPC), (IPV6, IPV6, 60))
"""Where a block of a VPC is that is not known: assumed, among the private addresses of IPv4."""
_STANDALONE: Final = ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")
_INLINE: Final = ("cidrBlock", "ipv6CidrBlock", "routes")
"""The properties of a route's IPv4 and IPv6 block, and the top-level one that a prefix list is named in."""
_NOWHERE: Final[Ref[Any]] = Ref((), ABSENT)
_ANYTHING: Final[Ref[Any]] = Ref((), UNKNOWN, open=True)
_LONGEST: Final = 128
_ANYWHERE: Final = [(ANY_ADDRESS, _LONGEST, False)]


@dataclass(frozen=True)
class Route:
    """One route.

    Attributes:
        destination: its addresses; all where they are not known.
        length: the length of its prefix, that of the longest entry for a prefix list.
        via: the property that names its target, `local`, or `""` where it has none, or names a NAT gateway
            by the wrong one.
        target: what that property stands for.
        source: the resource that declares it.
        certain: whether it certainly stands in the table, and for these addresses.
        blackhole: whether AWS shows it as one.
        refused: why AWS does not make it, or may not; it is not certain then.
    """

    destination: Ranges
    length: int
    via: str
    target: Ref[Resource]
    source: Resource
    certain: bool = True
    blackhole: bool = False
    refused: Outcome = PASSES

    @cached_property
    def leads_to_internet_gateway(self) -> bool:
        """Whether it certainly names an internet gateway, and no virtual private one."""
        found = self.target.candidates
        named = str(self.target.id).startswith("igw-")
        all_are = bool(found) and all(gateway.type in tokens.INTERNET_GATEWAY for gateway in found)
        return named or (all_are and not self.target.open)

    def leads_as(self, other: Route) -> bool:
        """Whether both lead to the same thing."""
        here, there = (self.via, self.target, self.blackhole), (other.via, other.target, other.blackhole)
        return here == there


@dataclass(frozen=True)
class NextHops:
    """The part of the addresses asked for that the same routes take.

    `routes` has one entry where it is certain which; `None` stands for no route at all.
    """

    addresses: Ranges
    routes: tuple[Route | None, ...]

    @property
    def told(self) -> tuple[Route | None, ...]:
        """`routes`, without none where one says itself why it is not there."""
        refused = any(route is not None and route.refused.findings for route in self.routes)
        return tuple(route for route in self.routes if route is not None) if refused else self.routes


@dataclass(frozen=True, eq=False)
class RouteTable(Entity):
    """A route table.

    Attributes:
        routes: those that somebody gave it, beside the local ones.
        learns: whether it may have others: what a virtual private gateway or a route server announces.
        conflicts: warnings of what else the program puts there, or adopts it with.
    """

    routes: tuple[Route, ...]
    learns: bool
    conflicts: Outcome

    @cached_property
    def called(self) -> str:
        """It for a person; the name of one that AWS has yet to make says what it is."""
        made_by_aws = self.origin is Origin.AWS_DEFAULT and self.id is UNKNOWN
        return self.resource.name if made_by_aws else f"route table {self.label}"

    def next_hops(self, vpc: Ref[Vpc], wanted: Ranges) -> list[NextHops]:
        """Divide `wanted` among its routes and the local ones of `vpc`, longest prefix first.

        Where prefix lists give two routes one destination, AWS chooses between them.
        """
        routes = sorted(self._all(vpc), key=lambda route: (-route.length, route.certain))
        tied: defaultdict[Ranges, list[Route]] = defaultdict(list)
        for route in routes:
            if route.certain:
                tied[route.destination].append(route)
        hops: list[NextHops] = []
        left = wanted
        maybe: list[Route] = []
        for route in routes:
            if not route.certain:
                maybe.append(route)
            else:
                rivals = [other for other in tied[route.destination] if not other.leads_as(route)]
                hops.extend(_divide(left & route.destination, route, [*maybe, *rivals]))
                left = left - route.destination
        if left:
            hops.extend(_divide(left, None, maybe))
        return hops

    def taking(self, vpc: Ref[Vpc], wanted: Ranges) -> list[Route | None]:
        """Every route that may take a part of `wanted`; `None` for no route at all."""
        return [route for hops in self.next_hops(vpc, wanted) for route in hops.routes]

    def _all(self, vpc: Ref[Vpc]) -> Iterator[Route]:
        yield from self._local(vpc)
        if self.learns:
            yield _not_known(self.resource)
        yield from self.routes

    def _local(self, vpc: Ref[Vpc]) -> Iterator[Route]:
        for family, assumed, longest in _UNKNOWN_LOCAL:
            for block in blocks_of(vpc, family):
                if isinstance(block.cidr, str):
                    where, length, certain = addresses(block.cidr), prefix_length(block.cidr), block.certain
                else:
                    where, length, certain = assumed, longest, False
                yield Route(where, length, LOCAL, _NOWHERE, self.resource, certain)

    def leaves_local(self, vpc: Ref[Vpc], wanted: Ranges) -> Outcome:
        """Whether it leaves `wanted`, inside `vpc`, to the local route: a longer one may be more specific."""
        return all_of(self._past_local(vpc, wanted))

    def _past_local(self, vpc: Ref[Vpc], wanted: Ranges) -> Iterator[Outcome]:
        for hops in self.next_hops(vpc, wanted):
            for route in hops.routes:
                if route is not None and route.via != LOCAL and route.length >= SHORTEST_OF_VPC:
                    yield not_followed(route, self)
                    break


def not_followed(route: Route, table: RouteTable) -> Outcome:
    """What the proof does not follow: the target of `route`."""
    target = route.via.removesuffix("Id").removesuffix("Arn") or "target"
    return routing.NOT_FOLLOWED(table, target=target, place=route.target.place)


def _not_known(table: Resource) -> Route:
    """A route of `table` of which nothing is known: it may take any packet anywhere."""
    return Route(ANY_ADDRESS, _LONGEST, "", _ANYTHING, table, certain=False)


def _divide(taken: Ranges, route: Route | None, maybe: list[Route]) -> Iterator[NextHops]:
    """Split `taken`, which `route` takes unless one of `maybe` is really there."""
    left = taken
    for rival in maybe:
        part = left & rival.destination
        if part:
            rivals = tuple(other for other in maybe if part & other.destination)
            yield NextHops(part, (route, *rivals))
            left = left - part
    if left:
        yield NextHops(left, (route,))


class Routes:
    """The routes that the resources of one graph declare."""

    def __init__(self, graph: Graph, prefix_lists: PrefixLists) -> None:
        self.graph = graph
        self.prefix_lists = prefix_lists

    def of(self, table: Resource, standalone: list[tuple[Resource, bool]]) -> Iterator[Route]:
        """The routes of `table` beside the local ones: those that somebody gave it.

        Args:
            standalone: the routes that are resources of their own, with whether each certainly is in it.
        """
        entries = elements(table.declared("routes"))
        # The provider removes what a table with inline routes does not list.
        exclusive = table.origin is Origin.PROGRAM and bool(entries)
        managed: set[tuple[Ranges, int]] = set()
        inline = [[] if entry is UNKNOWN else self._destinations(table, entry, *_INLINE) for entry in entries]
        held = {
            (destination, length)
            for destinations in (inline if table.origin is Origin.ACCOUNT else ())
            for destination, length, _ in destinations
        }
        for route, certain in standalone:
            entry = {name: route.declared(name) for name in route.properties}
            via, target = self._target(route, entry, None)
            for destination, length, known in self._destinations(route, entry, *_STANDALONE):
                # AWS refuses a second route to one destination.
                refused = route.id is UNKNOWN and (destination, length) in held
                sure = certain and known and not exclusive and not refused
                if sure:
                    managed.add((destination, length))
                yield Route(destination, length, via, target, route, sure)
        for entry, destinations in zip(entries, inline, strict=True):
            if entry is UNKNOWN:
                yield _not_known(table)
                continue
            via, target = self._target(table, entry, "routes")
            dead = get(entry, "state") == "blackhole"
            for destination, length, known in destinations:
                if (destination, length) not in managed:
                    yield Route(destination, length, via, target, table, known, dead)

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
            blocks = self.prefix_lists.blocks(source, prefix_list, prop)
            if isinstance(blocks, Unknown):
                return _ANYWHERE
            return [(addresses(cidr), prefix_length(cidr), True) for cidr in blocks]
        block = _set(entry, ipv6)
        if isinstance(block, str):
            return [(addresses(block), prefix_length(block), True)]
        return _ANYWHERE if block is ABSENT else [(IPV6, _LONGEST, False)]

    def _target(
        self, source: Resource, entry: Mapping[str, Any], prop: str | None
    ) -> tuple[str, Ref[Resource]]:
        """The target of a route: `prop` is the top-level property where all targets share one."""
        unknown: list[tuple[str, Ref[Resource]]] = []
        for name, types in TARGETS.items():
            value = _set(entry, name)
            if value == LOCAL:
                return LOCAL, _NOWHERE
            if value is ABSENT:
                continue
            ref = self.graph.ref(source, value, prop or name, types)
            if name == _GATEWAY and str(value).startswith("nat-"):
                return "", self.graph.ref(source, value, prop or name, tokens.NAT_GATEWAY)
            if value is not UNKNOWN:
                return name, ref
            unknown.append((name, ref))
        certain = [(name, ref) for name, ref in unknown if ref.candidates]
        if len(certain) == 1:
            return certain[0]
        if not unknown:
            return "", _NOWHERE
        nat = self.graph.ref(source, _set(entry, _GATEWAY), prop or _GATEWAY, tokens.NAT_GATEWAY)
        return "", nat if nat.candidates else _ANYTHING


def destination_of(entry: Value) -> str:
    """The block or the prefix list that a route is for; empty where that is not known."""
    given = (get(entry, name) for name in (*_STANDALONE, *_INLINE))
    return next((value for value in given if isinstance(value, str) and value), "")


def _set(entry: Mapping[str, Any], name: str) -> Value:
    value = get(entry, name)
    return ABSENT if value == "" else value


def may_learn_routes(table: Resource, propagations: Links[Resource]) -> bool:
    """Whether the program lets `table` learn routes: those that an account's has learnt, it shows."""
    links = [link for link in propagations.to(table) if link.source.origin is Origin.PROGRAM]
    own = table.origin is Origin.PROGRAM
    return bool(links) or (own and items(table.declared("propagatingVgws")) != ())
