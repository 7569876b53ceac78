"""The egress of each workload today and after, as the policy pack's egress rules judge it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from enforcement.resources import Program
from enforcement.stacks import Stacks
from mailroute.fixes import Repairs
from reachability import Graph, Origin, Proof, Settings, Unjudged, parse
from reachability.hosts import plain
from reachability.workloads.not_judged import not_judged
from rules.egress import WORKLOADS, Egresses

from .model import EgressChange
from .redact import redact
from .repairs import repairs_of
from .topology import topology

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from reachability import Resource
    from reachability.egress import Destination, Egress
    from rules.rule import Options

    from .model import ShownVpc

_ID: Final = re.compile(r"\b[a-z]+-[0-9a-f]{17}\b")
"""An id as EC2 gives it."""


def egress_changes(
    resources: Sequence[Resource], evidence: Mapping[str, Any], options: Mapping[str, Options]
) -> tuple[tuple[EgressChange, ...], tuple[Unjudged, ...], tuple[ShownVpc, ...]]:
    """Each egress of the program beside today's, with what would fix it; the workloads without one; the VPCs.

    Args:
        resources: those of the program.
        evidence: the account, an evidence document.
        options: what each egress rule is told, by the rule.
    """
    known = parse(evidence)
    account = Graph(known.resources, known.coverage)
    today: list[Egress] = []
    after: list[tuple[Egress, Repairs]] = []
    left = list(not_judged(Graph(resources)))
    vpcs: dict[str, ShownVpc] = {}
    stacks = Stacks(lambda: Program(tuple(resources)), (evidence,))
    for rule, kinds in WORKLOADS.items():
        settings = Settings.from_options(options[rule])
        stack = stacks.build(options[rule])
        repairs = Repairs(stack.graph, settings, stack.evidence.zones)
        proof = stack.proof(settings)
        egresses = Egresses(proof, kinds)
        own: list[Egress] = []
        for workload in egresses.workloads():
            own += egresses.of(workload)
            if not workload.destinations:
                left.append(Unjudged(workload.name, workload.resource.key, workload.silent))
        after += [(egress, repairs) for egress in own]
        vpcs |= {vpc.key: vpc for vpc in topology(proof.network, own)}
        today += Egresses(Proof(account, settings, known.zones), kinds).all(Origin.ACCOUNT)
    before = _Today(today, (egress for egress, _ in after))
    changes = (
        EgressChange(egress, before.of(egress), repairs_of(repairs, egress), judged=str(egress.destination))
        for egress, repairs in after
    )
    by_destination = sorted(changes, key=lambda change: _place(change.after))
    return tuple(by_destination), _by_name(left), tuple(vpcs.values())


def egress_created(
    resources: Sequence[Resource], evidence: Mapping[str, Any], options: Mapping[str, Options]
) -> tuple[tuple[Egress, Repairs], ...]:
    """The egress of each workload of `resources`, which have been created, with the search for what fixes it.

    See `egress_changes`.
    """
    stacks = Stacks(lambda: Program(tuple(resources)), (evidence,))
    found: list[tuple[Egress, Repairs]] = []
    for rule, kinds in WORKLOADS.items():
        settings = Settings.from_options(options[rule])
        stack = stacks.build(options[rule])
        repairs = Repairs(stack.graph, settings, stack.evidence.zones)
        found += [(egress, repairs) for egress in Egresses(stack.proof(settings), kinds).all()]
    return tuple(sorted(found, key=lambda each: _place(each[0])))


def beside_created(
    changes: Iterable[EgressChange], created: Iterable[tuple[Egress, Repairs]]
) -> tuple[tuple[EgressChange, ...], tuple[Egress, ...]]:
    """Each change with what the creation decides otherwise and what fixes that; the egress that it alone has.

    One whose destination a preview does not know is that of the same workload which the preview has not.
    """
    left: defaultdict[str, list[tuple[Egress, Repairs]]] = defaultdict(list)
    for each in created:
        left[each[0].urn].append(each)
    planned = tuple(changes)
    same = {(change.after.urn, change.after.destination) for change in planned}
    shown = []
    for change in planned:
        after = change.after
        found = left[after.urn]
        match = next((each for each in found if each[0].destination == after.destination), None)
        if match is None:
            match = next((each for each in found if (after.urn, each[0].destination) not in same), None)
        if match is None:
            shown.append(change)
            continue
        found.remove(match)
        egress, repairs = match
        differs = egress.verdict is not after.verdict
        fixes = repairs_of(repairs, egress) if differs else ()
        shown.append(replace(change, creation=egress if differs else None, creation_repairs=fixes))
    return tuple(shown), tuple(egress for found in left.values() for egress, _ in found)


def with_names(
    changes: tuple[EgressChange, ...], more: tuple[Egress, ...], names: Mapping[str, str]
) -> tuple[tuple[EgressChange, ...], tuple[Egress, ...]]:
    """The same, where the texts of what a simulated creation decides say names for its ids.

    Args:
        names: by id, what the program calls the resource.
    """

    def named(text: str) -> str:
        return _ID.sub(lambda found: names.get(found[0], found[0]), text)

    def shown(egress: Egress) -> Egress:
        return replace(egress, outcome=redact(egress.outcome, named))

    renamed = (
        replace(
            change,
            creation=shown(change.creation),
            creation_repairs=redact(change.creation_repairs, named),
        )
        if change.creation is not None
        else change
        for change in changes
    )
    return tuple(renamed), tuple(map(shown, more))


def none_judged(resources: Sequence[Resource], reason: str) -> tuple[Unjudged, ...]:
    """Every workload of the program, where for `reason` none of them is judged."""
    graph = Graph(resources)
    workloads = (Unjudged(each.name, each.resource.key, reason) for each in Proof(graph).workloads())
    return _by_name([*workloads, *not_judged(graph)])


def _proof(stacks: Stacks, options: Options) -> Proof:
    return stacks.build(options).proof(Settings.from_options(options))


def _place(egress: Egress) -> tuple[str, str]:
    return egress.service, str(egress.destination)


def _by_name(found: Iterable[Unjudged]) -> tuple[Unjudged, ...]:
    return tuple(sorted(found, key=lambda unjudged: (unjudged.service, unjudged.urn)))


def known_without_secrets(
    hidden: Sequence[Resource], evidence: Mapping[str, Any], options: Mapping[str, Options]
) -> dict[str, frozenset[str]]:
    """The hosts and ports, as texts, that each workload certainly names whatever the secrets are, by its URN.

    Args:
        hidden: the resources of the program with every secret unknown.
    """
    stacks = Stacks(lambda: Program(tuple(hidden)), (evidence,))
    return {
        workload.resource.key: frozenset(
            text
            for destination in workload.destinations
            for text in (*destination.hosts, *_ports(destination))
        )
        for rule, kinds in WORKLOADS.items()
        for workload in Egresses(_proof(stacks, options[rule]), kinds).workloads()
    }


def secret_hosts(known: Mapping[str, Collection[str]], egresses: Iterable[Egress]) -> frozenset[str]:
    """The hosts in `egresses` that nobody would know without a secret, however deep inside one they are.

    Each stands as it is given, and as DNS compares it.

    Args:
        known: see `known_without_secrets`.
    """
    hosts = (
        host
        for egress in egresses
        for host in egress.destination.hosts
        if host not in known.get(egress.urn, ())
    )
    return frozenset(form for host in hosts for form in (host, plain(host)))


def _ports(destination: Destination) -> Iterator[str]:
    ports = (destination.port, *destination.ports)
    return (str(port) for port in ports if isinstance(port, int))


class _Today:
    """Today's egress of the services that the program has too."""

    def __init__(self, today: Iterable[Egress], after: Iterable[Egress]) -> None:
        kept = {(egress.service, egress.destination) for egress in after}
        self._by_service: defaultdict[str, list[Egress]] = defaultdict(list)
        for egress in today:
            self._by_service[egress.service].append(egress)
        self._given_up = {
            service: [egress for egress in found if (service, egress.destination) not in kept] or found
            for service, found in self._by_service.items()
        }

    def of(self, egress: Egress) -> Egress | None:
        """Today's to the same destination, else one to a destination that the service gives up."""
        found = self._by_service.get(egress.service, ())
        same = (old for old in found if old.destination == egress.destination)
        return next(same, next(iter(self._given_up.get(egress.service, ())), None))
