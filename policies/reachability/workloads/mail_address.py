"""The mail servers that a text names: a host, with a port or without, URLs and the DSNs of frameworks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from ..hosts import is_valid
from ..values import UNKNOWN, Unknown, Value, to_int
from .mail_table import PROVIDERS, SERVICES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .mail_table import Provider

HTTPS: Final = 443

_PORTS: Final = range(1, 65536)
_URL: Final = re.compile(
    r"(?<![a-z0-9+.-])(?P<scheme>[a-z][a-z0-9+.-]{0,30})://(?:[^\s/?#()]*@)?(?P<host>\[[^\]\s]*\]|[^\s/?#:@()]*)(?::(?P<port>[0-9]+))?"
    r"(?P<rest>[^\s()]*)",
    re.IGNORECASE,
)
_REGION: Final = re.compile(r"[?&]region=([a-z0-9-]+)")
_WITH_PORT: Final = re.compile(r"(\[[^\]\s]*\]|[^\s:/@]+):([0-9]+)")
_WITH_TRANSPORT: Final = re.compile(
    r"(?P<transport>ssl|tls|tcp)://(?P<host>\[[^\]\s]*\]|[^\s:/@]+)(?::(?P<port>[0-9]+))?/?", re.IGNORECASE
)
"""PHP documentation, "List of Supported Socket Transports": the host as PHP's mail libraries take it."""
_SERVER: Final = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://)?(?P<host>\[[^\]\s]*\]|[^\s:/@]+)(?::(?P<port>[0-9]{1,5}))?/?", re.IGNORECASE
)
_BRACKETS: Final = re.compile(r"\[([^\]:]+)\]")
_TLS: Final = frozenset({"smtps", "submissions", "smtp+ssl"})
_SCHEMES: Final = frozenset({"smtp", "submission", "smtp+tls", "smtp+starttls", *_TLS})
TLS_PORT: Final = 465
_BRIDGES: Final = {"api": HTTPS, "https": HTTPS, "smtp": None, "smtps": TLS_PORT}
"""The transports of Symfony's bridges, and their ports (Symfony documentation, "Mailer")."""
_LOCAL: Final = frozenset(
    {"consolemail", "dummymail", "filemail", "memorymail", "native", "null", "sendmail"}
)
"""Schemes of what sends nothing, or leaves it to a program beside it."""
_PROVIDERS_OWN: Final = "default"
"""What stands for the host of a provider."""
_MAIL_HOST: Final = re.compile(
    r"(?!inbound-)([a-z0-9-]+\.)?([a-z0-9]+-)*smtp[0-9]*(-[a-z0-9]+)*(\.[a-z0-9-]+)+\.(?P<last>[a-z][a-z0-9-]+)"
)
"""A host whose first name, or second, speaks of SMTP: in a domain, and in small letters."""
_FILES: Final = frozenset(
    {
        "cfg",
        "conf",
        "config",
        "crt",
        "env",
        "html",
        "ini",
        "js",
        "json",
        "key",
        "log",
        "pem",
        "py",
        "rb",
        "sh",
        "sock",
    }
    | {"tmpl", "toml", "ts", "txt", "xml", "yaml", "yml"}
)
"""Last parts of the names of files."""
_SES_API: Final = re.compile(r"email(-fips)?\.[a-z0-9-]+\.(amazonaws\.com|api\.aws)", re.IGNORECASE)
_SMTP_ALONE: Final = frozenset({"gmail"})
"""What Symfony sends by SMTP where the URL names no transport (Symfony documentation, "Mailer")."""
_DSN_REGION: Final = "eu-west-1"
"""Where Symfony's transport for SES sends by default (Symfony documentation, "Amazon SES")."""


class Address(NamedTuple):
    """A host and port as a value has them; a port of its own is no default.

    Attributes:
        default: the port where none is set beside it either.
    """

    host: str
    port: int | None = None
    default: int | None = None


def with_port(text: str) -> Address | None:
    """The host and port of a text `host:port`; `None` where it is none."""
    parts = _WITH_PORT.fullmatch(text)
    return Address(parts[1], int(parts[2])) if parts else None


def with_transport(text: str) -> Address | None:
    """The host of a text with one of PHP's transports before it, `ssl://host`; `None` of any other text."""
    parts = _WITH_TRANSPORT.fullmatch(text)
    if parts is None:
        return None
    port = int(parts["port"]) if parts["port"] else None
    return Address(parts["host"], port, TLS_PORT if parts["transport"].lower() == "ssl" else None)


def without_brackets(address: Address) -> Address:
    """The same without the brackets around its host; those of an IPv6 address stay."""
    found = _BRACKETS.fullmatch(address.host)
    return address._replace(host=found[1]) if found else address


