"""From what a rehearsal yields to the report: the graph, the proof over it, and what stands beside it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import partial
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any, Final

from enforcement.masking import Masker
from mailroute.rehearsal.result import Diagnostic, Level, Operation, Severity

from . import redact
from .dns import dns_records
from .egress import (
    beside_created,
    egress_changes,
    egress_created,
    known_without_secrets,
    none_judged,
    secret_hosts,
    with_names,
)
from .graph import PROVIDER, program_resources
from .model import STACK, Group, OnlyCreated, Report
from .next_steps import next_steps
from .source_lines import source_lines

STOPPED: Final = (
    "a policy stopped the update before everything was created: the egress is not judged, a preview does that"
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from mailroute.fixes import Repairs
    from mailroute.rehearsal.result import Creation, PlannedResource, Rehearsal
    from reachability import Egress
    from rules.rule import Options

    from .model import EgressChange


def build(
    rehearsal: Rehearsal,
    evidence: Mapping[str, Any],
    options: Mapping[str, Options],
    *,
    account: str,
    program: Path,
    packs: Sequence[Path],
    account_file: str | None = None,
    mask: Masker | None = None,
    marked: frozenset[str] = frozenset(),
    creation: Creation | None = None,
) -> Report:
    """Make the report of `rehearsal`.

    Args:
        evidence: the simulated account, an evidence document.
        options: what the policy pack's egress rules are told, by the rule: every option of each.
        account: the same in a few words.
        program: the directory of the program.
        packs: those of the policy packs that judged it.
        account_file: where the account is written down.
        mask: knows of secrets beside those that the resources hold.
        marked: the texts of the configuration that are secret, even where the program takes them as plain.
        creation: that beside a preview, if there was one.
    """
    stopped = _was_stopped(rehearsal)
    if stopped:
        warning = Diagnostic(Severity.WARNING, STOPPED)
        rehearsal = replace(rehearsal, diagnostics=(*rehearsal.diagnostics, warning))
    created = creation.resources if creation is not None and not creation.problem else ()
    hidden = redact.secrets_of(rehearsal).union(redact.secrets_in(creation.resources if creation else ()))
    resources = program_resources(rehearsal.resources)
    egress, unjudged, vpcs = (
        ((), none_judged(resources, STOPPED), ()) if stopped else egress_changes(resources, evidence, options)
    )
    decided = egress_created(program_resources(created), evidence, options) if created else ()
    clear: dict[str, frozenset[str]] = {}
    if hidden:
        for shown, found in (
            (rehearsal.resources, [change.after for change in egress]),
            (created, [egress for egress, _ in decided]),
        ):
            without = program_resources(shown, redact.without_secrets)
            known = known_without_secrets(without, evidence, options)
            hidden |= secret_hosts(known, found)
            clear |= {urn: clear.get(urn, texts) & texts for urn, texts in known.items()}
    only_created = None
    if creation is not None:
        egress, only_created = _with_creation(rehearsal, creation, egress, decided)
    dns = dns_records(rehearsal)
    report = Report(
        rehearsal=rehearsal,
        account=account,
        groups=_groups(rehearsal.resources),
        egress=egress,
        unjudged=unjudged,
        dns=dns,
        next_steps=tuple(
            next_steps(
                rehearsal,
                egress,
                dns,
                program=program,
                packs=packs,
                account_file=account_file,
                creation=only_created,
            )
        ),
        creation=only_created,
        program=program,
        vpcs=vpcs,
        source_lines=source_lines((*created, *rehearsal.resources), program),
    )
    mask = mask or Masker()
    mask.add(hidden)
    masks = {urn: partial(mask, clear=texts - marked) for urn, texts in clear.items()}
    return redact.redact(report, mask, masks)


def _with_creation(
    rehearsal: Rehearsal,
    creation: Creation,
    egress: tuple[EgressChange, ...],
    decided: tuple[tuple[Egress, Repairs], ...],
) -> tuple[tuple[EgressChange, ...], OnlyCreated]:
    """The egress with what the creation has decided, and what it shows besides."""
    if creation.problem:
        return egress, OnlyCreated(creation.problem)
    changes, more = with_names(*beside_created(egress, decided), _names(creation.resources))
    planned = {resource.urn for resource in rehearsal.resources}
    new = (resource for resource in creation.resources if resource.custom and resource.urn not in planned)
    return changes, OnlyCreated(resources=tuple(sorted(new, key=lambda resource: resource.urn)), egress=more)


def _names(created: Iterable[PlannedResource]) -> dict[str, str]:
    """What the program calls the resources that only a simulation has created, by their ids."""
    return {resource.id: resource.name for resource in created if resource.id is not None}


def _was_stopped(rehearsal: Rehearsal) -> bool:
    """Whether a policy refused a resource of an update: what was to follow was not created."""
    created = {resource.urn for resource in rehearsal.resources}
    return rehearsal.operation is Operation.UP and any(
        result.level is Level.MANDATORY and result.urn not in created for result in rehearsal.policies
    )


def _groups(resources: Sequence[PlannedResource]) -> tuple[Group, ...]:
    """What AWS would create, by the innermost component; what others wait for comes first."""
    by_urn = {resource.urn: resource for resource in resources}
    depths = _depths(by_urn)
    members: defaultdict[str | None, list[PlannedResource]] = defaultdict(list)
    for resource in resources:
        if resource.custom and not resource.type.startswith(PROVIDER):
            members[_component_of(resource, by_urn)].append(resource)

    def rank(group: Group) -> tuple[int, str]:
        name = group.component.name if group.component else ""
        return max(depths[member.urn] for member in group.resources), name

    groups = (
        Group(by_urn.get(urn or ""), tuple(sorted(found, key=lambda member: (member.type, member.name))))
        for urn, found in members.items()
    )
    return tuple(sorted(groups, key=rank))


def _depths(by_urn: Mapping[str, PlannedResource]) -> dict[str, int]:
    """How many resources each waits for, one after the other, before it can be created."""
    depths: dict[str, int] = {}
    for urn in TopologicalSorter({urn: entry.dependencies for urn, entry in by_urn.items()}).static_order():
        dependencies = by_urn[urn].dependencies if urn in by_urn else ()
        depths[urn] = 1 + max((depths[dependency] for dependency in dependencies), default=0)
    return depths


def _component_of(resource: PlannedResource, by_urn: Mapping[str, PlannedResource]) -> str | None:
    return next(
        (entry.urn for entry in _ancestors(resource, by_urn) if not entry.custom and entry.type != STACK),
        None,
    )


def _ancestors(resource: PlannedResource, by_urn: Mapping[str, PlannedResource]) -> Iterator[PlannedResource]:
    parent = by_urn.get(resource.parent or "")
    while parent is not None:
        yield parent
        parent = by_urn.get(parent.parent or "")
