"""Where a workload sends mail, by the variables of its environment: their names, and what their values are.

The variables are those of the table `mail.json`. A provider that is used by its API is a host as well, over
HTTPS.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ..egress import Destination
from ..values import ABSENT, UNKNOWN, Unknown, Value
from .mail_address import (
    Address,
    bridged,
    is_port,
    is_server,
    known_by_name,
    names_sender,
    parts_of,
    server_in,
    to_port,
    urls,
    with_port,
    with_transport,
    without_brackets,
)
from .mail_apis import by_api, words_in
from .mail_https import maybe_by_proxy
from .mail_ports import Ports, to
from .mail_table import (
    API_NAMES,
    BY_NAME,
    FRAMEWORKS,
    PROVIDERS,
    RECEIVING,
    find,
    holds_several,
    is_about_mail,
    words_of,
)
from .mail_variables import Variables
from .model import ANY_MAIL_SERVER, EVERY_MAIL_SERVER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..settings import Settings
    from .environment import Environment
    from .mail_table import Framework

_NO_HOST: Final = frozenset(
    {"DOMAIN", "FROM", "HELO", "EHLO", "MYHOSTNAME", "PASSWORD", "SENDER", "USER", "USERNAME"}
)
"""Last words of names that hold no host, whatever their value looks like."""

_SERVICE: Final = "SERVICE"
"""Last word of names that hold what Nodemailer and others know a mail server by, such as `gmail`."""

_SMTP: Final = frozenset({"smtp", "failover", "roundrobin"})
_NOTHING: Final = frozenset({"array", "console", "dummy", "filebased", "locmem", "log", "null"})
"""What choosers call senders that send nothing."""


@dataclass(frozen=True)
class Named:
    """A mail server that an environment names, or the port of one whose host it does not name.

    Attributes:
        destination: `None` where only a port is named.
        port_variable: the variable that holds the port; empty where none does.
        port: its value as it stands.
        default_of: the framework whose default port counts, since none is set.
        host_variable: the variable that holds the host.
    """

    destination: Destination | None
    port_variable: str = ""
    port: Value = ABSENT
    default_of: str = ""
    host_variable: str = ""


def mail_of(environment: Environment, settings: Settings) -> tuple[Named, ...]:
    """The mail servers that an environment names, whose variables are known."""
    return tuple(_Reading(environment, settings).named())


def destinations_of(environment: Environment, settings: Settings) -> tuple[Destination, ...]:
    """Where a container with this environment sends mail.

    An environment that is unknown as a whole may name any host: every public one must be reachable.
    """
    if environment.fault:
        return (ANY_MAIL_SERVER,)
    if isinstance(environment.variables, Unknown):
        secret = not environment.computed
        return (Destination(UNKNOWN, UNKNOWN, secret=True) if secret else EVERY_MAIL_SERVER,)
    variables = Variables(environment, settings.ignored_variables)
    named = (each.destination for each in mail_of(environment, settings))
    return tuple(dict.fromkeys(maybe_by_proxy(variables, found) for found in named if found is not None))


def names_none(environments: Sequence[Environment], settings: Settings) -> str:
    """Why a workload with these environments may have no destination."""
    known = [each for each in environments if not isinstance(each.variables, Unknown)]
    off = dict.fromkeys(name for each in known for name in _Reading(each, settings).switches_off())
    if off:
        return f"{', '.join(off)} says that mail is not sent by SMTP, so the mail host beside it is not used"
    for name in (found for each in known for found in _Reading(each, settings).unknown_senders()):
        return (
            f"{name} names a sender that is not known: name the host that it connects to in the destinations "
            "of the rule"
        )
    for name, framework in (found for each in known for found in _Reading(each, settings).left_to_default()):
        return (
            f"{name} chooses SMTP, and no variable names its host: {framework.name} takes "
            f"{framework.default_host}, unless the program's own settings name one"
        )
    places = ", ".join(dict.fromkeys(environment.place for environment in environments))
    return (
        f"no variable names a mail host, a mail URL or a mail provider's key (looked in {places or 'none'}): "
        "name other variables in the option hostVariables of the rule, or the host in its destinations"
    )


class _Reading:
    """One environment, read once."""

    def __init__(self, environment: Environment, settings: Settings) -> None:
        self._settings = settings
        self._variables = Variables(environment, settings.ignored_variables)
        self._ports = Ports(self._variables, settings)
        self._used: set[str] = set()
        self._idle_by = {each: name for each in FRAMEWORKS for name in self._turned_off_by(each)}
        self._idle = frozenset(self._idle_by)

    def named(self) -> Iterator[Named]:
        servers = [*self._by_settings(), *self._by_table(), *self._inside(), *self._by_value()]
        services = [*self._by_service()]
        alone = self._ports.alone(self._used, self._idle)
        yield from (self._maybe_by(each, alone) for each in (*servers, *services))
        hosts = [each.destination for each in servers if each.destination]
        yield from map(Named, by_api(self._variables, hosts))
        yield from (Named(None, name, self._port_text(name)) for name in alone)

    def switches_off(self) -> Iterator[str]:
        """The variables by which a framework whose mail host is set sends by something else than SMTP."""
        for framework, name in self._idle_by.items():
            if any(self._variables.called(framework.hosts)):
                yield name

    def unknown_senders(self) -> Iterator[str]:
        """The variables that hold the DSN, or the name alone, of a sender which is not in the table."""
        for name in self._variables.names:
            found, text = find(name, BY_NAME), self._variables.text(name) or ""
            by_dsn = found is not None and found[0][1] == "urls" and names_sender(text)
            if by_dsn or (text and _is_of_service(name)):
                yield name

    def left_to_default(self) -> Iterator[tuple[str, Framework]]:
        """The variables that choose SMTP where none names its host, and whose default it then is."""
        for framework in FRAMEWORKS:
            for _, name in self._variables.called(framework.choosers if framework.default_host else ()):
                if words_in(self._variables.text(name)) & _SMTP:
                    yield name, framework

    # By name ---------------------------------------------------------------------------------------

    def _by_settings(self) -> Iterator[Named]:
        for host, port in self._settings.variables:
            if host in self._variables.names:
                beside = port if port in self._variables.names else self._ports.variable_of(host, None, "")
                yield from self._server(host, beside, None)

    def _by_table(self) -> Iterator[Named]:
        for name in self._variables.names:
            found = find(name, BY_NAME)
            if name in self._used or found is None:
                continue
            (framework, role), prefix = found
            if role == "ports" or framework in self._idle:
                continue
            if (
                role == "urls_by_value"
                and self._variables.value(name) is UNKNOWN
                and not self._variables.is_secret(name)
            ):
                continue
            text = self._variables.text(name)
            if role != "hosts" and text is None:
                self._used.add(name)
                yield Named(Destination(UNKNOWN, None, secret=self._variables.is_secret(name)))
                continue
            if role == "urls" and text is not None and not any(urls(text)):
                self._used.add(name)
                yield from (self._named(address, name, "", framework) for address in bridged(text))
                continue
            if role == "urls_by_value" and text is not None and not any(urls(text)):
                continue
            port = self._ports.variable_of(name, framework, prefix) if role == "hosts" else ""
            yield from self._server(name, port, framework)

    def _server(self, host: str, port: str, framework: Framework | None) -> Iterator[Named]:
        """What the variable `host` names; `port` is the variable of its port, if one is set."""
        self._used |= {host, port}
        text = self._variables.text(host)
        if text is None:
            secret, holder = self._variables.is_secret(host), self._variables.holder(host)
            found = Destination(UNKNOWN, None, secret=secret, holder=holder)
            yield self._by_port(found, host, port, framework)
            return
        for address in self._addresses(host, text, framework):
            yield self._named(address, host, port, framework)

    def _named(self, address: Address, host: str, port: str, framework: Framework | None) -> Named:
        if address.port is not None:
            found = Destination(address.host, to_port(address.port))
            return Named(found, host, address.port, host_variable=host)
        if address.default is not None and not port:
            return Named(Destination(address.host, address.default), host_variable=host)
        return self._by_port(Destination(address.host, None), host, port, framework)

    def _by_port(self, found: Destination, host: str, port: str, framework: Framework | None) -> Named:
        """The destination with the port that the variable `port` holds, else the default of its framework."""
        if port:
            hidden = self._variables.is_secret(port)
            found = replace(found, port=self._ports.value(port), secret_port=hidden)
            return Named(found, port, self._variables.value(port), host_variable=host)
        defaults, default_of = self._ports.default(host, framework)
        return Named(to(found, defaults) if defaults else found, default_of=default_of, host_variable=host)

    def _maybe_by(self, named: Named, alone: Sequence[str]) -> Named:
        """A server for whose port no variable is set, with the ports that other variables set."""
        if named.port_variable or named.destination is None:
            return named
        return replace(named, destination=self._ports.maybe_by(named.destination, named.host_variable, alone))

    def _port_text(self, name: str) -> Value:
        return UNKNOWN if self._variables.is_secret(name) else self._variables.value(name)

    def _turned_off_by(self, framework: Framework) -> Iterator[str]:
        """The variables by which a framework is told to send by something else than SMTP."""
        for _, name in self._variables.called([framework.switch]):
            if (self._variables.text(name) or "true").lower() in ("false", "0"):
                yield name
        for _, name in self._variables.called(framework.choosers):
            words = words_in(self._variables.text(name))
            if not words & _SMTP and (words & _NOTHING or any(each.word in words for each in PROVIDERS)):
                yield name

    # By value --------------------------------------------------------------------------------------

    def _addresses(self, name: str, text: str, framework: Framework | None) -> Iterable[Address]:
        """What the text of the variable of a mail host names: one host or several, or what its URLs do."""
        if holds_several(name) and not any(urls(text)):
            return [with_port(each) or Address(each) for each in parts_of(text)]
        both = framework is not None and framework.host_with_port
        found = with_transport(text) or (with_port(text) if both else None) or Address(text)
        if framework is not None and framework.host_in_brackets:
            found = without_brackets(found)
        return list(urls(text)) or [found]

    def _by_value(self) -> Iterator[Named]:
        for name in self._variables.names:
            words = set(words_of(name))
            text = self._variables.text(name)
            of_api = find(name, API_NAMES) is not None
            if text is None or name in self._used or words & RECEIVING or _is_about(name) or of_api:
                continue
            found = list(urls(text)) or [address for address in [server_in(text)] if address]
            if found and not self._is_of_idle(name):
                port = self._ports.variable_of(name, None, "")
                self._used |= {name, port}
                yield from (self._named(address, name, port, None) for address in found)

    def _is_of_idle(self, name: str) -> bool:
        found = find(name, BY_NAME)
        return found is not None and found[0][0] in self._idle

    def _by_service(self) -> Iterator[Named]:
        """The servers that Nodemailer knows by a name: other programs may know the same by it."""
        for name in self._variables.names:
            found = known_by_name(self._variables.text(name) or "") if _is_of_service(name) else None
            if found:
                yield self._named(found, name, "", None)

    def _inside(self) -> Iterator[Named]:
        for framework in FRAMEWORKS:
            inside = framework.inside
            for _, name in self._variables.called([inside.variable] if inside else ()):
                text = self._variables.text(name) or ""
                host = re.search(inside.host, text) if inside else None
                port = re.search(inside.port, text) if inside else None
                if host:
                    self._used.add(name)
                    yield self._named(Address(host[1], int(port[1]) if port else None), name, "", framework)


def names_server(name: str) -> bool:
    """Whether a variable holds a mail host or its port, by its name: no URL, which may hold a password."""
    found = find(name, BY_NAME)
    return found is not None and found[0][1] in ("hosts", "ports")


def shows_server(name: str, text: str) -> bool:
    """Whether `text` is what a variable of a mail host or of its port should hold, and so no secret.

    A program may well take a URL with a password, or a document, from the variable of a host.
    """
    found = find(name, BY_NAME)
    of_port = found is not None and found[0][1] == "ports"
    return not text or is_port(text) or (not of_port and is_server(text))


def _is_of_service(name: str) -> bool:
    return is_about_mail(name) and words_of(name)[-1] == _SERVICE


def _is_about(name: str) -> bool:
    words = words_of(name)
    return bool(words) and words[-1] in _NO_HOST
