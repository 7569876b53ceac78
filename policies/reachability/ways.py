"""The ways from where a workload runs to its destination, by wherever the destination's name leads.

Sources: Amazon VPC User Guide, "How Amazon VPC works", and the documents that the steps name.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from .aws.resolver import HOLDERS, Answer
from .aws.ses import (
    API,
    endpoint_of_host,
    is_api_host,
    listens,
    region_of_fips_host,
    region_of_host,
    region_of_other_api_host,
    smtp_host,
)
from .egress import Destination
from .findings import endpoints, names, routing
from .forwarding import Client, OverIpv6, ToSmtpEndpoint, Walk, port_25
from .hosts import is_valid, literal, question
from .ranges import IPV4, ITSELF, PUBLIC, UNROUTED, Ranges, addresses, union
from .values import UNKNOWN, Unknown
from .verdict import PASSES, Origin, Outcome, Verdict, across_possibilities, all_of, any_of, hop, worst_first

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .aws import Network
    from .aws.vpc import Vpc
    from .graph.references import Ref
    from .graph.resource import Resource
    from .settings import Settings
    from .workloads import Placement

DEFAULT_PORTS: Final = (587, 465, 2587, 2465)
SUBMISSION_PORTS: Final = (465, 587, 2465, 2525, 2587)
"""Those by which mail is submitted: RFC 6409, RFC 8314, and the others that SES and relays offer."""


class Ways:
    """The ways through one network, by what a team says of the hosts."""

    def __init__(self, network: Network, settings: Settings) -> None:
        self.network = network
        self.settings = settings
        self.walk = Walk(network)
        self.ses = ToSmtpEndpoint(self.walk)
        self.ses_api = ToSmtpEndpoint(self.walk, network.api_endpoints)
        self.ses_fips_api = ToSmtpEndpoint(self.walk, network.fips_api_endpoints)
        self.ipv6 = OverIpv6(self.walk, self.ses)

    def reach(self, client: Client, place: Placement, destination: Destination) -> Outcome:
        if destination.every_host:
            return self._reach_every_host(client, place)
        ports = _ports(destination)
        if isinstance(ports, Unknown):
            return _port_unknown(client.owner, destination)
        if destination.any_host:
            return self._reach_any_host(client, place, ports, secret=destination.secret)
        if isinstance(destination.host, str):
            return self._reach_host(client, place, destination.host, ports[0])
        holder = self.network.graph.find(destination.holder) if destination.holder else None
        if holder is not None and holder.type in HOLDERS:
            answer = self.network.resolver.of_holder(holder, holder.label, PASSES)
            at = partial(self._reach_answer, client, place, holder.label, ports[0])
            return answer.steps if answer.steps.findings else at(answer)
        # It may be a public host, one inside the VPC, or one of a network without a way.
        name = "a host that is not known until the update"
        public = self._reach_public(client, place, PUBLIC, ports[0], name)
        return names.UNKNOWN_HOST(client.owner) + public.as_undetermined()

    def _reach_any_host(
        self, client: Client, place: Placement, ports: Sequence[int], *, secret: bool
    ) -> Outcome:
        """The ways to some mail server, which a secret host is assumed to be."""
        name = "any mail server"
        public = [self._reach_public(client, place, PUBLIC, port, name) for port in ports]
        of_ses = [self.ses.any(client, port) for port in ports if self.ses.of(client)]
        if secret:
            public = [way + names.SECRET_HOST_IS_PUBLIC(client.owner) for way in public]
            of_ses = [way + names.SECRET_HOST_IS_SES(client.owner) for way in of_ses]
        return any_of([*public, *of_ses, *self.ses.unread(client)])

    def _reach_every_host(self, client: Client, place: Placement) -> Outcome:
        """The ways to every public mail host, SES's that an endpoint of the VPC takes among them."""
        name = "every public mail host"
        ways = [self._reach_public(client, place, PUBLIC, port, name) for port in SUBMISSION_PORTS]
        hosts = sorted(map(smtp_host, self.ses.regions(client)))
        ways += [self._reach_host(client, place, host, port) for host in hosts for port in DEFAULT_PORTS]
        return worst_first([*ways, *self.ses.unread(client)])

    def _reach_host(self, client: Client, place: Placement, host: str, port: int) -> Outcome:
        """The way to the addresses that `host` is or that the team knows, or else to wherever DNS leads."""
        if not self._is_known(host):
            at = partial(self._reach_answer, client, place, host, port)
            return self._wherever(host, client.owner, client.vpc, at)
        nowhere, where = self._nowhere(host, client.owner), self._addresses(host)
        if nowhere.findings:
            return nowhere
        if not where & IPV4:
            return self.ipv6.reach(client, place, where, port, host)
        if literal(host):
            return self.walk.reach(client, where, port, host)
        return self._reach_name(client, place, where, port, host)

    def _wherever(
        self, host: str, owner: Resource, vpc: Ref[Vpc] | None, at: Callable[[Answer], Outcome]
    ) -> Outcome:
        """What `at` makes of everything that `host` may lead to where it is asked."""
        if not is_valid(host):
            return names.INVALID_HOST(owner, host=host)
        answers = self.network.resolver.answers(host, vpc)
        ways = [answer.steps if answer.steps.findings else answer.steps + at(answer) for answer in answers]
        outcome = across_possibilities(ways)
        told = [way for answer, way in zip(answers, ways, strict=True) if answer.zone is None]
        if not told or outcome.verdict is Verdict.REACHABLE:
            return outcome
        if across_possibilities(told).verdict is not Verdict.REACHABLE:
            return outcome
        zones = dict.fromkeys(answer.zone for answer in answers if answer.zone is not None)
        return all_of([outcome, *(names.ZONE_MAYBE_NOT_DELEGATED(zone, host=host) for zone in zones)])

    def _reach_answer(
        self, client: Client, place: Placement, host: str, port: int, answer: Answer
    ) -> Outcome:
        resolves, where, name = self.network.dns.resolves(client.vpc), answer.addresses, answer.name
        if answer.endpoint is not None:
            return self._by_own_name(client, answer.endpoint, name, port) + resolves
        if where is not None:
            if where & ITSELF:
                return names.HOST_IS_ITSELF(client.owner, host=name)
            if where & IPV4:
                return self._reach_public(client, place, where, port, host)
            return self.ipv6.reach(client, place, where, port, host) + resolves
        identity = endpoint_of_host(name)
        if identity is not None:
            named = self.network.vpc_endpoints.named(identity, client.subnet.resource)
            return self._by_own_name(client, named, identity, port) + resolves
        return self._reach_by_public_name(client, place, name, port)

    def _by_own_name(self, client: Client, named: Resource | None, identity: str, port: int) -> Outcome:
        """The way to an endpoint by a name of its own, for whichever of SES's services it is."""
        all_ways = (self.ses, self.ses_api, self.ses_fips_api)
        ways = [way for way in all_ways if way.endpoints.smtp_of(named) is not None] or [self.ses]
        return across_possibilities([way.by_own_name(client, named, identity, port) for way in ways])

    def _reach_by_public_name(self, client: Client, place: Placement, host: str, port: int) -> Outcome:
        """The way to what the public DNS, or private DNS of an endpoint, leads `host` to."""
        nowhere, where = self._nowhere(host, client.owner), self._addresses(host)
        if nowhere.findings:
            return nowhere
        fips, api = region_of_fips_host(host), API.region_of_host(host)
        region = fips or region_of_host(host)
        if not where & IPV4:
            return self.ipv6.reach(client, place, where, port, host)

        def public() -> Outcome:
            return self._reach_public(client, place, where, port, host) + self._listens(client, host, port)

        if api is not None:
            return self.ses_api.reach(client, api, port, public)
        other = region_of_other_api_host(host)
        if other is not None:
            return self._reach_other_api_host(client, host, other, port, public)
        if region is None:
            return public()
        return self.ses.reach(client, region, port, public, fips=fips is not None)

    def _reach_other_api_host(
        self, client: Client, host: str, region: str, port: int, public: Callable[[], Outcome]
    ) -> Outcome:
        """The way to a FIPS or dual-stack host of SES's API, which an endpoint may take or not."""
        ways = [way for way in (self.ses_api, self.ses_fips_api) if way.of(client, region)]
        if not ways:
            return self.ses_api.reach(client, region, port, public)
        outcome = across_possibilities([way.reach(client, region, port, public, fips=True) for way in ways])
        if outcome.verdict is not Verdict.UNDETERMINED:
            return outcome
        return endpoints.NAME_NOT_OF_ENDPOINT(client.owner, host=host, region=region) + outcome

    def over_ipv6(self, client: Client, place: Placement, destination: Destination) -> Outcome:
        """The same from a subnet without IPv4."""
        ports, refused = _ports(destination), self.ipv6.admits(client, place)
        if refused.findings:
            return refused
        if destination.every_host:
            name = str(destination)
            ways = [self.ipv6.reach_name(client, place, PUBLIC, (port,), name) for port in SUBMISSION_PORTS]
            return worst_first(ways)
        if isinstance(ports, Unknown):
            return _port_unknown(client.owner, destination)
        host = destination.host
        if not isinstance(host, str) or destination.secret:
            way = self.ipv6.reach_name(client, place, PUBLIC, ports, str(destination))
            return way if destination.any_host else names.UNKNOWN_HOST(client.owner) + way.as_undetermined()
        if literal(host):
            nowhere, where = self._nowhere(host, client.owner), self._addresses(host)
            return (
                nowhere if nowhere.findings else self.ipv6.reach_literal(client, place, where, ports[0], host)
            )
        at = partial(self._reach_answer_over_ipv6, client, place, ports)
        return self._wherever(host, client.owner, client.vpc, at)

    def _reach_answer_over_ipv6(
        self, client: Client, place: Placement, ports: Sequence[int], answer: Answer
    ) -> Outcome:
        host, where = answer.name, answer.addresses
        if answer.endpoint is not None:
            return endpoints.ENDPOINT_FROM_IPV6_ONLY(client.subnet, owner=client.owner)
        if where is not None:
            return self.ipv6.reach_name(client, place, where, ports, host)
        nowhere, where = self._nowhere(host, client.owner), self._addresses(host)
        if nowhere.findings:
            return nowhere
        way = self.ipv6.reach_name(client, place, where, ports, host, region_of_host(host))
        api = API.region_of_host(host) or region_of_other_api_host(host)
        if api is not None and (self.ses_api.of(client, api) or self.ses_fips_api.of(client, api)):
            way += endpoints.ENDPOINT_FROM_IPV6_ONLY(client.subnet, owner=client.owner)
        return way + self._listens(client, host, ports[0])

    def _reach_public(self, client: Client, place: Placement, where: Ranges, port: int, name: str) -> Outcome:
        """The way to public hosts by their names, which must resolve."""
        return self._reach_name(client, place, where, port, name) + self.network.dns.resolves(client.vpc)

    def _reach_name(self, client: Client, place: Placement, where: Ranges, port: int, name: str) -> Outcome:
        way = self.walk.reach(client, where & IPV4, port, name)
        return self.ipv6.beside(client, place, way, where, port, name)

    def _listens(self, client: Client, host: str, port: int) -> Outcome:
        """Whether SES listens there; the name may lead elsewhere where another resolver answers."""
        refused = listens(host, port, client.owner)
        elsewhere = self.ipv6.other_resolver(client).findings or self.settings.addresses_of(host)
        return refused.as_undetermined() if elsewhere else refused

    def _is_known(self, host: str) -> bool:
        """Whether `host` is an address, or the team knows its addresses and it is no name of SES's."""
        ses = region_of_fips_host(host) or region_of_host(host) or is_api_host(host)
        return literal(host) is not None or bool(self.settings.addresses_of(host) and not ses)

    def _addresses(self, host: str) -> Ranges:
        """Where `host` is: its own addresses if it is one or the team knows them, else any public one."""
        address = literal(host)
        blocks = self.settings.addresses_of(host) or ((address,) if address else ())
        return union(addresses(block) for block in blocks) if blocks else PUBLIC

    def _nowhere(self, host: str, owner: Resource) -> Outcome:
        """A finding where nobody can know to which addresses `host` leads."""
        return PASSES if self.settings.addresses_of(host) else question(host, owner)

    def managed(self, owner: Resource, destination: Destination) -> Outcome:
        """The egress that the service itself brings: to public addresses alone."""
        host = destination.host
        if isinstance(host, Unknown) and not (destination.secret or destination.every_host):
            return names.UNKNOWN_HOST(owner)
        at = partial(self._managed_at, owner, destination)
        if not isinstance(host, str):
            return at(Answer("", PUBLIC))
        return at(Answer(host)) if self._is_known(host) else self._wherever(host, owner, None, at)

    def _managed_at(self, owner: Resource, destination: Destination, answer: Answer) -> Outcome:
        host, port, where = answer.name, destination.port, answer.addresses
        if answer.endpoint is not None:
            return routing.NO_PUBLIC_ADDRESS(owner, host=host)
        if where is None:
            where, nowhere = self._addresses(host), self._nowhere(host, owner)
            if nowhere.findings:
                return nowhere
        if where & UNROUTED:
            refused = routing.NO_PUBLIC_ADDRESS(owner, host=host)
            return refused if where <= UNROUTED else refused.as_undetermined()
        if not where & IPV4:
            return names.SERVICE_MAYBE_WITHOUT_IPV6(owner, host=host)
        heard = listens(host, port, owner) if isinstance(port, int) else PASSES
        there = hop("internet", str(destination), "the service's own egress", Origin.AWS_DEFAULT)
        return heard + port_25(owner, port) + there


def _ports(destination: Destination) -> tuple[int, ...] | Unknown:
    if isinstance(destination.port, Unknown):
        return UNKNOWN
    if destination.port is not None:
        return (destination.port,)
    return DEFAULT_PORTS if destination.any_host else DEFAULT_PORTS[:1]


def _port_unknown(owner: Resource, destination: Destination) -> Outcome:
    if destination.host is UNKNOWN and not destination.secret:
        return names.UNKNOWN_HOST(owner)
    return names.UNKNOWN_PORT(owner)
