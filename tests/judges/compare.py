"""The proof against the specification: sampled concrete packets must bear out every verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from reachability import Destination, Graph, Origin, Proof, Resource, Settings, Verdict, merge, parse
from reachability.graph.evidence import Evidence
from reachability.values import UNKNOWN
from tests.judges.inspection import InspectedAccount
from tests.judges.specification import SMTP_PORTS, Attempt, Fate, Interface, block, hears, is_public
from tests.judges.topologies import LITERAL, RELAY, SES

FIXED_HOSTS: Final = ("1.1.1.1", "8.8.8.8", "52.94.0.1", "103.0.0.1", "151.101.1.1", "223.255.255.254")
ATTEMPTS: Final = 8
EXTRA: Final = (
    Destination(RELAY, 587),
    Destination(SES, 587),
    Destination(SES, 2587),
    Destination(SES, 2525),
    Destination(LITERAL, 587),
    Destination(None, None),
    Destination(UNKNOWN, 587, secret=True),
)

Ways = Sequence[Sequence[Fate]]
"""From one subnet: the fates of the packets sampled, for each way that would do."""


@dataclass(frozen=True)
class Comparison:
    """One verdict of the proof beside what became of the packets, from each subnet of the service."""

    destination: Destination
    verdict: Verdict
    codes: tuple[str, ...]
    subnets: tuple[Ways, ...]

    @property
    def works(self) -> bool:
        """Every packet of some way is answered, from every subnet."""
        alive = all(any(all(fate is Fate.CONNECTED for fate in way) for way in ways) for ways in self.subnets)
        return alive and bool(self.subnets)

    @property
    def fails(self) -> bool:
        """There is a subnet from which every packet is lost, on every way."""
        dead = any(all(fate is Fate.LOST for way in ways for fate in way) for ways in self.subnets)
        return dead or not self.subnets

    @property
    def contradicts(self) -> bool:
        return (self.verdict is Verdict.REACHABLE and not self.works) or (
            self.verdict is Verdict.UNREACHABLE and not self.fails
        )


class Packets:
    """Concrete packets from the service of a document, near the edges of its routes and rules."""

    def __init__(self, document: Mapping[str, Any], rng: Random) -> None:
        self.account = InspectedAccount(document)
        self.rng = rng
        self.edges = edges(document)
        fixed = [block(host)[0] for host in FIXED_HOSTS]
        self.hosts = fixed + [edge for edge in self.edges if is_public(edge)]
        self.reply_ports = sorted({1024, 32768, 61000, 65535, *_reply_ports(document["resources"])})

    def ways(self, destination: Destination) -> Iterator[Ways]:
        """The fates of packets to `destination`, from each subnet of the service."""
        service = next(iter(self.account.services()))
        placements = self.account.placements(service)
        if placements is None:
            heard = Fate.CONNECTED if hears(destination.host, destination.port) else Fate.LOST
            yield [[Fate.UNSPECIFIED if destination.port == 25 else heard]]
            return
        for subnet, groups in placements:
            vpc = self.account.subnet(subnet)["vpcId"]
            targets = self._targets(destination, vpc)
            yield [self._fates(subnet, groups, target, port) for target, port in targets]

    def _targets(self, destination: Destination, vpc: str) -> Iterator[tuple[Any, int]]:
        """What would do as the mail host: `(endpoint | host addresses | host name, port)`."""
        if isinstance(destination.host, str):
            port = destination.port if isinstance(destination.port, int) else SMTP_PORTS[1]
            yield self.account.endpoint_for(destination.host, vpc) or destination.host, port
            return
        ports = (destination.port,) if isinstance(destination.port, int) else SMTP_PORTS
        for port in ports:
            yield None, port
            for _, endpoint in self.account.endpoints_in(vpc):
                yield endpoint, port

    def _fates(self, subnet: str, groups: tuple[str, ...], target: Any, port: int) -> list[Fate]:
        return [
            self._doubt(fate, subnet, target, port)
            for fate in (self._attempt(subnet, groups, target, port) for _ in range(ATTEMPTS))
        ]

    def _attempt(self, subnet: str, groups: tuple[str, ...], target: Any, port: int) -> Fate:
        rng = self.rng
        client = Interface(subnet, self._address_in(subnet), groups)
        server = None
        if isinstance(target, Mapping):
            server_subnet, server_groups = rng.choice(self.account.interfaces_of(target))
            server = Interface(server_subnet, self._address_in(server_subnet), server_groups)
            address = server.address
        elif isinstance(target, str) and target[0].isdigit():
            address = block(target)[0]
        elif isinstance(target, str) and (found := self._private_answer(subnet, target)) is not None:
            if not found:
                return Fate.LOST
            address = block(rng.choice(found))[0]
        else:
            address = rng.choice(self.hosts)
        replies, translated = rng.choice(self.reply_ports), rng.choice(self.reply_ports)
        attempt = Attempt(client, address, port, replies, translated, rng.randrange(4), server)
        return self.account.connect(attempt)[0]

    def _doubt(self, fate: Fate, subnet: str, target: Any, port: int) -> Fate:
        """A name that Amazon's resolver is not asked for leads anywhere."""
        vpc = self.account.subnet(subnet)["vpcId"]
        if isinstance(target, str) and target[0].isdigit():
            return fate
        zoned = isinstance(target, str) and self._private_answer(subnet, target) is not None
        if zoned and not (self.account.asks_private_zones(vpc) and self.account.uses_resolver(vpc)):
            return Fate.UNSPECIFIED
        if not zoned and not hears(target, port):
            return Fate.LOST if fate is Fate.LOST or self.account.uses_resolver(vpc) else Fate.UNSPECIFIED
        if not self.account.uses_resolver(vpc) or not self.account.has_resolver(vpc):
            return Fate.UNSPECIFIED if fate is Fate.CONNECTED else fate
        return fate

    def _private_answer(self, subnet: str, host: str) -> list[str] | None:
        return self.account.private_answer(host.lower(), self.account.subnet(subnet)["vpcId"])

    def _address_in(self, subnet: str) -> int:
        """A host address: AWS keeps the first four of a subnet and the last."""
        first, last, _ = block(self.account.subnet(subnet)["cidrBlock"])
        first, last = first + 4, last - 1
        near = [edge for edge in self.edges if first <= edge <= last]
        return self.rng.choice([first, last, self.rng.randint(first, last), *near])


