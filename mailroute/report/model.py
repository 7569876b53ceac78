"""The report: one frozen value, free of secrets, that every output format is a pure function of."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reachability.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from enforcement.baseline import Known
    from mailroute.rehearsal.result import PlannedResource, PolicyResult, Rehearsal, Source
    from reachability.egress import Egress, Unjudged
    from reachability.values import Unknown


STACK: Final = "pulumi:pulumi:Stack"
_AWS_PROVIDER: Final = "pulumi:providers:aws"


class Change(Enum):
    """What becomes of the egress of a workload: by the program, or by a change of the program."""

    GAINED = "gained"
    LOST = "lost"
    NEW = "new"
    REMOVED = "removed"
    UNCHANGED = "unchanged"
    CHANGED = "changed"


@dataclass(frozen=True)
class Repair:
    """Changes that together make a dead path work, in words; `monthly` is what they cost, in US dollars."""

    changes: tuple[str, ...]
    monthly: float


@dataclass(frozen=True)
class EgressChange:
    """The egress of one workload to one destination.

    Attributes:
        after: once the program has run.
        today: in the account as it stands; `None` where the workload is not there yet.
        repairs: what would fix it where it is dead, the smallest first.
        creation: once it has been created, in simulation beside the preview, where that has another verdict.
        creation_repairs: what would fix that where it is dead, the smallest first.
        judged: the destination that has been judged, as the policies name it, its secrets masked as in their
            texts; empty where it is that of `after`.
    """

    after: Egress
    today: Egress | None
    repairs: tuple[Repair, ...] = ()
    creation: Egress | None = None
    creation_repairs: tuple[Repair, ...] = ()
    judged: str = ""

    @property
    def change(self) -> Change:
        return _change(self.today, self.after)

    @property
    def named(self) -> tuple[str, str]:
        """The workload's URN and the destination, as the violations of the egress rules name them."""
        return self.after.urn, self.judged or str(self.after.destination)


@dataclass(frozen=True)
class RouteChange:
    """What a change of the program does to one egress of a workload.

    Attributes:
        before: in an earlier rehearsal; `None` where the workload or the destination is new.
        after: in this one; `None` where there is none any more.
    """

    before: Egress | None
    after: Egress | None

    @property
    def shown(self) -> Egress:
        """The later one that there is."""
        shown = self.after or self.before
        assert shown is not None  # noqa: S101  (one of them is there)
        return shown

    @property
    def change(self) -> Change:
        return Change.REMOVED if self.after is None else _change(self.before, self.after)


def _change(before: Egress | None, after: Egress) -> Change:
    if before is None:
        return Change.NEW
    if after.verdict is before.verdict:
        return Change.UNCHANGED if after.outcome.path == before.outcome.path else Change.CHANGED
    if after.verdict is Verdict.REACHABLE:
        return Change.GAINED
    return Change.LOST if before.verdict is Verdict.REACHABLE else Change.CHANGED


@dataclass(frozen=True)
class DnsRecord:
    """A DNS record that the program needs.

    Attributes:
        label: the name of its resource, or of the stack output that lists it.
        name: fully qualified.
        ttl: seconds; `None` where none is set.
        values: in the notation of a zone file's data.
        published: whether the program creates it in Route 53; else a person does, at another DNS host.
    """

    label: str
    name: str | Unknown
    type: str | Unknown
    ttl: int | Unknown | None
    values: tuple[str | Unknown, ...]
    published: bool


@dataclass(frozen=True)
class SourceLine:
    """Where the program registers a resource, and what stands on that line."""

    source: Source
    text: str


@dataclass(frozen=True)
class Group:
    """What one component creates itself, or the program outside any component.

    Attributes:
        component: `None` for what stands directly in the program.
    """

    component: PlannedResource | None
    resources: tuple[PlannedResource, ...]


@dataclass(frozen=True)
class Step:
    """Something to do next: why, and the command for it, if there is one."""

    text: str
    command: str | None = None


