"""The locks pin everything by hash, name no index, and agree with each other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LOCKS = ["requirements.txt", "requirements-dev.txt", "bench/requirements-checkov.txt"]


def entries(lock: str) -> list[str]:
    """The lock's logical lines: a requirement with its options."""
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def pins(lock: str) -> dict[tuple[str, str], str]:
    """The pinned versions, by name and marker."""
    found = {}
    for entry in entries(lock):
        requirement = Requirement(entry.split(" --hash")[0])
        (specifier,) = requirement.specifier
        assert specifier.operator == "==", entry
        found[requirement.name, str(requirement.marker)] = specifier.version
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_is_a_pinned_and_hashed_requirement(lock: str) -> None:
    assert entries(lock)
    for entry in entries(lock):
        assert re.fullmatch(r"[a-z0-9-]+==\S+ *(;[^#]*?)?( +--hash=sha256:[0-9a-f]{64})+", entry), entry


def test_the_development_lock_repeats_the_runtime_lock() -> None:
    assert pins("requirements.txt").items() <= pins("requirements-dev.txt").items()


def test_the_pack_asks_for_nothing_that_is_not_locked() -> None:
    locked = {name: version for (name, _), version in pins("requirements.txt").items()}
    for line in (ROOT / "policies/requirements.txt").read_text(encoding="utf-8").splitlines():
        requirement = Requirement(line)
        assert locked[requirement.name] in requirement.specifier, line
