"""The proof: every place a workload may run in, every route its packets may take, there and back.

Sources: Amazon VPC User Guide, "How Amazon VPC works", and the documents that the steps name.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, partial
from itertools import starmap
from typing import TYPE_CHECKING

from .assumed import with_assumptions
from .aws import Network
from .aws.ses import is_smtp_host
from .aws.subnet import unread
from .chosen import Possibilities
from .egress import Destination, Egress
from .findings import names, placement
from .findings.once import first_of_each, said_once
from .forwarding import Client
from .graph.other_packages import may_change_network
from .graph.provider_scope import in_one_region
from .graph.references import judged
from .graph.zones import ZoneAvailability
from .settings import Settings
from .verdict import PASSES, Origin, Outcome, Verdict, across_possibilities, all_of, hop, worst_first
from .ways import DEFAULT_PORTS, SUBMISSION_PORTS, Ways
from .workloads import READERS, Placement, Workload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .aws.security_group import SecurityGroup
    from .aws.subnet import Subnet
    from .graph import Graph
    from .graph.graph import Unread
    from .graph.references import Ref
    from .graph.resource import Resource


class Proof:
    """The egress of the workloads of one graph."""

    def __init__(
        self, graph: Graph, settings: Settings | None = None, zones: ZoneAvailability | None = None
    ) -> None:
        self.settings = settings or Settings()
        self.graph = graph
        self.coverage = graph.coverage
        self.network = Network(graph, zones or ZoneAvailability())
        self.changers = tuple(may_change_network(graph))
        self.ways = Ways(self.network, self.settings)
        self.walk = self.ways.walk
        self._workloads: dict[str, Sequence[Workload]] = {}
        self._possibilities = Possibilities(self, lambda other: Proof(other, settings, zones))

    def whatever_is_chosen(self, judge: Callable[[Proof], Outcome]) -> Outcome:
        """What `judge` says of the graph, where it says the same of it with every value chosen."""
        return self._possibilities.judge(judge)

    def workloads(self, origin: Origin = Origin.PROGRAM, *readers: str) -> Iterator[Workload]:
        """The workloads that the program declares, or those that the account runs."""
        for name in READERS:
            if not readers or name in readers:
                yield from (found for found in self._read(name) if found.resource.origin is origin)

    def egress(self, workload: Workload) -> tuple[Egress, ...]:
        """The verdict for each destination of `workload`."""
        return tuple(
            Egress(workload.name, workload.resource.key, destination, outcome)
            for destination in workload.destinations
            for outcome in [self.of_workload(workload, partial(Proof._judge, destination=destination))]
        )

    def of_workload(self, workload: Workload, judge: Callable[[Proof, Workload], Outcome]) -> Outcome:
        """What `judge` says of `workload` whatever is chosen: it is read anew in each other graph."""
        return self.whatever_is_chosen(
            lambda proof: judge(proof, workload if proof is self else proof._again[workload.resource])
        )

    @cached_property
    def _again(self) -> Mapping[Resource, Workload]:
        """Every workload, by its resource."""
        return {found.resource: found for name in READERS for found in self._read(name)}

    def _read(self, name: str) -> Sequence[Workload]:
        """The workloads of one kind, read once."""
        if name not in self._workloads:
            self._workloads[name] = tuple(READERS[name](self.network, self.settings))
        return self._workloads[name]

    def _judge(self, workload: Workload, destination: Destination) -> Outcome:
        refused = self.network.refusals.of(workload.resource)
        outcome = said_once(self._with_places(self.judge(workload.placements, destination) + refused))
        if self.changers and not all(place.managed for place in workload.placements):
            changed = (
                placement.MAY_CHANGE_NETWORK(workload.resource, changer=each) for each in self.changers
            )
            outcome = all_of([outcome.as_undetermined(), *changed])
        if destination.every_host:
            outcome = _in_unknown_environment(workload, outcome)
        if destination in workload.possible and outcome.verdict is Verdict.UNREACHABLE:
            outcome = placement.MAY_RUN_ANOTHER_TASK(workload.resource) + outcome.as_undetermined()
        return with_assumptions(outcome, self.network, workload, destination)

    def _with_places(self, outcome: Outcome) -> Outcome:
        """`outcome`, which is open where AWS refuses what is made elsewhere than the VPCs on its path."""
        places = self.network.places
        around = places.around(
            frozenset(filter(None, (places.vpc_of(each.resource) for each in outcome.path)))
        )
        refused = {found.code for found in outcome.findings if found.verdict is Verdict.UNREACHABLE}
        if refused & {found.code for found in around.findings}:
            return outcome
        return outcome.as_undetermined() + around if around.findings else outcome

    def judge(self, placements: Sequence[Placement], destination: Destination) -> Outcome:
        """Whether packets reach `destination` from whichever of `placements` is the case."""
        if destination.proxies:
            return self._maybe_by_proxy(placements, destination)
        if destination.secret_port:
            return self._by_secret_port(placements, destination)
        if destination.ports:
            return self._by_one_of_ports(placements, destination)
        if destination.port is None and not destination.any_host:
            return self._by_port_of_submission(placements, destination)
        if destination.holder is not None:
            destination = replace(destination, host=self.network.dns.zones.name_of(destination.holder))
        outcome = across_possibilities([self._from(each, destination) for each in placements])
        if outcome.verdict is not Verdict.UNDETERMINED:
            return outcome
        return all_of([outcome, *map(partial(_not_read, placements[0].owner), self.coverage.unread)])

    def _maybe_by_proxy(self, placements: Sequence[Placement], destination: Destination) -> Outcome:
        """The ways to the host and to each proxy: which of them a program takes is its own affair."""
        variables = ", ".join(variable for variable, _ in destination.proxies)
        of_each = (replace(destination, proxies=()), *(proxy for _, proxy in destination.proxies))
        outcome = across_possibilities([self.judge(placements, each) for each in of_each])
        if outcome.verdict is Verdict.UNREACHABLE:
            return outcome
        reached = outcome.verdict is Verdict.REACHABLE
        says = names.PROXY_FORWARDS if reached else names.MAYBE_BY_PROXY
        return says(placements[0].owner, variables=variables, host=destination.named) + outcome

    def _by_secret_port(self, placements: Sequence[Placement], destination: Destination) -> Outcome:
        """Each port that a secret may be must do: of those that SES offers, where the host is SES's."""
        owner, of_ses = placements[0].owner, is_smtp_host(str(destination.host))
        ports = DEFAULT_PORTS if of_ses else SUBMISSION_PORTS
        of_each = (replace(destination, port=port, secret_port=False) for port in ports)
        outcome = across_possibilities([self.judge(placements, each) for each in of_each])
        if outcome.verdict is not Verdict.REACHABLE:
            return names.UNKNOWN_PORT(owner) + first_of_each(outcome).as_undetermined()
        return outcome + names.SECRET_PORT_IS_SUBMISSION(owner, ports=", ".join(map(str, sorted(ports))))

    def _by_one_of_ports(self, placements: Sequence[Placement], destination: Destination) -> Outcome:
        """Each port that the program may take must do."""
        ports = ", ".join(map(str, destination.ports))
        of_each = (replace(destination, port=port, ports=()) for port in destination.ports)
        outcome = across_possibilities([self.judge(placements, each) for each in of_each])
        if outcome.verdict is not Verdict.UNDETERMINED:
            return first_of_each(outcome)
        says = names.PORT_IS_ONE_OF(placements[0].owner, host=destination.named, ports=ports)
        return says + first_of_each(outcome)

    def _by_port_of_submission(self, placements: Sequence[Placement], destination: Destination) -> Outcome:
        """The port that is taken where none is set; the path is dead only where each other one's is."""
        owner, usual = placements[0].owner, DEFAULT_PORTS[0]
        outcome = self.judge(placements, replace(destination, port=usual))
        if outcome.verdict is Verdict.REACHABLE:
            return outcome + names.PORT_IS_SUBMISSION(owner, host=destination.named, port=usual)
        others = (port for port in SUBMISSION_PORTS if port != usual)
        ways = (self.judge(placements, replace(destination, port=port)) for port in others)
        if outcome.verdict is Verdict.UNDETERMINED or all(way.verdict is Verdict.UNREACHABLE for way in ways):
            return outcome
        ports = ", ".join(map(str, SUBMISSION_PORTS))
        return names.PORT_IS_ONE_OF(owner, host=destination.named, ports=ports) + outcome.as_undetermined()

    def _from(self, place: Placement, destination: Destination) -> Outcome:
        if place.problem.findings:
            return place.problem
        start = hop("workload", place.owner.key, "", place.owner.origin) + place.problem
        if place.managed:
            return start + self.ways.managed(place.owner, destination)
        if not place.subnets:
            return placement.WORKLOAD_WITHOUT_SUBNET(place.owner)
        return start + self._every_subnet(place, destination)

    def _every_subnet(self, place: Placement, destination: Destination) -> Outcome:
        """AWS may place an instance behind any subnet, so every one must have the path."""
        owner = place.owner
        missing = [unread(owner, owner.label, ref) for ref in place.subnets if ref.unread]
        found = judged(place.subnets, partial(self._from_subnet, place, destination))
        together = self.network.network_interfaces.in_one_vpc(owner, place.subnets)
        outcome = worst_first([*missing, *found]) + together
        if outcome.verdict is not Verdict.UNDETERMINED:
            return outcome
        subnets = [ref for ref in place.subnets if not ref.open]  # Of others `missing` tells.
        return outcome + _computed(owner, "subnets", subnets) + _computed(owner, "groups", place.groups)

    def _from_subnet(self, place: Placement, destination: Destination, subnet: Subnet) -> Outcome:
        client = Client(
            place.owner, subnet, subnet.where(), place.groups, place.public_address, place.reply_ports
        )
        zone = subnet.zone if isinstance(subnet.zone, str) else ""
        here = hop("subnet", subnet.key, zone, subnet.origin)
        reach = self.ways.over_ipv6 if subnet.ipv6_only else self.ways.reach
        outcome = here + self._runs_in(place, client) + reach(client, place, destination)
        return outcome + self.network.resource_shares.unread_owner(place.owner, subnet, outcome)

    def _runs_in(self, place: Placement, client: Client) -> Outcome:
        """Whether AWS runs the workload in the subnet of `client` at all, and lets its packets be."""
        owner, subnet, vpcs = place.owner, client.subnet, client.vpc.candidates
        pairs = ((owner, subnet.resource), *((subnet.resource, vpc.resource) for vpc in vpcs))
        tenancies = [place.runs_in(vpc) for vpc in vpcs]
        return all_of(
            [
                *starmap(in_one_region, pairs),
                self.network.resource_shares.admits(owner, subnet, place.groups),
                across_possibilities(tenancies) if tenancies else PASSES,
                *(vpc.admits_unencrypted() for vpc in vpcs),
                self.network.network_interfaces.groups_serve(owner, place.groups, client.vpc),
                self.network.subnets.can_create(subnet),
                self.network.subnets.can_create_all_beside(subnet),
                PASSES if place.on_instances else self.network.availability_zones.take(owner, subnet),
                *(self.network.vpc_endpoints.conflicts_in(vpc) for vpc in vpcs),
                *(self.network.dns.conflicts_in(vpc) for vpc in vpcs),
                *(vpc.is_as_assumed() for vpc in vpcs),
            ]
        )


