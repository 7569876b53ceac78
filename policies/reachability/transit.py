"""Transit gateways: which attachment a packet leaves by, and whether its reply finds the way back.

Sources: AWS Transit Gateway Guide, "How transit gateways work", "Transit gateway route tables" and "Network
ACLs for transit gateways"; Amazon VPC whitepaper, "Centralized egress to internet".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from . import kinds
from .graph import Ref, nearest
from .outcomes import blocked, open_question, passed
from .ranges import ANY_ADDRESS, PRIVATE, Ranges, addresses, prefix_length
from .references import Links, refers, same
from .routing import LONGEST_OF_VPC, prefix_list_blocks
from .values import ABSENT, UNKNOWN, Unknown, Value, elements, get
from .verdict import Origin, Outcome

if TYPE_CHECKING:
    from .graph import Resource
    from .network import Network

LONGER_THAN_ANY: Final = 129
"""The length of a route's prefix where it is not known: any other may come after it."""
_MOVES_DEFAULT: Final = {
    "Association": kinds.TGW_DEFAULT_ASSOCIATION,
    "Propagation": kinds.TGW_DEFAULT_PROPAGATION,
}
_DEFAULT_TABLES: Final = ("associationDefaultRouteTableId", "propagationDefaultRouteTableId")
REMEDY: Final = "route the traffic in the transit gateway route table that the attachment is associated with"


@dataclass(frozen=True)
class Table:
    """A transit gateway route table: its key, or that of the gateway whose default table it is."""

    key: str
    label: str


@dataclass(frozen=True)
class Target:
    """Where a table sends addresses: to an `attachment`, or to none where it drops them.

    `certain` is false where a route that is not known may take them instead.
    """

    addresses: Ranges
    attachment: Resource | None
    certain: bool = True