def parts_of(text: str) -> list[str]:
    """The elements of a list as programs read it: in JSON, or divided by commas, semicolons or blanks."""
    return re.findall(r'"([^"]+)"', text) if text.lstrip()[:1] == "[" else re.findall(r"[^\s,;]+", text)


def is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text) in _PORTS


def is_server(text: str) -> bool:
    """Whether a text is a host, with a scheme or a port or without: nothing in it can be a password."""
    if is_valid(text):
        return True
    parts = _SERVER.fullmatch(text)
    if parts is None or (parts["port"] and not is_port(parts["port"])):
        return False
    return is_valid(without_brackets(Address(parts["host"])).host)


def server_in(text: str) -> Address | None:
    """The mail server that a text is by its look: a mail host, with a port or without, or that of an API."""
    found = with_transport(text) or with_port(text) or Address(text)
    if is_api(found.host):
        return Address(found.host, HTTPS)
    return found if _is_mail_host(found.host) else None


def urls(text: str) -> Iterator[Address]:
    """The mail servers that the URLs in a text name (Symfony's may have several)."""
    for url in _URL.finditer(text):
        scheme, port = url["scheme"].lower(), url["port"] and int(url["port"])
        first, _, transport = scheme.partition("+")
        provider = next((each for each in PROVIDERS if each.word == first), None)
        if scheme in _SCHEMES and url["host"]:
            yield Address(url["host"], port or (TLS_PORT if scheme in _TLS else None))
        elif provider:
            told = _REGION.search(url["rest"])
            region = told[1] if told else _DSN_REGION if provider.of_aws else ""
            yield _by_provider(provider, url["host"], transport, region)
        elif scheme == "https" and is_api(url["host"]):
            yield Address(url["host"], port or HTTPS)


def known_by_name(text: str) -> Address | None:
    """The server that Nodemailer knows by a name, such as `Gmail`, `SES-EU-WEST-1` or `me@outlook.com`."""
    name = re.sub(r"[^a-z0-9.-]", "", text.rpartition("@")[2].lower())
    ses = next(provider for provider in PROVIDERS if provider.of_aws)
    if name.startswith(f"{ses.word}-"):
        return Address(ses.smtp_host(name.removeprefix(f"{ses.word}-")), default=TLS_PORT)
    found = SERVICES.get(name)
    return Address(found[0], default=found[1]) if found else None


def bridged(text: str) -> Iterator[Address]:
    """The hosts of DSNs that name a sender which is not in the table, such as `infobip+api://KEY@HOST`."""
    for url in _URL.finditer(text):
        _, _, transport = url["scheme"].lower().partition("+")
        if transport in _BRIDGES and url["host"] not in ("", _PROVIDERS_OWN):
            yield Address(url["host"], int(url["port"]) if url["port"] else _BRIDGES[transport])


def names_sender(text: str) -> bool:
    """Whether a text is a DSN of something that sends mail elsewhere."""
    schemes = {url["scheme"].lower().partition("+")[0] for url in _URL.finditer(text)}
    return bool(schemes - _LOCAL)


def is_api(host: str) -> bool:
    """Whether `host` is that of a mail provider's API, SES's among them."""
    return any(is_api_of(provider, host) for provider in PROVIDERS)


def is_api_of(provider: Provider, host: object) -> bool:
    """Whether `host` is that of the API of a provider, in any region."""
    if not isinstance(host, str):
        return False
    return bool(_SES_API.fullmatch(host)) if provider.of_aws else host.lower() in provider.api_hosts


def is_of(provider: Provider, host: object) -> bool:
    """Whether `host` is the SMTP host of a provider, in any region."""
    if not isinstance(host, str):
        return False
    before, _, after = provider.smtp.partition("{region}")
    name = host.lower()
    return (name.startswith(before) and name.endswith(after)) or name in provider.smtp_hosts


def to_port(value: Value) -> int | Unknown:
    """A port as a variable has it; `UNKNOWN` where it is none, which is the program's own fault."""
    try:
        port = to_int(value)
    except (TypeError, ValueError):
        return UNKNOWN
    return port if isinstance(port, int) and port in _PORTS else UNKNOWN


def _is_mail_host(text: str) -> bool:
    host = text.removesuffix(".")
    if any(host.lower() == provider.smtp for provider in PROVIDERS):
        return True
    found = _MAIL_HOST.fullmatch(host)
    return found is not None and found["last"] not in _FILES


def _by_provider(provider: Provider, host: str, transport: str, region: str) -> Address:
    """What a URL means whose scheme names a provider: its SMTP host, or that of its API."""
    named = "" if host == _PROVIDERS_OWN else host
    if transport in ("smtp", "smtps") or provider.word in _SMTP_ALONE:
        return Address(named or provider.smtp_host(region), provider.smtp_port)
    return Address(named or provider.api_host(region), HTTPS)