@dataclass(frozen=True)
class OnlyCreated:
    """What the creation that is simulated beside a preview shows, and the preview does not.

    Attributes:
        problem: why it has failed, empty where it has not.
        resources: those that the program declares once it knows what an update makes known.
        egress: that of workloads among them.
    """

    problem: str = ""
    resources: tuple[PlannedResource, ...] = ()
    egress: tuple[Egress, ...] = ()


def dead_in_creation(egress: Iterable[EgressChange], creation: OnlyCreated | None) -> tuple[Egress, ...]:
    """What does not work in the creation beside a preview, where that does not say so."""
    more = creation.egress if creation else ()
    shown = (*(change.creation for change in egress if change.creation), *more)
    return tuple(found for found in shown if found.verdict is not Verdict.REACHABLE)


@dataclass(frozen=True)
class ShownGateway:
    """What traffic leaves a VPC by.

    Attributes:
        kind: `internet gateway`, `NAT gateway` or `SMTP endpoint`.
        subnets: the keys of those that it is in.
    """

    key: str
    kind: str
    name: str
    subnets: tuple[str, ...] = ()


@dataclass(frozen=True)
class ShownSubnet:
    """A subnet in words.

    Attributes:
        table: the route table in force, and its key, which is empty where it is not known.
        targets: what that gives packets for public addresses to, by key; none where it has no route for them.
    """

    key: str
    name: str
    cidr: str
    zone: str
    table: str
    table_key: str
    targets: tuple[str, ...]


@dataclass(frozen=True)
class ShownVpc:
    """A VPC in words, with its subnets and what traffic leaves it by."""

    key: str
    name: str
    cidr: str
    subnets: tuple[ShownSubnet, ...]
    gateways: tuple[ShownGateway, ...]


@dataclass(frozen=True)
class Report:
    """Everything that is shown of a rehearsal.

    Attributes:
        account: the simulated account in a few words.
        groups: what would be created, by component, in the order of the program.
        unjudged: the workloads that are not in `egress`.
        creation: what the creation beside a preview shows besides; `None` where there was none.
        program: the directory of the project.
        changes: what has become of each egress since an earlier rehearsal, what was lost first; `None` where
            none is compared.
        fixed: the violations that the baseline lists and that are no more.
        source_lines: where resources are registered, by their URNs.
        vpcs: those that the paths after the program has run pass.
    """

    rehearsal: Rehearsal
    account: str
    groups: tuple[Group, ...]
    egress: tuple[EgressChange, ...]
    unjudged: tuple[Unjudged, ...]
    dns: tuple[DnsRecord, ...]
    next_steps: tuple[Step, ...]
    creation: OnlyCreated | None = None
    program: Path = Path()
    changes: tuple[RouteChange, ...] | None = None
    fixed: tuple[Known, ...] = ()
    source_lines: Mapping[str, SourceLine] = field(default_factory=dict)
    vpcs: tuple[ShownVpc, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every mandatory policy holds."""
        return self.rehearsal.ok

    @property
    def dead_in_creation(self) -> tuple[Egress, ...]:
        """What does not work in the creation beside a preview, where that does not say so."""
        return dead_in_creation(self.egress, self.creation)

    @property
    def creation_warns(self) -> bool:
        """Whether the creation beside a preview fails, or something does not work there."""
        return bool(self.dead_in_creation or (self.creation and self.creation.problem))

    @property
    def pulumi_aws(self) -> str:
        """The version of pulumi-aws that the program has; empty where none shows."""
        providers = (r for r in self.rehearsal.resources if r.type == _AWS_PROVIDER)
        versions = (provider.inputs.get("version") for provider in providers)
        return next((version for version in versions if isinstance(version, str)), "")

    @property
    def egresses(self) -> tuple[Egress, ...]:
        """Every egress that is shown, today's beside those to come."""
        shown = (egress for change in self.egress for egress in (change.today, change.after, change.creation))
        return (*filter(None, shown), *(self.creation.egress if self.creation else ()))

    @property
    def created(self) -> int:
        """How many resources AWS would have to create."""
        return sum(len(group.resources) for group in self.groups)

    @property
    def violations(self) -> tuple[PolicyResult, ...]:
        """Every violation, those that block first."""
        return tuple(sorted(self.rehearsal.policies, key=lambda result: result.level.value, reverse=True))