class TransitGateways:
    """The transit gateways of a graph, their attachments and tables."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.graph = network.graph

    def attachment_of(self, gateway: Resource, vpc: Ref) -> Resource | None:
        """The attachment of `vpc` to `gateway`, where there is certainly one."""
        for attachment, sure in self._attachments.to(gateway):
            if sure and same(self.network.vpc_of(attachment), vpc) is True:
                return attachment
        return None

    def has_interface(self, attachment: Resource, subnet: Resource) -> Outcome:
        """An attachment takes traffic from the zones in which it has a subnet."""
        refs = self.subnets(attachment)
        zones = {candidate.get("availabilityZone") for ref in refs for candidate in ref.candidates}
        zone = subnet.get("availabilityZone")
        code = "TGW_ROUTE_AZ_RESTRICTION"
        remedy = "give the transit gateway attachment a subnet in every zone that sends to it"
        if any(ref.target == subnet for ref in refs) or (isinstance(zone, str) and zone in zones):
            return passed("transit-gateway-attachment", attachment.key, "", attachment.origin)
        if not isinstance(zone, str) or UNKNOWN in zones or ABSENT in zones or any(ref.open for ref in refs):
            message = (
                f"it cannot be known whether attachment {attachment.label} serves the zone of {subnet.label}"
            )
            return open_question(code, attachment.key, message, remedy)
        message = f"attachment {attachment.label} has no subnet in {zone}, the zone of {subnet.label}"
        return blocked(code, attachment.key, message, remedy)

    def is_accepted(self, gateway: Resource, attachment: Resource) -> Outcome:
        """Another account's attachment carries packets once the gateway's account has accepted it.

        Source: AWS Transit Gateway Guide, "Accept a shared attachment".
        """
        shown = Origin.ACCOUNT in (attachment.origin, gateway.origin)
        if shown or attachment.in_account_of(gateway) is True:
            return Outcome()
        automatic = gateway.get("autoAcceptSharedAttachments") == "enable"
        prop = "transitGatewayAttachmentId"
        if automatic or self.network.accepters(attachment, kinds.TGW_ATTACHMENT, prop, kinds.TGW_ACCEPTER):
            return Outcome()
        message = (
            f"it cannot be known whether the account of transit gateway {gateway.label} has accepted "
            f"attachment {attachment.label}"
        )
        remedy = "accept it (aws.ec2transitgateway.VpcAttachmentAccepter, auto_accept_shared_attachments)"
        return open_question("BAD_STATE_ATTACHMENT", attachment.key, message, remedy)

    def subnets(self, attachment: Resource) -> tuple[Ref, ...]:
        values = elements(attachment.get("subnetIds"))
        return self.graph.refs(attachment, values, "subnetIds", kinds.SUBNET)

    def interfaces(self, attachment: Resource, origin: Resource) -> tuple[Resource, ...]:
        """The subnets in which an attachment may handle packets from `origin`: its zone's, if it has any.

        Source: AWS Transit Gateway Guide, "Availability Zones".
        """
        found = self.all_interfaces(attachment)
        zone = origin.get("availabilityZone")
        if not isinstance(zone, str):
            return found
        near = [subnet for subnet in found if subnet.get("availabilityZone") in (zone, UNKNOWN, ABSENT)]
        return tuple(near) or found

    def all_interfaces(self, attachment: Resource) -> tuple[Resource, ...]:
        """The subnets in which an attachment has an interface, as far as the graph holds them."""
        return tuple(dict.fromkeys(subnet for ref in self.subnets(attachment) for subnet in ref.candidates))

    def exits(self, attachment: Resource, origin: Resource) -> tuple[Resource, ...]:
        """The subnets in which packets from `origin` may leave by an attachment.

        In appliance mode a hash of the flow chooses the zone. Source: AWS Transit Gateway Guide, "Example:
        Appliance in a shared services VPC".
        """
        if self.in_appliance_mode(attachment) is False:
            return self.interfaces(attachment, origin)
        return self.all_interfaces(attachment)

    @staticmethod
    def in_appliance_mode(attachment: Resource) -> bool | Unknown:
        """Whether an attachment keeps both directions of a connection in one zone; off by default."""
        mode = attachment.declared("applianceModeSupport")
        return UNKNOWN if mode is UNKNOWN else bool(mode == "enable")

    def onward(
        self, gateway: Resource, attachment: Resource, wanted: Ranges, name: str
    ) -> list[tuple[Resource | None, Outcome]]:
        """Where `gateway` sends packets to `wanted` that come in by `attachment`.

        Each entry is the attachment they leave by, or none with the reason why.
        """
        table = self._table_of(gateway, attachment)
        if table is None:
            message = (
                f"it cannot be known which transit gateway route table attachment {attachment.label} uses"
            )
            return [(None, open_question("TGW_RTB_ROUTES_ARE_UNKNOWN", attachment.key, message, REMEDY))]
        found: list[tuple[Resource | None, Outcome]] = []
        for target in self._lookup(gateway, table, wanted):
            if not target.certain:
                message = f"it cannot be known where {table.label} sends packets to {name}"
                found.append((None, open_question("TGW_RTB_ROUTES_ARE_UNKNOWN", table.key, message, REMEDY)))
            elif target.attachment is None:
                message = f"{table.label} has no route to {name}"
                found.append((None, blocked("NO_ROUTE_TO_DESTINATION", table.key, message, REMEDY)))
            else:
                here = passed(
                    "transit-gateway",
                    gateway.key,
                    f"{table.label} to {target.attachment.label}",
                    gateway.origin,
                )
                found.append((target.attachment, here + self.is_accepted(gateway, target.attachment)))
        return found

    # Tables --------------------------------------------------------------------------------------

    @cached_property
    def _attachments(self) -> Links[Resource]:
        return Links(
            (attachment, self._gateway_ref(attachment, "transitGatewayId"))
            for attachment in self.graph.of_type(*kinds.TGW_ATTACHMENT)
        )

    def _gateway_ref(self, resource: Resource, prop: str) -> Ref:
        return self.graph.ref(resource, resource.get(prop), prop, kinds.TRANSIT_GATEWAY)

    def _table_ref(self, resource: Resource) -> Table | None:
        """The table that a route, association or propagation names; a gateway stands for its default."""
        prop = "transitGatewayRouteTableId"
        value = resource.get(prop)
        if isinstance(value, str):
            gateways = self.graph.of_type(*kinds.TRANSIT_GATEWAY)
            makers = (found for found in gateways if value in map(found.get, _DEFAULT_TABLES))
            maker = nearest(resource, makers)
            if maker is not None:
                associated = value == maker.get(_DEFAULT_TABLES[0])
                return default_table(maker) if associated else _propagation_table(maker)
        target = self.graph.ref(resource, value, prop, kinds.TGW_ROUTE_TABLE + kinds.TRANSIT_GATEWAY).target
        if target is None:
            return None
        return (
            default_table(target) if target.type in kinds.TRANSIT_GATEWAY else Table(target.key, target.label)
        )

    def _linked(self, types: tuple[str, ...]) -> Links[Resource]:
        prop = "transitGatewayAttachmentId"
        return Links(
            (link, self.graph.ref(link, link.get(prop), prop, kinds.TGW_ATTACHMENT))
            for link in self.graph.of_type(*types)
        )

    @cached_property
    def _associations(self) -> Links[Resource]:
        return self._linked(kinds.TGW_ASSOCIATION)

    @cached_property
    def _propagations(self) -> Links[Resource]:
        return self._linked(kinds.TGW_PROPAGATION)

    def _table_of(self, gateway: Resource, attachment: Resource) -> Table | None:
        links = self._associations.to(attachment)
        if any(not sure for _, sure in links):
            return None
        for link, _ in links:
            return self._table_ref(link)
        return (
            default_table(gateway) if self._by_default(gateway, attachment, "Association") is True else None
        )

    def _propagates_to(self, gateway: Resource, attachment: Resource, table: Table) -> bool | Unknown:
        for link, sure in self._propagations.to(attachment):
            named = self._table_ref(link)
            if named is None or not sure:
                return UNKNOWN
            if named == table:
                return True
        if table != _propagation_table(gateway):
            return False
        return self._by_default(gateway, attachment, "Propagation")

    def _by_default(self, gateway: Resource, attachment: Resource, what: str) -> bool | Unknown:
        """Whether an attachment is associated with, or propagates to, its gateway's default table by itself.

        Where the program gives the gateway another default table, it depends on which came first.
        """
        setting = get(gateway.properties, f"defaultRouteTable{what}")
        own = get(attachment.properties, f"transitGatewayDefaultRouteTable{what}")
        if setting == "disable" or own is False:
            return False
        moved = any(
            refers(self._gateway_ref(link, "transitGatewayId"), gateway) is not False
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
                yield Target(taken, target.attachment, target.certain)
                left = left - taken
        if left:
            yield Target(left, None)

    def _routes(self, gateway: Resource, table: Table) -> Iterator[tuple[int, Target]]:
        """Each route with the length of its prefix: the static ones, then those of lists, then the others.

        Source: AWS Transit Gateway Guide, "Route evaluation order".
        """
        for route in self.graph.of_type(*kinds.TGW_ROUTE):
            yield from self._declared(route, (route.get("destinationCidrBlock"),), table)
        for listed in self.graph.of_type(*kinds.TGW_PREFIX_LIST_REFERENCE):
            found = prefix_list_blocks(self.network, listed, listed.get("prefixListId"), "prefixListId")
            yield from self._declared(listed, (UNKNOWN,) if isinstance(found, Unknown) else found, table)
        for attachment, sure in self._attachments.to(gateway):
            propagated = self._propagates_to(gateway, attachment, table)
            if propagated is False:
                continue
            blocks = self.network.blocks_of(self.network.vpc_of(attachment))
            known = [block for block, certain in blocks if certain and isinstance(block, str)]
            if len(known) < len(blocks):
                # Assumed, as in a route table: a VPC whose blocks are not known uses private addresses.
                yield LONGEST_OF_VPC, Target(PRIVATE, attachment, False)
                continue
            for block in known:
                target = Target(addresses(block), attachment, sure and propagated is True)
                yield prefix_length(block), target

    def _declared(
        self, route: Resource, blocks: Iterable[Value], table: Table
    ) -> Iterator[tuple[int, Target]]:
        """The routes that `route` puts into `table`, or may put there: one for each of `blocks`."""
        named = self._table_ref(route)
        if named is not None and named != table:
            return
        prop = "transitGatewayAttachmentId"
        ref = self.graph.ref(route, route.declared(prop), prop, kinds.TGW_ATTACHMENT)
        for block in blocks:
            known = named is not None and isinstance(block, str) and (ref.absent or ref.target is not None)
            where = addresses(block) if isinstance(block, str) else ANY_ADDRESS
            length = prefix_length(block) if known and isinstance(block, str) else LONGER_THAN_ANY
            yield length, Target(where, ref.target, known)


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
