"""The answer for one workload and one mail server: where its mail goes, and what the proof says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .values import UNKNOWN, Unknown
from .verdict import PASSES, Assumption, Finding, Hop, Origin, Outcome, Verdict, identifier


@dataclass(frozen=True)
class Destination:
    """Where the mail goes: a host name or address, and a TCP port.

    `host` is `UNKNOWN` where it cannot be known (a secret, or an output of a resource to come);
    `None` where the service names none. An `optional` one is judged and never blocks. `every_host` stands
    for every public mail host by every submission port: the environment that may name one is not known.
    `holder` is the key of the one resource that an unknown host comes from, where there is just one.
    `secret_port` says that the port is a secret: any one of submission may be it. `ports` are those of
    which a program takes one where nothing says which; then `port` is `None`. `proxies` are those that
    a program may use instead of connecting to it: the variable of each, and where it is. `url_variable`
    holds the URL of an endpoint that is not known, `client_variable` one that not every client of AWS reads,
    and `region_variable` a region or an endpoint that nobody can read.
    """

    host: str | Unknown | None
    port: int | Unknown | None
    optional: bool = False
    secret: bool = False
    every_host: bool = False
    holder: str | None = None
    secret_port: bool = False
    ports: tuple[int, ...] = ()
    proxies: tuple[tuple[str, Destination], ...] = ()
    url_variable: str = ""
    client_variable: str = ""
    region_variable: str = ""

    def as_json(self) -> dict[str, Any]:
        hidden = {"$secret": True} if self.secret else {"$unknown": True}
        return {
            "host": hidden if self.host is UNKNOWN else self.host,
            "port": {"$unknown": True} if self.port is UNKNOWN else self.port,
            **({"optional": True} if self.optional else {}),
            **({"everyHost": True} if self.every_host else {}),
            **({"ports": [*self.ports]} if self.ports else {}),
        }

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Destination:
        """Read what `as_json` wrote."""
        host, port = entry["host"], entry["port"]
        return cls(
            UNKNOWN if isinstance(host, Mapping) else host,
            UNKNOWN if isinstance(port, Mapping) else port,
            bool(entry.get("optional")),
            isinstance(host, Mapping) and "$secret" in host,
            bool(entry.get("everyHost")),
            ports=tuple(entry.get("ports", ())),
        )

    @property
    def any_host(self) -> bool:
        """Whether any mail server will do: none is named, or the one that is named is a secret."""
        return self.host is None or self.secret

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host of it that is known, those of its proxies among them."""
        found = (self.host, *(proxy.host for _, proxy in self.proxies))
        return tuple(host for host in found if isinstance(host, str))

    @property
    def named(self) -> str:
        """The host, for a person."""
        if self.host is None:
            return "any mail server"
        if self.every_host:
            return "every public mail host"
        hidden = "a host that is a secret" if self.secret else "a host that is not known until the update"
        return hidden if self.host is UNKNOWN else str(self.host)

    def __str__(self) -> str:
        host = self.named
        if self.host is None:
            return host
        return host if self.port is None or self.port is UNKNOWN else f"{host}:{self.port}"


@dataclass(frozen=True)
class Egress:
    """The egress of one workload to one destination."""

    service: str
    urn: str
    destination: Destination
    outcome: Outcome = PASSES

    @property
    def verdict(self) -> Verdict:
        return self.outcome.verdict

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Egress:
        """Read what `as_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: it is not of that form.
        """
        path = tuple(
            Hop(hop["kind"], hop["resource"], hop["fact"], Origin(hop["origin"])) for hop in entry["path"]
        )
        told = [Finding(*_texts(found), Verdict(found["verdict"])) for found in entry["findings"]]
        outcome = Outcome(
            path,
            tuple(finding for finding in told if finding.verdict is not Verdict.REACHABLE),
            tuple(Assumption(*_texts(assumed)) for assumed in entry["assumptions"]),
            tuple(finding for finding in told if finding.verdict is Verdict.REACHABLE),
        )
        return cls(entry["service"], entry["urn"], Destination.from_json(entry["destination"]), outcome)

    def as_json(self) -> dict[str, Any]:
        outcome = self.outcome
        return {
            "service": self.service,
            "urn": identifier(self.urn),
            "destination": self.destination.as_json(),
            "verdict": self.verdict.value,
            "path": [hop.as_json() for hop in outcome.path],
            "findings": [finding.as_json() for finding in outcome.told],
            "assumptions": [assumption.as_json() for assumption in outcome.assumptions],
        }


@dataclass(frozen=True)
class Unjudged:
    """A workload without a verdict, and why: what was looked for and not found, or what is not judged."""

    service: str
    urn: str
    reason: str

    def as_json(self) -> dict[str, str]:
        return {"service": self.service, "urn": identifier(self.urn), "reason": self.reason}


def _texts(entry: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """What tells of a finding and of an assumption alike."""
    return entry["code"], entry["resource"], entry["message"], entry["remedy"]
