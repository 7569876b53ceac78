"""The proof against the Linux kernel: real TCP connections through namespaces built like the account.

See `network.py` for what stands for what. Only namespaces of the test's own are touched.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import pytest

from reachability import Destination, Origin, Proof, parse
from tests.conftest import Rounds
from tests.judges.compare import FIXED_HOSTS, Comparison, account_graph, edges
from tests.judges.kernel.namespaces import why_not
from tests.judges.kernel.network import Network, can_build
from tests.judges.specification import SMTP_PORTS, Account, Fate, Interface, block, is_public
from tests.judges.topologies import LITERAL, RELAY, SES, Document
from tests.judges.twists import document

REASON = why_not()
SHARDS = 4
DESTINATIONS = (
    Destination(RELAY, 587),
    Destination(SES, 587),
    Destination(LITERAL, 465),
    Destination(None, None),
)
SOURCE_PORTS = (1024, 32768, 61000, 65535)
PATIENCE, MUCH_PATIENCE = 0.4, 5.0

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.fuzz,
    pytest.mark.skipif(REASON is not None, reason=str(REASON)),
]


@pytest.mark.parametrize("shard", range(SHARDS))
def test_the_kernel_bears_out_every_verdict(
    shard: int, rounds: Rounds, record_property: Callable[[str, object], None]
) -> None:
    counts: Counter[str] = Counter()
    topologies = int(os.environ.get("KERNEL_TOPOLOGIES", rounds(test=20, fuzz=500)))
    seed = shard
    while counts["total"] < topologies / SHARDS:
        account = document(seed)
        if can_build(Account(account)) and Account(account).placements(
            next(iter(Account(account).services()))
        ):
            comparison = _compare(account, seed, PATIENCE)
            if comparison.contradicts:  # Or the machine was too busy.
                comparison = _compare(account, seed, MUCH_PATIENCE)
            assert not comparison.contradicts, (
                f"the proof says {comparison.verdict.value} {comparison.codes} of seed {seed} to "
                f"{comparison.destination}, the kernel: {comparison.subnets}"
            )
            counts["total"] += 1
            counts[comparison.verdict.value] += 1
        seed += SHARDS
    record_property("measured", {"proof against the kernel's topologies": dict(counts)})


def _compare(account: Document, seed: int, patience: float) -> Comparison:
    evidence = parse(account)
    proof = Proof(account_graph(evidence), zones=evidence.zones)
    (workload,) = proof.workloads(Origin.ACCOUNT)
    destination = Random(seed).choice(DESTINATIONS)
    outcome = proof.judge(workload.placements, destination)
    fates = _Connections(account, Random(seed)).fates(destination, patience)
    return Comparison(destination, outcome.verdict, tuple(f.code for f in outcome.findings), fates)


class _Connections:
    """What is tried in an account's namespaces: `(client, host, port, source port)` by subnet and way."""

    def __init__(self, account: Document, rng: Random) -> None:
        self.account, self.rng = Account(account), rng
        near = [edge for edge in edges(account) if is_public(edge)]
        self.hosts = [block(host)[0] for host in FIXED_HOSTS] + rng.sample(near, min(len(near), 12))
        placements = self.account.placements(next(iter(self.account.services()))) or []
        self.clients = [self._interface(subnet, groups, 10) for subnet, groups in placements]
        vpcs = {self.account.subnet(client.subnet)["vpcId"] for client in self.clients}
        self.servers = [
            self._interface(subnet, groups, 20)
            for vpc in sorted(vpcs)
            for _, endpoint in self.account.endpoints_in(vpc)
            for subnet, groups in self.account.interfaces_of(endpoint)
        ]

    def _interface(self, subnet: str, groups: tuple[str, ...], offset: int) -> Interface:
        return Interface(subnet, block(self.account.subnet(subnet)["cidrBlock"])[0] + offset, groups)

    def fates(self, destination: Destination, patience: float) -> tuple[tuple[tuple[Fate, ...], ...], ...]:
        plan = [[list(way) for way in self._ways(client, destination)] for client in self.clients]
        attempts = [attempt for ways in plan for way in ways for attempt in way]
        with Network(self.account, self.clients, self.servers, [*self.hosts, block(LITERAL)[0]]) as network:
            network.listen({port for _, _, port, _ in attempts})
            answers = iter(network.connect(attempts, patience))
        return tuple(
            tuple(tuple(Fate.CONNECTED if next(answers) else Fate.LOST for _ in way) for way in ways)
            for ways in plan
        )

    def _ways(
        self, client: Interface, destination: Destination
    ) -> list[list[tuple[Interface, int, int, int]]]:
        vpc = self.account.subnet(client.subnet)["vpcId"]
        if destination.host is None:
            ways = [self._to(client, self.hosts, port) for port in SMTP_PORTS]
            return ways + [self._to(client, self._addresses(), port) for port in SMTP_PORTS if self.servers]
        assert isinstance(destination.host, str)
        assert isinstance(destination.port, int)
        if destination.host[0].isdigit():
            return [self._to(client, [block(destination.host)[0]], destination.port)]
        takes_name: Mapping[str, Any] | None = self.account.endpoint_for(destination.host, vpc)
        return [self._to(client, self._addresses() if takes_name else self.hosts, destination.port)]

    def _addresses(self) -> list[int]:
        return [server.address for server in self.servers]

    def _to(self, client: Interface, hosts: list[int], port: int) -> list[tuple[Interface, int, int, int]]:
        return [(client, host, port, self.rng.choice(SOURCE_PORTS)) for host in hosts]
