"""The settings of a service that are changed: environment variables and the VPC connector."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

CONNECTOR: Final = "VPC connector"
"""The setting that is no variable; the names of variables have no spaces."""

STACK: Final = "stack"
"""Stands for the connector that a stack's outputs name."""
KEEP: Final = "keep"
"""Stands for the connector that the service has."""
_OUTPUTS: Final = "give the outputs of a stack with the path of mail, once it is up"
HOST, PORT, _USER, _PASSWORD = ("SMTP_HOST", "SMTP_PORT", "SMTP_USER", "SMTP_PASS")
_BLOCKED: Final = re.compile(r"(?:(?:[a-z][a-z0-9+.-]*://)?(\[[^\]\s]*\]|[^\s:/@]+):)?0*25/?", re.IGNORECASE)
"""Port 25, alone or with its host (Amazon EC2 User Guide, "Restriction on email sent using port 25")."""
_CONNECTOR_OUTPUT: Final = "vpcConnectorArn"
_NAME: Final = re.compile(r"[^\s=]+")
_ARN: Final = r"arn:aws[a-z-]*:{}:[a-z0-9-]+:\d{{12}}:"
_SECRET_ARN: Final = re.compile(
    _ARN.format("secretsmanager") + r"secret:\S+|" + _ARN.format("ssm") + r"parameter/\S+"
)
SERVICE_ARN: Final = re.compile(
    r"arn:aws[a-z-]*:apprunner:([a-z0-9-]+):[0-9]{12}:service/[\w-]+/[\w-]+", re.ASCII
)
"""That of an App Runner service; its group is the region."""
_CONNECTOR_ARN: Final = re.compile(_ARN.format("apprunner") + r"vpcconnector/[^\s/]+/\d+/[0-9a-f]+")
_SECRET_WORDS: Final = re.compile("PASS|PASSWD|.*PASSWORD|PASSPHRASE|PWD|SECRET|TOKEN|(API)?KEY|CREDENTIALS?")
_PASSWORD_IN_URL: Final = re.compile(r":\S*@|[?&]\w*(pass|pwd|secret|token|key)\w*=", re.IGNORECASE)


class SettingError(ValueError):
    """A setting cannot be used: `str()` is one line with the setting, its value, the rule and the remedy."""


@dataclass(frozen=True)
class Plain:
    """A value that App Runner shows to everybody who may describe the service."""

    value: str


@dataclass(frozen=True)
class Secret:
    """A value that App Runner takes from Secrets Manager or Parameter Store when an instance starts.

    Attributes:
        arn: that of a parameter, or of a secret, with what App Runner takes behind it (`:KEY:STAGE:VERSION`).
    """

    arn: str


Value = Plain | Secret | None
"""What a setting is; `None` where the service does not have it."""
Settings = Mapping[str, Value]
"""By the name of the variable, or `CONNECTOR`, whose value is its ARN."""


def plain(name: str, value: str) -> Plain:
    """
    Raises:
        SettingError: it is no name of a variable, looks like a secret, which everybody could read here, or is
            a port that AWS blocks.
    """
    from reachability.workloads.mail import names_server, shows_server

    _check_name(name)
    if names_server(name):
        if not shows_server(name, value):
            # What is no host and no port may hold a secret.
            raise SettingError(
                f"{name}: what is given is not a host, HOST:PORT, SCHEME://HOST:PORT or a port"
            )
        _check_not_blocked(name, value)
    if _names_secret(name) or _PASSWORD_IN_URL.search(value):
        raise SettingError(
            f"{name}: looks like a secret, which no command line and no plain variable may hold: keep it in "
            f"Secrets Manager, and give its ARN with --secret {name}=ARN"
        )
    return Plain(value)


def secret(name: str, arn: str) -> Secret:
    """
    Raises:
        SettingError: it is no name of a variable, or no ARN of a secret or a parameter.
    """
    _check_name(name)
    if not _SECRET_ARN.fullmatch(arn):
        # What is no ARN may be the secret itself.
        raise SettingError(
            f"{name}: what is given is not the ARN of a secret or a parameter: give one such as "
            "arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME:KEY::"
        )
    return Secret(arn)


