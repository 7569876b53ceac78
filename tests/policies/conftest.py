"""One pack process for previews and one for updates, shared by the tests of a session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.policies.harness import PackProcess


@pytest.fixture(scope="session")
def preview() -> Iterator[PackProcess]:
    with PackProcess(updating=False) as pack:
        yield pack


@pytest.fixture(scope="session")
def update() -> Iterator[PackProcess]:
    with PackProcess(updating=True) as pack:
        yield pack
