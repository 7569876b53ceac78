"""A service's environment: what goes on as it is, and where its mail goes today.

Source: AWS App Runner Developer Guide, "Referencing environment variables".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from reachability.aws.ses import SMTP_PORTS, is_smtp_host, region_of_fips_host, region_of_host
from reachability.workloads.mail import names_server

from .part import Part, given
from .plain_secrets import is_secret

MAIL_VARIABLES = HOST, PORT, USER, PASSWORD = ("SMTP_HOST", "SMTP_PORT", "SMTP_USER", "SMTP_PASS")
"""What the stack's route sets: `components.stack.mail_path`."""
_SECRET: Final = re.compile(r"(arn:aws[a-z-]*:secretsmanager:[^:]+:\d{12}:secret:[^:]+):([^:]+)::")
_LABEL: Final = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_HOST: Final = re.compile(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})+")
_BLOCKED_PORT: Final = 25
_LAST_PORT: Final = 65535


@dataclass(frozen=True)
class Environment:
    """The variables of a service.

    Attributes:
        plain: name -> value; `None` for a value that was not read.
        secrets: name -> reference in Secrets Manager or Parameter Store.
        parameters: the beginning of the ARN of a parameter in the service's region and account.
        region: the service's.
    """

    plain: Mapping[str, str | None]
    secrets: Mapping[str, str]
    parameters: str
    region: str

    @property
    def sends_through_ses(self) -> bool:
        """Whether its mail goes to SES's SMTP interface in its own region, the one that a stack has."""
        host = self.plain.get(HOST) or ""
        return is_smtp_host(host) and self.other_region is None

    @property
    def other_region(self) -> str | None:
        """The other region whose SES its mail goes to."""
        host = self.plain.get(HOST) or ""
        region = region_of_host(host) or region_of_fips_host(host)
        return None if region == self.region else region

    def config(self) -> Part:
        """`environment` and `secrets`: all but what the route sets."""
        plain = {name: value for name, value in sorted(self.plain.items()) if name not in MAIL_VARIABLES}
        secrets = {name: value for name, value in sorted(self.secrets.items()) if name not in MAIL_VARIABLES}
        environment = {
            name: None if value is None or is_secret(name, value) else value for name, value in plain.items()
        }
        left_out = [
            f"environment.{name}: {'it was not read' if plain[name] is None else 'it may be a secret'}: run: "
            f"pulumi config set --secret --path 'environment.{name}'; or keep it in Secrets Manager, "
            "and name it in secrets"
            for name, value in environment.items()
            if value is None
        ]
        left_out += [
            f"{name}: it stays as it is, and the stack sets {HOST} and {PORT}: let the application read these"
            for name in (*plain, *secrets)
            if names_server(name)
        ]
        left_out += [
            f"secrets.{name}: it names a parameter: its ARN is written, which is a change"
            for name, reference in secrets.items()
            if not _is_arn(reference)
        ]
        arns = {name: each if _is_arn(each) else self._parameter(each) for name, each in secrets.items()}
        return Part(given(environment=environment, secrets=arns), tuple(left_out))

    def _parameter(self, name: str) -> str:
        return f"{self.parameters}{name.removeprefix('/')}"

    def server(self, *, required: bool, through_endpoint: bool) -> Part:
        """The mail relay that it uses today, and the port of SES.

        SES's host without an endpoint is a relay, which the stack has to know: a new one takes its name over.

        Args:
            required: whether the route takes a relay, so that a host that is not known has to be set.
            through_endpoint: whether an SMTP endpoint answers to SES's host in the VPC.
        """
        host, port = self.plain.get(HOST) or "", self.plain.get(PORT)
        if self.sends_through_ses:
            smtp_port = _port(port)
            ses = Part(given(smtpPort=smtp_port if smtp_port in SMTP_PORTS else None))
            if through_endpoint:
                return ses
            return ses + Part(given(relayHost=host, relayPort=smtp_port, relaySecretArn=self._sign_in()))
        config: dict[str, Any] = given(relayHost=host, relayPort=_port(port), relaySecretArn=self._sign_in())
        left_out = []
        if not is_host(host):
            config.pop("relayHost", None)
            config |= {"relayHost": None} if required else {}
            why = f"{HOST} is no domain name in lower case" if host else f"no plain {HOST} was read"
            left_out += [f"relayHost: {why}: set it to the relay's host"] if host or required else []
        if PORT in self.secrets:
            config |= {"relayPort": None} if required else {}
            left_out.append(f"relayPort: {PORT} is a secret: set it to the relay's port")
        if port is not None and "relayPort" not in config:
            left_out.append(f"relayPort: {PORT} is none that a path carries: 587 takes its place")
        if {USER, PASSWORD} & {*self.plain, *self.secrets} and "relaySecretArn" not in config:
            config |= {"relaySecretArn": None} if required else {}
            left_out.append(
                f"relaySecretArn: {USER} and {PASSWORD} are not the keys username and password of one secret "
                "in Secrets Manager: make such a secret and set its ARN"
            )
        return Part(config, tuple(left_out))

    def _sign_in(self) -> str | None:
        """The secret whose keys `username` and `password` it signs in with."""
        found = [_SECRET.fullmatch(self.secrets.get(name, "")) for name in (USER, PASSWORD)]
        parts = [match.groups() for match in found if match]
        if [key for _, key in parts] != ["username", "password"] or parts[0][0] != parts[1][0]:
            return None
        return parts[0][0]


def is_host(text: str) -> bool:
    """Whether the stack takes `text` for the host of a relay."""
    return bool(_HOST.fullmatch(text))


def _is_arn(reference: str) -> bool:
    return reference.startswith("arn:")


def _port(text: str | None) -> int | None:
    digits = re.fullmatch(r"0*([0-9]{1,5})", text or "")
    number = int(digits[1]) if digits else 0
    return number if 0 < number <= _LAST_PORT and number != _BLOCKED_PORT else None
