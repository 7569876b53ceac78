"""Which route table is in force in a subnet, or behind an internet gateway.

Source: Amazon VPC User Guide, "Subnet route tables", "Main route table" and "Gateway route tables": the
explicit association, else the VPC's main table.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

from ..findings import conflicts, routing
from ..graph import tokens
from ..graph.claims import Adoptions, Claim, standing_or, warnings
from ..graph.references import Links, Ref, exactly
from ..graph.resource import Resource
from ..values import UNKNOWN, Truth, elements, get
from ..verdict import Origin, all_of
from .route_table import Route, Routes, RouteTable, destination_of, may_learn_routes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..graph.refusals import Refusals
    from ..ranges import Ranges
    from ..verdict import Outcome
    from .internet_gateway import InternetGateway
    from .prefix_list import PrefixLists
    from .subnet import Subnet
    from .vpc import Vpc, Vpcs

_ORIGINAL_TABLE: Final = ("defaultRouteTableId", "mainRouteTableId")
"""What tells the table that AWS made with a VPC."""


class RouteTables:
    """The route tables of one graph, by what they are associated with."""

    def __init__(self, vpcs: Vpcs, prefix_lists: PrefixLists, refusals: Refusals) -> None:
        self.vpcs = vpcs
        self.graph = vpcs.graph
        self.refusals = refusals
        self.routes = Routes(self.graph, prefix_lists)
        self.adoptions = Adoptions(self.graph, tokens.DEFAULT_ROUTE_TABLE, self._original)
        self._read: dict[str, RouteTable] = {}
        self._by_subnet: dict[str, tuple[RouteTable | None, ...]] = {}
        self._conflicts_in: dict[str, Outcome] = {}

    def in_force(self, subnet: Subnet) -> tuple[RouteTable | None, ...]:
        """The tables that may be in force in `subnet`: one where it is certain.

        `None` stands for a table that the graph does not hold.
        """
        if subnet.key not in self._by_subnet:
            found = {table.key if table else None: table for table in self._in_force(subnet)}
            tables = found.values() or (None,)
            self._by_subnet[subnet.key] = tuple(self.read(table) if table else None for table in tables)
        return self._by_subnet[subnet.key]

    def behind(self, gateway: InternetGateway) -> tuple[tuple[RouteTable | None, bool], ...]:
        """The tables that route, or may route, what comes in by `gateway`; whether each certainly does."""
        links = [(self._tables(link.source), link.certain) for link in self._edge_associations.to(gateway)]
        return tuple(
            (self.read(table) if table else None, certain and len(tables) == 1)
            for tables, certain in links
            for table in tables
        )

    def each(self, subnet: Subnet, judge: Callable[[RouteTable], Outcome]) -> list[Outcome]:
        """What `judge` says of each table that may be in force in `subnet`; one that is not read is open."""
        told = self._conflicts(subnet)
        return [
            (routing.TABLE_NOT_READ(subnet) if table is None else self._judged(table, subnet, judge)) + told
            for table in self.in_force(subnet)
        ]

    def _judged(self, table: RouteTable, subnet: Subnet, judge: Callable[[RouteTable], Outcome]) -> Outcome:
        return judge(table) + table.conflicts + self.vpcs.hold_both(table, subnet, routing.TABLE_OF_OTHER_VPC)

    def leave_local(self, subnet: Subnet, vpc: Ref[Vpc], wanted: Ranges) -> Outcome:
        """Whether the tables of `subnet` leave `wanted`, inside the same VPC, to the local route."""
        return all_of(self.each(subnet, lambda table: table.leaves_local(vpc, wanted)))

    def read(self, table: Resource) -> RouteTable:
        if table.key not in self._read:
            routes = [*self.routes.of(table, self.standalone_in(table))]
            for rival in self.adoptions.rivals(table):
                routes.extend(replace(route, certain=False) for route in self.routes.of(rival, []))
            learns, standing = may_learn_routes(table, self._propagations), tuple(map(self._if_made, routes))
            self._read[table.key] = RouteTable(table, standing, learns, self._conflicts_inside(table))
        return self._read[table.key]

    def _if_made(self, route: Route) -> Route:
        """`route`, which is not certain where AWS refuses it, or may."""
        refused = self.refusals.of(route.source)
        return replace(route, certain=route.certain and not refused.findings, refused=refused)

    def _conflicts_inside(self, table: Resource) -> Outcome:
        """Warnings of what removes routes of `table`, or declares one to the same destination."""
        parts = [link.source for link in self._standalone.to(table) if link.certain]
        told = self.adoptions.warnings(table, parts)
        listed = elements(table.declared("routes")) if table.sets("routes") else ()
        declaring = {destination_of(entry): [Claim(table, certain=True)] for entry in listed}
        for part in parts:
            claim = Claim(part, certain=True)
            declaring.setdefault(destination_of(part.properties), []).append(claim)
        for destination in filter(None, declaring):
            says = partial(conflicts.ROUTES, table, destination=destination)
            told += warnings(declaring[destination], says)
        held = elements(table.get("routes")) if table.origin is Origin.ACCOUNT else ()
        destinations = {destination_of(entry) for entry in held} - {""}
        for part in parts:
            destination = destination_of(part.properties)
            if destination in destinations and part.id is UNKNOWN:
                told += conflicts.ROUTE_HELD(table, route=part.label, destination=destination)
        for part in parts if listed and table.origin is Origin.PROGRAM else ():
            told += conflicts.INLINE_AND_SEPARATE(table, route=part.label)
        return told

    def standalone_in(self, table: Resource) -> list[tuple[Resource, bool]]:
        """The routes declared by themselves that may stand in `table`, with whether they certainly do."""
        return [
            (link.source, link.certain and self.adoptions.keeps(table, link.source))
            for link in self._standalone.to(table)
            if not self.adoptions.removes(table, link.source)
        ]

    # Which table a reference is --------------------------------------------------------------------

    def _named(self, link: Resource) -> Ref[Resource]:
        """The table that a route or an association names; a VPC stands for the table AWS made with it."""
        ref = self.graph.named(link, "routeTableId", tokens.ROUTE_TABLE + tokens.VPC)
        return self.graph.or_maker(ref, link, tokens.VPC, *_ORIGINAL_TABLE)

    def _tables(self, ref: Ref[Resource]) -> list[Resource | None]:
        """The tables that `ref` may be; a VPC among its candidates stands for the table AWS made with it.

        `None` among them where it may be one that the graph does not hold.
        """
        if ref.absent:
            return []
        found: list[Resource | None] = [None] if ref.open else []
        for candidate in ref.candidates:
            if candidate.type in tokens.VPC:
                found.extend(self._original_tables(exactly(candidate)))
            else:
                value = candidate.id
                found.extend(
                    self._beside(value, candidate)
                    if isinstance(value, str)
                    else self.adoptions.standing_for(candidate)
                )
        return found

    def _beside(self, value: str, user: Resource) -> list[Resource | None]:
        """The table with the id `value` beside `user`, or what of the program may be the last to adopt it."""
        held = self.graph.beside(user, value, tokens.ROUTE_TABLE)
        if held is None:
            defaults = self.graph.of_type(tokens.DEFAULT_ROUTE_TABLE)
            adopting = (own for own in defaults if own.get("defaultRouteTableId") == value)
            held = next((own for own in adopting if own.in_place_of(user) is not False), None)
        if held is None:
            return [None]
        if held.type == tokens.DEFAULT_ROUTE_TABLE:
            return [*self.adoptions.standing_for(held)]
        vpc = self.graph.named(held, "vpcId", tokens.VPC).target
        made_with = vpc is not None and value in map(vpc.get, _ORIGINAL_TABLE)
        return [*self.adoptions.replacing(held, vpc if made_with else None)]

    # What tables are associated with ---------------------------------------------------------------

    def _in_force(self, subnet: Subnet) -> Iterator[Resource | None]:
        """Of several associations of a subnet AWS refuses all but the first: any that is to come may fail."""
        links = self._associations.to(subnet)
        certain = [link for link in links if link.certain]
        declared = [link for link in certain if link.source[0].origin is Origin.PROGRAM]
        made = any(link.source[0].id is not UNKNOWN for link in declared)
        explicit = declared if made else certain
        for link in links:
            if not link.certain or link in explicit:
                yield from self._tables(link.source[1])
        if not explicit:
            yield from self._main_tables(subnet.vpc.map(lambda found: found.resource))

    def _conflicts(self, subnet: Subnet) -> Outcome:
        """Warnings of several resources that set the table of `subnet`, or else the main one of its VPC."""
        if subnet.key not in self._conflicts_in:
            self._conflicts_in[subnet.key] = self._find_conflicts(subnet)
        return self._conflicts_in[subnet.key]

    def _find_conflicts(self, subnet: Subnet) -> Outcome:
        links = self._associations.to(subnet)
        explicit = [
            Claim(link.source[0], link.certain, link.source[0].origin is Origin.PROGRAM) for link in links
        ]
        vpc = subnet.vpc.target
        if vpc is None or any(claim.certain for claim in explicit):
            refused = (self.refusals.of_itself(claim.by) for claim in explicit if claim.certain)
            told = all_of(refused).as_undetermined() + warnings(
                explicit, partial(conflicts.TABLES_OF_SUBNET, subnet)
            )
            return told + self._held_already(subnet, [link.source for link in links if link.certain])
        replacing = self._claims_on_main(exactly(vpc.resource))
        return warnings(replacing, partial(conflicts.MAIN_TABLES, vpc))

    def _held_already(self, subnet: Subnet, sources: list[tuple[Resource, Ref[Resource]]]) -> Outcome:
        """A warning of each association to come of a subnet that the account has associated with a table."""
        held = [source for source, _ in sources if source.origin is Origin.ACCOUNT]
        return all_of(
            conflicts.TABLE_HELD(subnet, association=source.label, table=held[0].label)
            for source, table in sources
            if held and source.origin is Origin.PROGRAM and source.id is UNKNOWN
            if table.stands_for(held[0]) is False
        )

    @cached_property
    def _associations(self) -> Links[tuple[Resource, Ref[Resource]]]:
        """Subnets' explicit associations, as `(what says so, table)`; the program's come first."""
        return Links(self._read_associations())

    def _read_associations(self) -> Iterator[tuple[tuple[Resource, Ref[Resource]], Ref[Resource]]]:
        for link in self.graph.of_type(*tokens.ROUTE_TABLE_ASSOCIATION):
            yield (link, self._named(link)), self.graph.named(link, "subnetId", tokens.SUBNET)
        for held, subnet in self._held_associations("subnetId", tokens.SUBNET):
            yield (held, exactly(held)), subnet

    def _held_associations(
        self, prop: str, types: tuple[str, ...]
    ) -> Iterator[tuple[Resource, Ref[Resource]]]:
        """What the account's tables are associated with, as `(table, subnet or gateway)`."""
        for held in self.graph.of_type(*tokens.ROUTE_TABLE):
            if held.origin is Origin.ACCOUNT:
                for association in elements(held.get("associations")):
                    yield held, self.graph.ref(held, get(association, prop), prop, types)

    @cached_property
    def _edge_associations(self) -> Links[Ref[Resource]]:
        return Links(self._read_edge_associations())

    def _read_edge_associations(self) -> Iterator[tuple[Ref[Resource], Ref[Resource]]]:
        for link in self.graph.of_type(*tokens.ROUTE_TABLE_ASSOCIATION):
            value = link.declared("gatewayId")
            yield self._named(link), self.graph.ref(link, value, "gatewayId", tokens.INTERNET_GATEWAY)
        for held, gateway in self._held_associations("gatewayId", tokens.INTERNET_GATEWAY):
            yield exactly(held), gateway

    def _claims_on_main(self, vpc: Ref[Resource]) -> list[Claim]:
        """What replaces the main table of `vpc`."""
        return [
            Claim(link, applies is True)
            for link in self.graph.of_type(*tokens.MAIN_ROUTE_TABLE)
            if (applies := self.graph.named(link, "vpcId", tokens.VPC).same_as(vpc)) is not False
        ]

    def _main_tables(self, vpc: Ref[Resource]) -> list[Resource | None]:
        claims = self._claims_on_main(vpc)
        before = partial(self._first_main_tables, vpc)
        return standing_or(self.graph, claims, before, lambda link: self._tables(self._named(link)))

    def _first_main_tables(self, vpc: Ref[Resource]) -> list[Resource | None]:
        """The main table of `vpc` that nothing has replaced."""
        main = vpc.target.get("mainRouteTableId") if vpc.target else UNKNOWN
        held: list[Resource | None] = [None]
        if vpc.target and isinstance(main, str):
            held = self._beside(main, vpc.target)
        if held != [None] or (vpc.target is not None and vpc.target.origin is Origin.ACCOUNT):
            return held
        return self._original_tables(vpc)

    def _original_tables(self, vpc: Ref[Resource]) -> list[Resource | None]:
        """The table that AWS made with `vpc`, its main one until another is associated as such."""
        claims = [
            Claim(table, applies is True)
            for table in self.graph.of_type(tokens.DEFAULT_ROUTE_TABLE)
            if (applies := self._is_original_of(table, vpc)) is not False
        ]
        made = [implicit_main_table(each) if each.is_own_vpc else None for each in vpc.candidates]
        before = [*made, None] if vpc.unread else made
        return standing_or(self.graph, claims, lambda: before, lambda adopted: [adopted])

    def _is_original_of(self, adopted: Resource, vpc: Ref[Resource]) -> Truth:
        """Whether a `DefaultRouteTable` adopts the table that AWS made with `vpc`."""
        table = self._original(adopted).target
        if table is None:
            return UNKNOWN
        made_with = (
            exactly(table) if table.type in tokens.VPC else self.graph.named(table, "vpcId", tokens.VPC)
        )
        return made_with.same_as(vpc)

    def _original(self, adopted: Resource) -> Ref[Resource]:
        """What a `DefaultRouteTable` adopts: a table, or the VPC that AWS made it with."""
        named = self.graph.named(adopted, "defaultRouteTableId", tokens.VPC + tokens.ROUTE_TABLE)
        return self.graph.or_maker(named, adopted, tokens.VPC, *_ORIGINAL_TABLE)

    # Routes that are resources of their own ----------------------------------------------------------

    @cached_property
    def _propagations(self) -> Links[Resource]:
        return Links(self._given_to_tables(tokens.ROUTE_PROPAGATION))

    @cached_property
    def _standalone(self) -> Links[Resource]:
        return Links(self._given_to_tables(tokens.ROUTE))

    def _given_to_tables(self, given: tuple[str, ...]) -> Iterator[tuple[Resource, Ref[Resource]]]:
        for thing in self.graph.of_type(*given):
            ref = self._named(thing)
            tables = self._tables(ref)
            found = tuple(table for table in tables if table is not None)
            yield thing, Ref(found, ref.id, open=len(found) < len(tables))


def implicit_main_table(vpc: Resource) -> Resource:
    """The main table that AWS makes with a new VPC: it has the local route alone.

    Source: Amazon VPC User Guide, "Main route table".
    """
    told = vpc.get("mainRouteTableId")
    return Resource(
        key=f"{vpc.key}#mainRouteTable",
        type=tokens.ROUTE_TABLE[0],
        name=f"main route table of {vpc.name}",
        id=told if isinstance(told, str) else UNKNOWN,
        origin=Origin.AWS_DEFAULT,
    )
