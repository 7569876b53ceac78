"""Stacks for what may be of either of two VPCs."""

from __future__ import annotations

import pytest

from tests.reachability.stacks import Stack
from tests.reachability.two_vpcs import two_vpcs


@pytest.fixture
def two() -> Stack:
    """Two VPCs of the program, each with a subnet and a gateway."""
    return two_vpcs()
