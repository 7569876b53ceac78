"""Whatever is unknown, and wherever: no service without a path gets past the pack."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.policies.harness import PackProcess, Results
from tests.policies.random_stacks import RULE, SERVICE, RandomStack, build

CHUNKS = 8


@pytest.mark.fuzz
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_service_without_a_path_passes(
    chunk: int, rounds: Callable[..., int], preview: PackProcess, update: PackProcess
) -> None:
    for pack in (preview, update):
        pack.configure({})
    for seed in range(chunk, rounds(test=2_000, fuzz=10_000), CHUNKS):
        stack = build(random.Random(seed))
        pack = update if stack.created else preview
        results = pack.run(stack.nodes, declared=stack.declared)
        _nothing_passes(stack, results, f"seed {seed}: {stack.story}")


def _nothing_passes(stack: RandomStack, results: Results, which: str) -> None:
    for urn in stack.broken:
        assert results.blocked(RULE, urn), f"{which}: {urn} has no path, and is not blocked"
    for result in results.all:
        assert result.level == "MANDATORY", f"{which}: {result.policy} does not block: {result.message}"
        assert "RULE_FAILED" not in result.codes, f"{which}: {result.message}"
    if stack.declared and not stack.blurred:
        services = {node.urn for node in stack.nodes if node.type == SERVICE}
        for urn in services - stack.broken:
            assert not results.blocked(RULE, urn), f"{which}: {urn} has a path, and is blocked"
