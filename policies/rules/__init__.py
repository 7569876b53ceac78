"""The rules, in the order in which the pack runs them."""

from __future__ import annotations

from . import (
    account_egress_route,
    apprunner_egress_route,
    nat_gateway_usable,
    private_data_stays_private,
    ses_identity_verifiable,
    ses_sender_least_privilege,
    smtp_credentials_secret,
    smtp_endpoint_usable,
    smtp_port_allowed,
    workload_egress_route,
)
from .rule import Rule

RULES: tuple[Rule, ...] = (
    apprunner_egress_route.RULE,
    workload_egress_route.RULE,
    account_egress_route.RULE,
    smtp_endpoint_usable.RULE,
    nat_gateway_usable.RULE,
    ses_identity_verifiable.RULE,
    smtp_credentials_secret.RULE,
    smtp_port_allowed.RULE,
    ses_sender_least_privilege.RULE,
    private_data_stays_private.RULE,
)
