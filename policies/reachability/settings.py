"""What a team can tell the proof about its own services."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from .egress import Destination
from .hosts import plain

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Settings:
    """Where mail hosts are named, and what else is needed.

    Attributes:
        host_variables: environment variables that hold a mail host, beside those of the table `mail.json`.
        port_variables: those that hold its port, in the same order.
        ignored_variables: those that do not say where mail goes, whatever the table says.
        destinations: hosts that every service needs beside those of its environment.
        addresses: CIDR blocks of hosts, where a team knows them: `{host: (block, ...)}`.
    """

    host_variables: tuple[str, ...] = ()
    port_variables: tuple[str, ...] = ()
    ignored_variables: tuple[str, ...] = ()
    destinations: tuple[Destination, ...] = ()
    addresses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def variables(self) -> tuple[tuple[str, str], ...]:
        ports = self.port_variables[: len(self.host_variables)]
        return tuple(zip_longest(self.host_variables, ports, fillvalue=""))

    def addresses_of(self, host: str) -> tuple[str, ...]:
        """The CIDR blocks of `host` that the team has told: none where it has not."""
        wanted = plain(host)
        return next((blocks for name, blocks in self.addresses.items() if plain(name) == wanted), ())

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Settings:
        """What the options of the pack's egress rules say, in whatever part they are given."""
        usual = cls()
        return cls(
            host_variables=tuple(options.get("hostVariables", usual.host_variables)),
            port_variables=tuple(options.get("portVariables", usual.port_variables)),
            ignored_variables=tuple(options.get("ignoredVariables", usual.ignored_variables)),
            destinations=tuple(
                Destination(given["host"], given["port"], optional=given.get("optional", False))
                for given in options.get("destinations", ())
            ),
            addresses={host: tuple(blocks) for host, blocks in options.get("addresses", {}).items()},
        )
