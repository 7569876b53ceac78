"""The ports by which a program reaches a mail host: those that are set, and those that it takes otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ..values import UNKNOWN, Truth, Unknown
from .mail_address import TLS_PORT, to_port
from .mail_table import BY_NAME, FRAMEWORKS, TLS_SWITCHES, find, is_rank, plain_name, words_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from ..egress import Destination
    from ..settings import Settings
    from .mail_table import Framework
    from .mail_variables import Variables

SUBMISSION: Final = 587
_ON: Final = frozenset({"1", "force_tls", "on", "smtps", "ssl", "tls", "true", "yes"})
"""What switches are set to for TLS from the start; programs differ in what `tls` is to them."""
_KINDS: Final = frozenset({"SSL", "STARTTLS", "TLS"})
"""Words beside PORT in names of one port of several."""


class Ports:
    """What one environment says of ports."""

    def __init__(self, variables: Variables, settings: Settings) -> None:
        self._variables = variables
        self._listed = settings.port_variables

    def variable_of(self, host: str, framework: Framework | None, prefix: str) -> str:
        """The variable of the port that belongs to that of a host; empty where there is none."""
        words = words_of(host)
        last = max((at for at, word in enumerate(words) if not is_rank(word)), default=0)
        before, ranks = words[:last], words[last + 1 :]
        beside = ["_".join((*words, "PORT"))]
        if before:  # PORT alone is a server's own.
            beside = ["_".join((*before, "PORT", *ranks)), "_".join((*before, *ranks, "PORT")), *beside]
        listed = (prefix + name for name in (framework.ports if framework else ()))
        return next((name for _, name in self._variables.called((*listed, *beside))), "")

    def value(self, name: str) -> int | Unknown:
        """The port that a variable holds."""
        return UNKNOWN if self._variables.is_secret(name) else to_port(self._variables.value(name))

    def default(self, host: str, framework: Framework | None) -> tuple[tuple[int, ...], str]:
        """The ports of which a program takes one where none is set, and whose they are; none if not known.

        Args:
            host: the variable of the host.
        """
        entry = find(host, BY_NAME)
        prefix = entry[1] if entry else ""
        own = framework is not None and framework.default_ports and self._is_used(framework, named=True)
        known = [framework] if framework and own else [each for each in FRAMEWORKS if self._is_used(each)]
        ports: set[int] = set()
        for each in known:
            by_tls = self._by_tls(each, prefix)
            ports |= {TLS_PORT} if by_tls is not False else set()
            ports |= {*each.default_ports} if by_tls is not True else set()
        if not known and self._by_tls(None, prefix) is not False:
            ports = {TLS_PORT, SUBMISSION}
        return tuple(sorted(ports)), " or ".join(each.name for each in known)

    def alone(self, used: Collection[str], idle: Collection[Framework]) -> list[str]:
        """The variables of ports that belong to no host; `used` do, and `idle` frameworks send nothing."""
        unused = {port for framework in idle for port in framework.ports}
        names = (name for name in self._variables.names if name not in used)
        return [
            name
            for name in names
            if name in self._listed or (plain_name(name) not in unused and _is_of_port(name))
        ]

    def maybe_by(self, found: Destination, host: str, alone: Iterable[str]) -> Destination:
        """A destination for whose host, in the variable `host`, no port is set, with those that others set.

        Those are the variables that belong to no host, and, where others have none before theirs, the
        variable of the same name but for what stands before that of the host.
        """
        entry = find(host, BY_NAME)
        common = entry[0][0].ports if entry and entry[1] else ()
        names = dict.fromkeys([*alone, *(name for _, name in self._variables.called(common))])
        if not names:
            return found
        if any(map(self._variables.is_secret, names)):
            return replace(found, port=UNKNOWN, ports=(), secret_port=True)
        own = found.ports or (found.port,) if found.port or not found.any_host else ()
        return to(found, {SUBMISSION if port is None else port for port in (*own, *map(self.value, names))})

    def _is_used(self, framework: Framework, *, named: bool = False) -> bool:
        """Whether a framework runs here: by a variable of its own, or, where all are, by being `named`."""
        if not framework.default_ports or not framework.markers:
            return named
        return any(marker in self._variables.by_plain for marker in framework.markers)

    def _by_tls(self, framework: Framework | None, prefix: str) -> Truth:
        """Whether a switch chooses TLS from the start: one of the framework's, or any if it is not known.

        That of a host with something else than `prefix` in its name may be for this one as well.
        """
        found = [
            UNKNOWN if is_on is True and entry[1] != prefix else is_on
            for name in self._variables.names
            for entry in [find(name, TLS_SWITCHES)]
            if entry is not None and framework in (None, entry[0][0])
            for is_on in [self._is_on(name)]
        ]
        return True if True in found else UNKNOWN if UNKNOWN in found else False

    def _is_on(self, name: str) -> Truth:
        value = self._variables.value(name)
        hidden = value is UNKNOWN or self._variables.is_secret(name)
        return UNKNOWN if hidden else str(value).strip().lower() in _ON


def to(found: Destination, ports: Collection[int | Unknown]) -> Destination:
    """The destination by one of `ports`, any of which it may be; by an unknown one where one is unknown."""
    known = tuple(sorted(port for port in ports if not isinstance(port, Unknown)))
    if len(known) < len(ports):
        return replace(found, port=UNKNOWN, ports=())
    one = known[0] if len(known) == 1 else None
    return replace(found, port=one, ports=known if len(known) > 1 else ())


def _is_of_port(name: str) -> bool:
    """Whether a variable holds the port of a mail server: by the table, `_KINDS` in its name aside."""
    entry = find(name, BY_NAME)
    if entry is None:
        words = [word for word in words_of(name) if word not in _KINDS]
        entry = find("_".join(words), BY_NAME)
    return entry is not None and entry[0][1] == "ports"
