"""The incident's stacks, fixed: fresh ones for every test."""

from __future__ import annotations

import pytest

from tests.reachability.stacks import Stack, nat_stack, ses_stack


@pytest.fixture
def nat() -> Stack:
    """The incident fixed with a NAT gateway; its service sends to a relay on the internet."""
    return nat_stack()


@pytest.fixture
def ses() -> Stack:
    """The incident fixed with SES's SMTP endpoint; its service sends to SES."""
    return ses_stack()
