"""What all tests share: how much generated input they get, and Hypothesis' profiles for it."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any, Protocol

import pytest
from hypothesis import HealthCheck, settings

FUZZING = os.environ.get("MAILROUTE_FUZZ") == "1"
SHARE = float(os.environ.get("MAILROUTE_ROUNDS", "1"))

# The same examples in every `make test`, others in every `make fuzz`.
settings.register_profile(
    "test", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("fuzz", parent=settings.get_profile("test"), derandomize=False, max_examples=10_000)
settings.load_profile("fuzz" if FUZZING else "test")


class Rounds(Protocol):
    """How many inputs to generate in `make test`, and how many in `make fuzz`."""

    def __call__(self, *, test: int, fuzz: int) -> int: ...


@pytest.fixture(scope="session")
def rounds() -> Rounds:
    """For a test marked `fuzz`: `rounds(test=2_000, fuzz=10_000)`; MAILROUTE_ROUNDS takes a share of them."""

    def choose(*, test: int, fuzz: int) -> int:
        return max(1, int((fuzz if FUZZING else test) * SHARE))

    return choose


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Count the tests that are marked as hostile, by kind and engine, and put tests of one group together.

    pytest-xdist takes the group from the end of a test's id, which it writes where this pytest reads none.
    """
    for item in items:
        group = item.get_closest_marker("xdist_group")
        if group is not None and getattr(config.option, "loadgroup", False):
            node: Any = item
            node._id = type(node._id).parse(f"{item.nodeid}@{group.args[0]}")
        mark = item.get_closest_marker("hostile")
        if mark is not None:
            official = item.get_closest_marker("pulumi") is not None
            kind = f"{mark.args[0]}, the Pulumi CLI" if official else mark.args[0]
            item.user_properties.append(
                ("measured", {"hostile attempts that are held": {"total": 1, kind: 1}})
            )


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Show what tests have counted: `record_property("measured", {what: {"total": n, ...}})`, summed up."""
    measured: dict[str, Counter[str]] = {}
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in report.user_properties if report.when == "call" else ():
            for what, counts in value.items() if name == "measured" else ():
                measured.setdefault(what, Counter()).update(counts)
    if measured:
        terminalreporter.section("measured")
    for what, sums in sorted(measured.items()):
        total = sums.pop("total")
        shares = (f"{name} {count:,} ({count / total:.2%})" for name, count in sums.items())
        terminalreporter.write_line(f"{what}: {total:,}: {', '.join(shares)}")
