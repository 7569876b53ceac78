"""Whatever is unknown, and wherever: no service without a path gets past the pack."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.policies.harness import PackProcess, Results
from tests.policies.networks import SERVICE
from tests.policies.worlds import World, build

RULE = "apprunner-egress-route"
CHUNKS = 8


@pytest.mark.fuzz
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_service_without_a_path_passes(
    chunk: int, rounds: Callable[..., int], preview: PackProcess, update: PackProcess
) -> None:
    for pack in (preview, update):
        pack.configure({})
    for seed in range(chunk, rounds(test=2_000, fuzz=10_000), CHUNKS):
        world = build(random.Random(seed))
        pack = update if world.created else preview
        results = pack.run(world.nodes, declared=world.declared)
        _nothing_passes(world, results, f"seed {seed}: {world.story}")


def _nothing_passes(world: World, results: Results, which: str) -> None:
    for urn in world.broken:
        assert results.blocked(RULE, urn), f"{which}: {urn} has no path, and is not blocked"
    for result in results.all:
        assert result.level == "MANDATORY", f"{which}: {result.policy} does not block: {result.message}"
        assert "RULE_FAILED" not in result.codes, f"{which}: {result.message}"
    if world.declared and not world.blurred:
        services = {node.urn for node in world.nodes if node.type == SERVICE}
        for urn in services - world.broken:
            assert not results.blocked(RULE, urn), f"{which}: {urn} has a path, and is blocked"
