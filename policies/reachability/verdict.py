"""What a proof says: a verdict, the path that it walked, and what stands in the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from .values import UNKNOWN, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable


class Verdict(str, Enum):
    """The three answers; the order is that of `worst`."""

    REACHABLE = "reachable"
    UNDETERMINED = "undetermined"
    UNREACHABLE = "unreachable"


_SEVERITY = {Verdict.REACHABLE: 0, Verdict.UNDETERMINED: 1, Verdict.UNREACHABLE: 2}


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict where **every** one of `verdicts` must hold; `REACHABLE` of none."""
    return max(verdicts, key=_SEVERITY.__getitem__, default=Verdict.REACHABLE)


class Origin(str, Enum):
    """Where a fact comes from."""

    PROGRAM = "program"
    ACCOUNT = "account"
    AWS_DEFAULT = "aws default"
    ASSUMPTION = "assumption"


def identifier(key: str) -> str:
    """The URN of a resource of the program, or the id of one that the account holds."""
    return key if key.startswith("urn:") else key.partition("::")[2] or key


@dataclass(frozen=True)
class Hop:
    """One step of a path: `kind` of thing, the `resource` (URN or id), the `fact` that let it pass."""

    kind: str
    resource: str
    fact: str = ""
    origin: Origin = Origin.PROGRAM

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "resource": identifier(self.resource),
            "fact": self.fact,
            "origin": self.origin.value,
        }


@dataclass(frozen=True)
class Finding:
    """One blocker: a `code`, the `resource` at fault, what is wrong and what mends it.

    `verdict` says whether it proves the path dead or only leaves it open.
    """

    code: str
    resource: str
    message: str
    remedy: str
    verdict: Verdict = Verdict.UNREACHABLE

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "resource": identifier(self.resource),
            "message": self.message,
            "remedy": self.remedy,
        }


@dataclass(frozen=True)
class Outcome:
    """What one step, or a chain of them, comes to."""

    path: tuple[Hop, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def verdict(self) -> Verdict:
        return worst(finding.verdict for finding in self.findings)

    def __add__(self, other: Outcome) -> Outcome:
        """Both must hold: the hops follow each other, the findings add up."""
        return Outcome(self.path + other.path, _unique(self.findings + other.findings))


def _unique(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(dict.fromkeys(findings))


@dataclass(frozen=True)
class Destination:
    """Where the mail goes: a host name or address, and a TCP port.

    `host` is `UNKNOWN` where it cannot be known (a secret, or an output of a resource to come);
    `None` where the service names none. An `optional` one is judged and never blocks.
    """

    host: str | Unknown | None
    port: int | Unknown | None
    optional: bool = False
    secret: bool = False

    def as_json(self) -> dict[str, Any]:
        hidden = {"$secret": True} if self.secret else {"$unknown": True}
        return {
            "host": hidden if self.host is UNKNOWN else self.host,
            "port": {"$unknown": True} if self.port is UNKNOWN else self.port,
            **({"optional": True} if self.optional else {}),
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
        )

    def __str__(self) -> str:
        if self.host is None:
            return "any mail server"
        hidden = "a host that is a secret" if self.secret else "a host not known yet"
        host = hidden if self.host is UNKNOWN else str(self.host)
        return host if self.port is None or self.port is UNKNOWN else f"{host}:{self.port}"


@dataclass(frozen=True)
class Egress:
    """The egress of one workload to one destination."""

    service: str
    urn: str
    destination: Destination
    outcome: Outcome = field(default_factory=Outcome)

    @property
    def verdict(self) -> Verdict:
        return self.outcome.verdict

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Egress:
        """Read what `as_json` wrote; each finding counts as the whole did.

        Raises:
            KeyError, TypeError, ValueError: it is not of that form.
        """
        verdict = Verdict(entry["verdict"])
        path = tuple(
            Hop(hop["kind"], hop["resource"], hop["fact"], Origin(hop["origin"])) for hop in entry["path"]
        )
        findings = tuple(
            Finding(found["code"], found["resource"], found["message"], found["remedy"], verdict)
            for found in entry["findings"]
        )
        destination = Destination.from_json(entry["destination"])
        return cls(entry["service"], entry["urn"], destination, Outcome(path, findings))

    def as_json(self) -> dict[str, Any]:
        return {
            "service": self.service,
            "urn": identifier(self.urn),
            "destination": self.destination.as_json(),
            "verdict": self.verdict.value,
            "path": [hop.as_json() for hop in self.outcome.path],
            "findings": [finding.as_json() for finding in self.outcome.findings],
        }