def compare(
    document: Mapping[str, Any],
    rng: Random,
    destination: Destination | None = None,
    program: Sequence[Resource] = (),
    *,
    packets: type[Packets] = Packets,
    settings: Settings | None = None,
) -> Comparison:
    """Judge the service of `document` both ways, to `destination`, its own or another one.

    Args:
        program: the same account in another form, to be proved in its stead.
        packets: what sends the packets.
        settings: those of the proof.
    """
    evidence = parse(document)
    graph = Graph(program) if program else account_graph(evidence)
    proof = Proof(graph, settings, zones=evidence.zones)
    (workload,) = proof.workloads(Origin.PROGRAM if program else Origin.ACCOUNT)
    if destination is None:
        destination = rng.choice((*workload.destinations, *workload.destinations, rng.choice(EXTRA)))
    outcome = proof.judge(workload.placements, destination)
    codes = tuple(finding.code for finding in outcome.findings)
    sent = packets(document, rng).ways(destination)
    return Comparison(destination, outcome.verdict, codes, tuple(sent))


def tally(counts: Counter[str], found: Comparison) -> None:
    """Count a comparison: its verdict, and whether it is weaker than what became of the packets."""
    counts["total"] += 1
    counts[found.verdict.value] += 1
    if found.verdict is Verdict.UNDETERMINED and (found.works or found.fails):
        counts["undetermined though all packets agree"] += 1


def account_graph(evidence: Evidence, program: Sequence[Resource] = ()) -> Graph:
    return merge(program, evidence, project="judges", stack="dev")


def edges(document: Mapping[str, Any]) -> list[int]:
    """The addresses at both sides of the bounds of every IPv4 block in the document."""
    return sorted({edge for cidr in _blocks(document["resources"]) for edge in _edges(cidr)})


def _blocks(value: Any) -> Iterator[str]:
    """Every IPv4 block that stands anywhere in `value`."""
    return (text for text in texts(value) if text.count(".") == 3 and "/" in text)


def texts(value: Any) -> Iterator[str]:
    """Every text that stands anywhere in `value`."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for element in value.values():
            yield from texts(element)
    elif isinstance(value, list):
        for element in value:
            yield from texts(element)


def _edges(cidr: str) -> tuple[int, ...]:
    first, last, _ = block(cidr)
    return tuple(edge for edge in (first - 1, first, last, last + 1) if 0 <= edge < 1 << 32)


def _reply_ports(resources: Sequence[Mapping[str, Any]]) -> Iterator[int]:
    for resource in resources:
        if resource["type"].endswith(":NetworkAcl"):
            for direction in ("ingress", "egress"):
                for entry in resource["properties"][direction]:
                    low, high = entry["fromPort"], entry["toPort"]
                    yield from (port for port in (low - 1, low, high, high + 1) if 1024 <= port <= 65535)
