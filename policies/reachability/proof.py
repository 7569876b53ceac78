"""The proof: every place a workload may run in, every route its packets may take, there and back.

Sources: Amazon VPC User Guide, "How Amazon VPC works", and the documents that the steps name.
"""

from __future__ import annotations

from functools import partial
from itertools import starmap
from typing import TYPE_CHECKING, Final

from .crossing import Client, Crossing
from .evidence import Offer
from .hosts import literal, question
from .internet import InternetPath, port_25
from .ipv6 import Ipv6Path
from .left_open import subnet_not_read
from .names import Names
from .network import is_ipv6_only
from .outcomes import all_of, any_of, blocked, open_question, passed, softened, whichever
from .places import in_one_region
from .ranges import IPV4, PUBLIC, UNROUTED, Ranges, addresses, union
from .references import judged
from .ses import EndpointPath
from .ses_names import endpoint_of_host, listens, region_of_host
from .settings import Settings
from .sharing import Sharing
from .values import UNKNOWN, Unknown
from .verdict import Destination, Egress, Origin, Outcome, Verdict
from .workloads import READERS, Placement, Workload

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .graph import Graph, Resource, Unread

DEFAULT_PORTS: Final = (587, 465, 2587, 2465)


class Proof:
    """The egress of the workloads of one graph."""

    def __init__(self, graph: Graph, settings: Settings | None = None, offer: Offer | None = None) -> None:
        self.settings = settings or Settings()
        self.coverage = graph.coverage
        self.crossing = Crossing(graph)
        self.internet = InternetPath(self.crossing)
        self.ses = EndpointPath(self.crossing, offer or Offer())
        self.names = Names(self.crossing.network, self.ses.endpoints)
        self.sharing = Sharing(self.crossing.groups)
        self.ipv6 = Ipv6Path(self.internet, self.names, self.ses)

    def workloads(self, origin: Origin = Origin.PROGRAM, *readers: str) -> Iterator[Workload]:
        """The workloads that the program declares, or those that the account runs."""
        for name, reader in READERS.items():
            if not readers or name in readers:
                for workload in reader(self.crossing.graph, self.crossing.groups, self.settings):
                    if workload.resource.origin is origin:
                        yield workload

    def egress(self, workload: Workload) -> tuple[Egress, ...]:
        """The verdict for each destination of `workload`."""
        return tuple(
            Egress(
                workload.name,
                workload.resource.key,
                destination,
                self.judge(workload.placements, destination),
            )
            for destination in workload.destinations
        )

    def judge(self, placements: Sequence[Placement], destination: Destination) -> Outcome:
        """Whether packets reach `destination` from whichever of `placements` is the case."""
        outcome = whichever([self._from(placement, destination) for placement in placements])
        if outcome.verdict is not Verdict.UNDETERMINED:
            return outcome
        return all_of([outcome, *map(partial(_not_read, placements[0].holder), self.coverage.unread)])

    def _from(self, placement: Placement, destination: Destination) -> Outcome:
        if placement.problem.findings:
            return placement.problem
        start = passed("workload", placement.holder.key, "", placement.holder.origin)
        if placement.managed:
            return start + self._managed(placement, destination)
        if not placement.subnets:
            message = f"{placement.holder.label} has no subnet"
            return blocked("NO_SUBNET", placement.holder.key, message, "give it at least one subnet")
        return start + self._every_subnet(placement, destination)

    def _every_subnet(self, placement: Placement, destination: Destination) -> Outcome:
        """AWS may place an instance behind any subnet, so every one must have the path."""
        holder = placement.holder
        unread = [
            subnet_not_read(holder, holder.label, ref)
            for ref in placement.subnets
            if ref.open or not ref.candidates
        ]
        judge = partial(self._from_subnet, placement, destination)
        together = self.crossing.membership.in_one_vpc(holder, placement.subnets)
        return _longest_first([*unread, *judged(placement.subnets, judge)]) + together

    def _from_subnet(self, placement: Placement, destination: Destination, subnet: Resource) -> Outcome:
        vpc = self.crossing.network.vpc_of(subnet)
        source = self.crossing.addresses_in(subnet)
        client = Client(subnet, vpc, source, placement.holder, placement.groups, placement.public_address)
        here = passed("subnet", subnet.key, _where(subnet), subnet.origin)
        pairs = ((placement.holder, subnet), *((subnet, candidate) for candidate in vpc.candidates))
        reach = self._reach_over_ipv6 if is_ipv6_only(subnet) else self._reach
        tenancies = [placement.runs_in(candidate) for candidate in vpc.candidates]
        usable = all_of([*starmap(in_one_region, pairs), self.sharing.admits(client)])
        usable += whichever(tenancies) if tenancies else Outcome()
        usable += self.crossing.encryption.admit(vpc)
        usable += self.crossing.membership.groups_serve(placement.holder, placement.groups, vpc)
        outcome = here + usable + reach(client, placement, destination)
        return outcome + self.sharing.unseen(client, outcome)

    # Where the name leads ------------------------------------------------------------------------

    def _reach(self, client: Client, placement: Placement, destination: Destination) -> Outcome:
        ports = self._ports(destination)
        if isinstance(ports, Unknown):
            return _port_unknown(client.holder, destination)
        host = destination.host
        if host is None or destination.secret:
            ways = [self._reach_public(client, placement, PUBLIC, port, "any mail server") for port in ports]
            ways += [self.ses.any(client, port) for port in ports if self.ses.of(client)]
            return any_of([*ways, *self.ses.unread(client)])
        if isinstance(host, Unknown):
            return self._reach_unknown(client, placement, ports[0])
        return self._reach_host(client, placement, host, ports[0])

    def _reach_over_ipv6(self, client: Client, placement: Placement, destination: Destination) -> Outcome:
        """The same from a subnet without IPv4."""
        ports, refused = self._ports(destination), self.ipv6.admits(client, placement)
        if refused.findings:
            return refused
        if isinstance(ports, Unknown):
            return _port_unknown(client.holder, destination)
        host = destination.host
        if not isinstance(host, str) or destination.secret:
            way = self.ipv6.reach_name(client, placement, PUBLIC, ports, str(destination))
            return way if host is None or destination.secret else _host_unknown(client.holder) + softened(way)
        nowhere, where = self._nowhere(host, client.holder), self._addresses(host)
        if nowhere.findings:
            return nowhere
        if literal(host):
            return self.ipv6.reach_literal(client, placement, where, ports[0], host)
        shadow = self.names.shadow(host, client.vpc)
        way = self.ipv6.reach_name(client, placement, where, ports, host, region_of_host(host))
        return shadow + way + self._listens(client, host, ports[0])

    def _reach_unknown(self, client: Client, placement: Placement, port: int) -> Outcome:
        """A host not known yet may be a public one, one inside the VPC, or one of a network without a way."""
        public = self._reach_public(client, placement, PUBLIC, port, "a host not known yet")
        return _host_unknown(client.holder) + softened(public)

    def _reach_public(
        self, client: Client, placement: Placement, where: Ranges, port: int, name: str
    ) -> Outcome:
        """The way to public hosts by their names, which must resolve."""
        return self._reach_name(client, placement, where, port, name) + self.names.resolve(client.vpc)

    def _reach_name(
        self, client: Client, placement: Placement, where: Ranges, port: int, name: str
    ) -> Outcome:
        way = self.internet.reach(client, where & IPV4, port, name)
        return self.ipv6.beside(client, placement, way, where, port, name)

    @staticmethod
    def _ports(destination: Destination) -> tuple[int, ...] | Unknown:
        if isinstance(destination.port, Unknown):
            return UNKNOWN
        if destination.port is not None:
            return (destination.port,)
        return DEFAULT_PORTS if destination.host is None or destination.secret else DEFAULT_PORTS[:1]

    def _reach_host(self, client: Client, placement: Placement, host: str, port: int) -> Outcome:
        region, endpoint = region_of_host(host), endpoint_of_host(host)
        nowhere, where = self._nowhere(host, client.holder), self._addresses(host)
        if nowhere.findings and endpoint is None:
            return nowhere
        if not where & IPV4:
            return self.ipv6.reach(client, placement, where, port, host)
        if literal(host):
            return self.internet.reach(client, where, port, host)
        if where != PUBLIC and region is None:  # a name whose addresses the team knows
            return self._reach_name(client, placement, where, port, host)
        shadow = self.names.shadow(host, client.vpc)
        if shadow.findings:
            return shadow
        if endpoint is not None:
            return self.ses.by_own_name(client, endpoint, port) + self.names.resolve(client.vpc)
        public = self._reach_public(client, placement, where, port, host)
        if region is None:
            return public
        return self.ses.reach(client, region, port, public + self._listens(client, host, port))

    def _listens(self, client: Client, host: str, port: int) -> Outcome:
        """Whether SES listens there; the name may lead elsewhere where another resolver answers."""
        refused = listens(host, port, client.holder)
        elsewhere = self.ipv6.other_resolver(client).findings or self.settings.addresses_of(host)
        return softened(refused) if elsewhere else refused

    def _addresses(self, host: str) -> Ranges:
        """Where `host` is: its own addresses if it is one or the team knows them, else any public one."""
        address = literal(host)
        blocks = self.settings.addresses_of(host) or ((address,) if address else ())
        return union(addresses(block) for block in blocks) if blocks else PUBLIC

    def _nowhere(self, host: str, holder: Resource) -> Outcome:
        """A finding where nobody can know to which addresses `host` leads."""
        return Outcome() if self.settings.addresses_of(host) else question(host, holder)

    def _managed(self, placement: Placement, destination: Destination) -> Outcome:
        """The egress that the service itself brings: to public addresses alone."""
        holder, where = placement.holder, PUBLIC
        if isinstance(destination.host, Unknown) and not destination.secret:
            return _host_unknown(holder)
        if isinstance(destination.host, str):
            where, nowhere = self._addresses(destination.host), self._nowhere(destination.host, holder)
            if nowhere.findings:
                return nowhere
        if where & UNROUTED:
            message = (
                f"{destination.host} is no public address, and the service leaves to the public internet"
            )
            return blocked("NO_ROUTE_TO_DESTINATION", holder.key, message, "give the service VPC egress")
        if not where & IPV4:
            message = (
                f"{destination.host} is reached over IPv6, and whether the service has it is not documented"
            )
            remedy = "name the host, or its IPv4 address"
            return open_question("INTERFACE_WITHOUT_IPV6", holder.key, message, remedy)
        heard = Outcome()
        if isinstance(destination.host, str) and isinstance(destination.port, int):
            heard = listens(destination.host, destination.port, holder)
        return (
            heard
            + port_25(holder, destination.port)
            + passed("internet", str(destination), "the service's own egress", Origin.AWS_DEFAULT)
        )


