"""The components of mailroute: an App Runner service, its network, and the egress path of its mail."""

import pulumi

from .app_runner_service import AppRunnerService
from .email_identity import EmailIdentity
from .nat_egress import NatEgress
from .network import Network
from .smtp_credentials import SmtpCredentials
from .smtp_endpoint import SmtpEndpoint

__all__ = [
    "COMPONENTS",
    "AppRunnerService",
    "EmailIdentity",
    "NatEgress",
    "Network",
    "SmtpCredentials",
    "SmtpEndpoint",
]

COMPONENTS: list[type[pulumi.ComponentResource]] = [
    Network,
    EmailIdentity,
    SmtpCredentials,
    SmtpEndpoint,
    NatEgress,
    AppRunnerService,
]
