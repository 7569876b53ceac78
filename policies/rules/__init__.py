"""The rules, in the order in which the pack runs them."""

from __future__ import annotations

from . import smtp_credentials_secret, smtp_port_allowed
from .rule import Rule

RULES: tuple[Rule, ...] = (
    smtp_credentials_secret.RULE,
    smtp_port_allowed.RULE,
)
