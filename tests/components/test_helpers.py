"""The pure helpers: address blocks, zones, zone files and policy documents, for all inputs."""

from __future__ import annotations

import asyncio
import contextvars
import ipaddress
from contextlib import closing
from itertools import chain, combinations
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime.config import set_all_config

from components.helpers.app_runner_rules import MEMORY_OF_CPU, size
from components.helpers.checks import ArgumentError, domain, of
from components.helpers.cidr import ZoneBlocks, zone_blocks
from components.helpers.dns_records import DnsRecord, zone_snippet
from components.helpers.iam_documents import read_secrets
from components.helpers.zones import offering, preferred
from components.stack.reader import Reader

ZONES = [f"us-east-1{letter}" for letter in "abcdef"]
blocks = st.builds(
    lambda address, prefix: ipaddress.IPv4Network((address, prefix), strict=False),
    st.integers(0x0A000000, 0x0AFFFFFF),
    st.integers(16, 24),
)


def networks(zones: list[ZoneBlocks]) -> list[ipaddress.IPv4Network]:
    texts = chain.from_iterable((zone.private, zone.public, zone.intra) for zone in zones)
    return [ipaddress.IPv4Network(text) for text in texts]


@given(blocks, st.integers(1, 3))
def test_subnets_lie_in_the_vpc_apart_and_are_large_enough(block: ipaddress.IPv4Network, count: int) -> None:
    shared = networks(zone_blocks("cidr", str(block), count))
    assert len(shared) == 3 * count
    assert all(one.subnet_of(block) and one.prefixlen <= 28 for one in shared)
    assert not any(one.overlaps(other) for one, other in combinations(shared, 2))


@given(blocks)
def test_another_zone_moves_no_subnet(block: ipaddress.IPv4Network) -> None:
    assert zone_blocks("cidr", str(block), 3)[:2] == zone_blocks("cidr", str(block), 2)


@given(st.permutations(ZONES), st.sets(st.sampled_from(ZONES)), st.integers(2, 3))
def test_the_order_of_zones_does_not_change_the_choice(
    zones: list[str], offered: set[str], count: int
) -> None:
    chosen = preferred(zones, offered, count)
    assert chosen == preferred(ZONES, offered, count) == preferred(zones, offered, 6)[:count]
    assert len(chosen) == count
    assert len(offered & set(chosen)) == min(count, len(offered))


def test_zones_in_use_come_first_in_their_order() -> None:
    assert preferred(ZONES, {ZONES[1]}, 3, [ZONES[3], ZONES[0]]) == [ZONES[3], ZONES[0], ZONES[1]]


def test_values_of_an_encrypted_key_are_secrets() -> None:
    def texts(secret_keys: list[str]) -> dict[str, Any]:
        set_all_config({"mailroute:environment": '{"KEY": "hunter2"}'}, secret_keys)
        return Reader(pulumi.Config("mailroute")).texts("environment")

    async def is_secret() -> bool:
        return bool(await texts(["mailroute:environment"])["KEY"].is_secret())

    run = contextvars.copy_context().run
    assert run(texts, []) == {"KEY": "hunter2"}
    with closing(asyncio.new_event_loop()) as loop:  # `asyncio.run` would leave none to the tests after.
        assert run(loop.run_until_complete, is_secret())


@given(st.lists(st.sampled_from(ZONES), max_size=8), st.sets(st.sampled_from(ZONES)))
def test_every_subnet_serves_or_is_left_out_with_a_reason(zones: list[str], offered: set[str]) -> None:
    subnets: Any = [{"id": f"subnet-{n}", "availability_zone": zone} for n, zone in enumerate(zones)]
    selection = offering(subnets, offered, "smtp")
    assert len(selection.chosen) + len(selection.left_out) == len(subnets)
    assert [one["availability_zone"] for one in selection.chosen] == [
        zone for zone in dict.fromkeys(zones) if zone in offered
    ]
    for line in selection.left_out:
        assert line.endswith("smtp is not offered in this zone") or "one subnet of a zone" in line


def record(kind: str, value: str) -> DnsRecord:
    return {"name": "mail.example.com", "type": kind, "ttl": 300, "value": value}


def test_a_long_text_is_cut_into_strings_and_quotes_are_kept() -> None:
    long = 'a"b\\' + "x" * 300
    (_, line) = zone_snippet([record("TXT", long)]).splitlines()
    head, _, strings = line.partition(" IN TXT ")
    assert head == "mail.example.com. 300"
    parts = strings[1:-1].split('" "')
    assert all(len(part) <= 255 for part in parts)
    assert "".join(parts).replace('\\"', '"').replace("\\\\", "\\") == long


def test_names_in_a_zone_file_are_absolute() -> None:
    (_, line) = zone_snippet([record("MX", "10 feedback-smtp.eu-west-1.amazonses.com")]).splitlines()
    assert line == "mail.example.com. 300 IN MX 10 feedback-smtp.eu-west-1.amazonses.com."


def test_rights_name_each_secret_once() -> None:
    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:s-Ab12Cd"
    document = read_secrets([f"{arn}:a::", f"{arn}:b::1", arn], [])
    assert document["Statement"] == [
        {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": [arn]}
    ]


@pytest.mark.parametrize("cpu", MEMORY_OF_CPU)
def test_every_size_that_app_runner_offers_passes_and_no_other(cpu: str) -> None:
    for memory in set(chain.from_iterable(MEMORY_OF_CPU.values())):
        if memory in MEMORY_OF_CPU[cpu]:
            size(of("Service"), cpu, memory)
        else:
            with pytest.raises(ArgumentError, match="memory"):
                size(of("Service"), cpu, memory)


@pytest.mark.parametrize(
    "good", ["example.com", "a.b.c.example.co.uk", "xn--bcher-kva.example", "1.example.com"]
)
def test_domains(good: str) -> None:
    assert domain("domain", good) == good


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "com",
        "example.com.",
        "Example.com",
        "-a.com",
        "a-.com",
        "a..com",
        "a b.com",
        "*.a.com",
        "a" * 64 + ".com",
        7,
    ],
)
def test_no_domains(bad: Any) -> None:
    with pytest.raises(ArgumentError):
        domain("domain", bad)
