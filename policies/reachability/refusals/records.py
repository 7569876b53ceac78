"""What Route 53 refuses of records.

Sources: Amazon Route 53 API Reference, "ChangeResourceRecordSets"; Amazon Route 53 Developer Guide, "CNAME
record type" and "Choosing between alias and non-alias records"; RFC 1034, section 3.6.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..aws.hosted_zone import is_in
from ..findings import conflicts, refusals
from ..graph import tokens
from ..graph.claims import called
from ..graph.refusals import one_of
from ..hosts import plain
from ..values import ABSENT, UNKNOWN
from ..verdict import PASSES, Origin, all_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..aws.hosted_zone import HostedZone, HostedZones, Record
    from ..graph.refusals import Row
    from ..graph.resource import Resource
    from ..verdict import Outcome

_CNAME: Final = "CNAME"


@dataclass(frozen=True)
class _Rules:
    zones: HostedZones

    def cname_is_below_its_zone(self, resource: Resource) -> Outcome:
        """A zone's own name has an SOA record, which no CNAME stands beside ("CNAME record type")."""
        zone, record = self._in_zone(resource)
        if zone is None or record is None or record.kind != _CNAME or record.name != zone.domain:
            return PASSES
        return refusals.CNAME_AT_APEX(resource, name=record.name)

    def record_is_new(self, resource: Resource) -> Outcome:
        """A zone has one record set of a name and type, unless it is overwritten; a CNAME stands alone."""
        zone, record = self._in_zone(resource)
        if zone is None or record is None or not isinstance(record.name, str):
            return PASSES
        others = (
            other.resource
            for other in zone.records
            if other.name == record.name and other.kind is not UNKNOWN and record.kind is not UNKNOWN
            if _excludes(record, other)
        )
        refused = one_of(self.zones.graph, resource, others, f"declare records of {record.name}")
        replaced = (
            _replaces(resource, other.resource, record.name)
            for other in zone.records
            if other.key != resource.key and _names_the_same_set(record, other)
            if other.origin is Origin.PROGRAM and not _excludes(record, other)
        )
        return refused + all_of(replaced)

    def alias_names_the_zone_of_its_target(self, resource: Resource) -> Outcome:
        """An alias has the hosted zone of its target ("Choosing between alias and non-alias records")."""
        zone, record = self._in_zone(resource)
        target, named = (resource.declared("aliases", 0, part) for part in ("name", "zoneId"))
        if zone is None or record is None or not isinstance(target, str) or named is ABSENT:
            return PASSES
        own = self.zones.graph.ref(resource, named, "aliases", tokens.HOSTED_ZONE).stands_for(zone) is True
        if not own or is_in(plain(target), zone.domain):
            return PASSES
        return refusals.ALIAS_IN_OWN_ZONE(resource, name=str(record.name), target=target)

    def _in_zone(self, resource: Resource) -> tuple[HostedZone | None, Record | None]:
        """A record as its zone has it, where that is known."""
        zone = self.zones.zone_of(resource)
        if zone is None:
            return None, None
        return zone, next((record for record in zone.records if record.key == resource.key), None)


def rows(zones: HostedZones) -> Iterator[Row]:
    rules = _Rules(zones)
    yield tokens.DNS_RECORD, rules.cname_is_below_its_zone
    yield tokens.DNS_RECORD, rules.record_is_new
    yield tokens.DNS_RECORD, rules.alias_names_the_zone_of_its_target


def _replaces(record: Resource, other: Resource, name: str) -> Outcome:
    first, second = sorted((record, other), key=lambda each: each.key)
    return conflicts.RECORD_REPLACED(first, other=called(second), name=name)


def _excludes(record: Record, other: Record) -> bool:
    """Whether Route 53 takes one of both, which have one name."""
    if record.kind != other.kind:
        return _CNAME in (record.kind, other.kind)
    overwrites = (each.resource.declared("allowOverwrite") for each in (record, other))
    return _names_the_same_set(record, other) and True not in overwrites


def _names_the_same_set(record: Record, other: Record) -> bool:
    """Whether both are certainly one record set: by name, type and set."""
    sets = {each.resource.declared("setIdentifier") for each in (record, other)}
    same = isinstance(record.name, str) and (record.name, record.kind) == (other.name, other.kind)
    return same and isinstance(record.kind, str) and len(sets) == 1 and UNKNOWN not in sets
