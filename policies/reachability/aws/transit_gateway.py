"""Transit gateways: which attachment a packet leaves by, and in which subnets an attachment handles it.

Sources: AWS Transit Gateway Guide, "How transit gateways work", "Transit gateway route tables" and "Network
ACLs for transit gateways"; Amazon VPC whitepaper, "Centralized egress to internet".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from ..findings import routing
from ..graph import tokens
from ..graph.references import Links, Ref
from ..graph.resource import nearest
from ..ranges import ANY_ADDRESS, PRIVATE, Ranges, addresses, prefix_length
from ..values import ABSENT, UNKNOWN, Truth, Unknown, Value, get, items
from ..verdict import PASSES, Origin, Outcome, all_of, hop
from .entity import Entity
from .route_table import LONGEST_OF_VPC
from .vpc import blocks_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..graph.refusals import Refusals
    from ..graph.resource import Resource
    from .prefix_list import PrefixLists
    from .subnet import Subnet, Subnets
    from .vpc import Vpc

LONGER_THAN_ANY: Final = 129
"""The length of a route's prefix where it is not known: any other may come after it."""
_MOVES_DEFAULT: Final = {
    "Association": tokens.TGW_DEFAULT_ASSOCIATION,
    "Propagation": tokens.TGW_DEFAULT_PROPAGATION,
}
_DEFAULT_TABLES: Final = ("associationDefaultRouteTableId", "propagationDefaultRouteTableId")


@dataclass(frozen=True, eq=False)
class Attachment(Entity):
    """The attachment of a VPC to a transit gateway.

    Attributes:
        subnets: where it has an interface.
        appliance_mode: whether it keeps both directions of a connection in one zone; off by default.
    """

    vpc: Ref[Vpc]
    subnets: tuple[Ref[Subnet], ...]
    appliance_mode: Truth

    @cached_property
    def all_interfaces(self) -> tuple[Subnet, ...]:
        """The subnets in which it has an interface, as far as the graph holds them."""
        return tuple(dict.fromkeys(subnet for ref in self.subnets for subnet in ref.candidates))

    def interfaces(self, origin: Subnet) -> tuple[Subnet, ...]:
        """The subnets in which it may handle packets from `origin`: its zone's, if it has any.

        Source: AWS Transit Gateway Guide, "Availability Zones".
        """
        if not isinstance(origin.zone, str):
            return self.all_interfaces
        near = [subnet for subnet in self.all_interfaces if subnet.zone in (origin.zone, UNKNOWN, ABSENT)]
        return tuple(near) or self.all_interfaces

    def exits(self, origin: Subnet) -> tuple[Subnet, ...]:
        """The subnets in which packets from `origin` may leave by it.

        In appliance mode a hash of the flow chooses the zone. Source: AWS Transit Gateway Guide, "Example:
        Appliance in a shared services VPC".
        """
        return self.interfaces(origin) if self.appliance_mode is False else self.all_interfaces

    def takes_from(self, subnet: Subnet) -> Outcome:
        """An attachment takes traffic from the zones in which it has a subnet."""
        zones = {found.zone for found in self.all_interfaces}
        zone = subnet.zone
        own = any(ref.target == subnet for ref in self.subnets)
        if own or (isinstance(zone, str) and zone in zones):
            return hop("transit-gateway-attachment", self.key, "", self.origin)
        unsure = UNKNOWN in zones or ABSENT in zones or any(ref.open for ref in self.subnets)
        if not isinstance(zone, str) or unsure:
            return routing.ZONE_MAYBE_NOT_ATTACHED(self, subnet=subnet)
        return routing.ZONE_NOT_ATTACHED(self, zone=zone, subnet=subnet)


@dataclass(frozen=True)
class Table:
    """A transit gateway route table: its key, or that of the gateway whose default table it is."""

    key: str
    label: str


@dataclass(frozen=True)
class Target:
    """Where a table sends addresses: to an `attachment`, or to none where it drops them.

    `certain` is false where a route that is not known may take them instead; `refused` says why AWS does not
    make the route, or may not.
    """

    addresses: Ranges
    attachment: Attachment | None
    certain: bool = True
    refused: Outcome = PASSES


