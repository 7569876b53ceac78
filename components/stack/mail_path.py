"""An egress path for mail, as the program passes it from the path's components to the service."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

import pulumi

from ..helpers.app_runner_args import DestinationArgs, target
from ..smtp_credentials import PASSWORD_KEY, USERNAME_KEY, secret_reference

SES, NAT = "ses", "nat"
RELAY = "relay"
"""The destination of the route `nat`; that of `ses` is called like the route."""
MAIL_VARIABLES = HOST, PORT, USER, PASSWORD = ("SMTP_HOST", "SMTP_PORT", "SMTP_USER", "SMTP_PASS")
"""The environment variables that the path sets."""


@dataclass(frozen=True)
class MailPath:
    """An egress path for mail.

    Attributes:
        secrets: the secret environment variables that the service signs in with.
        destination: the mail host as the service's security group sees it.
        components: what must be there before the service sends this way, and until it no longer does.
        exports: what a person or the next tool needs to know of it.
    """

    host: pulumi.Input[str]
    port: int
    secrets: Mapping[str, pulumi.Input[str]]
    destination: DestinationArgs
    components: list[pulumi.Resource]
    exports: Mapping[str, Any] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, pulumi.Input[str]]:
        """The plain environment variables of a service that sends this way."""
        return {HOST: self.host, PORT: str(self.port)}


def every_address(cidr_blocks: Sequence[str]) -> list[DestinationArgs]:
    """Every address of `cidr_blocks`, on every port: what answers there is for its own group to say."""
    return [{"name": f"vpc-{block.replace('/', '-')}", "cidr_block": block} for block in cidr_blocks]


def each_once(destinations: Iterable[DestinationArgs]) -> list[DestinationArgs]:
    """The destinations, of those that open the same the first one: AWS refuses a rule that is there."""
    found: dict[tuple[str, Optional[int]], DestinationArgs] = {}
    for to in destinations:
        found.setdefault((target(to), to.get("port")), to)
    return [*found.values()]


def sign_in(secret_arn: str) -> dict[str, pulumi.Input[str]]:
    """The secret environment variables for a secret with the JSON keys `username` and `password`."""
    return {
        USER: secret_reference(secret_arn, USERNAME_KEY),
        PASSWORD: secret_reference(secret_arn, PASSWORD_KEY),
    }
