"""Where a name leads, by the records of hosted zones, until these know no more of it.

A private zone of the VPC answers before everything else; the longest name wins, and a name that the zone
does not hold does not exist. A public zone of the program or of the account may not be the one that the
internet asks: no plan shows whether its domain is delegated to it, so what it says and what others may say
must both hold.

Sources: Amazon Route 53 Developer Guide, "Considerations when working with a private hosted zone", "Choosing
between alias and non-alias records" and "Making Route 53 the DNS service for an existing domain"; Amazon VPC
User Guide, "DNS attributes for your VPC"; AWS PrivateLink Guide, "Access an AWS service using an interface
VPC endpoint"; RFC 1034, section 3.6.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from ..findings import names, refusals
from ..graph import tokens
from ..hosts import is_valid, plain
from ..ranges import PUBLIC, PUBLIC_IPV6, Ranges, addresses, union
from ..values import ABSENT, UNKNOWN, Truth, elements, get
from ..verdict import PASSES, Outcome, hop
from .dns import AWS_DOMAIN
from .hosted_zone import HostedZone, is_in
from .ses import region_of_fips_host, region_of_host
from .vpc import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..graph.references import Ref
    from ..graph.refusals import Refusals
    from ..graph.resource import Resource
    from .dns import Dns
    from .hosted_zone import Record
    from .subnet import Subnets
    from .vpc import Vpc

HOLDERS: Final = (*tokens.VPC_ENDPOINT, *tokens.LOAD_BALANCER)
"""What gives its own names to records and environments."""
_PUBLIC_ZONES_READ_BY: Final = "route53:ListHostedZones"


@dataclass(frozen=True)
class Answer:
    """Where a name leads.

    Attributes:
        name: the last name on the way there; others answer for it where neither of the next two is known.
        addresses: those that it leads to; `PUBLIC` where they are public and not known.
        endpoint: the VPC endpoint whose own name it is.
        steps: the records on the way; a finding of these is where the way ends.
        zone: the public zone that answers instead if the name's domain is delegated to it.
    """

    name: str
    addresses: Ranges | None = None
    endpoint: Resource | None = None
    steps: Outcome = PASSES
    zone: HostedZone | None = None


class Resolver:
    """What is answered for names, in VPCs or in the internet."""

    def __init__(self, dns: Dns, subnets: Subnets, refusals: Refusals) -> None:
        self.dns = dns
        self.graph = dns.graph
        self.zones = dns.zones
        self.subnets = subnets
        self.refusals = refusals

    def answers(self, host: str, vpc: Ref[Vpc] | None) -> tuple[Answer, ...]:
        """Everything that `host` may lead to: each must hold.

        Args:
            vpc: where it is asked; the internet where none is given.
        """
        return tuple(dict.fromkeys(_Search(self, vpc).follow(plain(host), (), PASSES)))

    def of_holder(self, holder: Resource, name: str, steps: Outcome) -> Answer:
        """Where the own names of `holder` lead, an endpoint or a load balancer."""
        if holder.type in tokens.VPC_ENDPOINT:
            return Answer(name, endpoint=holder, steps=steps)
        internal = holder.declared("internal")
        if internal is ABSENT or internal is False:
            return Answer(name, PUBLIC, steps=steps)
        listed = [("subnets", subnet) for subnet in elements(holder.declared("subnets"))]
        mapped = elements(holder.declared("subnetMappings"))
        listed += [("subnetMappings", get(mapping, "subnetId")) for mapping in mapped]
        refs = [self.subnets.ref(holder, subnet, prop) for prop, subnet in listed]
        if internal is UNKNOWN or not refs or any(ref.unread for ref in refs):
            return Answer(name, steps=steps + names.LOAD_BALANCER_UNKNOWN(holder))
        return Answer(name, union(subnet.where() for ref in refs for subnet in ref.candidates), steps=steps)

    def holders(self, record: Record) -> tuple[Sequence[Resource], bool]:
        """What `record` may have its unknown value from, and whether that may be something else.

        A value is of what it depends on itself, not of what that was given. An address may be any.
        """
        prop, held = record.source, record.resource
        ref = self.graph.ref(held, UNKNOWN, prop, HOLDERS)
        direct = {candidate.key for candidate in ref.candidates} >= set(held.dependencies.get(prop, ()))
        alone = record.kind == "A" if prop == "aliases" else {*record.values} == {UNKNOWN}
        sure = alone and direct and record.kind is not UNKNOWN
        return ref.candidates, ref.unread or ref.computed or not sure

    def other_record(self, record: Record) -> str | None:
        """The name of the other record that `record` has its one unknown value from (`other.fqdn`)."""
        keys = record.resource.dependencies.get(record.source, ())
        given = [found for key in keys if (found := self.graph.find(key)) is not None]
        records = [found for found in given if found.type in tokens.DNS_RECORD]
        beside = {found.type for found in given} - {*tokens.DNS_RECORD, *tokens.HOSTED_ZONE}
        value = record.alias if record.alias is not ABSENT else (*record.values, ABSENT)[0]
        follows = record.kind == ("CNAME" if record.alias is ABSENT else "A") and len(record.values) <= 1
        if value is not UNKNOWN or not follows or beside or len(given) < len(keys) or len(records) != 1:
            return None
        name = self.zones.name_of(records[0].key)
        return name if isinstance(name, str) else None

    @cached_property
    def load_balancers(self) -> dict[str, Resource]:
        """The load balancers whose names are known, by these."""
        found = self.graph.of_type(*tokens.LOAD_BALANCER)
        named = ((balancer.get("dnsName"), balancer) for balancer in found)
        return {plain(name): balancer for name, balancer in named if isinstance(name, str)}


class _Search:
    """One search for all that a name may lead to."""

    def __init__(self, resolver: Resolver, vpc: Ref[Vpc] | None) -> None:
        self.resolver = resolver
        self.dns = resolver.dns
        self.vpc = vpc
        self._followed: set[tuple[HostedZone | None, str]] = set()

    def follow(self, name: str, chain: tuple[str, ...], steps: Outcome) -> Iterator[Answer]:
        """The answers for `name`, which `chain` has led to."""
        if name in chain:
            yield Answer(name, steps=steps + _loop(name, chain, steps))
            return
        if not self._is_new(None, name):
            return
        if not is_valid(name):
            yield Answer(name, steps=steps)
            return
        if self.vpc is not None:
            shadow, zone = self.dns.private_answer(name, self.vpc)
            if shadow.findings:
                yield Answer(name, steps=steps + shadow)
                return
            if zone is not None:
                before = self._endpoint_before(zone, name, self.vpc)
                if before is not False:
                    yield Answer(name, steps=steps)
                if before is not True:
                    yield from self._privately(zone, self.vpc, name, chain, steps)
                return
        yield from self._publicly(name, chain, steps)

    def _is_new(self, zone: HostedZone | None, name: str) -> bool:
        """Whether `name` has not been followed yet; else what it leads to has been found."""
        new = (zone, name) not in self._followed
        self._followed.add((zone, name))
        return new

    def _endpoint_before(self, zone: HostedZone, name: str, vpc: Ref[Vpc]) -> Truth:
        """Whether private DNS of an SMTP endpoint answers before `zone`, whose own name is shorter.

        AWS refuses both to take one name: either may.
        """
        fips = region_of_fips_host(name)
        region = fips or region_of_host(name)
        if region is None:
            return False
        links = [link for found in vpc.candidates for link in self.dns.endpoints.in_vpc(found, region)]
        taking = [link for link in links if link.source.private_dns is not False]
        if not taking:
            return False
        works = vpc.target is not None and not vpc.target.resolves_private_dns().findings
        sure = works and any(
            link.certain and link.source.private_dns is True and not link.source.is_available().findings
            for link in taking
        )
        return True if sure and not fips and zone.domain != name else UNKNOWN

    def _privately(
        self, zone: HostedZone, vpc: Ref[Vpc], name: str, chain: tuple[str, ...], steps: Outcome
    ) -> Iterator[Answer]:
        if any(found.dns_support is not True or found.dns_hostnames is not True for found in vpc.candidates):
            steps += names.ZONE_MAYBE_NOT_ASKED(zone, vpc=name_of(vpc))
        if zone.delegates(name):
            steps += names.DELEGATED(zone, host=name)
        if steps.findings:
            yield Answer(name, steps=steps)
        else:
            yield from self._in_zone(zone, name, chain, steps)

    def _publicly(self, name: str, chain: tuple[str, ...], steps: Outcome) -> Iterator[Answer]:
        """What public zones say, and what others may."""
        if not name.endswith(AWS_DOMAIN) and self.resolver.graph.coverage.misses(_PUBLIC_ZONES_READ_BY):
            yield Answer(name, steps=steps + names.UNREAD_PUBLIC_ZONES(name, host=name))
            return
        public = tuple(self.resolver.zones.public_for(name))
        for zone in public:
            yield from self._in_zone(zone, name, chain, steps)
        yield from self._by_records(tuple(self.resolver.zones.elsewhere(name)), None, name, chain, steps)
        balancer = self.resolver.load_balancers.get(name.removeprefix("dualstack."))
        if balancer is not None:
            yield self.resolver.of_holder(balancer, name, steps)
        else:
            yield Answer(name, steps=steps, zone=public[0] if public else None)

    def _in_zone(
        self, zone: HostedZone, name: str, chain: tuple[str, ...], steps: Outcome
    ) -> Iterator[Answer]:
        records = zone.answers(name)
        exact = any(record.name == name for record in records)
        one_of_many = any(record.resource.get("setIdentifier") is not ABSENT for record in records)
        more = zone.may_hold_more or self.resolver.zones.may_be_anywhere(name)
        if (not exact and more) or (one_of_many and not zone.complete):
            yield Answer(name, steps=steps + names.RECORDS_UNKNOWN(zone, host=name))
        elif all(record.partial for record in records):
            yield Answer(name, steps=steps + names.NO_RECORD(zone, host=name))
        yield from self._by_records(records, zone, name, chain, steps)

    def _by_records(
        self,
        records: Sequence[Record],
        zone: HostedZone | None,
        name: str,
        chain: tuple[str, ...],
        steps: Outcome,
    ) -> Iterator[Answer]:
        """What each of `records` says: any one of those with a routing policy may be the one that answers."""
        ipv6 = union(_ipv6(record) for record in records if record.kind == "AAAA")
        over_ipv4 = [record for record in records if record.kind != "AAAA"]
        for record in over_ipv4 or records:
            yield from self._by(record, zone, ipv6, (*chain, name), steps)

    def _by(
        self, record: Record, zone: HostedZone | None, ipv6: Ranges, chain: tuple[str, ...], steps: Outcome
    ) -> Iterator[Answer]:
        name, alias = chain[-1], record.alias
        steps += hop("dns-record", record.key, f"{name} {record.kind}", record.origin)
        refused = self.resolver.refusals.of(record.resource)
        if refused.findings:
            yield Answer(name, steps=steps + refused)
            return
        steps += refused
        other = self.resolver.other_record(record)
        if other is not None:
            if alias is ABSENT:
                yield from self.follow(other, chain, steps)
            else:
                yield from self._by_alias(other, zone, chain, steps)
        elif not record.is_known:
            holders, more = self.resolver.holders(record)
            if more:
                yield Answer(name, steps=steps + names.RECORD_UNKNOWN(record, host=name))
            yield from (self.resolver.of_holder(found, found.label, steps) for found in holders)
        elif alias is not ABSENT:
            yield from self._by_alias(plain(alias), zone, chain, steps)
        elif record.kind == "CNAME":
            for value in record.values:
                yield from self.follow(plain(value), chain, steps)
        else:
            yield Answer(name, _addresses(record) | ipv6, steps=steps)

    def _by_alias(
        self, target: str, zone: HostedZone | None, chain: tuple[str, ...], steps: Outcome
    ) -> Iterator[Answer]:
        """An alias leads to another record of its own zone, or to an AWS resource by its public name."""
        if zone is None or not is_in(target, zone.domain):
            balancer = self.resolver.load_balancers.get(target.removeprefix("dualstack."))
            if balancer is not None:
                yield self.resolver.of_holder(balancer, target, steps)
            else:
                yield Answer(target, steps=steps)
        elif target in chain:
            yield Answer(target, steps=steps + _loop(target, chain, steps))
        elif any(record.kind == "CNAME" for record in zone.answers(target)):
            refused = refusals.ALIAS_OF_OTHER_TYPE(steps.path[-1].resource, name=chain[-1], target=target)
            yield Answer(target, steps=steps + refused)
        elif self._is_new(zone, target):
            yield from self._in_zone(zone, target, chain, steps)


def _loop(name: str, chain: Sequence[str], steps: Outcome) -> Outcome:
    """The last record of `steps` leads back to `name`."""
    return names.NAME_LOOPS(steps.path[-1].resource, host=chain[0], name=name)


def _addresses(record: Record) -> Ranges:
    return union(addresses(value) for value in record.values)


def _ipv6(record: Record) -> Ranges:
    """The addresses of an AAAA record: any public one where they are not known."""
    return _addresses(record) if record.is_known and record.alias is ABSENT else PUBLIC_IPV6
