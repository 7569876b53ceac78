"""The variables by which programs name where they send mail: the table `mail.json`, read once.

Its form is that of `mail.schema.json`; each entry has the document that says so.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FILE: Final = Path(__file__).with_name("mail.json")
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

_ONE_WORD: Final = re.compile(
    "MailGun|MailJet|MailPace|MailTrap|MailerSend|PostMark|SendGrid|SendIn[Bb]lue|SparkPost"
)
"""Names of providers as .NET's settings spell them, which are one word."""

RECEIVING: Final = frozenset({"IMAP", "POP", "INBOUND", "INCOMING", "RECEIVING"})
"""Words of names that speak of mail that comes in."""
_MAIL: Final = frozenset({"EMAIL", "MAIL", "MAILER", "NODEMAILER", "SMTP"})
_RANKS: Final = frozenset(
    {"ALT", "ALTERNATE", "ALTERNATIVE", "BACKUP", "DEFAULT", "FAILOVER", "FALLBACK", "FIRST", "MAIN"}
    | {"PRIMARY", "RESERVE", "SECOND", "SECONDARY", "STANDBY", "TERTIARY", "THIRD"}
    | {"BULK", "MARKETING", "NEWSLETTER", "NOTIFICATION", "NOTIFICATIONS", "TRANSACTIONAL"}
)
"""Words that tell one mail server of several from the others, as numbers do, wherever they stand."""
_PLURALS: Final = {"HOSTS": "HOST", "RELAYS": "RELAY", "SERVERS": "SERVER"}
"""Last words of names that hold several hosts."""

T = TypeVar("T")


@dataclass(frozen=True)
class Inside:
    """A variable whose text names a host and a port, found by regular expressions."""

    variable: str
    host: str
    port: str


@dataclass(frozen=True)
class Framework:
    """The variables of one framework, by their plain names: see `plain_name`.

    Attributes:
        source: the document that says so.
        hosts: those that hold a mail host.
        ports: those that hold its port, the first that is set.
        urls: those that hold a URL of it.
        urls_by_value: the same, where the value says so: others give these names to other things.
        choosers: those that choose what sends.
        switch: the one that turns mail on, if there is one.
        markers: those that only this framework has; without any, the others are its alone.
        default_ports: of which it takes one where no port is set, by its version or its own settings.
        tls_switches: those that choose TLS from the start, which has a default port of its own.
        ses_clients: what choosers call senders by SES's API, each with the variable of its endpoint.
        default_host: what it takes where a chooser says SMTP and no host is set.
        host_with_port: whether a host may have its port behind it.
        host_in_brackets: whether brackets around a host turn MX look-ups off.
    """

    name: str
    source: str
    hosts: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    urls_by_value: tuple[str, ...] = ()
    choosers: tuple[str, ...] = ()
    switch: str = ""
    inside: Inside | None = None
    markers: tuple[str, ...] = ()
    default_ports: tuple[int, ...] = ()
    tls_switches: tuple[str, ...] = ()
    ses_clients: tuple[tuple[str, str], ...] = ()
    default_host: str = ""
    host_with_port: bool = False
    host_in_brackets: bool = False


@dataclass(frozen=True)
class Provider:
    """A mail provider: its hosts, and the variables by which programs use its API over HTTPS.

    Attributes:
        source: the document that says so.
        word: what choosers and the schemes of URLs call it.
        api: the host of its API; `{region}` stands for the region.
        smtp: its SMTP host.
        smtp_port: what a URL that names it takes where no port is set.
        keys: variables that hold a key of its API.
        regions: those that hold the region of its API.
        endpoints: those that hold a URL or a host in place of that of its API.
        regional_apis: the host of its API in each region with one of its own.
        regional_smtp: its SMTP host there.
    """

    name: str
    source: str
    word: str
    api: str
    smtp: str
    smtp_port: int
    keys: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    regional_apis: tuple[tuple[str, str], ...] = ()
    regional_smtp: tuple[tuple[str, str], ...] = ()

    @property
    def of_aws(self) -> bool:
        """Whether it is in AWS's regions, each of which has hosts of its own."""
        return "{region}" in self.api

    @property
    def api_hosts(self) -> frozenset[str]:
        return frozenset({self.api, *(host for _, host in self.regional_apis)})

    @property
    def smtp_hosts(self) -> frozenset[str]:
        return frozenset({self.smtp, *(host for _, host in self.regional_smtp)})

    def api_host(self, region: str) -> str:
        return dict(self.regional_apis).get(region.lower(), self.api.format(region=region))

    def smtp_host(self, region: str) -> str:
        return dict(self.regional_smtp).get(region.lower(), self.smtp.format(region=region))


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a variable's name, in capitals: `Smtp__Host`, `smtp.host` and `smtpHost` have the same."""
    joined = _ONE_WORD.sub(lambda found: found[0].capitalize(), name)
    return tuple(word.upper() for word in _WORD.findall(joined))


