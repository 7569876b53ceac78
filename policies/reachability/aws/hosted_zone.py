"""Route 53 hosted zones and what they answer for a name: exact records, wildcards, or that there is none.

Sources: Amazon Route 53 Developer Guide, "Considerations when working with a private hosted zone", "DNS
domain name format", "Choosing between alias and non-alias records" and "Choosing a routing policy"; RFC 4592,
"The Role of Wildcards in the Domain Name System".
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from ..graph import tokens
from ..hosts import literal, plain
from ..values import ABSENT, UNKNOWN, Truth, Unknown, Value, elements, items
from ..verdict import Origin
from .entity import Entity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..graph.graph import Graph
    from ..graph.references import Ref
    from ..graph.resource import Resource

_READ_BY: Final = "route53:ListResourceRecordSets"
"""The IAM action that shows the records of a zone of the account."""
_ADDRESSES: Final = ("A", "AAAA", "CNAME", UNKNOWN)
"""The types of records that lead a mail host's name anywhere."""
_EVERYBODY: Final = "*"
"""Whom a record with a location is for that answers wherever no other one does."""


@dataclass(frozen=True, eq=False)
class Record(Entity):
    """A record set.

    Attributes:
        name: fully qualified, as DNS compares it.
        kind: its DNS type.
        values: the addresses or the name that it holds; one unknown value where the list is unknown.
        alias: the name of the AWS resource, or of the record of its zone, that it is an alias of.
        partial: whether those in some locations get no answer by it.
    """

    name: str | Unknown
    kind: Value
    values: tuple[Value, ...]
    alias: Value
    partial: bool

    @property
    def leads_somewhere(self) -> bool:
        """Whether it may answer for the address of its name."""
        return self.kind in _ADDRESSES

    @property
    def source(self) -> str:
        """The property that says where it leads."""
        return "records" if self.alias is ABSENT else "aliases"

    @property
    def is_known(self) -> bool:
        """Whether it is known where it leads, and AWS takes it.

        What is an alias for IPv6 alone is not followed.
        """
        if self.alias is not ABSENT:
            return isinstance(self.alias, str) and self.kind == "A"
        texts = all(isinstance(value, str) for value in self.values)
        if self.kind == "CNAME":
            return texts and len(self.values) == 1 and not literal(self.values[0])
        return texts and bool(self.values) and all(map(literal, self.values)) and self.kind is not UNKNOWN


@dataclass(frozen=True, eq=False)
class HostedZone(Entity):
    """A hosted zone.

    Attributes:
        domain: its name, as DNS compares it.
        private: whether only VPCs see it.
        complete: whether the graph holds every record of it.
        records: those that the graph holds.
    """

    domain: str | Unknown
    private: Truth
    complete: bool
    records: tuple[Record, ...]

    @cached_property
    def _by_name(self) -> dict[str, list[Record]]:
        found: defaultdict[str, list[Record]] = defaultdict(list)
        for record in self.records:
            if isinstance(record.name, str):
                found[record.name].append(record)
        return found

    @cached_property
    def _names(self) -> frozenset[str]:
        """Every name that exists in it: those of records, and all that are above these."""
        return frozenset(above for name in self._by_name for above in (name, *_above(name)))

    @cached_property
    def may_hold_more(self) -> bool:
        """Whether it may have records of other names than those that are known."""
        nameless = (record for record in self.records if isinstance(record.name, Unknown))
        return not self.complete or any(record.leads_somewhere for record in nameless)

    def answers(self, name: str) -> tuple[Record, ...]:
        """The record sets that answer for the address of `name`; none where it has no such record.

        A wildcard answers for names that do not exist, below the nearest name that does (RFC 4592).
        """
        if name not in self._names:
            nearest = next((above for above in _above(name) if above in self._names), None)
            name = f"*.{nearest}"
        return tuple(record for record in self._by_name.get(name, ()) if record.leads_somewhere)

    def delegates(self, name: str) -> bool:
        """Whether it leaves `name` to the name servers of a subdomain."""
        return any(
            record.kind == "NS" and below != self.domain
            for below in (name, *_above(name))
            for record in self._by_name.get(below, ())
        )


