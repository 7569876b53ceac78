"""The one judgement of egress: what the egress rules block on, and what the report and `diagnose` show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from reachability import Destination, Egress, Origin, Proof, Resource, Settings, Verdict
from reachability.workloads import APP_RUNNER, Workload

from .environment import VARIABLES
from .rule import EVIDENCE, Judge, Options, Stack, Violation

WORKLOADS: Final[Mapping[str, tuple[str, ...]]] = {
    "apprunner-egress-route": (APP_RUNNER,),
    "workload-egress-route": ("ecs", "lambda"),
}
"""By rule, the kinds of workload that it judges, as `reachability.workloads` names them.

Each kind has one rule, and only that rule's options count for it.
"""

OPTIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    **VARIABLES,
    "destinations": {
        "description": "Hosts that every workload of this rule needs beside those of its environment; an "
        "optional one is judged and reported, and never blocks.",
        "type": "array",
        "default": [],
        "items": {
            "type": "object",
            "required": ["host", "port"],
            "additionalProperties": False,
            "properties": {
                "host": {"type": "string", "minLength": 1},
                "port": {"type": "integer", "minimum": 1, "maximum": 65535},
                "optional": {"type": "boolean"},
            },
        },
    },
    "addresses": {
        "description": "The CIDR blocks of hosts, where they are known: otherwise a host may have any "
        "public address.",
        "type": "object",
        "default": {},
        "additionalProperties": {
            "type": "array",
            "items": {"type": "string", "format": "cidr"},
            "minItems": 1,
        },
    },
    **EVIDENCE,
}
"""The options of the egress rules."""

_SAYS: Final = {
    Verdict.REACHABLE: "reaches",
    Verdict.UNREACHABLE: "cannot reach",
    Verdict.UNDETERMINED: "is not known to reach",
}
_SAID: Final = re.compile(
    rf".*? (?:{'|'.join(_SAYS.values())}) (?P<destination>.+?)\.(?:\n(?:- |Path: ).*)?", re.DOTALL
)
"""What `violation_of` says; a name that the program gives may hold line breaks."""


class Egresses:
    """The egress of the workloads of one graph, by what its proof is told.

    Args:
        kinds: of workloads, as `reachability.workloads` names them; every kind where none is given.
    """

    def __init__(self, proof: Proof, kinds: Iterable[str] = ()) -> None:
        self._proof = proof
        self._kinds = tuple(kinds)

    def workloads(self, origin: Origin = Origin.PROGRAM) -> Iterator[Workload]:
        """The workloads of the program or of the account, with all that each one needs."""
        for workload in self._proof.workloads(origin, *self._kinds):
            needed = (*workload.destinations, *self._proof.settings.destinations)
            yield replace(workload, destinations=_once(needed))

    def of(self, workload: Workload) -> tuple[Egress, ...]:
        """The egress of `workload` to each of its destinations."""
        return self._proof.egress(workload)

    def all(self, origin: Origin = Origin.PROGRAM) -> tuple[Egress, ...]:
        """The egress of every workload of the program, or of the account."""
        return tuple(egress for workload in self.workloads(origin) for egress in self.of(workload))


def _once(destinations: Iterable[Destination]) -> tuple[Destination, ...]:
    """Each destination once: needed where one says so, though another calls it optional."""
    found: dict[Destination, Destination] = {}
    for destination in destinations:
        same = replace(destination, optional=False)
        found[same] = replace(same, optional=destination.optional and found.get(same, destination).optional)
    return tuple(found.values())


def check_of(rule: str) -> Callable[[Stack, Options], Judge]:
    """What the egress rule of this name checks."""
    return partial(_check, WORKLOADS[rule])


def _check(kinds: Iterable[str], stack: Stack, options: Options) -> Judge:
    egresses = Egresses(stack.proof(Settings.from_options(options)), kinds)
    workloads = {workload.resource.key: workload for workload in egresses.workloads()}

    def judge(resource: Resource) -> Iterator[Violation]:
        for egress in egresses.of(workloads[resource.key]):
            if egress.outcome.told:
                yield violation_of(egress)

    return judge


def violation_of(egress: Egress) -> Violation:
    """One violation for one destination: each blocker and warning with its remedy, and the path."""
    told = egress.outcome.told
    lines = [f"{egress.service} {_SAYS[egress.verdict]} {egress.destination}."]
    lines += [
        f"- {finding.code} at {_name(finding.resource)}: {finding.message}. Remedy: {finding.remedy}."
        for finding in told
    ]
    if egress.outcome.path:
        hops = (f"{hop.kind} {_name(hop.resource)}" for hop in egress.outcome.path)
        lines.append(f"Path: {' > '.join(hops)}")
    return Violation(
        egress.urn,
        tuple(dict.fromkeys(finding.code for finding in egress.outcome.findings or told)),
        "\n".join(lines),
        "",
        undetermined=egress.verdict is Verdict.UNDETERMINED,
        optional=egress.destination.optional,
        warning=egress.verdict is Verdict.REACHABLE,
        destination=str(egress.destination),
    )


def destination_in(message: str) -> str:
    """The destination that the message of `violation_of` is about; empty for any other text."""
    found = _SAID.fullmatch(message)
    return found["destination"] if found else ""


def _name(resource: str) -> str:
    """The name in a URN, or the id in the key of a resource of the account."""
    return resource.rpartition("::")[2]