def plain_name(name: str) -> str:
    """A variable's name as the table has it: in capitals, with one underscore between its words."""
    return "_".join(words_of(name))


def _entry(kind: type[T], entry: Mapping[str, Any]) -> T:
    """An entry of the file, its names in camelCase."""
    given: dict[str, Any] = {}
    for field in fields(kind):  # type: ignore[arg-type]
        head, *tail = field.name.split("_")
        value = entry.get(head + "".join(word.capitalize() for word in tail))
        if isinstance(value, dict):
            value = Inside(**value) if head == "inside" else [*value.items()]
        if value is not None:
            given[field.name] = tuple(value) if isinstance(value, list) else value
    return kind(**given)


_TABLE: Final = json.loads(_FILE.read_text(encoding="utf-8"))

FRAMEWORKS: Final = tuple(_entry(Framework, entry) for entry in _TABLE["frameworks"])
PROVIDERS: Final = tuple(_entry(Provider, entry) for entry in _TABLE["providers"])

BY_NAME: Final = {
    name: (framework, role)
    for framework in FRAMEWORKS
    for role in ("ports", "urls_by_value", "urls", "hosts")
    for name in getattr(framework, role)
}
"""Framework and role of each variable of a host, a port or a URL."""
TLS_SWITCHES: Final = {
    name: (framework, "tls_switches") for framework in FRAMEWORKS for name in framework.tls_switches
}
API_NAMES: Final = {
    name: (provider, role)
    for provider in PROVIDERS
    for role in ("keys", "regions", "endpoints")
    for name in getattr(provider, role)
}

SERVICES: Final = {
    name: (service["host"], service["port"])
    for service in _TABLE["services"]["known"]
    for name in service["names"]
}
"""Host and port of what Nodemailer knows by each name."""
SERVICES_SOURCE: Final[str] = _TABLE["services"]["source"]


def find(name: str, table: Mapping[str, tuple[T, str]]) -> tuple[tuple[T, str], str] | None:
    """The entry of the longest end of a variable's name that is in `table`, and what tells it from others.

    That is what stands before it; and of `SMTP_FALLBACK_HOST` and `SMTP_HOST_2`, which are `SMTP_HOST` too,
    the word that is more.
    """
    words = words_of(name)
    found, ranks = _find(words, table), tuple[str, ...]()
    if found is None:
        ranks = tuple(word for word in words if is_rank(word))
        found = _find([_PLURALS.get(word, word) for word in words if not is_rank(word)], table)
    if found is None or RECEIVING & {*found[1]}:
        return None
    entry, before = found
    return entry, "".join(f"{word}_" for word in (*before, *ranks))


def is_about_mail(name: str) -> bool:
    """Whether a variable's name speaks of mail."""
    return bool(_MAIL & {*words_of(name)})


def is_rank(word: str) -> bool:
    """Whether a word of a name tells one mail server of several from the others."""
    return word in _RANKS or word.isdecimal()


def holds_several(name: str) -> bool:
    """Whether a variable holds several hosts, as `SMTP_HOSTS` does."""
    return any(word in _PLURALS for word in words_of(name)[-2:])


def _find(
    words: Sequence[str], table: Mapping[str, tuple[T, str]]
) -> tuple[tuple[T, str], Sequence[str]] | None:
    for start in range(len(words)):
        entry = table.get("_".join(words[start:]))
        if entry is not None:
            return entry, words[:start]
    return None
