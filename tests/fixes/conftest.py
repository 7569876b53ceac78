"""The incident's stacks, as the proof's own tests have them."""

from __future__ import annotations

from tests.reachability.conftest import nat, ses

__all__ = ["nat", "ses"]