def of_connector(given: str | None, outputs: Mapping[str, object]) -> dict[str, Value]:
    """The setting of the VPC connector, where there is to be another one.

    Args:
        given: its ARN, `STACK`, `KEEP` or nothing.
        outputs: those of a stack; empty without one.

    Raises:
        SettingError: it is not the ARN of a VPC connector, or the stack's path is for its own connector and
            nobody has said which one the service is to have.
    """
    of_stack = outputs.get(_CONNECTOR_OUTPUT)
    if given == STACK:
        if not isinstance(of_stack, str):
            raise SettingError(f"{CONNECTOR}: --settings names no {_CONNECTOR_OUTPUT}: give its ARN")
        return {CONNECTOR: _connector(of_stack)}
    if given not in (None, KEEP):
        return {CONNECTOR: _connector(given)}
    if given is None and of_stack and is_ses(outputs.get("smtpHost")):
        raise SettingError(
            f"{CONNECTOR}: the endpoint of the stack lets in the stack's own connector: give --connector "
            f"{STACK}, once its destinations let out all that the service sends, or --connector {KEEP} where "
            "the endpoint lets in the service's own"
        )
    return {}


def is_ses(host: object) -> bool:
    """Whether a host is one of SES's for SMTP, which has credentials of its own."""
    from reachability.aws.ses import is_smtp_host

    return isinstance(host, str) and is_smtp_host(host.lower().rstrip("."))


def _connector(arn: str) -> Plain:
    if not _CONNECTOR_ARN.fullmatch(arn):
        raise SettingError(
            f"{CONNECTOR}: {arn!r} is not the ARN of one: give one such as "
            "arn:aws:apprunner:REGION:ACCOUNT:vpcconnector/NAME/REVISION/ID"
        )
    return Plain(arn)


def _check_not_blocked(name: str, value: str) -> None:
    from reachability.hosts import is_private

    found = _BLOCKED.fullmatch(value)
    if found is not None and not is_private((found[1] or "").strip("[]")):
        raise SettingError(
            f"{name}: {value!r} is port 25, which AWS blocks towards public addresses: set it to 587 "
            "(STARTTLS) or 465 (TLS from the start)"
        )


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise SettingError(f"{name!r} is not the name of a variable: leave out spaces and '='")


def of_outputs(outputs: Mapping[str, object]) -> dict[str, Value]:
    """The settings that a stack's outputs name, as `pulumi stack output --json` prints them.

    They are `smtpHost` and `smtpPort`, and the secret that belongs to the host: `smtpSecretArn` of SES, else
    `relaySecretArn`, which a relay without sign-in has not. The stack's VPC connector, which may let out less
    than the service's own, is taken where somebody says so: see `of_connector`.

    Raises:
        SettingError: one of them is missing, or is not what it should be.
    """
    from reachability.workloads.mail_address import is_port

    host, port = outputs.get("smtpHost"), outputs.get("smtpPort")
    if not isinstance(host, str) or not _is_host(host):
        raise SettingError(f"smtpHost: {host!r} is not the name of a host: {_OUTPUTS}")
    number = str(port).removesuffix(".0")
    if isinstance(port, bool) or not is_port(number):
        raise SettingError(f"smtpPort: {port!r} is not a port: {_OUTPUTS}")
    _check_not_blocked("smtpPort", number)
    found: dict[str, Value] = {HOST: Plain(host), PORT: Plain(number)}
    output = "smtpSecretArn" if is_ses(host) else "relaySecretArn"
    arn = outputs.get(output)
    if arn in (None, "") and not is_ses(host):
        return found
    if not isinstance(arn, str) or not arn:
        # SES refuses every mail that comes with another server's credentials.
        is_what = "missing" if arn in (None, "") else "not the ARN of a secret"
        raise SettingError(f"{output}: {is_what}: {host} takes mail with credentials of its own: {_OUTPUTS}")
    for name, key in ((_USER, "username"), (_PASSWORD, "password")):
        try:
            found[name] = secret(name, f"{arn}:{key}::")
        except SettingError as error:
            raise SettingError(f"{output}: {error}") from error
    return found


def _is_host(text: str) -> bool:
    from reachability.hosts import is_valid

    return is_valid(text)


def may_be_kept(name: str, value: Value) -> bool:
    """Whether a value may be written down and shown: a plain one only where it is the host or the port of a
    mail server, in a variable of one."""
    from reachability.workloads.mail import names_server, shows_server

    if not isinstance(value, Plain) or name == CONNECTOR:
        return True
    return names_server(name) and shows_server(name, value.value)


def unset(name: str) -> Value:
    """What a variable is that is taken away.

    Raises:
        SettingError: it is no name of a variable.
    """
    _check_name(name)
    return None


def is_credential(name: str) -> bool:
    """Whether a variable's name is that of a password or a key of mail."""
    from reachability.workloads.mail_table import is_about_mail

    return is_about_mail(name) and _names_secret(name)


def _names_secret(name: str) -> bool:
    from reachability.workloads.mail_table import words_of

    return any(map(_SECRET_WORDS.fullmatch, words_of(name)))