class HostedZones:
    """The hosted zones of one graph, and the records of zones that it does not hold."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def __iter__(self) -> Iterator[HostedZone]:
        return iter(self._read.values())

    def __getitem__(self, zone: Resource) -> HostedZone:
        return self._read[zone.key]

    @cached_property
    def _read(self) -> dict[str, HostedZone]:
        return {zone.key: self._make(zone) for zone in self.graph.of_type(*tokens.HOSTED_ZONE)}

    def zone_of(self, record: Resource) -> HostedZone | None:
        """The zone of a record, where the graph holds it and it is certain."""
        held_by = self._zone_of.get(record)
        return None if held_by is None or held_by.target is None else self[held_by.target]

    def name_of(self, key: str) -> str | Unknown:
        """The full name of the record with this key, where its zone is known; of anything else `UNKNOWN`."""
        record = self.graph.find(key)
        zone = self.zone_of(record) if record is not None else None
        records = zone.records if zone is not None else ()
        return next((record.name for record in records if record.key == key), UNKNOWN)

    def public_for(self, name: str) -> Iterator[HostedZone]:
        """The public zones that may be asked for `name`."""
        for zone in self:
            if zone.private is not True and is_in(name, zone.domain) and not zone.delegates(name):
                yield zone

    def elsewhere(self, name: str) -> Iterator[Record]:
        """The records that may be for `name`, in zones of which nothing is known.

        A name is relative to its zone where it does not end with that's name, so either may be meant.
        Assumed: a record is not the mail host's where not even its own name is known. What a record for all
        names of a zone is for that is not known, `wildcards_elsewhere` leaves open.
        """
        for record in self._homeless:
            if isinstance(record.name, str) and record.leads_somewhere:
                full = isinstance(record.resource.get("fqdn"), str)
                if _may_be(record.name, name) or (not full and _may_begin(record.name, name)):
                    yield record

    def wildcards_elsewhere(self) -> Iterator[Record]:
        """The records for all names of zones of which nothing is known."""
        return (record for record in self._homeless if record.name == "*" and record.leads_somewhere)

    def may_be_anywhere(self, name: str) -> bool:
        """Whether a record of a zone that is not known yet may be for `name`: any zone may hold it."""
        unknown = {record.key for record in self._homeless if record.resource.get("zoneId") is UNKNOWN}
        nameless = any(isinstance(record.name, Unknown) for record in self._homeless if record.key in unknown)
        return nameless or any(record.key in unknown for record in self.elsewhere(name))

    # What they are made of -------------------------------------------------------------------------

    def _make(self, zone: Resource) -> HostedZone:
        name = zone.get("name")
        domain = plain(name) if isinstance(name, str) else UNKNOWN
        records = tuple(_record(record, domain) for record in self._records_of.get(zone.key, ()))
        vpcs = items(zone.declared("vpcs"))
        return HostedZone(
            zone,
            domain=domain,
            private=vpcs if isinstance(vpcs, Unknown) else bool(vpcs),
            complete=self._is_complete(zone, records),
            records=_declared_first(records),
        )

    def _is_complete(self, zone: Resource, records: tuple[Record, ...]) -> bool:
        """Whether every record is known: a zone of the account whose records were read shows its SOA record.

        Assumed: nothing but the program puts records into a zone that it creates.
        """
        if zone.key in self._hiding:
            return False
        read = any(record.kind == "SOA" for record in records) and not self.graph.coverage.misses(
            _READ_BY, zone
        )
        return zone.origin is Origin.PROGRAM or read

    @cached_property
    def _zone_of(self) -> dict[Resource, Ref[Resource]]:
        """The zone of each record."""
        records = self.graph.of_type(*tokens.DNS_RECORD)
        return {record: self.graph.named(record, "zoneId", tokens.HOSTED_ZONE) for record in records}

    @cached_property
    def _records_of(self) -> dict[str, list[Resource]]:
        """The records that are certainly of each zone."""
        found: defaultdict[str, list[Resource]] = defaultdict(list)
        for record, zone in self._zone_of.items():
            if zone.target is not None:
                found[zone.target.key].append(record)
        return found

    @cached_property
    def _hiding(self) -> frozenset[str]:
        """The zones that may have records which the graph does not show, or lose some that it does."""
        refs = [
            self.graph.named(whole, prop, tokens.HOSTED_ZONE)
            for token, prop in tokens.HIDDEN_RECORDS.items()
            for whole in self.graph.of_type(token)
        ]
        refs += [ref for ref in self._zone_of.values() if ref.target is None]
        return frozenset(zone.key for ref in refs for zone in ref.candidates)

    @cached_property
    def _homeless(self) -> tuple[Record, ...]:
        """The records whose zone the graph does not hold, or may not hold."""
        unread = (record for record, zone in self._zone_of.items() if zone.target is None)
        return tuple(_record(record, UNKNOWN) for record in unread)


def is_in(name: str, domain: str | Unknown) -> bool:
    """Whether `name` is `domain`, or below it."""
    return isinstance(domain, str) and f".{name}".endswith(f".{domain}")


def _may_be(own: str, name: str) -> bool:
    """Whether a record of the full name `own` answers for `name`, or may as a wildcard."""
    return own == name or (own.startswith("*.") and name.endswith(own[1:]))


def _may_begin(own: str, name: str) -> bool:
    """Whether a record's name `own`, with the name of some zone behind it, may be `name`."""
    if own.startswith("*."):
        return f"{own[1:]}." in name
    return name.startswith(f"{own}.")


def _above(name: str) -> Iterator[str]:
    while "." in name:
        name = name.partition(".")[2]
        yield name


def _record(record: Resource, domain: str | Unknown) -> Record:
    return Record(
        record,
        name=_full_name(record, domain),
        kind=record.get("type"),
        values=elements(record.declared("records")),
        alias=record.declared("aliases", 0, "name"),
        partial=_is_partial(record),
    )


def _full_name(record: Resource, domain: str | Unknown) -> str | Unknown:
    """The provider adds the zone's name to names that do not end with it."""
    full, name = record.get("fqdn"), record.get("name")
    if isinstance(full, str) and full:
        return plain(full)
    if isinstance(name, Unknown):
        return name
    own = plain(str(name))
    if isinstance(domain, Unknown):
        return own
    return own if own.endswith(domain) else f"{own}.{domain}" if own else domain


def _is_partial(record: Resource) -> bool:
    """Whether it answers for some locations alone."""
    places = (("geolocationRoutingPolicies", 0, "country"), ("cidrRoutingPolicy", "locationName"))
    return any(
        record.declared(prop) is not ABSENT and record.declared(prop, *path) != _EVERYBODY
        for prop, *path in places
    )


def _declared_first(records: tuple[Record, ...]) -> tuple[Record, ...]:
    """Without those of the account that the program declares anew, by name, type and set."""
    own = {_identity(record) for record in records if record.origin is Origin.PROGRAM}
    return tuple(
        record for record in records if record.origin is Origin.PROGRAM or _identity(record) not in own
    )


def _identity(record: Record) -> tuple[Value, ...]:
    return record.name, record.kind, record.resource.get("setIdentifier")
