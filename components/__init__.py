"""The components of mailroute: the path of an App Runner service's mail, and what is at its ends."""

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
