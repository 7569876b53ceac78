"""Which VPC, route table and internet gateway belongs to what: the relations that routing needs."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from . import kinds
from .graph import Graph, Ref, Resource, nearest
from .ranges import IPV4, IPV6, Ranges, addresses, union
from .references import Links, either, exactly, refers, same
from .values import ABSENT, UNKNOWN, Unknown, Value, elements, get
from .verdict import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


_ORIGINAL_TABLE: Final = ("defaultRouteTableId", "mainRouteTableId")
"""What tells the table that AWS made with a VPC."""


class Network:
    """The graph seen as VPCs, subnets and what is attached to them."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def vpc_of(self, resource: Resource) -> Ref:
        """The VPC that a subnet, table, group, gateway or endpoint is in."""
        return self.graph.ref(resource, resource.get("vpcId"), "vpcId", kinds.VPC)

    def covers(self, vpc: Ref, action: str) -> bool:
        """Whether all that the IAM action `action` shows of `vpc` is in the graph.

        A VPC that the program creates is new, and holds nothing else; one of the account has been read.
        """
        if vpc.open:
            return self._has_read(vpc.id, action)
        return bool(vpc.candidates) and all(
            self._has_read(found.id, action, found) or is_new(found) for found in vpc.candidates
        )

    def _has_read(self, vpc: Value, action: str, *where: Resource) -> bool:
        coverage = self.graph.coverage
        return coverage.has_read(vpc, *where) and not coverage.misses(action, *where)

    # Addresses ------------------------------------------------------------------------------------

    @cached_property
    def _secondary_blocks(self) -> Mapping[Ranges, Links[Resource]]:
        kinds_of = {IPV4: kinds.VPC_CIDR, IPV6: kinds.VPC_IPV6_CIDR}
        return {
            family: Links((block, self.vpc_of(block)) for block in self.graph.of_type(*types))
            for family, types in kinds_of.items()
        }

    def addresses_of(self, vpc: Ref, family: Ranges = IPV4) -> Ranges | Unknown:
        """The addresses of a VPC, secondary blocks included; `UNKNOWN` where one is not known."""
        blocks = self.blocks_of(vpc, family)
        if not all(certain and isinstance(block, str) for block, certain in blocks):
            return UNKNOWN
        return union(addresses(block) for block, _ in blocks)

    def blocks_of(self, vpc: Ref, family: Ranges = IPV4) -> list[tuple[str | Unknown, bool]]:
        """The blocks of a VPC, secondary ones included, each with whether it certainly is one of its.

        Source: Amazon VPC User Guide, "VPC CIDR blocks".
        """
        if vpc.target is None:
            owners = [(vpc, False) for vpc in vpc.candidates]
        else:
            owners = [(vpc.target, True), *self._secondary_blocks[family].to(vpc.target)]
        found = [(_block(owner, family), certain) for owner, certain in owners]
        known: list[tuple[str | Unknown, bool]] = [(one, sure) for one, sure in found if one is not None]
        return known if vpc.target else [*known, (UNKNOWN, False)]

    @cached_property
    def ipv6_of_vpcs(self) -> tuple[tuple[Ref, Ranges], ...]:
        """Every VPC with its IPv6 addresses, as far as they are known."""
        vpcs = map(exactly, self.graph.of_type(*kinds.VPC))
        held = [(vpc, [block for block, _ in self.blocks_of(vpc, IPV6)]) for vpc in vpcs]
        return tuple(
            (vpc, union(addresses(one) for one in blocks if isinstance(one, str))) for vpc, blocks in held
        )

    def addresses_of_subnet(self, subnet: Resource, family: Ranges = IPV4) -> Ranges | Unknown:
        if family == IPV6:
            return ipv6_of(subnet)
        block = subnet.get("cidrBlock")
        return addresses(block) if isinstance(block, str) else UNKNOWN

    @cached_property
    def prefix_list_entries(self) -> Links[Resource]:
        return Links(
            (entry, self.graph.ref(entry, entry.get("prefixListId"), "prefixListId", kinds.PREFIX_LIST))
            for entry in self.graph.of_type(*kinds.PREFIX_LIST_ENTRY)
        )

    # Route tables ---------------------------------------------------------------------------------

    @cached_property
    def _associations(self) -> Links[tuple[Resource, Ref]]:
        """Subnets' explicit associations, as `(what says so, table)`; the program's come first."""
        return Links(self._read_associations())

    def _read_associations(self) -> Iterator[tuple[tuple[Resource, Ref], Ref]]:
        for link in self.graph.of_type(*kinds.ROUTE_TABLE_ASSOCIATION):
            subnet = self.graph.ref(link, link.get("subnetId"), "subnetId", kinds.SUBNET)
            yield (link, self.table_ref(link)), subnet
        for held, subnet in self._held_associations("subnetId", kinds.SUBNET):
            yield (held, exactly(held)), subnet

    def _held_associations(self, prop: str, types: tuple[str, ...]) -> Iterator[tuple[Resource, Ref]]:
        """What the account's tables are associated with, as `(table, subnet or gateway)`."""
        for held in self.graph.of_type(*kinds.ROUTE_TABLE):
            if held.origin is Origin.ACCOUNT:
                for association in elements(held.get("associations")):
                    yield held, self.graph.ref(held, get(association, prop), prop, types)

    def edge_tables_of(self, gateway: Resource) -> tuple[tuple[Resource | None, bool], ...]:
        """The tables that route, or may route, what comes in by an internet gateway; whether each does."""
        links = [(self.tables(ref), sure) for ref, sure in self._edge_associations.to(gateway)]
        return tuple((table, sure and len(tables) == 1) for tables, sure in links for table in tables)

    @cached_property
    def _edge_associations(self) -> Links[Ref]:
        return Links(self._read_edge_associations())

    def _read_edge_associations(self) -> Iterator[tuple[Ref, Ref]]:
        for link in self.graph.of_type(*kinds.ROUTE_TABLE_ASSOCIATION):
            gateway = self.graph.ref(link, link.declared("gatewayId"), "gatewayId", kinds.INTERNET_GATEWAY)
            yield self.table_ref(link), gateway
        for held, gateway in self._held_associations("gatewayId", kinds.INTERNET_GATEWAY):
            yield exactly(held), gateway

    def route_tables_of(self, subnet: Resource) -> tuple[tuple[Resource | None, Resource], ...]:
        """The tables that may be in force in `subnet`, each with what says so.

        One where it is certain. `None` for a table that the graph does not hold. Source: Amazon VPC
        User Guide, "Subnet route tables": the explicit association, else the VPC's main table.
        """
        links = self._associations.to(subnet)
        certain = next((link for link, sure in links if sure), None)
        found = [
            (table, source)
            for (source, ref), sure in links
            if not sure or (source, ref) == certain
            for table in self.tables(ref)
        ]
        if certain is None:
            found.extend((table, subnet) for table in self._main_tables(self.vpc_of(subnet)))
        return tuple({table.key if table else None: (table, source) for table, source in found}.values())

    def table_ref(self, link: Resource) -> Ref:
        """The table that a route or an association names; a VPC stands for the table AWS made with it."""
        types = kinds.ROUTE_TABLE + kinds.VPC
        ref = self.graph.ref(link, link.get("routeTableId"), "routeTableId", types)
        return self.or_vpc(ref, link, *_ORIGINAL_TABLE)

    def tables(self, ref: Ref) -> list[Resource | None]:
        """The tables that `ref` may be; a VPC among its candidates stands for the table AWS made with it.

        `None` among them where it may be one that the graph does not hold.
        """
        if ref.absent:
            return []
        found: list[Resource | None] = [None] if ref.open else []
        for candidate in ref.candidates:
            if candidate.type in kinds.VPC:
                found.extend(self._original_tables(exactly(candidate)))
            else:
                value = candidate.id
                found.append(self._table(value, candidate) if isinstance(value, str) else candidate)
        return found

    def _main_tables(self, vpc: Ref) -> list[Resource | None]:
        found: list[Resource | None] = []
        for link in self.graph.of_type(*kinds.MAIN_ROUTE_TABLE):
            applies = same(self.vpc_of(link), vpc)
            if applies is not False:
                found.extend(self.tables(self.table_ref(link)))
            if applies is True:
                return found
        main = vpc.target.get("mainRouteTableId") if vpc.target else UNKNOWN
        held = self._table(main, vpc.target) if vpc.target and isinstance(main, str) else None
        if held is not None or (vpc.target is not None and vpc.target.origin is Origin.ACCOUNT):
            return [*found, held]
        return found + self._original_tables(vpc)

    def _original_tables(self, vpc: Ref) -> list[Resource | None]:
        """The table that AWS made with `vpc`, its main one until another is associated as such."""
        found: list[Resource | None] = []
        for adopted in self.graph.of_type(kinds.DEFAULT_ROUTE_TABLE):
            applies = self._is_original_of(adopted, vpc)
            if applies is not False:
                found.append(adopted)
            if applies is True:
                return found
        found.extend(implicit_main_table(one) if is_new(one) else None for one in vpc.candidates)
        return [*found, None] if vpc.open or not vpc.candidates else found

    def _is_original_of(self, adopted: Resource, vpc: Ref) -> bool | Unknown:
        """Whether a `DefaultRouteTable` adopts the table that AWS made with `vpc`."""
        prop = "defaultRouteTableId"
        named = self.graph.ref(adopted, adopted.get(prop), prop, kinds.VPC + kinds.ROUTE_TABLE)
        table = self.or_vpc(named, adopted, *_ORIGINAL_TABLE).target
        if table is None:
            return UNKNOWN
        return same(exactly(table) if table.type in kinds.VPC else self.vpc_of(table), vpc)

    def or_vpc(self, ref: Ref, user: Resource, *props: str) -> Ref:
        """`ref`, or the VPC one of whose `props` it is: AWS made it with that, and the graph may not hold it.

        Args:
            user: what holds the reference.
        """
        near = any(found.in_place_of(user) is not False for found in ref.candidates)
        if near or not isinstance(ref.id, str):
            return ref
        makers = (vpc for vpc in self.graph.of_type(*kinds.VPC) if ref.id in map(vpc.get, props))
        found = nearest(user, [*ref.candidates, *makers])
        return Ref((found,), ref.id) if found else ref

    def _table(self, value: str, user: Resource) -> Resource | None:
        """The table with the id `value` beside `user`; where the program adopts it as default table, that."""
        for adopted in self.graph.of_type(kinds.DEFAULT_ROUTE_TABLE):
            if adopted.get("defaultRouteTableId") == value and adopted.in_place_of(user) is not False:
                return adopted
        return self.beside(user, value, kinds.ROUTE_TABLE)

    def beside(self, user: Resource, value: Value, types: tuple[str, ...]) -> Resource | None:
        """What has the id `value` in the region and account of `user`: a VPC's defaults are nowhere else."""
        found = self.graph.by_id(value, types, user) if isinstance(value, str) else None
        return found if found is not None and found.in_place_of(user) is not False else None

    def accepters(
        self, request: Resource, types: tuple[str, ...], prop: str, accepters: tuple[str, ...]
    ) -> list[Resource]:
        """The `accepters` that certainly name `request`, one of `types`, in their property `prop`."""
        return [
            accepter
            for accepter in self.graph.of_type(*accepters)
            if refers(self.graph.ref(accepter, accepter.get(prop), prop, types), request) is True
        ]

    # Internet gateways ----------------------------------------------------------------------------

    def attached(self, gateway: Resource, vpc: Ref) -> bool | Unknown:
        """Whether an internet gateway is attached to `vpc`, by itself or by an attachment."""
        found = self._attachments(gateway)
        return either(same(other, vpc) if certain else UNKNOWN for other, certain in found)

    def is_free(self, gateway: Resource) -> bool:
        """Whether an internet gateway is certainly attached to no VPC."""
        return not tuple(self._attachments(gateway))

    def may_have_gateway(self, vpc: Ref) -> bool:
        """Whether an internet gateway may be attached to `vpc`, which has one at most."""
        read = self.covers(vpc, "ec2:DescribeInternetGateways")
        gateways = self.graph.of_type(*kinds.INTERNET_GATEWAY)
        return not read or any(self.attached(gateway, vpc) is not False for gateway in gateways)

    def _attachments(self, gateway: Resource) -> Iterator[tuple[Ref, bool]]:
        """The VPCs that an internet gateway may be attached to, with whether it certainly is."""
        if gateway.declared("vpcId") is not ABSENT:
            yield self.vpc_of(gateway), True
        prop = "internetGatewayId"
        for attachment in self.graph.of_type(*kinds.INTERNET_GATEWAY_ATTACHMENT):
            ref = self.graph.ref(attachment, attachment.get(prop), prop, kinds.INTERNET_GATEWAY)
            meant = refers(ref, gateway)
            if meant is not False:
                yield self.vpc_of(attachment), meant is True