def prove(
    graph: Graph,
    settings: Settings | None = None,
    zones: ZoneAvailability | None = None,
    origin: Origin = Origin.PROGRAM,
) -> tuple[Egress, ...]:
    """The egress of every workload of `origin`, for each of its destinations."""
    proof = Proof(graph, settings, zones)
    return tuple(egress for workload in proof.workloads(origin) for egress in proof.egress(workload))


def _computed(
    owner: Resource, what: str, refs: Sequence[Ref[Subnet]] | Sequence[Ref[SecurityGroup]]
) -> Outcome:
    """A finding where a list of `owner` is computed, and it is not known what is in it."""
    unsure = [ref for ref in refs if ref.computed and ref.candidates and ref.target is None]
    if not unsure:
        return PASSES
    named = dict.fromkeys(found.label for ref in unsure for found in ref.candidates)
    others = ["one that the program does not create"] * any(ref.open for ref in unsure)
    return placement.COMPUTED_LIST(owner, what=what, names=", ".join([*named, *others]))


def _in_unknown_environment(workload: Workload, way: Outcome) -> Outcome:
    """What `way`, to every public mail host, says where the environment may name any one of them."""
    owner, unread = workload.resource, workload.unread
    if way.verdict is Verdict.REACHABLE:
        ports = ", ".join(map(str, SUBMISSION_PORTS))
        if unread:
            return way + placement.UNREAD_TASK_NAMES_PUBLIC_HOST(owner, named=unread, ports=ports)
        return way + names.ENVIRONMENT_NAMES_PUBLIC_HOST(owner, ports=ports)
    why = (
        placement.UNREAD_TASK_DEFINITION(owner, named=unread) if unread else names.UNKNOWN_ENVIRONMENT(owner)
    )
    return why + first_of_each(way).as_undetermined()


def _not_read(owner: Resource, failure: Unread) -> Outcome:
    return placement.ACTION_FAILED(owner, action=failure.action, reason=failure.reason)