def _host_unknown(holder: Resource) -> Outcome:
    message = "the mail host cannot be known yet, and not every host that it may be can be reached"
    remedy = "name the host as a plain value, such as email-smtp.REGION.amazonaws.com"
    return open_question("HOST_UNKNOWN", holder.key, message, remedy)


def _port_unknown(holder: Resource, destination: Destination) -> Outcome:
    if destination.host is UNKNOWN and not destination.secret:
        message = "the environment is not known before creation, nor the mail host and port that it may name"
        remedy = (
            "keep outputs out of it: one inside a JSON text makes all of it unknown; name an SSM parameter, "
            "or look a secret up (aws.secretsmanager.get_secret)"
        )
        return open_question("HOST_UNKNOWN", holder.key, message, remedy)
    message = "the port of the mail host cannot be known"
    remedy = "give the port as a plain number in the environment or in the pack's config"
    return open_question("PORT_UNKNOWN", holder.key, message, remedy)


def prove(
    graph: Graph,
    settings: Settings | None = None,
    offer: Offer | None = None,
    origin: Origin = Origin.PROGRAM,
) -> tuple[Egress, ...]:
    """The egress of every workload of `origin`, for each of its destinations."""
    proof = Proof(graph, settings, offer)
    return tuple(egress for workload in proof.workloads(origin) for egress in proof.egress(workload))


def _longest_first(outcomes: Sequence[Outcome]) -> Outcome:
    """All must hold; the path shown is that of the worst, so that it ends where the findings are."""
    order = (Verdict.UNREACHABLE, Verdict.UNDETERMINED, Verdict.REACHABLE)
    ranked = sorted(outcomes, key=lambda outcome: order.index(outcome.verdict))
    findings = [finding for outcome in ranked for finding in outcome.findings]
    return Outcome(ranked[0].path, tuple(dict.fromkeys(findings)))


def _not_read(holder: Resource, failure: Unread) -> Outcome:
    message = f"{failure.action} failed ({failure.reason}), so what it shows of the account is not known"
    remedy = f"allow {failure.action}: see mailroute iam-policy"
    return open_question("NOT_READ", holder.key, message, remedy)


def _where(subnet: Resource) -> str:
    zone = subnet.get("availabilityZone")
    return zone if isinstance(zone, str) else ""