def _block(owner: Resource, family: Ranges) -> str | Unknown | None:
    """The block of a VPC, or one that is associated with it; `None` where there is none.

    Assumed: no program names an address in an IPv6 block that AWS has yet to choose, which counts as none.
    """
    block = owner.get("cidrBlock") if family == IPV4 else owner.declared("ipv6CidrBlock")
    if family == IPV6 and block in (ABSENT, ""):
        return None
    return block if isinstance(block, str) else UNKNOWN


def is_ipv6_only(subnet: Resource) -> bool:
    """Whether a subnet has no IPv4 addresses."""
    if subnet.declared("ipv6Native") is True:
        return True
    shown = subnet.origin is Origin.ACCOUNT and subnet.get("ipv6CidrBlock") is not ABSENT
    return shown and subnet.get("cidrBlock") is ABSENT


def ipv6_of(subnet: Resource) -> Ranges | Unknown:
    """The IPv6 addresses of a subnet; none where it asks for none."""
    given = [subnet.declared(prop) for prop in ("ipv6CidrBlock", "ipv6IpamPoolId", "ipv6NetmaskLength")]
    if isinstance(given[0], str) and given[0]:
        return addresses(given[0])
    asked = any(value not in (ABSENT, "", 0) for value in given)
    return UNKNOWN if asked or is_ipv6_only(subnet) else Ranges()


def is_new(vpc: Resource) -> bool:
    """Whether the program creates `vpc`; a default VPC has been there before."""
    return vpc.origin is Origin.PROGRAM and vpc.type == kinds.VPC[0]


def implicit_main_table(vpc: Resource) -> Resource:
    """The main table that AWS makes with a new VPC: it has the local route alone.

    Source: Amazon VPC User Guide, "Main route table".
    """
    told = vpc.get("mainRouteTableId")
    return Resource(
        key=f"{vpc.key}#mainRouteTable",
        type=kinds.ROUTE_TABLE[0],
        name=f"main route table of {vpc.name}",
        id=told if isinstance(told, str) else UNKNOWN,
        origin=Origin.AWS_DEFAULT,
    )


def table_name(table: Resource) -> str:
    """A route table for a person; the name of one that AWS has yet to make says what it is."""
    made_by_aws = table.origin is Origin.AWS_DEFAULT and table.id is UNKNOWN
    return table.name if made_by_aws else f"route table {table.label}"


def name_of(vpc: Ref) -> str:
    """A VPC for a person."""
    if vpc.target is not None:
        return vpc.target.label
    return vpc.place