class TransitGateways:
    """The transit gateways of a graph, their attachments and tables."""

    def __init__(self, subnets: Subnets, prefix_lists: PrefixLists, refusals: Refusals) -> None:
        self.subnets = subnets
        self.graph = subnets.graph
        self.prefix_lists = prefix_lists
        self.refusals = refusals
        self._read: dict[str, Attachment] = {}

    def attachment_of(self, gateway: Resource, vpc: Ref[Vpc]) -> Attachment | None:
        """The attachment of `vpc` to `gateway`, where there is certainly one."""
        for link in self._attachments.to(gateway):
            attachment = self.read(link.source)
            if link.certain and attachment.vpc.same_as(vpc) is True:
                return attachment
        return None

    def read(self, attachment: Resource) -> Attachment:
        if attachment.key not in self._read:
            mode = attachment.declared("applianceModeSupport")
            self._read[attachment.key] = Attachment(
                attachment,
                vpc=self.subnets.vpcs.of(attachment),
                subnets=self.subnets.refs(attachment, items(attachment.get("subnetIds")), "subnetIds"),
                appliance_mode=UNKNOWN if mode is UNKNOWN else bool(mode == "enable"),
            )
        return self._read[attachment.key]

    def has_accepted(self, gateway: Resource, attachment: Attachment) -> Outcome:
        """Another account's attachment carries packets once the gateway's account has accepted it.

        Source: AWS Transit Gateway Guide, "Accept a shared attachment".
        """
        request = attachment.resource
        shown = Origin.ACCOUNT in (request.origin, gateway.origin)
        if shown or request.in_account_of(gateway) is True:
            return PASSES
        automatic = gateway.get("autoAcceptSharedAttachments") == "enable"
        prop = "transitGatewayAttachmentId"
        if automatic or self.graph.naming(request, prop, tokens.TGW_ATTACHMENT, tokens.TGW_ACCEPTER):
            return PASSES
        return routing.ATTACHMENT_MAYBE_NOT_ACCEPTED(attachment, gateway=gateway)

    def onward(
        self, gateway: Resource, attachment: Attachment, wanted: Ranges, name: str
    ) -> list[tuple[Attachment | None, Outcome]]:
        """Where `gateway` sends packets to `wanted` that come in by `attachment`.

        Each entry is the attachment they leave by, or none with the reason why.
        """
        tables = self._tables_of(gateway, attachment.resource)
        if not tables:
            return [(None, routing.TRANSIT_TABLE_UNKNOWN(attachment))]
        refused = self._refused_associations(attachment.resource)
        ways = (
            self._by(gateway, table, target, name)
            for table in tables
            for target in self._lookup(gateway, table, wanted)
        )
        return [(leaving, step + refused) for leaving, step in ways]

    def _refused_associations(self, attachment: Resource) -> Outcome:
        """What AWS refuses of the associations of `attachment`, which ends an update half-way."""
        links = self._associations.to(attachment)
        return all_of(self.refusals.of(link.source) for link in links).as_undetermined()

    def _by(
        self, gateway: Resource, table: Table, target: Target, name: str
    ) -> tuple[Attachment | None, Outcome]:
        if not target.certain and target.refused.findings:
            return None, target.refused
        if not target.certain:
            return None, routing.TRANSIT_ROUTE_UNKNOWN(table, name=name)
        if target.attachment is None:
            return None, routing.NO_TRANSIT_ROUTE(table, name=name)
        fact = f"{table.label} to {target.attachment.label}"
        here = hop("transit-gateway", gateway.key, fact, gateway.origin) + target.refused
        return target.attachment, here + self.has_accepted(gateway, target.attachment)

    # Tables ----------------------------------------------------------------------------------------

    @cached_property
    def _attachments(self) -> Links[Resource]:
        return Links(
            (attachment, self.graph.named(attachment, "transitGatewayId", tokens.TRANSIT_GATEWAY))
            for attachment in self.graph.of_type(*tokens.TGW_ATTACHMENT)
        )

    def _table_ref(self, resource: Resource) -> Table | None:
        """The table that a route, association or propagation names; a gateway stands for its default."""
        prop = "transitGatewayRouteTableId"
        value = resource.get(prop)
        if isinstance(value, str):
            gateways = self.graph.of_type(*tokens.TRANSIT_GATEWAY)
            makers = (found for found in gateways if value in map(found.get, _DEFAULT_TABLES))
            maker = nearest(resource, makers)
            if maker is not None:
                associated = value == maker.get(_DEFAULT_TABLES[0])
                return default_table(maker) if associated else _propagation_table(maker)
        types = tokens.TGW_ROUTE_TABLE + tokens.TRANSIT_GATEWAY
        target = self.graph.ref(resource, value, prop, types).target
        if target is None:
            return None
        own = target.type in tokens.TRANSIT_GATEWAY
        return default_table(target) if own else Table(target.key, target.label)

    def _linked(self, types: tuple[str, ...]) -> Links[Resource]:
        return Links(
            (link, self.graph.named(link, "transitGatewayAttachmentId", tokens.TGW_ATTACHMENT))
            for link in self.graph.of_type(*types)
        )

    @cached_property
    def _associations(self) -> Links[Resource]:
        return self._linked(tokens.TGW_ASSOCIATION)

    @cached_property
    def _propagations(self) -> Links[Resource]:
        return self._linked(tokens.TGW_PROPAGATION)

    def _tables_of(self, gateway: Resource, attachment: Resource) -> list[Table]:
        """The tables that `attachment` may be associated with; none where that is not known.

        AWS refuses a second association, and one beside that with the default table.
        """
        links = self._associations.to(attachment)
        if any(not link.certain for link in links):
            return []
        standing = [link.source for link in links if not self.refusals.refuses(link.source)]
        tables = [self._table_ref(association) for association in standing]
        if not tables and self._by_default(gateway, attachment, "Association") is True:
            tables = [default_table(gateway)]
        known = [table for table in tables if table is not None]
        return known if len(known) == len(tables) else []

    def _propagates_to(self, gateway: Resource, attachment: Resource, table: Table) -> Truth:
        for link in self._propagations.to(attachment):
            named = self._table_ref(link.source)
            if named is None or not link.certain:
                return UNKNOWN
            if named == table:
                return True
        if table != _propagation_table(gateway):
            return False
        return self._by_default(gateway, attachment, "Propagation")

    def _by_default(self, gateway: Resource, attachment: Resource, what: str) -> Truth:
        """Whether an attachment is associated with, or propagates to, its gateway's default table by itself.

        Where the program gives the gateway another default table, it depends on which came first.
        """
        setting = get(gateway.properties, f"defaultRouteTable{what}")
        own = get(attachment.properties, f"transitGatewayDefaultRouteTable{what}")
        if setting == "disable" or own is False:
            return False
        moved = any(
            self.graph.named(link, "transitGatewayId", tokens.TRANSIT_GATEWAY).stands_for(gateway)
            is not False
            for link in self.graph.of_type(*_MOVES_DEFAULT[what])
        )
        return UNKNOWN if setting is UNKNOWN or own is UNKNOWN or moved else True

    def _lookup(self, gateway: Resource, table: Table, wanted: Ranges) -> Iterator[Target]:
        """Longest prefix first, a static route before a propagated one."""
        left = wanted
        routes = sorted(self._routes(gateway, table), key=lambda route: -route[0])
        for _, target in routes:
            taken = left & target.addresses
            if taken:
                yield replace(target, addresses=taken)
                left = left - taken
        if left:
            yield Target(left, None)

    def _routes(self, gateway: Resource, table: Table) -> Iterator[tuple[int, Target]]:
        """Each route with the length of its prefix: the static ones, then those of lists, then the others.

        Source: AWS Transit Gateway Guide, "Route evaluation order".
        """
        for route in self.graph.of_type(*tokens.TGW_ROUTE):
            yield from self._declared(route, (route.get("destinationCidrBlock"),), table)
        for listed in self.graph.of_type(*tokens.TGW_PREFIX_LIST_REFERENCE):
            found = self.prefix_lists.blocks(listed, listed.get("prefixListId"), "prefixListId")
            yield from self._declared(listed, (UNKNOWN,) if isinstance(found, Unknown) else found, table)
        for link in self._attachments.to(gateway):
            propagated = self._propagates_to(gateway, link.source, table)
            if propagated is not False:
                certain = link.certain and propagated is True
                yield from _propagated(self.read(link.source), certain=certain)

    def _declared(
        self, route: Resource, blocks: Iterable[Value], table: Table
    ) -> Iterator[tuple[int, Target]]:
        """The routes that `route` puts into `table`, or may put there: one for each of `blocks`."""
        named = self._table_ref(route)
        if (named is not None and named != table) or self.refusals.refuses(route):
            return
        refused = self.refusals.of(route)
        prop = "transitGatewayAttachmentId"
        ref = self.graph.ref(route, route.declared(prop), prop, tokens.TGW_ATTACHMENT).map(self.read)
        sure = named is not None and route.declared("blackhole") is not UNKNOWN
        for block in blocks:
            known = sure and isinstance(block, str) and (ref.absent or ref.target is not None)
            where = addresses(block) if isinstance(block, str) else ANY_ADDRESS
            length = prefix_length(block) if known and isinstance(block, str) else LONGER_THAN_ANY
            yield length, Target(where, ref.target, known and not refused.findings, refused)


def _propagated(attachment: Attachment, *, certain: bool) -> Iterator[tuple[int, Target]]:
    """The routes to the blocks of the VPC of `attachment`."""
    blocks = blocks_of(attachment.vpc)
    known = [block.cidr for block in blocks if block.certain and isinstance(block.cidr, str)]
    if len(known) < len(blocks):
        # Assumed, as in a route table: a VPC whose blocks are not known uses private addresses.
        yield LONGEST_OF_VPC, Target(PRIVATE, attachment, certain=False)
        return
    for cidr in known:
        yield prefix_length(cidr), Target(addresses(cidr), attachment, certain)


def default_table(gateway: Resource) -> Table:
    return Table(f"{gateway.key}#defaultRouteTable", f"the default route table of {gateway.label}")


def _propagation_table(gateway: Resource) -> Table:
    """The table that attachments propagate to by themselves: as a rule, that of their association."""
    associated, propagated = (
        gateway.get(f"{what}DefaultRouteTableId") for what in ("association", "propagation")
    )
    if isinstance(associated, str) and isinstance(propagated, str) and associated != propagated:
        return Table(f"{gateway.key}#propagationRouteTable", propagated)
    return default_table(gateway)
