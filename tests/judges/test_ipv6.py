"""Random accounts with IPv6: the proof never contradicts the specification."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from ipaddress import IPv6Address, IPv6Network
from random import Random
from typing import Any

import pytest

from reachability import Destination, Settings
from tests.conftest import Rounds
from tests.judges.compare import Packets, Ways, compare, tally, texts
from tests.judges.dual_stack import DESTINATIONS, KNOWN, dual_stack
from tests.judges.program import Program, can_declare
from tests.judges.specification import SMTP_PORTS, Attempt, Fate, Interface, block
from tests.judges.specification_ipv6 import DualStackAccount, as_ipv6, is_public6
from tests.judges.test_specification import Record

SHARDS = 4
HOSTS = ("2606:4700:4700::1111", "2a00:1450:4001:81b::200e", "2001:4860:4860::8888", "2c0f:f248::1", "2000::")
SETTINGS = Settings(addresses=KNOWN)


class DualStackPackets(Packets):
    """Packets of both families, to each address that a mail host may have."""

    account: DualStackAccount  # type: ignore[assignment]

    def __init__(self, document: Mapping[str, Any], rng: Random) -> None:
        super().__init__(document, rng)
        self.account = DualStackAccount(document)
        found = {text for text in texts(document["resources"]) if "::/" in text or ":/" in text}
        self.blocks = [IPv6Network(text, strict=False) for text in sorted(found)]
        edges = [edge for held in self.blocks for edge in (held[0], held[-1], *around(held))]
        self.hosts6 = [
            address
            for address in (*map(IPv6Address, HOSTS), *edges)
            if is_public6(address) and not self.account.is_in_vpc(address)
        ]

    def ways(self, destination: Destination) -> Iterator[Ways]:
        (self.service,) = self.account.services()
        yield from super().ways(destination)

    def _attempt(self, subnet: str, groups: tuple[str, ...], target: Any, port: int) -> Fate:
        account = self.account
        if not account.runs_in(self.service, subnet):
            return Fate.LOST
        if isinstance(target, Mapping) and account.has_ipv4(subnet):
            return super()._attempt(subnet, groups, target, port)
        if isinstance(target, Mapping):
            # Whether the endpoint has IPv6 addresses is not in the document.
            return Fate.UNSPECIFIED if port in SMTP_PORTS else Fate.LOST
        if target and target not in KNOWN and self._private_answer(subnet, target) == []:
            return Fate.LOST
        ipv4, ipv6 = self._addresses(target)
        has_ipv6 = account.has_ipv6(self.service, subnet)
        fates = [self._to(subnet, groups, ipv4, port)] if ipv4 and account.has_ipv4(subnet) else []
        if has_ipv6 is not False:
            over = ipv6 or (self._translated(target, subnet, ipv4) if ipv4 else None)
            fate = self._to(subnet, groups, over, port) if isinstance(over, IPv6Address) else over
            certain = has_ipv6 or fate is not Fate.CONNECTED
            fates.append((fate or Fate.LOST) if certain else Fate.UNSPECIFIED)
        return next((fate for fate in (Fate.CONNECTED, Fate.UNSPECIFIED) if fate in fates), Fate.LOST)

    def _addresses(self, target: str | None) -> tuple[int | None, IPv6Address | None]:
        """The addresses of a host, one of each family: every mail host by its name has one of IPv4."""
        if target is not None and ":" in target:
            return None, IPv6Address(target)
        if target is not None and target[0].isdigit():
            return block(target)[0], None
        if target in KNOWN:
            known = KNOWN[target]
            ipv4 = [block(text)[0] for text in known if ":" not in text]
            ipv6 = [IPv6Address(text) for text in known if ":" in text]
            return next(iter(ipv4), None), self.rng.choice(ipv6) if ipv6 else None
        return self.rng.choice(self.hosts), self.rng.choice((None, self.rng.choice(self.hosts6)))

    def _translated(self, target: str | None, subnet: str, ipv4: int) -> IPv6Address | Fate | None:
        """What DNS64 makes of a host's name; another resolver than Amazon's may do so too."""
        if target is not None and target[0].isdigit():
            return None
        if not self.account.uses_resolver(self.account.subnet(subnet)["vpcId"]):
            return Fate.UNSPECIFIED
        return as_ipv6(ipv4) if self.account.subnet(subnet)["enableDns64"] else None

    def _own_ports(self) -> list[int]:
        """Source: Amazon VPC User Guide, "Ephemeral ports": tasks run on Linux."""
        tasks = self.account.all("aws:ecs/service:Service")
        return [port for port in self.reply_ports if not tasks or 32768 <= port <= 61000]

    def _to(self, subnet: str, groups: tuple[str, ...], address: int | IPv6Address, port: int) -> Fate:
        rng = self.rng
        if isinstance(address, int):
            client = Interface(subnet, self._address_in(subnet), groups)
        else:
            held = IPv6Network(self.account.subnet(subnet)["ipv6CidrBlock"])
            near = [edge for edge in (part[0] for part in self.blocks) if edge in held]
            client = Interface(subnet, rng.choice([held[4], held[-2], *near]), groups)  # type: ignore[arg-type]
        replies, translated = rng.choice(self._own_ports()), rng.choice(self.reply_ports)
        attempt = Attempt(client, address, port, replies, translated, rng.randrange(4))  # type: ignore[arg-type]
        return self.account.connect(attempt)[0]

    def _doubt(self, fate: Fate, subnet: str, target: Any, port: int) -> Fate:
        """Where the team has given a host's addresses, nobody asks for its name."""
        literal = isinstance(target, str) and ":" in target
        given = isinstance(target, str) and target in KNOWN and self.account.has_ipv4(subnet)
        if literal or given or not self.account.runs_in(self.service, subnet):
            return fate
        return super()._doubt(fate, subnet, target, port)


def around(held: IPv6Network) -> list[IPv6Address]:
    """The addresses beside a block."""
    numbers = (int(held[0]) - 1, int(held[-1]) + 1)
    return [IPv6Address(number) for number in numbers if 0 <= number < 1 << 128]


@pytest.mark.fuzz
@pytest.mark.parametrize("shard", range(SHARDS))
def test_the_proof_and_the_specification_agree_on_ipv6(
    shard: int, rounds: Rounds, record_property: Record
) -> None:
    counts: Counter[str] = Counter()
    for seed in range(shard, rounds(test=3_000, fuzz=200_000), SHARDS):
        account, rng = dual_stack(seed), Random(seed)
        form = seed // SHARDS % 3
        declared = form > 0 and can_declare(account)
        program = Program(account, Random(seed)).resources(preview=form == 1) if declared else ()
        destination = rng.choice(DESTINATIONS)
        found = compare(account, rng, destination, program, packets=DualStackPackets, settings=SETTINGS)
        tally(counts, found)
        assert not found.contradicts, (seed, form, found)
    record_property("measured", {"proof against specification of IPv6": dict(counts)})
